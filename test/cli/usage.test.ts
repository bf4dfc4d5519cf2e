import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { jsonOf, makeHome, removeHome, runCli } from '../support/run-cli.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };

/** Two lines at most on stderr: what, and how to mend it. */
function expectOneLineAndHint(stderr: string, what: string, hint: string) {
  const [first, second, ...rest] = stderr.trimEnd().split('\n');
  expect(first).toMatch(/^Error: /);
  expect(first).toContain(what);
  expect(second).toMatch(/^Hint: /);
  expect(second).toContain(hint);
  expect(rest).toEqual([]);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe('a wrong command line exits 2 with one line and a hint', () => {
  test.each([
    [['alais', 'list'], 'unknown command "alais"', 'did you mean "alias"?'],
    [['--region', 'us-east-1', 'alais', 'list'], 'unknown command "alais"', 'did you mean "alias"?'],
    [['rollback', 'processor'], 'unknown command "rollback"', 'did you mean "alias rollback"?'],
    [['--sandbox', 'traffic'], 'unknown command "traffic"', 'did you mean "sandbox traffic"?'],
    [['xyzzy'], 'unknown command "xyzzy"', 'see `cvops --help`'],
    [['alias', 'lisst'], 'unknown command "alias lisst"', 'did you mean "alias list"?'],
    [['alias', 'list', '--jsno'], "unknown option '--jsno'", 'did you mean --json?'],
    [['alias'], 'cvops alias needs a verb', 'list, show, promote, rollback, recover'],
    [['alias', 'list', '--output', 'yaml'], 'output format "yaml"', 'table, json, ndjson, tsv, markdown'],
    [['alias', 'list', '--endpoint-url', 'localhost:4566'], 'endpoint URL "localhost:4566"', 'http://127.0.0.1:4566'],
    [['alias', 'list', '--query', 'data.['], '--query "data.["', 'jmespath.org'],
    [['alias', 'rollback', 'processor', '--to', '$LATEST'], '--to "$LATEST"', 'versions are numbers'],
    [['sandbox', 'traffic', '--sessions', '200'], '--sessions 200 is more than the 100 events', '--events 200'],
    [['sandbox', 'traffic', '--poison', '200'], '--poison 200 is more than the 100 events', '--events 200'],
    [
      ['sandbox', 'traffic', '--poison', '5', '--sessions', '2'],
      '--poison 5 needs 5 sessions, one for each, and --sessions says 2',
      '--sessions 5',
    ],
    [['dlq', 'replay', '--wait', '5', '--yes'], '--wait "5" is not a duration', '90s, 5m, 2h'],
    [['alias', 'show', 'a', 'b'], 'too many arguments', '--help'],
    [['alias', 'list', '--region='], '--region is empty', 'leave it out'],
    [['alias', 'list', '--config', ''], '--config is empty', 'leave it out'],
    [['alias', 'list', '--region'], "option '--region <region>' argument missing", '--help'],
  ])('%j', async (argv, what, hint) => {
    const { code, stdout, stderr } = await runCli(argv, { env: KEYS });
    expect(code).toBe(2);
    expectOneLineAndHint(stderr, what, hint);
    expect(argv.includes('--query') ? jsonOf({ code, stdout, stderr }).error.exitCode : stdout).toEqual(
      argv.includes('--query') ? 2 : '',
    );
  });
});

test('--json beside another --output is refused as one document', async () => {
  const result = await runCli(['alias', 'list', '--json', '--output', 'table'], { env: KEYS });
  expect(result.code).toBe(2);
  expectOneLineAndHint(result.stderr, '--json and --output table', 'leave one');
  expect(jsonOf(result).error.code).toBe('UsageError');
});

describe('--sandbox and --endpoint-url both say where calls go', () => {
  const url = 'http://127.0.0.1:1';
  test.each([
    [
      'both as flags are refused',
      ['--sandbox', '--endpoint-url', url],
      {},
      2,
      '--sandbox and --endpoint-url cannot both',
    ],
    [
      'both in the environment, too',
      [],
      { CVOPS_SANDBOX: '1', CVOPS_ENDPOINT_URL: url },
      2,
      'CVOPS_SANDBOX and CVOPS_ENDP',
    ],
    [
      'the flag --sandbox goes over the environment',
      ['--sandbox'],
      { CVOPS_ENDPOINT_URL: url },
      4,
      'no sandbox is running',
    ],
    ['the flag --endpoint-url, too', ['--endpoint-url', url], { CVOPS_SANDBOX: '1' }, 4, 'cannot reach 127.0.0.1:1'],
  ])('%s', async (_, flags, env, code, message) => {
    const result = await runCli(['alias', 'list', ...flags], { env: { ...KEYS, ...env } });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });
});

test('CVOPS_OUTPUT=json wants errors as a document, too', async () => {
  const result = await runCli(['alias', 'show', 'nobody'], { env: { ...KEYS, CVOPS_OUTPUT: 'json' } });
  expect(result.code).toBe(5);
  expect(jsonOf(result).error.code).toBe('ServiceNotFound');
});

describe('help and version go to stdout and exit 0', () => {
  test.each([
    [['--help']],
    [[]],
    [['help']],
    [['alias', '--help']],
    [['help', 'alias']],
    [['alias', 'rollback', '--help']],
  ])('%j', async (argv) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: cvops');
    expect(stderr).toBe('');
  });

  test('help for a verb is that of its --help', async () => {
    const { stdout } = await runCli(['help', 'alias', 'rollback']);
    expect(stdout).toBe((await runCli(['alias', 'rollback', '--help'])).stdout);
  });

  test('help for a command that is not there exits 2 with a suggestion', async () => {
    const { code, stderr } = await runCli(['help', 'alais']);
    expect(code).toBe(2);
    expectOneLineAndHint(stderr, 'unknown command "alais"', 'did you mean "alias"?');
  });

  test('--version prints the version alone', async () => {
    expect(await runCli(['--version'], { version: '1.2.3' })).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  test('the help of a command lists its flags and examples', async () => {
    const { stdout } = await runCli(['alias', 'rollback', '--help']);
    expect(stdout).toContain('--to <version>');
    expect(stdout).toContain('--dry-run');
    expect(stdout).toContain('cvops alias rollback processor');
  });
});

describe('missing set-up exits 4', () => {
  test('no region', async () => {
    const { code, stderr } = await runCli(['alias', 'list'], { env: { ...KEYS, AWS_REGION: undefined } });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'no AWS region is set', '--region');
  });

  test.each(['--region', 'AWS_REGION'])('a region that cannot be one, from %s', async (source) => {
    const { code, stderr } =
      source === '--region'
        ? await runCli(['alias', 'list', '--region', 'not_a region'], { env: KEYS })
        : await runCli(['alias', 'list'], { env: { ...KEYS, AWS_REGION: 'not_a region' } });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, '"not_a region" is not an AWS region', 'eu-west-2');
  });

  test('an endpoint in the environment that is no URL', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'localhost');
    try {
      const { code, stderr } = await runCli(['alias', 'list'], { env: KEYS });
      expect(code).toBe(4);
      expectOneLineAndHint(stderr, 'not a URL', 'AWS_ENDPOINT_URL');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('AWS_DEFAULT_REGION is a region', async () => {
    const { stderr } = await runCli(['alias', 'list', '--endpoint-url', 'http://127.0.0.1:1'], {
      env: { ...KEYS, AWS_REGION: undefined, AWS_DEFAULT_REGION: 'eu-west-2' },
    });
    expect(stderr).toContain('cannot reach 127.0.0.1:1');
  });

  test('no credentials', async () => {
    const { code, stderr } = await runCli(['alias', 'list', '--endpoint-url', 'http://127.0.0.1:1'], {
      env: { AWS_REGION: 'us-east-1' },
    });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'no AWS credentials were found', 'AWS_PROFILE');
  });

  describe('a profile that is not there is named, with the files that were looked at', () => {
    test.each(['--profile', 'AWS_PROFILE', 'cvops.config.json'])('from %s', async (source) => {
      const home = makeHome();
      try {
        writeFileSync(join(home, 'aws-config'), '[profile dev]\nregion = eu-west-2\n[sso-session corp]\nx = y\n');
        if (source.endsWith('json')) {
          writeFileSync(join(home, source), '{"profile": "devv", "services": {"p": {"function": "f"}}}');
        }
        const { code, stderr } = await runCli(
          ['alias', 'list', ...(source === '--profile' ? ['--profile', 'devv'] : [])],
          { home, env: source === 'AWS_PROFILE' ? { AWS_PROFILE: 'devv' } : {} },
        );
        expect(code).toBe(4);
        expectOneLineAndHint(stderr, 'there is no AWS profile "devv"', 'did you mean "dev"?');
        expect(stderr).toContain(`${join(home, 'aws-config')} and ${join(home, 'aws-credentials')} hold: dev.`);
      } finally {
        removeHome(home);
      }
    });

    test('keys in the environment need no profile of the configuration', async () => {
      const home = makeHome();
      try {
        writeFileSync(join(home, 'cvops.config.json'), '{"profile": "gone", "services": {"p": {"function": "f"}}}');
        const { stderr } = await runCli(['alias', 'list', '--endpoint-url', 'http://127.0.0.1:1'], { home, env: KEYS });
        expect(stderr).toContain('cannot reach 127.0.0.1:1');
      } finally {
        removeHome(home);
      }
    });
  });

  test('a word that is only half alike is not suggested', async () => {
    const { stderr } = await runCli(['demi'], { env: KEYS });
    expect(stderr).toContain('did you mean "demo"?');
    expect((await runCli(['dome'], { env: KEYS })).stderr).toContain('see `cvops --help`');
  });

  test('an endpoint that nobody listens on', async () => {
    const { code, stderr, stdout } = await runCli(['alias', 'list', '--json', '--endpoint-url', 'http://127.0.0.1:1'], {
      env: KEYS,
    });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'cannot reach 127.0.0.1:1 (ECONNREFUSED)', '--endpoint-url');
    expect(jsonOf({ code, stdout, stderr })).toEqual({
      kind: 'cvops/error',
      version: 1,
      error: {
        code: 'EndpointUnreachable',
        message: 'cannot reach 127.0.0.1:1 (ECONNREFUSED).',
        hint: expect.stringContaining('--endpoint-url'),
        exitCode: 4,
      },
    });
  });

  test('no sandbox runs', async () => {
    const { code, stderr } = await runCli(['alias', 'list', '--sandbox']);
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'no sandbox is running', 'cvops sandbox up');
  });
});

describe('a configuration that cannot be read exits 4 and names line and field', () => {
  async function withConfig(text: string, argv = ['alias', 'list']) {
    const home = makeHome();
    try {
      const nested = join(home, 'a', 'b');
      mkdirSync(nested, { recursive: true });
      writeFileSync(join(home, 'cvops.config.json'), text);
      return await runCli([...argv, '--endpoint-url', 'http://127.0.0.1:1'], { home, cwd: nested, env: KEYS });
    } finally {
      removeHome(home);
    }
  }

  test('half-written', async () => {
    const { code, stderr } = await withConfig('{\n  "services": {\n    "processor": { "function": "f"');
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'cvops.config.json:3:', 'half-written');
  });

  test('empty', async () => {
    const { code, stderr } = await withConfig('');
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'cvops.config.json:1:1: the file is empty', 'docs/configuration.md');
  });

  test('an unknown field', async () => {
    const { code, stderr } = await withConfig(
      '{\n  "services": {\n    "processor": {\n      "functoin": "f"\n    }\n  }\n}',
    );
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'cvops.config.json:4:', 'function, alias, queue');
    expect(stderr).toContain('services.processor.functoin');
  });

  test('a field of the wrong type', async () => {
    const { code, stderr } = await withConfig('{\n  "region": 5,\n  "services": {}\n}');
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'cvops.config.json:2:13: "region" is 5, a number', '"eu-west-2"');
  });

  test('a file that is not there', async () => {
    const { code, stderr } = await runCli(['alias', 'list', '--config', 'nowhere.json'], { env: KEYS });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'nowhere.json (there is no such file)', '--config');
  });

  test.each([
    ['a folder', '.', 'it is a folder'],
    ['a device without end', '/dev/zero', 'a device'],
  ])('%s', async (_, file, why) => {
    const { code, stderr } = await runCli(['alias', 'list', '--config', file], { env: KEYS });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, `(${why})`, '--config');
  });

  test('comments and trailing commas are no mistake', async () => {
    const { stderr } = await withConfig('{\n  // ours\n  "services": { "p": { "function": "f", }, },\n}');
    expect(stderr).toContain('cannot reach');
  });
});

describe('a service is found by name', () => {
  test('an unknown one exits 5 with a suggestion', async () => {
    const { code, stderr } = await runCli(['alias', 'show', 'procesor'], { env: KEYS });
    expect(code).toBe(5);
    expectOneLineAndHint(stderr, 'no service "procesor"', 'did you mean "processor"?');
  });

  test('without a name, more than one candidate exits 2', async () => {
    const { code, stderr } = await runCli(['alias', 'show'], { env: KEYS });
    expect(code).toBe(2);
    expectOneLineAndHint(stderr, 'more than one service has a function', 'processor, reporter');
  });

  test('a service without the resource exits 4', async () => {
    const { code, stderr } = await runCli(['alias', 'show', 'worker'], { env: KEYS });
    expect(code).toBe(4);
    expectOneLineAndHint(stderr, 'service "worker" has no function', 'processor, reporter');
  });
});

describe('a change is refused at once where nobody can be asked', () => {
  const rollback = ['alias', 'rollback', 'processor', '--endpoint-url', 'http://127.0.0.1:1'];

  test.each([
    ['no terminal', rollback, {}],
    ['--no-input on a terminal', [...rollback, '--no-input'], { stdinTTY: true, stderrTTY: true }],
  ])('%s', async (_, argv, terminal) => {
    const { code, stderr } = await runCli(argv, { env: KEYS, ...terminal });
    expect(code).toBe(2);
    expectOneLineAndHint(stderr, 'this changes AWS, and nobody can be asked here', '--yes');
  });

  test('--yes and --dry-run go on', async () => {
    for (const flag of ['--yes', '--dry-run']) {
      const { stderr } = await runCli([...rollback, flag], { env: KEYS });
      expect(stderr).toContain('cannot reach 127.0.0.1:1');
    }
  });
});
