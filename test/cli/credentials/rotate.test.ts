import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { type CliResult, jsonOf } from '../../support/run-cli.ts';
import { RotationScene } from './rotation-scene.ts';

const scene = new RotationScene();

describe('credentials rotate', () => {
  test('gives the Worker a new key by standard input, and makes the old one Inactive', async () => {
    const [[old]] = (await scene.keys()) as [readonly [string, string]];
    const result = await scene.rotate(['--yes', '--json']);
    expect(result.code).toBe(0);
    const { data } = jsonOf(result);
    expect(data).toMatchObject({
      user: SYSTEM.sender,
      script: 'cv-analytics-worker',
      oldKey: old,
      oldKeyIs: 'inactive',
      workspaces: [],
    });
    expect(await scene.keys()).toEqual([
      [old, 'Inactive'],
      [data.newKey, 'Active'],
    ]);
    const { argv, env } = scene.given;
    const { secrets } = scene;
    expect(secrets).toEqual({
      AWS_ACCESS_KEY_ID: data.newKey,
      AWS_SECRET_ACCESS_KEY: expect.stringMatching(/^.{40}$/),
    });
    expect(argv.slice(2)).toEqual(['secret', 'bulk', '--name', 'cv-analytics-worker']);
    // Nobody finds it in a list of processes, nor anything in the tool's environment that is not Cloudflare's.
    const secret = secrets['AWS_SECRET_ACCESS_KEY']!;
    expect(JSON.stringify({ argv, env })).not.toContain(secret);
    expect(env).toMatchObject({ CLOUDFLARE_API_TOKEN: 'canary-of-cloudflare', WRANGLER_LOG_SANITIZE: 'true' });
    expect(JSON.stringify(env)).not.toMatch(/canary-of-hcp|AWS_SECRET/);
    expect(result.stdout + result.stderr).not.toContain(secret);
    expect(readFileSync(scene.journal, 'utf8')).not.toContain(secret);
  });

  test('the next run deletes the old key; --retire-after does it in the same run', async () => {
    const first = jsonOf(await scene.rotate(['--yes', '--json'])).data;
    const second = jsonOf(await scene.rotate(['--yes', '--json', '--retire-after', '10m'])).data;
    expect(second).toMatchObject({ oldKey: first.newKey, oldKeyIs: 'deleted', deleted: [first.oldKey] });
    expect(await scene.keys()).toEqual([[second.newKey, 'Active']]);
  });

  test('--dry-run shows the keys, and changes nothing', async () => {
    const before = await scene.keys();
    const result = await scene.rotate(['--dry-run', '--json']);
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({
      dryRun: true,
      resumesAt: null,
      keys: [{ id: before[0]![0], active: true }],
    });
    expect(await scene.keys()).toEqual(before);
  });

  test('--dry-run says which Inactive key goes, and refuses what the run would', async () => {
    const first = jsonOf(await scene.rotate(['--yes', '--json'])).data;
    expect((await scene.rotate(['--dry-run', '--output', 'markdown'])).stdout).toContain(
      `Would delete key ${first.oldKey}, create a key`,
    );
    await scene.operate('UpdateAccessKey', { ...scene.user, AccessKeyId: first.oldKey, Status: 'Active' });
    rmSync(scene.journal);
    expect((await scene.rotate(['--dry-run'])).code).toBe(1);
    expect(
      (await scene.rotate(['--dry-run', '--retire', first.oldKey, '--wrangler', '/nonexistent/wrangler'])).code,
    ).toBe(4);
    const planned = await scene.rotate(['--dry-run', '--retire', first.oldKey, '--json']);
    expect(jsonOf(planned).next[0]?.command).toBe(`cvops credentials rotate worker --retire ${first.oldKey}`);
  });

  test('a second rotation at the same time is refused, and the first gives the Worker a key that works', async () => {
    let second: CliResult | undefined;
    const first = await scene.rotate(['--yes', '--json'], {
      during: async () => {
        second ??= await scene.rotate(['--yes', '--json']);
      },
    });
    expect(jsonOf(second!).error).toMatchObject({ code: 'RotationRunning', exitCode: 1 });
    expect(first.code).toBe(0);
    expect(await scene.keys()).toContainEqual([scene.secrets['AWS_ACCESS_KEY_ID'], 'Active']);
    expect((await scene.rotate(['--yes'])).code).toBe(0);
  });

  test.each([
    ['before the Worker is told', 1, 'the Worker has its key as before'],
    ['after it', 3, 'the Worker has the new key, the old one still works'],
  ])('Ctrl-C %s says where it stands, and the next run goes on', async (_, wait, words) => {
    const abort = new AbortController();
    let waits = 0;
    const during = () => {
      if (++waits === wait) abort.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    };
    const result = await scene.rotate(['--yes'], { during, signal: abort.signal });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain(words);
    expect(result.stderr).toContain('`cvops credentials rotate worker` goes on from here');
    expect((await scene.keys()).map(([, status]) => status)).toEqual(['Active', 'Active']);
    expect((await scene.rotate(['--yes'])).code).toBe(0);
    const [made] = (await scene.keys()).filter(([, status]) => status === 'Active');
    expect(made?.[0]).toBe(scene.secrets['AWS_ACCESS_KEY_ID']);
  });

  test("the tool's own error is told, not where it keeps its log", async () => {
    const said = [
      '🌀 Creating the secrets for the Worker "cv-analytics-worker"',
      '\u001b[31m✘ [ERROR] A request to the Cloudflare API (/accounts/x/workers/scripts/y/settings) failed.\u001b[0m',
      '',
      '  Authentication error [code: 10000].',
      '',
      '  If you think this is a bug, please open an issue at: https://github.com/cloudflare/workers-sdk/issues/new',
      '',
      '🪵  Logs were written to "/home/me/.config/.wrangler/logs/x.log"',
    ].join('\n');
    const result = await scene.rotate(['--yes'], { end: `console.error(${JSON.stringify(said)}); process.exit(1);` });
    expect(result.stderr).toContain('settings) failed. Authentication error [code: 10000].');
    expect(result.stderr).toContain('If it broke off, let the Worker send an event');
  });

  test('what the tool says with the secret in it is not repeated; both keys stay', async () => {
    const result = await scene.rotate(['--yes', '--debug'], {
      end: 'console.error("refused: " + stdin); process.exit(1);',
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('it ended with 1: refused: ');
    const secret = scene.secrets['AWS_SECRET_ACCESS_KEY']!;
    expect(result.stdout + result.stderr).not.toContain(secret);
    const [[old], [made]] = (await scene.keys()) as [readonly [string, string], readonly [string, string]];
    expect(await scene.keys()).toEqual([
      [old, 'Active'],
      [made, 'Active'],
    ]);
    expect(result.stderr).toContain(`--retire ${made}`);
    const again = await scene.rotate(['--yes', '--json', '--retire', made]);
    expect(again.code).toBe(0);
    expect(jsonOf(again).data).toMatchObject({ oldKey: old, deleted: [made] });
  });

  test('a new key that AWS does not know yet is not pushed before it does', async () => {
    scene.sandbox.simulator.faults.add({
      service: 'sts',
      operation: 'GetCallerIdentity',
      times: 2,
      error: {
        code: 'InvalidClientTokenId',
        statusCode: 403,
        message: 'The security token included in the request is invalid.',
      },
    });
    expect((await scene.rotate(['--yes'])).code).toBe(0);
    const tries = scene.sandbox.simulator
      .region(SYSTEM.region)
      .trail.filter(({ eventName }) => eventName === 'GetCallerIdentity');
    expect(tries.map(({ errorCode }) => errorCode)).toEqual([
      'InvalidClientTokenId',
      'InvalidClientTokenId',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('the only active key is not retired first', async () => {
    const [[old]] = (await scene.keys()) as [readonly [string, string]];
    const result = await scene.rotate(['--retire', old, '--yes']);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('the Worker could not send');
    expect(await scene.keys()).toEqual([[old, 'Active']]);
  });

  test('two keys that nobody wrote down: told apart, exit 1', async () => {
    await scene.operate('CreateAccessKey', scene.user);
    const result = await scene.rotate(['--yes']);
    expect(result.code).toBe(1);
    for (const [id] of await scene.keys()) expect(result.stderr).toContain(id);
    expect(result.stderr).toContain('--retire');
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['no such user', ['--user', 'nobody', '--yes'], 5, /no IAM user "nobody"/],
    ['not a user', ['--user', 'a b', '--yes'], 2, /"a b" is not the name of an IAM user/],
    ['not a key', ['--retire', 'x', '--yes'], 2, /"x" is not the id of an access key/],
    ['another key', ['--retire', 'AKIA0123456789ABCDEF', '--yes'], 2, /has no key AKIA0123456789ABCDEF/],
    ['no Worker', ['processor', '--yes'], 2, /"processor" is the Lambda function cv-analytics-processor, not a Cl/],
    ['a Worker that is not there', ['edge', '--yes'], 4, /does not see Worker "my-edge": .*\[code: 10007\]/],
    ['no service', ['nothing', '--yes'], 5, /no service "nothing"/],
    ['not a duration', ['--retire-after', 'soon', '--yes'], 2, /"soon" is not a duration/],
    ['no tool', ['--yes', '--wrangler', '/nonexistent/wrangler'], 4, /nothing was changed/],
    ['nobody to ask', [], 2, /this changes AWS and a Cloudflare Worker, .*\n.*add --yes/],
  ])('%s', async (_, argv, code, words) => {
    const services = { worker: {}, processor: { function: SYSTEM.processor }, edge: { script: 'my-edge' } };
    writeFileSync(join(scene.home, 'cvops.config.json'), JSON.stringify({ services }));
    const before = await scene.keys();
    const result = await scene.rotate(argv);
    expect(result.stderr).toMatch(words);
    expect(result.code).toBe(code);
    expect(await scene.keys()).toEqual(before);
  });
});
