import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { bob } from '../../support/hcp-server/hcp-server.ts';
import { openPipe } from '../../support/open-pipe.ts';
import { jsonOf, makeHome, type RunCliOptions, removeHome } from '../../support/run-cli.ts';
import { stateCli } from '../state/state-cli.ts';
import { addKeySet, ID, KEYS, push as pushWith, SECRET } from './credentials-cli.ts';

const cli = stateCli();
const push = (argv: readonly string[], options?: RunCliOptions) => pushWith(cli, argv, options);
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
    const waiting = new AbortController();
    const stdin = openPipe(LINES, waiting);
    const early = await push(['worker', '--yes', '--from-stdin'], { stdin, signal: waiting.signal });
    expect([early.code, cli.server.requests]).toEqual([130, []]);

    const reason = new CvopsError('Interrupted', 130, 'interrupted.');
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

  test('push warns where a set with priority goes over what it writes, also in a dry run', async () => {
    addKeySet(cli, 'loose');
    expect(jsonOf(await push(['worker', '--dry-run', '--json'], { env: KEYS })).warnings).toEqual([]);
    addKeySet(cli, 'enforced', { priority: true });
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
