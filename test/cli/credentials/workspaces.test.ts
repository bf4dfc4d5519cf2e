import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { bob } from '../../support/hcp-server/hcp-server.ts';
import type { HcpSet } from '../../support/hcp-server/world.ts';
import { type CliResult, jsonOf, makeHome, type RunCliOptions, removeHome } from '../../support/run-cli.ts';
import { NIGHT, stateCli } from '../state/state-cli.ts';

const cli = stateCli();
const ID = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+canary/EXAMPLEKEYs';
const KEYS = { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'eu-west-2' };
const DAY = 86_400_000;

async function push(argv: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const result = await cli.run(['credentials', 'push', ...argv], options);
  expect(result.stdout + result.stderr).not.toContain(SECRET);
  return result;
}
const changes = () => cli.server.requests.filter((each) => !each.startsWith('GET'));
const held = () => cli.worker.vars.map(({ key, value, category, sensitive }) => ({ key, value, category, sensitive }));
const ALL = [
  { key: 'AWS_ACCESS_KEY_ID', value: ID, category: 'env', sensitive: true },
  { key: 'AWS_SECRET_ACCESS_KEY', value: SECRET, category: 'env', sensitive: true },
  { key: 'AWS_REGION', value: 'eu-west-2', category: 'env', sensitive: false },
  { key: 'AWS_DEFAULT_REGION', value: 'eu-west-2', category: 'env', sensitive: false },
];

const LINES = Object.entries(KEYS)
  .map(([key, value]) => `${key}=${value}\n`)
  .join('');

describe('credentials push', () => {
  test('writes the variables to every workspace, the keys sensitive', async () => {
    const result = await push(['--yes', '--json'], { env: KEYS });
    expect(result.code).toBe(0);
    expect(
      jsonOf(result).data.workspaces.map((each: { service: string; status: string }) => [each.service, each.status]),
    ).toEqual([
      ['worker', 'pushed'],
      ['processor', 'pushed'],
      ['reporter', 'pushed'],
    ]);
    expect(held()).toEqual(ALL);
  });

  test('updates what is there', async () => {
    await push(['worker', '--yes'], { env: { ...KEYS, AWS_ACCESS_KEY_ID: 'AKIAI44QH8DHBEXAMPLE' } });
    const result = await push(['worker', '--yes', '--json'], { env: KEYS });
    expect(jsonOf(result).data.workspaces[0].variables.every(({ created }: { created: boolean }) => !created)).toBe(
      true,
    );
    expect(held()).toEqual(ALL);
  });

  test.each([
    [
      'lines',
      `# of the safe\nexport AWS_ACCESS_KEY_ID=${ID}\nAWS_SECRET_ACCESS_KEY="${SECRET}"\n\nAWS_DEFAULT_REGION = eu-west-2\r\n`,
    ],
    [
      'lines with comments, by Windows',
      `\ufeffAWS_ACCESS_KEY_ID=${ID} # whose\r\nAWS_SECRET_ACCESS_KEY='${SECRET}' # 'of it'\r\nAWS_REGION=eu-west-2\r\n`,
    ],
    ['lines twice alike', `${LINES}AWS_REGION=eu-west-2\n`],
    ['JSON', JSON.stringify({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'eu-west-2' })],
  ])('reads %s from standard input, and nothing of the environment then', async (_, stdin) => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAOTHEROTHEROTHER0', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) };
    expect((await push(['worker', '--yes', '--from-stdin'], { stdin, env })).code).toBe(0);
    expect(held()).toEqual(ALL);
  });

  test('reads what Windows PowerShell wrote', async () => {
    const home = makeHome();
    try {
      const file = join(home, 'keys.env');
      writeFileSync(file, `\ufeff${LINES}`, 'utf16le');
      expect((await push(['worker', '--yes', '--var-file', file])).code).toBe(0);
      expect(held()).toEqual(ALL);
    } finally {
      removeHome(home);
    }
  });

  test('Ctrl-C ends it while it reads a pipe that stays open, and between two variables', async () => {
    const reason = new CvopsError('Interrupted', 130, 'interrupted.');
    const waiting = new AbortController();
    const open = async function* () {
      yield Buffer.from(LINES);
      waiting.abort(reason);
      await new Promise(() => {});
    };
    const early = await push(['worker', '--yes', '--from-stdin'], { stdin: open(), signal: waiting.signal });
    expect([early.code, cli.server.requests]).toEqual([130, []]);

    const writing = new AbortController();
    cli.server.fail({ on: /POST .*vars/, onStrike: () => writing.abort(reason) });
    const late = await push(['--yes', '--json'], { env: KEYS, signal: writing.signal });
    expect(late.code).toBe(130);
    const { data, next } = jsonOf(late);
    expect(data.workspaces.map(({ status }: { status: string }) => status)).toEqual([
      'partly',
      'not-pushed',
      'not-pushed',
    ]);
    expect(changes()).toHaveLength(1);
    expect(next[0]?.command).toBe('cvops credentials push worker processor reporter');
  });

  test('--dry-run looks for the workspaces and writes nothing', async () => {
    const result = await push(['--dry-run'], { env: KEYS, stdoutTTY: true });
    expect(result.stdout).toContain('Would write 4 variables to 3 workspaces. Nothing was written.');
    expect(changes()).toEqual([]);
  });

  test('a file with a key missing names it in one line, and nothing is pushed', async () => {
    const home = makeHome();
    try {
      const file = join(home, 'keys.env');
      writeFileSync(file, `AWS_ACCESS_KEY_ID=${ID}\nAWS_REGION=eu-west-2\n`);
      const result = await push(['--yes', '--var-file', file], { env: KEYS });
      expect(result.stderr).toBe(
        `Error: AWS_SECRET_ACCESS_KEY is missing in ${file}.\nHint: set it there, or name another place: --var-file FILE, --from-stdin; nothing was pushed.\n`,
      );
      expect(result.code).toBe(4);
      expect(cli.server.requests).toEqual([]);
    } finally {
      removeHome(home);
    }
  });

  test('one workspace that fails: says which were written, exit 3', async () => {
    cli.server.fail({
      on: new RegExp(
        `POST /workspaces/${cli.server.world.workspaces.find(({ name }) => name === 'cv-analytics-processor')!.id}/vars`,
      ),
      reply: { status: 403, body: { errors: [{ status: '403', title: 'forbidden' }] } },
    });
    const result = await push(['--yes', '--json'], { env: KEYS });
    expect(result.code).toBe(3);
    const { data, warnings, next } = jsonOf(result);
    expect(data.workspaces.map(({ status }: { status: string }) => status)).toEqual([
      'pushed',
      'not-pushed',
      'not-pushed',
    ]);
    expect(warnings[0]).toMatchObject({ code: 'AccessDenied' });
    expect(next[0]?.command).toBe('cvops credentials push processor reporter');
  });

  test('a limit of calls is waited out', async () => {
    cli.server.fail({
      on: /POST .*vars/,
      reply: { status: 429, headers: { 'retry-after': '1' }, body: { errors: [] } },
    });
    expect((await push(['worker', '--yes'], { env: KEYS })).code).toBe(0);
    expect(held()).toEqual(ALL);
  });

  test.each<[string, readonly string[], RunCliOptions, number, RegExp]>([
    [
      'no keys at all',
      ['--yes'],
      {},
      4,
      /AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION \(or AWS_DEFAULT_REGION\) is missing in the environment/,
    ],
    ['keys that end', ['--yes'], { env: { ...KEYS, AWS_SESSION_TOKEN: 'x'.repeat(40) } }, 4, /temporary/],
    ['no terminal', [], { env: KEYS }, 2, /this changes HCP Terraform, .*\n.*add --yes/],
    ['a terminal as a pipe', ['--from-stdin', '--yes'], { stdinTTY: true }, 2, /standard input is a terminal/],
    [
      'lines that are none',
      ['--from-stdin', '--yes'],
      { stdin: `oops ${SECRET}` },
      2,
      /line 1 of standard input is not KEY=VALUE/,
    ],
    [
      'half a JSON',
      ['--from-stdin', '--yes'],
      { stdin: `{"AWS_SECRET_ACCESS_KEY": "${SECRET}` },
      2,
      /begins as JSON and is none/,
    ],
    ['a file that is not there', ['--var-file', 'nowhere', '--yes'], {}, 4, /cannot read nowhere \(ENOENT\)/],
    ['an empty name of a file', ['--var-file', '', '--yes'], {}, 2, /--var-file is empty/],
    ['a folder', ['--var-file', '.', '--yes'], {}, 4, /cannot read \. \(EISDIR\)/],
    [
      'an empty pipe',
      ['--from-stdin', '--yes'],
      { stdin: '' },
      4,
      /AWS_ACCESS_KEY_ID, .* is missing in standard input/,
    ],
    [
      'two secrets',
      ['--from-stdin', '--yes'],
      { stdin: `${LINES}AWS_SECRET_ACCESS_KEY=${SECRET}x\n` },
      2,
      /AWS_SECRET_ACCESS_KEY is in standard input twice/,
    ],
    [
      'a value of 1 MB',
      ['--from-stdin', '--yes'],
      { stdin: `${LINES}MORE=${'x'.repeat(1_000_000)}` },
      2,
      /standard input is longer than 64 KiB/,
    ],
    ['two sources', ['--var-file', 'x', '--from-stdin', '--yes'], {}, 2, /cannot both be had/],
    [
      'no such region',
      ['--yes'],
      { env: { ...KEYS, AWS_REGION: 'London' } },
      2,
      /"London" in the environment is not an AWS region/,
    ],
    ['no such service', ['nothing', '--yes'], { env: KEYS }, 5, /no service "nothing"/],
    [
      'no such organisation',
      ['--yes'],
      { env: { ...KEYS, TF_CLOUD_ORGANIZATION: 'cv-analytics-orh' } },
      5,
      /did you mean "cv-analytics-org"/,
    ],
    [
      'a token that sees nothing',
      ['--yes'],
      { env: { ...KEYS, TFE_TOKEN: undefined, TF_TOKEN_app_terraform_io: undefined, HOME: '/nonexistent' } },
      4,
      /no API token|token/,
    ],
  ])('%s', async (_, argv, options, code, words) => {
    const result = await push(argv, options);
    expect(result.stderr).toMatch(words);
    expect(result.code).toBe(code);
    expect(changes()).toEqual([]);
  });

  test('a token that may not see the workspace: 404 is explained as such', async () => {
    const nearly = { ...bob, token: 'canary-of-nearly', sees: ['cv-analytics-worker'] };
    cli.server.world.people.push(nearly);
    const result = await push(['--yes'], { env: { ...KEYS, ...cli.server.env(nearly) } });
    expect(result.stderr).toMatch(/HCP Terraform answers 404 for both/);
    expect(result.code).toBe(5);
    expect(changes()).toEqual([]);
  });

  test('a workspace that is missing: nothing is written to the others', async () => {
    cli.server.world.workspaces.splice(0, 1);
    const result = await push(['--yes'], { env: KEYS });
    expect(result.stderr).toMatch(/is not on .*, or the token may not see it/);
    expect(result.code).toBe(5);
    expect(changes()).toEqual([]);
  });
});

describe('credentials check, of the sender', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ rate: 0, now: NIGHT });
  });
  afterAll(() => sandbox.close());
  const check = (...argv: string[]) =>
    cli.run(['credentials', 'check', 'worker', '--json', ...argv], { env: endpointEnv(sandbox.endpoint) });

  test('tells each key with age and last use; one too old is bad, and rotate is next', async () => {
    const fresh = await check();
    expect(fresh.code).toBe(0);
    expect(jsonOf(fresh).data.sender).toMatchObject({
      user: 'cv-analytics-sender',
      unreadable: null,
      keys: [{ active: true, ageDays: 10, lastUsedAt: null, lastUsedService: null }],
      findings: [{ id: 'key-unused', severity: 'note' }],
    });
    const old = await check('--max-age', '9');
    expect(old.code).toBe(6);
    expect(jsonOf(old).data.sender.findings[0]).toMatchObject({ id: 'key-old', severity: 'bad' });
    expect(jsonOf(old).next[0]?.command).toBe('cvops credentials rotate');
  });

  test('without the permission the keys are a warning that names the action, and the workspaces are told', async () => {
    sandbox.simulator.faults.add({
      service: 'iam',
      operation: 'ListAccessKeys',
      error: { code: 'AccessDenied', statusCode: 403, message: 'User is not authorized.' },
    });
    const result = await check();
    sandbox.simulator.faults.clear();
    expect(result.code).toBe(3);
    expect(jsonOf(result).warnings[0]?.message).toContain('iam:ListAccessKeys');
    expect(jsonOf(result).data.workspaces[0]).toMatchObject({ found: true });
  });

  test('without the permission to see their last use they are told without it', async () => {
    sandbox.simulator.faults.add({
      service: 'iam',
      operation: 'GetAccessKeyLastUsed',
      error: { code: 'AccessDenied', statusCode: 403, message: 'User is not authorized.' },
    });
    const result = await check();
    sandbox.simulator.faults.clear();
    expect(result.code).toBe(3);
    const { data, warnings } = jsonOf(result);
    expect(data.sender).toMatchObject({ unreadable: null, keys: [{ active: true, lastUsedAt: null }], findings: [] });
    expect(warnings).toEqual([
      { code: 'LastUseUnreadable', message: expect.stringContaining('iam:GetAccessKeyLastUsed') },
    ]);
  });

  const without = (env: Record<string, undefined>, ...argv: string[]) =>
    cli.run(['credentials', 'check', ...argv], { env: { ...endpointEnv(sandbox.endpoint), ...env } });

  test.each([
    ['an organisation', { TF_CLOUD_ORGANIZATION: undefined }, 'set TF_CLOUD_ORGANIZATION'],
    ['a token', { TFE_TOKEN: undefined }, 'terraform login'],
  ])('without %s of HCP Terraform they are told all the same, and that it was not looked at', async (_, env, hint) => {
    const result = await without(env, '--json');
    expect(result.code).toBe(3);
    const { data, warnings } = jsonOf(result);
    expect(data).toMatchObject({ workspaces: [], sender: { keys: [{ active: true }] } });
    expect(warnings).toEqual([{ code: 'HcpNotChecked', message: expect.stringContaining(hint) }]);
    expect(cli.server.requests).toEqual([]);
    const piped = await without(env);
    expect(piped.stdout).toMatch(/^AKIA\w+\tactive\t/);
    expect((await without(env, '--max-age', '9')).code).toBe(6);
  });

  test('with neither, it says what is missing of both', async () => {
    const keys = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const result = await without({ TF_CLOUD_ORGANIZATION: undefined, ...keys }, '--json');
    expect(result.code).toBe(4);
    const { error } = jsonOf(result);
    expect(error.code).toBe('NothingChecked');
    expect(error.message).toMatch(/no HCP Terraform organisation is named\. .*credentials/);
  });

  test('a token that HCP Terraform refuses is an error, not a gap', async () => {
    const result = await cli.run(['credentials', 'check', '--json'], {
      env: { ...endpointEnv(sandbox.endpoint), TFE_TOKEN: 'canary-revoked' },
    });
    expect(result.code).toBe(4);
    expect(jsonOf(result).error.code).toBe('HcpTokenRefused');
  });
});

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

  const org = (name: string, settings: Partial<HcpSet> = {}) => {
    const set = cli.server.world.addSet(name, { global: true, ...settings });
    cli.server.world.addVar(set, 'AWS_ACCESS_KEY_ID', { value: ID, sensitive: true });
    cli.server.world.addVar(set, 'AWS_SECRET_ACCESS_KEY', { value: SECRET, sensitive: true });
    return set;
  };

  test('keys that a variable set gives are static keys, named with the set; its own fault is told once', async () => {
    org('aws for all');
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
    org('enforced', { priority: true });
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
    org('aws');
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

  test('push warns where a set with priority goes over what it writes, also in a dry run', async () => {
    org('loose');
    expect(jsonOf(await push(['worker', '--dry-run', '--json'], { env: KEYS })).warnings).toEqual([]);
    org('enforced', { priority: true });
    const message =
      'variable set "enforced" has priority: runs of "cv-analytics-worker" take AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY from it.';
    for (const flag of ['--dry-run', '--yes']) {
      const result = await push(['worker', flag, '--json'], { env: KEYS });
      expect(result.code).toBe(0);
      expect(jsonOf(result).warnings).toEqual([{ code: 'OverriddenBySet', message }]);
    }
    expect(cli.server.requests.filter((each) => each.includes('/varsets/'))).toHaveLength(2);
  });
});
