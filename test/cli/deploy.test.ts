import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../src/lib/errors/exit-code.ts';
import type { Call } from '../../src/lib/simulator/kernel/service.ts';
import { observeCalls } from '../support/observe-calls.ts';
import { ReleasedFunction } from '../support/released-function.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../support/run-cli.ts';

let released: ReleasedFunction;
let home: string;
beforeEach(async () => {
  released = await ReleasedFunction.start(2);
  home = makeHome();
  writeZip('new.zip', 7);
});
afterEach(async () => {
  removeHome(home);
  await released.stop();
});

const zipOf = (seed: number) => zipSync({ 'index.mjs': strToU8(`export const handler = async () => ${seed};\n`) });

function writeZip(name: string, seed: number): Uint8Array {
  const zip = zipOf(seed);
  writeFileSync(join(home, name), zip);
  return zip;
}

const deploy = (...flags: string[]) =>
  runCli(['deploy', 'processor', '--json', '--no-smoke', ...flags], { ...released.host, home });
const deployNew = (...flags: string[]) => deploy('--zip', 'new.zip', '--yes', ...flags);

const versions = async (): Promise<string[]> => {
  const { Versions } = await released.operate('lambda', 'ListVersionsByFunction', { FunctionName: released.name });
  return Versions.map(({ Version }: { Version: string }) => Version).filter((each: string) => each !== '$LATEST');
};

describe('deploy', () => {
  test('uploads, waits, publishes and moves the alias, in that order, and is remembered as one release', async () => {
    const seen: string[] = [];
    observeCalls(released.simulator, (operation) => seen.push(operation));
    const result = await deployNew('--reason', 'faster');
    expect(result.code).toBe(0);
    const { kind, data } = jsonOf(result);
    expect(kind).toBe('cvops/deploy');
    expect(data).toMatchObject({ from: '2', to: '3', strategy: 'all-at-once', outcome: 'promoted', published: true });
    expect(await released.alias()).toMatchObject({ version: '3', weights: {} });
    const changes = seen.filter((operation) => /^(Update|Publish|Put)/.test(operation));
    expect(changes).toEqual(['UpdateFunctionCode', 'PublishVersion', 'UpdateAlias', 'PutItem']);
    expect(await released.ledger()).toMatchObject([
      {
        id: data.releaseId,
        kind: 'deploy',
        outcome: 'succeeded',
        from: '2',
        to: '3',
        reason: 'faster',
        codeSha256: data.codeSha256,
        git: null,
      },
    ]);
    // Waiting for the update is a part of it.
    expect(data.durationMs).toBeGreaterThan(0);
    const { CodeSha256, Description } = await released.operate('lambda', 'GetFunctionConfiguration', {
      FunctionName: released.name,
      Qualifier: '3',
    });
    expect(data.codeSha256).toBe(CodeSha256);
    expect(Description).toMatch(/^cvops d-\d{8}T/);
    const history = await runCli(['alias', 'history', 'processor', '--cloudtrail', '--json'], {
      ...released.host,
      home,
    });
    const own = jsonOf(history).data.entries.filter(({ tool }: { tool: string }) => tool === 'cvops');
    expect(own).toMatchObject([{ kind: 'deploy', source: 'ledger' }]);
  });

  test('unchanged code and settings are no release: nothing is uploaded, published, moved or remembered', async () => {
    await deployNew();
    const seen: string[] = [];
    observeCalls(released.simulator, (operation) => seen.push(operation));
    const result = await deployNew();
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({
      releaseId: null,
      published: false,
      from: '3',
      to: '3',
      outcome: 'nothing',
    });
    expect(seen).not.toContain('UpdateFunctionCode');
    expect(seen).not.toContain('PublishVersion');
    expect(seen).not.toContain('UpdateAlias');
    expect(await versions()).toEqual(['1', '2', '3']);
    expect(await released.ledger()).toHaveLength(1);
    const shown = await runCli(['deploy', 'processor', '--zip', 'new.zip', '--yes', '--no-smoke'], {
      ...released.host,
      home,
      stdoutTTY: true,
      columns: 200,
    });
    expect(shown.stdout).toContain('nothing was published. processor serves it already');
  });

  test('without --zip releases what $LATEST holds: settings that somebody changed', async () => {
    await released.operate('lambda', 'UpdateFunctionConfiguration', { FunctionName: released.name, MemorySize: 512 });
    const { data } = jsonOf(await deploy('--yes'));
    expect(data).toMatchObject({ from: '2', to: '3', published: true });
    expect(await released.alias()).toMatchObject({ version: '3' });
  });

  test('takes up a version that an earlier try published and did not release', async () => {
    writeFileSync(join(home, 'bad.json'), '{}');
    writeFileSync(
      join(home, 'throws.zip'),
      zipSync({ 'index.mjs': strToU8('export const handler = () => { throw 1 };') }),
    );
    const args = ['deploy', 'processor', '--zip', 'throws.zip', '--yes', '--json'];
    const failed = await runCli([...args, '--smoke', 'bad.json'], { ...released.host, home });
    expect(failed.code).toBe(6);
    expect(await released.alias()).toMatchObject({ version: '2' });
    expect(await released.ledger()).toMatchObject([{ kind: 'deploy', outcome: 'failed', error: 'SmokeFailed' }]);
    const { data } = jsonOf(await runCli([...args, '--no-smoke'], { ...released.host, home }));
    expect(data).toMatchObject({ from: '2', to: '3', published: false, outcome: 'promoted' });
    expect(await versions()).toEqual(['1', '2', '3']);
  });

  test('tells the version that it published, not one that was named', async () => {
    const args = ['deploy', 'processor', '--zip', 'new.zip', '--yes', '--no-smoke'];
    const { stdout, stderr } = await runCli(args, { ...released.host, home, stdoutTTY: true, columns: 120 });
    expect(stdout).toMatch(/^✓ processor serves version 3\.\n/);
    expect(stdout).toMatch(/to +3 \(published with this release\)/);
    expect(stderr).toMatch(/^uploading new\.zip \(1 kB\)\n/);
    expect(stderr).toContain('published version 3\n');
  });

  test('does not release again what was rolled back from', async () => {
    await deployNew();
    await runCli(['alias', 'rollback', 'processor', '--yes'], { ...released.host, home });
    const result = await deployNew();
    expect(result.code).toBe(6);
    expect(jsonOf(result).error).toMatchObject({ code: 'VersionQuarantined' });
    expect(await released.alias()).toMatchObject({ version: '2' });
  });

  test('records the commit of the working folder', async () => {
    const folder = join(home, 'repository');
    mkdirSync(folder);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
        cwd: folder,
        env: { ...process.env, HOME: home, GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z' },
      });
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'x');
    const sha = git('rev-parse', 'HEAD').toString().trim();
    const result = await runCli(['deploy', 'processor', '--zip', '../new.zip', '--yes', '--no-smoke', '--json'], {
      env: { ...released.env, PATH: process.env['PATH'] },
      home,
      cwd: folder,
    });
    expect(jsonOf(result).data.git).toEqual({ sha, committedAt: '2026-01-02T03:04:05.000Z' });
    const commit = { sha, committedAt: Date.UTC(2026, 0, 2, 3, 4, 5) };
    expect(await released.ledger()).toMatchObject([{ git: commit }]);
    // Whoever releases this version again, or finishes a release of it, has no repository to ask.
    await released.foreignMove({ version: '2' });
    const again = ['alias', 'promote', 'processor', '--no-smoke', '--yes'];
    await runCli(again, { ...released.host, home });
    expect((await released.ledger()).at(-1)).toMatchObject({ kind: 'promote', to: '3', git: commit });
  });

  test('a dry run has Lambda validate the upload and changes nothing', async () => {
    const bodies: string[] = [];
    observeCalls(released.simulator, (operation, call) => {
      if (operation === 'UpdateFunctionCode') bodies.push(call.body.toString());
    });
    const result = await deploy('--zip', 'new.zip', '--dry-run');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ outcome: 'planned', from: '2', to: null, releaseId: null });
    expect(bodies.map((body) => JSON.parse(body).DryRun)).toEqual([true]);
    expect(await versions()).toEqual(['1', '2']);
    const same = await deploy('--dry-run');
    expect(jsonOf(same).data).toMatchObject({ outcome: 'nothing', published: false });
  });

  test('hands the flags of a canary to the promotion', async () => {
    const wrong = await deployNew('--canary', '120');
    expect(wrong.code).toBe(2);
    expect(await versions()).toEqual(['1', '2']);
    const help = await runCli(['deploy', '--help']);
    expect(help.stdout).toContain('--steps');
    expect(help.stdout).not.toContain('--to ');
  });
});

describe('deploy and others at the same time', () => {
  test.each([
    ['and that is through', 600],
    ['and that is under way', 0],
  ])('code that somebody uploaded in between is not overwritten: %s', async (_case, delayMs) => {
    released.simulator.faults.add({ service: 'lambda', operation: 'UpdateFunctionCode', delayMs });
    const { lambda } = released.simulator.region();
    let isDone = false;
    observeCalls(released.simulator, (operation, call) => {
      if (operation !== 'ListVersionsByFunction' || isDone) return;
      isDone = true;
      const zip = Buffer.from(zipOf(99)).toString('base64');
      lambda.operations['UpdateFunctionCode']!({ FunctionName: released.name, ZipFile: zip }, call);
    });
    const result = await deployNew();
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'RevisionConflict',
      message: 'cv-analytics-processor was changed by someone else in between; the alias was not touched.',
    });
    expect(await released.alias()).toMatchObject({ version: '2' });
    expect(await released.ledger()).toMatchObject([{ kind: 'deploy', outcome: 'conflict', error: 'RevisionConflict' }]);
  });

  test.each([
    ['and that is through', 600],
    ['and that is under way', 0],
  ])('code that somebody uploaded after ours is not published: %s', async (_case, delayMs) => {
    released.simulator.faults.add({ service: 'lambda', operation: 'PublishVersion', delayMs });
    const { lambda } = released.simulator.region();
    let updates = 0;
    observeCalls(released.simulator, (operation, call) => {
      if (operation === 'UpdateFunctionCode') updates = 1;
      if (operation !== 'GetFunctionConfiguration' || updates !== 1) return;
      if (!isSettled()) return;
      updates = 2;
      const zip = Buffer.from(zipOf(99)).toString('base64');
      lambda.operations['UpdateFunctionCode']!({ FunctionName: released.name, ZipFile: zip }, call);
    });
    function isSettled(): boolean {
      const answer = lambda.operations['GetFunctionConfiguration']!({ FunctionName: released.name }, {} as Call);
      return (answer as { LastUpdateStatus?: string }).LastUpdateStatus === 'Successful';
    }
    const result = await deployNew();
    expect(result.code).toBe(1);
    expect(jsonOf(result).error.code).toBe('RevisionConflict');
    expect(await versions()).toEqual(['1', '2']);
    expect(await released.alias()).toMatchObject({ version: '2' });
  });

  test('a split that is under way refuses it before anything is uploaded', async () => {
    await released.foreignMove({ weights: { 1: 0.1 } });
    const result = await deployNew();
    expect(result.code).toBe(6);
    expect(jsonOf(result).error.code).toBe('SplitInProgress');
    expect(await versions()).toEqual(['1', '2']);
  });

  test.each(['UpdateFunctionCode', 'PublishVersion'])(
    'a lost answer of %s is not a conflict with itself',
    async (operation) => {
      released.simulator.faults.add({ service: 'lambda', operation, dropResponse: true, times: 1 });
      const { data, error } = jsonOf(await deployNew());
      expect(error).toBeUndefined();
      expect(data).toMatchObject({ from: '2', to: '3', published: true });
      expect(await versions()).toEqual(['1', '2', '3']);
    },
  );

  test('who breaks off while the upload is waited for is told what is left, and goes on from there', async () => {
    const control = new AbortController();
    observeCalls(released.simulator, (operation) => {
      if (operation !== 'UpdateFunctionCode') return;
      control.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    });
    const args = ['deploy', 'processor', '--zip', 'new.zip', '--no-smoke', '--yes', '--json'];
    const broken = await runCli(args, { ...released.host, home, signal: control.signal });
    expect(broken.code).toBe(130);
    expect(jsonOf(broken).error.message).toContain('The code is uploaded and not published');
    expect(await versions()).toEqual(['1', '2']);
    expect(await released.alias()).toMatchObject({ version: '2' });
    expect(jsonOf(await deployNew()).data).toMatchObject({ from: '2', to: '3', published: true });
  });

  test('a canary that is broken off ends its split, and is remembered as a deploy in steps', async () => {
    const services = { processor: { function: released.name, alias: 'live' } };
    writeFileSync(join(home, 'cvops.config.json'), JSON.stringify({ services }));
    const control = new AbortController();
    observeCalls(released.simulator, (operation) => {
      if (operation !== 'UpdateAlias') return;
      control.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
    });
    const args = ['deploy', 'processor', '--zip', 'new.zip', '--canary', '10', '--no-smoke', '--yes', '--json'];
    const broken = await runCli(args, { ...released.host, home, signal: control.signal });
    expect(broken.code).toBe(130);
    const { data } = jsonOf(broken);
    expect(data).toMatchObject({ from: '2', to: '3', strategy: 'canary', outcome: 'ended', published: true });
    expect(await released.alias()).toMatchObject({ version: '2', weights: {} });
    expect(await released.ledger()).toMatchObject([
      {
        kind: 'deploy',
        strategy: 'steps',
        outcome: 'inconclusive',
        codeSha256: data.codeSha256,
        steps: [{ percent: 10, verdict: null }],
      },
    ]);
  });

  test('a wait that may not look fails at once and names the action', async () => {
    observeCalls(released.simulator, (operation) => {
      if (operation !== 'UpdateFunctionCode') return;
      released.simulator.faults.add({
        service: 'lambda',
        operation: 'GetFunctionConfiguration',
        error: { code: 'AccessDeniedException', message: 'no', statusCode: 403 },
      });
    });
    const result = await deployNew();
    expect(result.code).toBe(4);
    expect(jsonOf(result).error).toMatchObject({
      code: 'AccessDenied',
      hint: 'allow the IAM action lambda:GetFunctionConfiguration.',
    });
  });
});

describe('a package that cannot be one is refused in one line, and nothing is called', () => {
  test.each([
    ['there is none', 5, 'there is no such file', () => {}],
    ['it is a folder', 2, 'it is a folder', (path: string) => mkdirSync(path)],
    ['it is empty', 2, 'is empty', (path: string) => writeFileSync(path, '')],
    ['it is no zip', 2, 'is no zip archive', (path: string) => writeFileSync(path, 'export const handler = 1')],
    ['it is cut short', 2, 'is cut short', (path: string) => writeFileSync(path, zipOf(1).subarray(0, 60))],
    ['it holds nothing', 2, 'with nothing in it', (path: string) => writeFileSync(path, zipSync({}))],
    [
      'it is too large',
      2,
      'has 50.0 MB; Lambda takes 50 MB',
      (path: string) => {
        const file = openSync(path, 'w');
        ftruncateSync(file, 50 * 1024 * 1024 + 1);
        closeSync(file);
      },
    ],
  ])('%s', async (_case, code, message, make) => {
    const seen: string[] = [];
    observeCalls(released.simulator, (operation) => seen.push(operation));
    make(join(home, 'package.zip'));
    const result = await runCli(['deploy', 'processor', '--zip', 'package.zip', '--yes'], { ...released.host, home });
    expect(result.code).toBe(code);
    expect(result.stderr.split('\n')[0]).toContain(message);
    expect(seen).toEqual([]);
  });

  test('a missing file of smoke events too, before anything is uploaded', async () => {
    const result = await runCli(['deploy', 'processor', '--zip', 'new.zip', '--smoke', 'no.json', '--yes'], {
      ...released.host,
      home,
    });
    expect(result.code).toBe(5);
    expect(await versions()).toEqual(['1', '2']);
  });
});
