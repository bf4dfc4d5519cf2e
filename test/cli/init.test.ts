import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_RELEASE_TABLE, defaultConfig } from '../../src/lib/config/config.ts';
import { parseConfig } from '../../src/lib/config/parse-config.ts';
import { operator } from '../../src/lib/sandbox/operate.ts';
import type { Sandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { startExampleSystem } from '../support/example-system.ts';
import { openPipe } from '../support/open-pipe.ts';
import { jsonOf, makeHome, type RunCliOptions, removeHome, runCli } from '../support/run-cli.ts';

let home: string;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => removeHome(home));

const file = () => join(home, 'cvops.config.json');
const written = () => parseConfig(readFileSync(file(), 'utf8'), file());
const cli = (argv: readonly string[], options: RunCliOptions = {}) =>
  runCli(['init', ...argv], { home, cwd: home, ...options });
const json = async (argv: readonly string[], options: RunCliOptions = {}) =>
  jsonOf(await cli([...argv, '--json'], options));

/** What `terraform output -json` prints for a root of the example system. */
const output = (value: object, more: object = {}) =>
  `${JSON.stringify({ ...more, cvops: { sensitive: false, type: ['object', {}], value } }, null, 2)}\n`;
const WORKER = output({ service: 'worker', queue: 'cv-analytics-queue.fifo' });
const PROCESSOR = output({
  service: 'processor',
  function: 'cv-analytics-processor',
  alias: 'live',
  queue: 'cv-analytics-queue.fifo',
  dlq: 'cv-analytics-dlq.fifo',
  table: 'cv-analytics-events',
  releaseTable: 'cv-analytics-releases',
});
const REPORTER = output({
  service: 'reporter',
  function: 'cv-analytics-reporter',
  alias: 'live',
  table: 'cv-analytics-events',
  topic: 'cv-analytics-alerts',
});

describe('init --from terraform', () => {
  test('reads the outputs of several roots through one pipe, and writes the example system', async () => {
    const { data, next } = await json(['--from', 'terraform', '-'], { stdin: REPORTER + WORKER + PROCESSOR });
    expect(data).toMatchObject({ path: file(), written: true, source: 'terraform', services: defaultConfig.services });
    expect(Object.keys(data.services)).toEqual(['worker', 'processor', 'reporter']);
    expect(written()).toEqual({ version: 1, releaseTable: DEFAULT_RELEASE_TABLE, services: defaultConfig.services });
    expect(next).toMatchObject([{ command: 'cvops doctor' }]);
  });

  test('reads files, one a root, and the value of the one output alone', async () => {
    writeFileSync(join(home, 'worker.json'), WORKER);
    writeFileSync(join(home, 'processor.json'), '{ "service": "processor", "function": "f", "alias": null }');
    const { data } = await json(['--from', 'terraform', 'worker.json', 'processor.json']);
    expect(data.services).toEqual({ worker: { queue: 'cv-analytics-queue.fifo' }, processor: { function: 'f' } });
  });

  test('shows nothing of other outputs: they may be secret', async () => {
    const stdin = output({ service: 'worker', queue: 'q' }, { password: { sensitive: true, value: 'hunter2' } });
    const result = await cli(['--from', 'terraform', '-'], { stdin, env: { CVOPS_DEBUG: '1' } });
    expect(result.code).toBe(0);
    expect(result.stdout + result.stderr + readFileSync(file(), 'utf8')).not.toContain('hunter2');
  });

  test('Ctrl-C ends it while it reads a pipe that stays open', async () => {
    const interrupt = new AbortController();
    const result = await cli(['--from', 'terraform', '-'], {
      stdin: openPipe(WORKER, interrupt),
      signal: interrupt.signal,
    });
    expect(result).toMatchObject({ code: 130, stdout: '' });
    expect(existsSync(file())).toBe(false);
  });

  describe.skipIf(process.platform === 'win32')('with the program', () => {
    const root = (name: string) => join(home, 'infra', 'terraform', name);
    /** Stands for Terraform: prints the root's file, or fails as it does. */
    function program(script: string): RunCliOptions {
      for (const name of ['worker', 'processor', 'modules']) {
        mkdirSync(root(name), { recursive: true });
        writeFileSync(join(root(name), 'main.tf'), '');
      }
      writeFileSync(join(root('worker'), 'out.json'), WORKER);
      writeFileSync(join(root('processor'), 'out.json'), PROCESSOR);
      mkdirSync(join(home, 'bin'));
      writeFileSync(join(home, 'bin', 'terraform'), `#!/bin/sh\n${script}\n`);
      chmodSync(join(home, 'bin', 'terraform'), 0o755);
      return { env: { PATH: `${join(home, 'bin')}:/usr/bin:/bin` } };
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell fills it in
    const PRINT = 'cat "${1#-chdir=}/out.json"';

    test('runs it in each root below infra/terraform, and leaves the modules out', async () => {
      const { data } = await json(['--from', 'terraform'], program(PRINT));
      expect(Object.keys(data.services)).toEqual(['worker', 'processor']);
    });

    test('asks no root that declares nothing for cvops where others do', async () => {
      const options = program(PRINT);
      for (const name of ['worker', 'processor']) {
        writeFileSync(join(root(name), 'outputs.tf'), 'output "cvops" {\n  value = {}\n}\n');
      }
      mkdirSync(root('edge'));
      writeFileSync(
        join(root('edge'), 'main.tf'),
        '# output "cvops" { is another’s\noutput "endpoint" { value = 1 }\n',
      );
      const { data } = await json(['--from', 'terraform'], options);
      expect(Object.keys(data.services)).toEqual(['worker', 'processor']);
    });

    test('runs it in one root, too', async () => {
      const { data } = await json(['--from', 'terraform', '--terraform', 'infra/terraform/worker'], program(PRINT));
      expect(Object.keys(data.services)).toEqual(['worker']);
    });

    test('says what it said, and how to try it by hand', async () => {
      const noInit = 'printf "╷\\n│ Error: Backend initialization required\\n│ \\n╵\\n" >&2; exit 1';
      const result = await cli(['--from', 'terraform', '--json'], program(noInit));
      expect(result.code).toBe(1);
      expect(jsonOf(result).error).toMatchObject({
        code: 'TerraformFailed',
        message: 'terraform output failed in infra/terraform/processor: Backend initialization required.',
        hint: expect.stringContaining('terraform -chdir=infra/terraform/processor init'),
      });
    });

    test('names the root that was not applied', async () => {
      const result = await cli(['--from', 'terraform', '--json'], program('echo "{}"'));
      expect(result.code).toBe(4);
      expect(jsonOf(result).error).toMatchObject({
        code: 'TerraformNoOutputs',
        message: 'infra/terraform/processor has no outputs.',
      });
    });

    test('says that it is not there', async () => {
      const { env } = program(PRINT);
      expect(
        jsonOf(await cli(['--from', 'terraform', '--json'], { env: { ...env, PATH: '/nowhere' } })).error,
      ).toMatchObject({ code: 'TerraformMissing', exitCode: 4 });
    });
  });

  test.each([
    ['nothing', '', 'TerraformNoOutputs', 'standard input has no outputs.'],
    ['no outputs', '{}', 'TerraformNoOutputs', 'standard input has no outputs.'],
    ['half a document', '{ "cvops": ', 'InvalidTerraformOutput', 'standard input is no JSON.'],
    ['a list', '[]', 'InvalidTerraformOutput', 'standard input is no object.'],
    ['other outputs', '{ "other": { "value": 1 } }', 'InvalidTerraformOutput', 'standard input has no output "cvops".'],
    [
      'a list as output',
      output([]),
      'InvalidTerraformOutput',
      'standard input: the output "cvops" is not an object of names.',
    ],
    [
      'an output without a service',
      output({ queue: 'q' }),
      'InvalidTerraformOutput',
      'standard input: "service" of the output "cvops" is missing.',
    ],
    [
      'an ARN',
      output({ service: 'a', queue: 'arn:aws:sqs:us-east-1:1:q' }),
      'InvalidTerraformOutput',
      'standard input: "queue" of the output "cvops" is "arn:aws:sqs:us-east-1:1:q", not the name of a queue.',
    ],
    [
      'a table that is a number',
      output({ service: 'a', releaseTable: 7 }),
      'InvalidTerraformOutput',
      'standard input: "releaseTable" of the output "cvops" is 7.',
    ],
    [
      'a service twice',
      WORKER + WORKER,
      'InvalidTerraformOutput',
      'standard input: service "worker" was described before.',
    ],
  ])('refuses in one line, with a hint, %s', async (_what, stdin, code, message) => {
    const result = await cli(['--from', 'terraform', '-', '--json'], { stdin });
    expect(result.code).toBe(4);
    expect(jsonOf(result).error).toMatchObject({ code, message, hint: expect.any(String) });
    expect(existsSync(file())).toBe(false);
  });

  test('refuses what is not there and what does not go together', async () => {
    expect(await cli(['--from', 'terraform', 'gone.json'])).toMatchObject({ code: 5 });
    expect(await cli(['--from', 'terraform'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('--terraform'),
    });
    expect(await cli(['gone.json'])).toMatchObject({ code: 2 });
    expect(await cli(['--terraform', 'x'])).toMatchObject({ code: 2 });
    expect(await cli(['--from', 'terraform', '--prefix', 'x'])).toMatchObject({ code: 2 });
    expect(await cli(['--from', 'terraform', '-'], { stdinTTY: true })).toMatchObject({ code: 2 });
    expect(await cli(['--from', 'pulumi'])).toMatchObject({ code: 2 });
  });
});

describe('a file that is there', () => {
  const OLD = `{
  // Mine.
  "version": 1,
  "usage": { "declared": { "githubMinutes": 300 } },
  "services": { "worker": { "queue": "old", "workspace": "mine" }, "gone": {} }
}
`;
  beforeEach(() => writeFileSync(file(), OLD));
  const again = (...flags: string[]) => cli(['--from', 'terraform', '-', '--json', ...flags], { stdin: WORKER });

  test('is not written over without --force or --yes', async () => {
    const result = await again();
    expect(result.code).toBe(2);
    expect(jsonOf(result).error).toMatchObject({ code: 'FileExists', hint: expect.stringContaining('--force') });
    expect(readFileSync(file(), 'utf8')).toBe(OLD);
  });

  test.each(['--force', '--yes'])('keeps its comments, its other fields and its workspaces with %s', async (flag) => {
    expect((await again(flag)).code).toBe(0);
    expect(readFileSync(file(), 'utf8')).toContain('// Mine.');
    expect(written()).toEqual({
      version: 1,
      usage: { declared: { githubMinutes: 300 } },
      services: { worker: { queue: 'cv-analytics-queue.fifo', workspace: 'mine' } },
    });
  });

  test('keeps the Worker’s name and its sender', async () => {
    const worker = { queue: 'cv-analytics-queue.fifo', script: 'my-worker', sender: 'my-sender' };
    writeFileSync(file(), JSON.stringify({ version: 1, services: { worker: { ...worker, queue: 'old' } } }));
    expect((await again('--force')).code).toBe(0);
    expect(written().services).toEqual({ worker });
  });

  test.skipIf(process.platform === 'win32')(
    'can be read by others when it is new, and by whom it could before',
    async () => {
      await again('--to', 'new.json');
      expect(statSync(join(home, 'new.json')).mode & 0o777).toBe(0o644);
      chmodSync(file(), 0o640);
      await again('--force');
      expect(statSync(file()).mode & 0o777).toBe(0o640);
    },
  );

  test('is left as it is by a dry run, and when it says the same already', async () => {
    expect(jsonOf(await again('--dry-run'))).toMatchObject({ data: { written: false } });
    expect(readFileSync(file(), 'utf8')).toBe(OLD);
    await again('--force');
    expect(jsonOf(await again('--force'))).toMatchObject({ data: { written: false } });
  });

  test.each([
    ['a comma too few', '{ "usage": {} "services": {} }', 'a comma is expected.'],
    ['no object', '[]', 'the file is a list; an object is expected.'],
    ['no text', 'PK\u0003\u0004\u0000', 'the file is not UTF-8 text.'],
  ])('with %s in it is refused, for nothing of it could be kept', async (_what, text, message) => {
    writeFileSync(file(), text);
    const result = await again('--force');
    expect(jsonOf(result).error).toMatchObject({ code: 'InvalidConfig', message: expect.stringContaining(message) });
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  test('keeps its fields where it begins with a byte order mark, and is written where it is empty', async () => {
    writeFileSync(file(), `\ufeff${OLD}`);
    expect((await again('--force')).code).toBe(0);
    expect(written()).toMatchObject({ usage: { declared: { githubMinutes: 300 } } });
    writeFileSync(file(), ' \n');
    expect((await again('--force')).code).toBe(0);
    expect(written()).toEqual({ version: 1, services: { worker: { queue: 'cv-analytics-queue.fifo' } } });
  });

  test('is not standard output: --to writes a file', async () => {
    expect(jsonOf(await again('--to', '-')).error).toMatchObject({ code: 'UsageError', exitCode: 2 });
    expect(existsSync(join(home, '-'))).toBe(false);
  });

  test('is not the only place: --to names another', async () => {
    expect((await again('--to', 'other.json')).code).toBe(0);
    expect(existsSync(join(home, 'other.json'))).toBe(true);
    expect(readFileSync(file(), 'utf8')).toBe(OLD);
  });
});

describe('init', () => {
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    ({ sandbox, env } = await startExampleSystem());
  });
  afterAll(() => sandbox.close());

  test('finds the system in AWS by its mappings, redrive policies, aliases and environments', async () => {
    const { data, warnings } = await json([], { env });
    const { worker: _, ...found } = defaultConfig.services;
    expect(data).toMatchObject({ written: true, source: 'aws', region: 'us-east-1', ambiguous: [], unused: [] });
    expect(data.services).toEqual(found);
    expect(written()).toEqual({
      version: 1,
      region: 'us-east-1',
      releaseTable: DEFAULT_RELEASE_TABLE,
      services: found,
    });
    expect(warnings).toEqual([]);
  });

  test('keeps the comments on services, and changes in their fields only what is new', async () => {
    const before = `{
  "version": 1,
  "region": "us-east-1",
  "releaseTable": "cv-analytics-releases",
  "services": {
    // Ana's.
    "reporter": { "function": "cv-analytics-reporter", "alias": "live", /* mails */ "topic": "old" },
    "gone": { "function": "gone" }, // for now
    "processor": {
      "function": "cv-analytics-processor", // the hot one
      "alias": "live",
      "queue": "cv-analytics-queue.fifo",
      "dlq": "cv-analytics-dlq.fifo",
      "script": "s",
      "table": "cv-analytics-events",
    },
  },
}
`;
    writeFileSync(file(), before);
    await json(['--force'], { env });
    const { worker: _, processor, ...found } = defaultConfig.services;
    expect(written().services).toEqual({ ...found, processor: { ...processor, script: 's' } });
    const after = readFileSync(file(), 'utf8');
    for (const kept of ["// Ana's.", '/* mails */', '// the hot one']) expect(after).toContain(kept);
    const hot = (text: string) => text.slice(text.indexOf('"processor"'));
    expect(hot(after)).toBe(hot(before));
  });

  test('keeps a service without a function, which AWS knows nothing of, and no other that it did not find', async () => {
    const { worker, ...found } = defaultConfig.services;
    const gone = { function: 'gone', queue: 'old' };
    writeFileSync(file(), JSON.stringify({ version: 1, services: { worker, gone } }));
    const { data } = await json(['--force'], { env });
    expect(data.services).toEqual(found);
    expect(written().services).toEqual({ worker, ...found });
    expect(await json(['--force'], { env })).toMatchObject({ data: { written: false } });
  });

  test('shows what it found in a table, and what is left over', async () => {
    const operate = operator(sandbox.simulator, 'us-east-1', 'test');
    const { QueueUrl } = await operate('sqs', 'CreateQueue', { QueueName: 'cv-analytics-old' });
    const result = await cli(['--dry-run'], { env, stdoutTTY: true, columns: 160 });
    expect(result.stdout).toMatch(/^SERVICE +FUNCTION +ALIAS +QUEUE +DLQ +TABLE +TOPIC/);
    expect(result.stdout).toContain('1 resource that no service uses: queue cv-analytics-old.');
    expect(result.stdout).toContain(`Would write ${file()}; nothing was written.`);
    expect(existsSync(file())).toBe(false);
    await operate('sqs', 'DeleteQueue', { QueueUrl });
  });

  test('looks only at what begins with the prefix, and says so when there is nothing', async () => {
    const { data } = await json(['--prefix', 'cv-analytics-rep', '--dry-run'], { env });
    expect(data.services).toEqual({ orter: { function: 'cv-analytics-reporter', alias: 'live' } });
    const result = await cli(['--prefix', 'nothing', '--json'], { env });
    expect(result.code).toBe(5);
    expect(jsonOf(result).error).toMatchObject({ code: 'NothingFound', message: expect.stringContaining('"nothing"') });
  });

  test('names the permission that it lacks', async () => {
    sandbox.simulator.faults.add({
      operation: 'ListTables',
      error: { code: 'AccessDeniedException', statusCode: 400 },
      times: 1,
    });
    expect(jsonOf(await cli(['--json'], { env })).error).toMatchObject({
      code: 'AccessDenied',
      exitCode: 4,
      hint: 'allow the IAM action dynamodb:ListTables.',
    });
  });
});
