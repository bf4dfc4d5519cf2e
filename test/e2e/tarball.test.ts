import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { execa } from 'execa';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolatedEnvironment, makeHome, removeHome } from '../support/run-cli.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the packed tarball, installed in an empty folder', () => {
  let home: string;
  let project: string;

  beforeAll(async () => {
    home = makeHome();
    project = join(home, 'project');
    mkdirSync(project);
    // Built before the tests; a second build here would pull it away under them.
    const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], {
      cwd: root,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    // Nothing to fetch: the package has no dependencies.
    await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', join(home, filename)], { cwd: project });
  });

  afterAll(() => {
    removeHome(home);
  });

  const cvops = (...argv: string[]) =>
    execa(join(project, 'node_modules', '.bin', 'cvops'), argv, {
      env: isolatedEnvironment(home),
      extendEnv: false,
      cwd: project,
      reject: false,
    });

  test('brings no other package', async () => {
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as { packages: object };
    expect(Object.keys(packages)).toEqual(['', 'node_modules/cvops']);
  });

  test('tells its version, and writes nothing else', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await cvops('--version')).toMatchObject({ exitCode: 0, stdout: version, stderr: '' });
  });

  test('starts a sandbox that outlives its shell, works on it, and stops it', async () => {
    const up = await cvops('sandbox', 'up', '--json');
    expect(up).toMatchObject({ exitCode: 0 });
    try {
      const list = await cvops('--sandbox', 'alias', 'list', '--json');
      expect(list).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(list.stdout).data.aliases).toMatchObject([
        { service: 'processor', version: '5', previous: '4' },
        { service: 'reporter' },
      ]);
      expect(await cvops('--sandbox', 'doctor')).toMatchObject({ exitCode: 0 });
      const { endpoint } = JSON.parse(up.stdout).data as { endpoint: string };
      expect(await traceOfAFailure(endpoint)).toEqual([
        'Error: on purpose',
        expect.stringMatching(/^at handler \(file:\/\/\/var\/task\/index\.mjs:1:\d+\)$/),
        expect.stringMatching(/^at (\w+ \()?file:\/\/\/var\/runtime\/index\.mjs:\d+:\d+\)?$/),
      ]);
    } finally {
      expect(await cvops('sandbox', 'down')).toMatchObject({ exitCode: 0 });
    }
    expect(JSON.parse((await cvops('sandbox', 'status', '--json')).stdout).data).toMatchObject({ running: false });
  });

  test('says where help is, and never shows a stack trace', async () => {
    const wrong = await cvops('dlq', 'reply');
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toBe('Error: unknown command "dlq reply".\nHint: did you mean "dlq replay"?');
  });
});

/** First lines of the stack trace of a function that throws: the runtime inside the program goes by its name on Lambda. */
async function traceOfAFailure(endpoint: string): Promise<readonly string[]> {
  const lambda = new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const code = "export const handler = () => { throw new Error('on purpose'); }";
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'fails',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/fails',
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8(code) }) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName: 'fails' });
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'fails' }));
  const { trace } = JSON.parse(Buffer.from(Payload!).toString()) as { trace: readonly string[] };
  return trace.slice(0, 3).map((line) => line.trim());
}
