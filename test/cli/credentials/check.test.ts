import { describe, expect, test } from 'vitest';
import { type CliResult, jsonOf, type RunCliOptions } from '../../support/run-cli.ts';
import { NIGHT, stateCli } from '../state/state-cli.ts';
import { addKeySet, ID, KEYS, push as pushWith, SECRET } from './credentials-cli.ts';

const cli = stateCli();
const push = (argv: readonly string[], options?: RunCliOptions) => pushWith(cli, argv, options);
const DAY = 86_400_000;

describe('credentials check, of workspaces', () => {
  /** The sender's keys are not read here, so that not all was looked at. */
  const GOOD = 3;
  const check = (...argv: string[]) =>
    cli.run(['credentials', 'check', ...argv], {
      env: { AWS_REGION: 'us-east-1', CVOPS_ENDPOINT_URL: 'http://127.0.0.1:1', ...NO_KEYS },
    });
  const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const ids = (result: CliResult, i = 0): string[] =>
    jsonOf(result).data.workspaces[i].findings.map(({ id }: { id: string }) => id);
  const env = (key: string, value: string, sensitive = false) =>
    cli.server.world.addVar(cli.worker, key, { value, sensitive, category: 'env' });

  test('fresh static keys are a note, and OIDC is offered with its variables', async () => {
    await push(['worker', '--yes'], { env: KEYS });
    const result = await check('worker', '--json');
    expect(result.code).toBe(GOOD);
    const { data, next } = jsonOf(result);
    expect(data.workspaces[0]).toMatchObject({
      service: 'worker',
      kind: 'static',
      found: true,
      variables: [{ key: 'AWS_ACCESS_KEY_ID', sensitive: true, ageDays: 0 }, { key: 'AWS_SECRET_ACCESS_KEY' }],
    });
    expect(ids(result)).toEqual(['static-keys']);
    expect(next.at(-1)?.command).toMatch(/^TFC_AWS_PROVIDER_AUTH=true TFC_AWS_RUN_ROLE_ARN=/);
  });

  test('a secret that can be read is bad: exit 6, and its value is not shown', async () => {
    env('AWS_SECRET_ACCESS_KEY', SECRET);
    const result = await check('worker', '--json');
    expect(result.code).toBe(6);
    expect(ids(result)).toEqual(['secret-readable', 'static-keys']);
    expect(result.stdout + result.stderr).not.toContain(SECRET);
    // A pipe gets the list, and why it failed.
    expect((await check('worker')).stderr).toContain('worker: AWS_SECRET_ACCESS_KEY is not sensitive');
  });

  test('a note on several workspaces is one line, and keys that were not read are no empty table', async () => {
    const { stdout } = await cli.run(['credentials', 'check'], { stdoutTTY: true, columns: 200, env: NO_KEYS });
    expect(stdout).toContain('·· worker, processor, reporter: it holds no AWS credentials, and no variable set gives');
    expect(stdout).not.toContain('Key of');
  });

  test('the age is that of the oldest that counts', async () => {
    env('AWS_SECRET_ACCESS_KEY', SECRET, true);
    cli.now += 50 * DAY;
    env('AWS_ACCESS_KEY_ID', ID);
    expect((await check('worker')).stdout).toContain('\tstatic\t50 days\t');
  });

  test('a key is as old as its last push, not as its variable', async () => {
    env('AWS_SECRET_ACCESS_KEY', SECRET, true);
    cli.now = NIGHT + 91 * DAY;
    expect((await check('worker')).code).toBe(6);
    await push(['worker', '--yes'], { env: KEYS });
    const fresh = await check('worker', '--json');
    expect(fresh.code).toBe(GOOD);
    expect(jsonOf(fresh).data.workspaces[0].variables).toMatchObject([{ ageDays: 0 }, { ageDays: 0 }]);
    cli.now += 31 * DAY;
    expect(ids(await check('worker', '--max-age', '30', '--json'))).toEqual(['key-old', 'static-keys']);
  });

  test('OIDC is good, and keys beside it are said', async () => {
    env('TFC_AWS_PROVIDER_AUTH', 'true');
    env('TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/terraform');
    const good = await check('worker', '--json');
    expect(jsonOf(good).data.workspaces[0]).toMatchObject({
      kind: 'oidc',
      roleArn: 'arn:aws:iam::123456789012:role/terraform',
      findings: [],
    });
    env('AWS_SECRET_ACCESS_KEY', SECRET, true);
    expect(ids(await check('worker', '--json'))).toEqual(['static-keys']);
  });

  test('no credentials, and no workspace, are said', async () => {
    expect(ids(await check('worker', '--json'))).toEqual(['no-credentials']);
    cli.server.world.workspaces.splice(cli.server.world.workspaces.indexOf(cli.worker), 1);
    expect(ids(await check('worker', '--json'))).toEqual(['workspace-missing']);
  });

  test('keys that a variable set gives are static keys, named with the set; its own fault is told once', async () => {
    addKeySet(cli, 'aws for all');
    cli.now += 91 * DAY;
    const result = await check('--json');
    expect(result.code).toBe(6);
    const { data } = jsonOf(result);
    expect(data.workspaces[0]).toMatchObject({
      kind: 'static',
      variables: [
        { key: 'AWS_ACCESS_KEY_ID', set: 'aws for all', overriddenBy: null, ageDays: 91 },
        { key: 'AWS_SECRET_ACCESS_KEY', set: 'aws for all' },
      ],
      findings: [{ id: 'static-keys', detail: 'it gets static keys from variable set "aws for all".' }],
    });
    expect(data.variableSets).toMatchObject([
      {
        name: 'aws for all',
        global: true,
        priority: false,
        services: ['worker', 'processor', 'reporter'],
        findings: [{ id: 'key-old', severity: 'bad' }],
      },
    ]);
    // A set is read once, however many workspaces it reaches.
    expect(cli.server.requests.filter((each) => each.includes('/varsets/'))).toHaveLength(1);
    const { stdout } = await check();
    expect(stdout.split('\n')[0]).toBe('worker\tcv-analytics-worker\tstatic\t91 days\t\taws for all');
  });

  test('a secret of a set that can be read is bad, and its value is not shown', async () => {
    cli.server.world.addVar(cli.server.world.addSet('aws', { workspaces: ['cv-analytics-worker'] }), 'aws_secret_key', {
      value: SECRET,
      category: 'terraform',
    });
    const result = await check('--json');
    expect(result.code).toBe(6);
    expect(result.stdout + result.stderr).not.toContain(SECRET);
    expect(jsonOf(result).data.variableSets).toMatchObject([
      { services: ['worker'], findings: [{ id: 'secret-readable' }] },
    ]);
    expect(ids(result, 1)).toEqual(['no-credentials']);
  });

  test('a set with priority goes over what the workspace holds, and that is said', async () => {
    await push(['worker', '--yes'], { env: KEYS });
    addKeySet(cli, 'enforced', { priority: true });
    const result = await check('worker', '--json');
    expect(ids(result)).toEqual(['overridden', 'static-keys']);
    const [worker] = jsonOf(result).data.workspaces;
    expect(worker.findings[0].detail).toBe(
      'variable set "enforced" has priority, and goes over its AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.',
    );
    expect(
      worker.variables.map((each: { set: string; overriddenBy: string }) => [each.set, each.overriddenBy]),
    ).toEqual([
      ['enforced', null],
      ['enforced', null],
      [null, 'enforced'],
      [null, 'enforced'],
    ]);
  });

  test('OIDC may come from a set; half a pair from a set is said', async () => {
    const set = cli.server.world.addSet('oidc', { projectWorkspaces: ['cv-analytics-worker'] });
    cli.server.world.addVar(set, 'TFC_AWS_PROVIDER_AUTH', { value: 'true' });
    cli.server.world.addVar(set, 'TFC_AWS_RUN_ROLE_ARN', { value: 'arn:aws:iam::123456789012:role/terraform' });
    expect(jsonOf(await check('worker', '--json')).data.workspaces[0]).toMatchObject({
      kind: 'oidc',
      roleArn: 'arn:aws:iam::123456789012:role/terraform',
      findings: [],
    });
    addKeySet(cli, 'aws');
    env('AWS_ACCESS_KEY_ID', ID);
    const result = await check('worker', '--json');
    expect(ids(result)).toEqual(['split-pair', 'static-keys']);
    expect(result.stdout).toContain('gets static keys from variable set \\"aws\\" beside OIDC');
  });

  test('sets that the token may not see are a warning', async () => {
    cli.server.fail({ on: /GET .*\/varsets/, reply: { status: 404, body: { errors: [{ title: 'not found' }] } } });
    const result = await check('worker', '--json');
    expect(result.code).toBe(3);
    expect(jsonOf(result).warnings).toContainEqual({
      code: 'VariableSetsUnread',
      message: expect.stringContaining('"cv-analytics-worker"'),
    });
  });
});
