import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bob } from '../../support/hcp-server/hcp-server.ts';
import { jsonOf, makeHome, removeHome } from '../../support/run-cli.ts';
import { NIGHT, stateCli, stateOf } from './state-cli.ts';

const cli = stateCli();
const HOUR = 3_600_000;

describe('state list', () => {
  test('tells of every service: lock, run, resources, last state; in one call', async () => {
    const { world } = cli.server;
    world.addState(cli.worker, { createdBy: 'user-ana', content: stateOf(7) });
    world
      .addWorkspace('another-system')
      .states.push(
        world.addState(world.workspace('cv-analytics-reporter'), { createdBy: 'user-bob', content: stateOf(5) }),
      );
    const run = world.startRun(world.workspace('cv-analytics-processor'), 'planning');
    const result = await cli.run(['state', 'list', '--json']);
    expect(result.code).toBe(0);
    const { data, warnings, next } = jsonOf(result);
    expect(data.organization).toEqual({
      name: 'cv-analytics-org',
      hostname: cli.server.hostname,
      // Of all workspaces, not of the configured ones alone.
      resources: 17,
      limit: 500,
    });
    expect(data.workspaces.map((each: { service: string }) => each.service)).toEqual([
      'worker',
      'processor',
      'reporter',
    ]);
    expect(data.workspaces[0]).toMatchObject({ found: true, locked: false, resources: 7, state: { serial: 1 } });
    expect(data.workspaces[1]).toMatchObject({ locked: true, lock: { kind: 'run', id: run.id, status: 'planning' } });
    expect(warnings).toEqual([]);
    expect(next).toEqual([{ command: 'cvops state show processor', why: 'who holds the lock' }]);
    expect(cli.server.requests).toHaveLength(1);
  });

  test('a workspace that is not seen is a row and a warning, not the end', async () => {
    const nearly = { ...bob, token: 'canary-of-nearly', sees: ['cv-analytics-worker'] };
    cli.server.world.people.push(nearly);
    const result = await cli.run(['state', 'list', '--json'], { as: nearly });
    expect(result.code).toBe(0);
    const { data, warnings } = jsonOf(result);
    expect(data.workspaces.map((each: { found: boolean }) => each.found)).toEqual([true, false, false]);
    expect(warnings.map(({ code }) => code)).toEqual(['WorkspaceNotFound', 'WorkspaceNotFound']);
  });

  test('reads on a terminal without JSON', async () => {
    cli.worker.lock = { type: 'users', id: 'user-bob', reason: 'surgery [cvops, 2026-11-23T01:00:00.000Z]' };
    const { stdout } = await cli.run(['state', 'list'], { stdoutTTY: true });
    expect(stdout).toMatch(/^worker +bob, 2 h ago +0/m);
    expect(stdout).toMatch(/^reporter +free +0/m);
    expect(stdout).toContain('0 of 500 resources');
    const piped = await cli.run(['state', 'list']);
    expect(piped.stdout.split('\n')[0]).toBe('worker\tcv-analytics-worker\tbob\t\t0\t\t');
  });

  test('an organisation that is not there ends with 5 and the nearest name', async () => {
    const result = await cli.run(['state', 'list', '--json'], { env: { TF_CLOUD_ORGANIZATION: 'cv-analytics-og' } });
    expect(result.code).toBe(5);
    expect(jsonOf(result).error).toMatchObject({
      code: 'OrganizationNotFound',
      hint: expect.stringContaining('did you mean "cv-analytics-org"?'),
    });
  });

  test.each([
    [{ TFE_TOKEN: undefined }, 'HcpTokenMissing'],
    [{ TFE_TOKEN: 'canary-revoked' }, 'HcpTokenRefused'],
    [{ TF_CLOUD_ORGANIZATION: undefined }, 'HcpOrganizationUnknown'],
    [{ TF_CLOUD_HOSTNAME: 'http://x' }, 'InvalidHcpHost'],
  ])('%j is a matter of set-up: exit code 4', async (env, code) => {
    const result = await cli.run(['state', 'list', '--json', '--debug'], { env });
    expect(result.code).toBe(4);
    expect(jsonOf(result).error.code).toBe(code);
    expect(result.stdout + result.stderr).not.toContain('canary');
  });
});

describe('state show', () => {
  test('tells who holds the lock since when, the run, the settings and the last states', async () => {
    const { world } = cli.server;
    for (let serial = 1; serial <= 4; serial++)
      world.addState(cli.worker, { createdBy: 'user-bob', content: stateOf(serial) });
    await cli.run(['state', 'lock', 'worker', '--reason', 'surgery', '--yes'], { as: bob });
    cli.now = NIGHT + 2 * HOUR;
    const result = await cli.run(['state', 'show', 'worker', '--json']);
    expect(result.code).toBe(0);
    const { data, next } = jsonOf(result);
    expect(data.workspaces[0]).toMatchObject({
      service: 'worker',
      lock: { kind: 'user', name: 'bob', reason: 'surgery', since: '2026-11-23T03:00:00.000Z' },
      resources: 4,
      terraformVersion: '1.11.4',
      executionMode: 'local',
      autoApply: false,
      run: null,
    });
    expect(data.workspaces[0].states.map(({ serial, by }: { serial: number; by: string }) => [serial, by])).toEqual([
      [4, 'bob'],
      [3, 'bob'],
      [2, 'bob'],
    ]);
    expect(next[0]).toMatchObject({ command: 'cvops state unlock worker --dry-run' });
    const { stdout } = await cli.run(['state', 'show', 'worker'], { stdoutTTY: true, columns: 120 });
    expect(stdout).toContain('bob since 2026-11-23T03:00:00.000Z (2 h ago): "surgery"');
    expect(stdout).toContain('4; organisation: 4 of 500 (Free plan)');
  });

  test('says that nobody knows since when, rather than to guess', async () => {
    cli.worker.lock = { type: 'users', id: 'user-bob', reason: 'Locked by Terraform' };
    cli.now += HOUR;
    const { stdout } = await cli.run(['state', 'show', 'worker'], { stdoutTTY: true, columns: 120 });
    expect(stdout).toContain('bob: "Locked by Terraform"');
    expect(stdout).toContain('HCP Terraform does not say; the workspace last changed 1 h ago');
  });

  test('names the run that is under way, with its page', async () => {
    const run = cli.server.world.startRun(cli.worker, 'cost_estimating');
    const result = await cli.run(['state', 'show', 'worker', '--json']);
    expect(jsonOf(result).data.workspaces[0].run).toMatchObject({ id: run.id, status: 'cost_estimating' });
    expect(jsonOf(result).data.workspaces[0].run.url).toContain(`/runs/${run.id}`);
  });

  test('what others wrote is shown, never obeyed', async () => {
    cli.worker.lock = { type: 'users', id: 'user-bob', reason: '\u001b[2Jgone\u202e' };
    const { stdout } = await cli.run(['state', 'show', 'worker'], { stdoutTTY: true, columns: 120 });
    expect(stdout).toContain('\\x1b[2Jgone');
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  test.each([
    ['wroker', 5, 'ServiceNotFound'],
    ['', 2, 'ServiceAmbiguous'],
  ])('service %j is told like everywhere', async (service, code, error) => {
    const result = await cli.run(['state', 'show', ...(service === '' ? [] : [service]), '--json']);
    expect(result.code).toBe(code);
    expect(jsonOf(result).error.code).toBe(error);
  });

  test('the configuration names organisation, host and workspace', async () => {
    const folder = makeHome();
    try {
      const { hostname } = cli.server;
      const config = {
        terraform: { organization: 'cv-analytics-org', hostname },
        services: { api: { workspace: 'another-system' } },
      };
      writeFileSync(join(folder, 'cvops.config.json'), JSON.stringify(config));
      cli.server.world.addWorkspace('another-system');
      const env = { TF_CLOUD_HOSTNAME: undefined, TF_CLOUD_ORGANIZATION: undefined, TFE_TOKEN: undefined };
      const mine = { ...env, TF_TOKEN_127_0_0_1: cli.server.world.people[0]!.token };
      const result = await cli.run(['state', 'show', '--json'], { cwd: folder, env: mine });
      expect(result.code).toBe(0);
      expect(jsonOf(result).data.workspaces[0]).toMatchObject({ service: 'api', workspace: 'another-system' });
    } finally {
      removeHome(folder);
    }
  });
});

describe('state history', () => {
  test('lists the last states: serial, when, by whom, run, size', async () => {
    const { world } = cli.server;
    for (let serial = 1; serial <= 30; serial++) {
      cli.now += HOUR;
      world.addState(cli.worker, {
        createdBy: serial % 2 === 0 ? 'user-ana' : 'user-gone',
        content: stateOf(1),
        run: serial === 30 ? 'run-30' : null,
      });
    }
    const result = await cli.run(['state', 'history', 'worker', '--limit', '25', '--json']);
    expect(result.code).toBe(0);
    const [entry] = jsonOf(result).data.workspaces;
    expect(entry.states).toHaveLength(25);
    expect(entry.states[0]).toMatchObject({
      serial: 30,
      createdAt: '2026-11-24T09:00:00.000Z',
      createdBy: 'user-ana',
      by: 'ana',
      run: 'run-30',
      sizeBytes: stateOf(1).length,
    });
    expect(entry.states[1]).toMatchObject({ createdBy: 'user-gone', by: null });
    // One look at each of the two users, not one for each state.
    expect(cli.server.requests.filter((each) => each.startsWith('GET /users/'))).toHaveLength(2);
  });

  test('no state is an empty list', async () => {
    const result = await cli.run(['state', 'history', 'worker']);
    expect([result.code, result.stdout]).toEqual([0, '']);
    expect((await cli.run(['state', 'history', 'worker'], { stdoutTTY: true })).stdout).toContain('No state');
  });

  test.each(['0', '101', 'all'])('--limit %s is refused', async (limit) => {
    expect((await cli.run(['state', 'history', 'worker', '--limit', limit])).code).toBe(2);
  });
});
