import { describe, expect, test } from 'vitest';
import { bob } from '../../support/hcp-server/hcp-server.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { NIGHT, stateCli, stateOf } from './state-cli.ts';

const cli = stateCli();
const MINUTE = 60_000;
const changes = () => cli.server.requests.filter((each) => !each.startsWith('GET'));

describe('state lock', () => {
  test('takes the lock with a reason, and says how to give it back', async () => {
    const result = await cli.run(['state', 'lock', 'worker', '--reason', 'queue surgery', '--yes', '--json']);
    expect(result.code).toBe(0);
    const { kind, data, next } = jsonOf(result);
    expect(kind).toBe('cvops/state.lock');
    expect(data.workspaces[0]).toMatchObject({ service: 'worker', workspace: 'cv-analytics-worker', locked: true });
    expect(data.workspaces[0].lock).toEqual({
      kind: 'user',
      id: 'user-ana',
      name: 'ana',
      status: null,
      reason: 'queue surgery',
      since: '2026-11-23T03:00:00.000Z',
    });
    expect(next).toEqual([{ command: 'cvops state unlock worker', why: 'give it back' }]);
    expect(cli.worker.lock).toMatchObject({ id: 'user-ana', reason: expect.stringContaining('queue surgery') });
  });

  test('held by somebody else: refused with name, time, reason, and what to do', async () => {
    await cli.run(['state', 'lock', 'worker', '--reason', 'queue surgery', '--yes'], { as: bob });
    cli.now += 5 * MINUTE;
    const result = await cli.run(['state', 'lock', 'worker', '--yes', '--json']);
    expect(result.code).toBe(1);
    const { error } = jsonOf(result);
    expect(error.code).toBe('WorkspaceLocked');
    expect(error.message).toBe(
      'workspace "cv-analytics-worker" is locked by bob since 2026-11-23T03:00:00.000Z (5 min ago): "queue surgery".',
    );
    expect(error.hint).toContain('cvops state unlock worker --force');
    expect(cli.worker.lock?.id).toBe('user-bob');
  });

  test("one's own lock is not taken for free: terraform may hold it with the same token", async () => {
    await cli.run(['state', 'lock', 'worker', '--yes']);
    expect((await cli.run(['state', 'lock', 'worker', '--yes'])).code).toBe(1);
  });

  test('held by a run: the run is named, with the page to end it on', async () => {
    const run = cli.server.world.startRun(cli.worker, 'apply_queued');
    cli.now += 90 * MINUTE;
    const result = await cli.run(['state', 'lock', 'worker', '--yes', '--json']);
    expect(result.code).toBe(1);
    const { error } = jsonOf(result);
    expect(error.code).toBe('WorkspaceLockedByRun');
    expect(error.message).toContain(`run ${run.id} (apply queued) since 2026-11-23T03:00:00.000Z (1 h 30 min ago)`);
    expect(error.hint).toContain(`/app/cv-analytics-org/workspaces/cv-analytics-worker/runs/${run.id}`);
  });

  test('somebody who is faster between the look and the lock is named', async () => {
    cli.server.fail({
      on: /POST .*lock/,
      reply: { status: 409, body: { errors: [{ title: 'conflict' }] } },
      onStrike: () => {
        cli.worker.lock = { type: 'users', id: 'user-bob', reason: '' };
      },
    });
    const result = await cli.run(['state', 'lock', 'worker', '--yes']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('is locked by bob');
  });

  test('is done also when nobody can be looked up afterwards', async () => {
    cli.server.fail({ on: /POST .*lock/, dropsAnswer: false, onStrike: () => failReads() });
    const failReads = () => cli.server.fail({ on: /GET/, times: 9, reply: { status: 503, body: { errors: [] } } });
    const result = await cli.run(['state', 'lock', 'worker', '--yes', '--json']);
    expect(result.code).toBe(0);
    expect(jsonOf(result).data.workspaces[0]).toMatchObject({ locked: true, lock: { id: 'user-ana', name: null } });
  });

  test('--dry-run walks the same path and changes nothing', async () => {
    const free = await cli.run(['state', 'lock', 'worker', '--dry-run']);
    expect(free.code).toBe(0);
    cli.worker.lock = { type: 'users', id: 'user-bob', reason: '' };
    expect((await cli.run(['state', 'lock', 'worker', '--dry-run'])).code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test.each([
    [['state', 'lock', 'worker'], 'this changes HCP Terraform, and nobody can be asked here'],
    [['state', 'lock', '--yes'], 'more than one service'],
    [['state', 'lock', 'worker', '--yes', '--reason', ' '], '--reason is empty'],
    [['state', 'lock', 'worker', '--yes', '--reason', 'x'.repeat(201)], '201 characters'],
    [['state', 'unlock', 'worker', '--force', '--yes'], '--confirm cv-analytics-worker'],
    [['state', 'unlock', 'worker', '--force', '--yes', '--confirm', 'worker'], '"worker" is not "cv-analytics-worker"'],
    [['state', 'unlock', 'worker', '--confirm', 'cv-analytics-worker', '--yes'], '--force'],
  ])('%j is a usage error, and changes nothing', async (argv, why) => {
    if (argv[1] === 'unlock') cli.worker.lock = { type: 'users', id: 'user-bob', reason: '' };
    const result = await cli.run(argv);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(why);
    expect(changes()).toEqual([]);
  });
});

describe('state unlock', () => {
  const unlock = (...flags: string[]) => cli.run(['state', 'unlock', 'worker', ...flags, '--json']);
  const force = ['--force', '--yes', '--confirm', 'cv-analytics-worker'];

  test("gives one's own lock back", async () => {
    cli.server.world.addState(cli.worker, { createdBy: 'user-ana', content: stateOf(1) });
    await cli.run(['state', 'lock', 'worker', '--yes']);
    const result = await unlock('--yes');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({
      unlocked: true,
      workspaces: [{ locked: false, lock: null, state: { serial: 1 } }],
    });
    expect(cli.worker.lock).toBeNull();
    expect(changes().at(-1)).toMatch(/actions\/unlock$/);
  });

  test('nothing to give back is no failure', async () => {
    const result = await unlock('--yes');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ unlocked: false });
    expect(changes()).toEqual([]);
  });

  test("somebody else's lock needs --force, and the name typed", async () => {
    await cli.run(['state', 'lock', 'worker', '--yes'], { as: bob });
    const refused = await unlock('--yes');
    expect(refused.code).toBe(1);
    expect(jsonOf(refused).error).toMatchObject({ code: 'WorkspaceLocked' });
    expect((await unlock('--dry-run')).code).toBe(1);
    // It is not even tried.
    expect(changes()).toHaveLength(1);
    const forced = await unlock(...force);
    expect(forced.code).toBe(0);
    expect(cli.worker.lock).toBeNull();
    expect(changes().at(-1)).toMatch(/actions\/force-unlock$/);
  });

  test("terraform's lock is not given back as one's own, although the token is the same", async () => {
    cli.worker.lock = { type: 'users', id: 'user-ana', reason: 'Locked by Terraform' };
    const refused = await unlock('--yes');
    expect(refused.code).toBe(1);
    expect(jsonOf(refused).error.hint).toContain('may be running');
    expect((await unlock(...force)).code).toBe(0);
    expect(cli.worker.lock).toBeNull();
    // It is their own: that needs no admin.
    expect(changes()).toEqual([expect.stringMatching(/actions\/unlock$/)]);
  });

  test('a run is never unlocked, not even by force', async () => {
    const run = cli.server.world.startRun(cli.worker);
    for (const flags of [['--yes'], force]) {
      const result = await unlock(...flags);
      expect(result.code).toBe(1);
      expect(jsonOf(result).error).toMatchObject({
        code: 'WorkspaceLockedByRun',
        message: expect.stringContaining(run.id),
      });
    }
    expect(changes()).toEqual([]);
  });

  test('without the permission to force it is said, not that the workspace is missing', async () => {
    cli.worker.lock = { type: 'users', id: 'user-ana', reason: 'x' };
    const result = await cli.run(['state', 'unlock', 'worker', ...force, '--json'], { as: bob });
    expect(result.code).toBe(4);
    expect(jsonOf(result).error).toMatchObject({ code: 'AccessDenied', hint: expect.stringContaining('admin') });
    expect(cli.worker.lock).not.toBeNull();
  });

  test('a lock that changed hands while the question stood is left alone', async () => {
    cli.worker.lock = { type: 'users', id: 'user-bob', reason: 'first' };
    cli.server.fail({
      on: /GET \/account\/details/,
      onStrike: () => {
        cli.worker.lock = { type: 'users', id: 'user-bob', reason: 'second' };
      },
    });
    const result = await unlock(...force);
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({ code: 'LockChanged', message: expect.stringContaining('second') });
    expect(changes()).toEqual([]);
  });

  test("a team's token cannot tell whether the lock is its own: the server decides", async () => {
    const team = { id: 'team-ops', name: 'ops', token: 'canary-of-the-team', team: true };
    cli.server.world.people.push(team);
    await cli.run(['state', 'lock', 'worker', '--yes'], { as: team });
    const others = await unlock('--yes');
    expect(others.code).toBe(1);
    expect(jsonOf(others).error.message).toContain('team ops');
    expect((await cli.run(['state', 'unlock', 'worker', '--yes'], { as: team })).code).toBe(0);
  });

  test('--dry-run says who holds it, and changes nothing', async () => {
    await cli.run(['state', 'lock', 'worker', '--reason', 'surgery', '--yes']);
    cli.now = NIGHT + 2 * MINUTE;
    const result = await cli.run(['state', 'unlock', 'worker', '--dry-run'], { stdoutTTY: true });
    expect(result.code).toBe(0);
    expect(result.stdout.replace(/\s+/g, ' ')).toContain(
      'held by ana since 2026-11-23T03:00:00.000Z (2 min ago): "surgery"',
    );
    expect(cli.worker.lock).not.toBeNull();
  });

  test('an answer that is lost is told as such', async () => {
    await cli.run(['state', 'lock', 'worker', '--yes']);
    cli.server.fail({ on: /POST .*unlock/, dropsAnswer: true });
    const result = await unlock('--yes');
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'HcpBroken',
      hint: expect.stringContaining('it may have been done'),
    });
    expect(cli.worker.lock).toBeNull();
  });
});
