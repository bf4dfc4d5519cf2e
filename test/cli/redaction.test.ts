import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registry } from '../../src/commands/registry.ts';
import { ExitCode } from '../../src/lib/errors/exit-code.ts';
import { type Sandbox, startSandbox } from '../../src/lib/sandbox/start-sandbox.ts';
import { simulatedTime } from '../integration/dlq/support/dead-letter-scene.ts';
import { type HcpServer, startHcpServer } from '../support/hcp-server/hcp-server.ts';
import { type LoopbackServer, serveHttp } from '../support/loopback-server.ts';
import { makeHome, type RunCliOptions, removeHome, runCli } from '../support/run-cli.ts';

/** Whatever is written, none of these is in it. */
const CANARIES = {
  AWS_SECRET_ACCESS_KEY: 'CanaryKey+of/the+Environment0123456789ab',
  AWS_SESSION_TOKEN: 'CanarySession//FwoGZXIvYXdzEBYaDKx0+123=',
  TFE_TOKEN: 'CanaryTfe.atlasv1.abcdefghijklmnopqrstuvw',
  CLOUDFLARE_API_TOKEN: 'CanaryCloudflare_abcdefghijklmnopqrstuvw',
};
const PROFILE_KEY = 'CanaryProfile/abcdefghijklmnopqrstuvwxyz';
const PROFILE_SESSION = 'CanaryProfileSession/abcdefghijklmnopqrs';
const PASSWORD = 'CanaryPassword';
const READABLE = 'CanaryReadable/abcdefghijklmnopqrstuvwxy';
const CANARY = /Canary/;

/** One call of every command; those that are not here would be missed, and a test says so. */
const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  init: [['--yes', '--dry-run']],
  doctor: [[]],
  audit: [[]],
  status: [[]],
  logs: [['processor', '--since', '1h']],
  'dlq list': [[]],
  'dlq inspect': [['--explain']],
  'dlq explain': [['processor', '00000000-0000-4000-8000-000000000000']],
  'dlq export': [['--to', 'letters.ndjson', '--force']],
  'dlq import': [['--from', 'letters.ndjson', '--yes']],
  'dlq replay': [
    ['--dry-run', '--save-plan', 'plan.json'],
    ['--yes', '--no-verify'],
    ['--yes', '--engine', 'native', '--no-verify'],
    ['--yes', '--stop-on-alarm', 'cv-analytics-dlq-depth', '--no-verify'],
  ],
  'dlq cancel': [['--yes']],
  'dlq verify': [['20260101-000000-abcd']],
  'dlq runs': [[]],
  'dlq purge': [['--yes', '--confirm', 'cv-analytics-dlq.fifo']],
  deploy: [
    ['processor', '--yes', '--zip', 'tells.zip', '--smoke', 'events.json', '--reason', `for ${CANARIES.TFE_TOKEN}`],
    ['processor', '--dry-run'],
  ],
  'alarms list': [[]],
  'alarms test': [['dlq-depth', '--yes', '--wait', '1s']],
  'alias list': [[]],
  'alias show': [['processor']],
  'alias promote': [['processor', '--yes', '--to', '4', '--no-smoke', '--reason', `for ${CANARIES.TFE_TOKEN}`]],
  'alias rollback': [['processor', '--yes', '--reason', `for ${CANARIES.TFE_TOKEN}`]],
  'alias recover': [['processor', '--yes']],
  'alias history': [['processor', '--cloudtrail']],
  'alias prune': [['processor', '--yes', '--keep', '1', '--confirm', 'cv-analytics-processor']],
  'usage report': [['--html', 'usage.html', '--exact', '--reconcile']],
  'usage forecast': [[]],
  'usage headroom': [[]],
  'usage prices': [['--refresh', '--from', 'NOWHERE']],
  'report deployments': [[]],
  'report reliability': [[]],
  'state list': [[]],
  'state show': [['worker']],
  'state history': [['worker']],
  'state lock': [['worker', '--yes', '--reason', `for ${CANARIES.TFE_TOKEN}`]],
  'state unlock': [['worker', '--yes']],
  'credentials push': [['--yes'], ['--yes', '--var-file', 'tells.env']],
  'credentials check': [[]],
  'credentials rotate': [['--yes', '--wrangler', 'WRANGLER']],
  'sandbox up': [['--port', '70000']],
  'sandbox down': [[]],
  'sandbox status': [[]],
  'sandbox reset': [['--yes']],
  'sandbox traffic': [['--events', '1']],
  completion: [['bash']],
  demo: [['--fast', '--no-such-flag', PASSWORD.slice(6)]],
};

/** What each way of looking adds to a command line. */
const LOOKS = [['--json', '--debug'], ['--debug'], ['--output', 'tsv'], ['--region', 'nowhere-at-all-1', '--debug']];

/** Simulated seconds in a real one: what commands and queues wait for takes little time. */
const RATE = 20;

let sandbox: Sandbox;
let hcp: HcpServer;
let echo: LoopbackServer;
let home: string;
/** What of them the commands under test know. */
let known: readonly string[] = Object.values(CANARIES);
let kind: 'json' | 'html' | 'xml' | 'redirect' = 'json';

/** A server that answers with all that it was sent, and with all that it might know. */
function tellAll(response: ServerResponse, request: IncomingMessage): void {
  const heard = `${Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)} ${known} ${request.url} https://user:${PASSWORD}@host/`;
  // First in what is cut off after some characters, too.
  const words = `${known[0]} ${heard}`;
  if (kind === 'html') response.writeHead(404, { 'content-type': 'text/html' }).end(`<html>${known}`);
  else if (kind === 'redirect') response.writeHead(302, { location: `https://u:${PASSWORD}@host/` }).end();
  else if (kind === 'xml') {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`;
    response.writeHead(403, { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' }).end(body);
  } else {
    const body = JSON.stringify({ __type: 'ValidationException', message: words, errors: [{ title: words }] });
    response.writeHead(400, { 'content-type': 'application/json', 'x-amzn-requestid': 'r-1' }).end(body);
  }
}

beforeAll(async () => {
  [sandbox, hcp, echo] = await Promise.all([
    startSandbox({ rate: RATE }),
    startHcpServer({ people: [{ id: 'user-ana', name: 'ana', token: CANARIES.TFE_TOKEN, admin: true }] }),
    serveHttp(tellAll),
  ]);
  for (const name of ['worker', 'processor', 'reporter']) hcp.world.addWorkspace(`cv-analytics-${name}`);
  // Secrets that somebody forgot to make sensitive: the server tells them.
  const set = hcp.world.addSet('for all', { global: true, priority: true });
  for (const holder of [set, hcp.world.workspace('cv-analytics-worker')]) {
    hcp.world.addVar(holder, 'AWS_SECRET_ACCESS_KEY', { value: READABLE });
    hcp.world.addVar(holder, 'TFC_AWS_PROVIDER_AUTH', { value: READABLE });
  }
  home = makeHome();
  mkdirSync(join(home, 'work'));
  writeFileSync(
    join(home, 'aws-credentials'),
    `[canary]\naws_access_key_id = AKIACANARY\naws_secret_access_key = ${PROFILE_KEY}\naws_session_token = ${PROFILE_SESSION}\n`,
  );
  // A function that tells of its environment, in its error and in its log.
  const told = JSON.stringify(
    Object.values(CANARIES).join(' ') + JSON.stringify({ AWS_SECRET_ACCESS_KEY: PROFILE_KEY }),
  );
  const code = `exports.handler = async () => { console.log(${told}); throw new Error(${told}); };`;
  writeFileSync(join(home, 'tells.zip'), zipSync({ 'index.js': strToU8(code), 'index.cjs': strToU8(code) }));
  writeFileSync(join(home, 'events.json'), '[{"Records":[]}]');
  writeFileSync(
    join(home, 'tells.env'),
    `AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=${PROFILE_KEY}\nAWS_REGION=${PASSWORD}\n`,
  );
  // In Wrangler's place: says all that it was given.
  writeFileSync(
    join(home, 'wrangler.mjs'),
    `import { readFileSync } from 'node:fs';
if (process.argv.includes('bulk')) {
  console.error(JSON.stringify(process.env) + readFileSync(0, 'utf8'));
  process.exit(1);
}`,
  );
});

afterAll(async () => {
  await Promise.all([sandbox?.close(), hcp?.close(), echo?.close()]);
  removeHome(home);
});

async function leaks(words: readonly string[], look: readonly string[], options: RunCliOptions): Promise<string[]> {
  const argv = [...words, ...look].map((word) =>
    /^(letters|plan|tells|events|usage)\./.test(word)
      ? join(home, word)
      : word.replace('WRANGLER', `${process.execPath} ${join(home, 'wrangler.mjs')}`),
  );
  const result = await runCli(argv, {
    home,
    cwd: join(home, 'work'),
    clock: simulatedTime(sandbox.simulator.clock),
    ...options,
  });
  // A command that fell over before it did anything would prove nothing.
  expect(result, argv.join(' ')).not.toMatchObject({ code: ExitCode.bug });
  const told = [result.stdout, result.stderr].flatMap((text) => text.match(/.{0,60}Canary.{0,20}/g) ?? []);
  return told.map((line) => `${argv.join(' ')}: ${line}`);
}

/** Names of files of ours in which a secret stands. */
function leakingFiles(): string[] {
  const own = /^(aws-credentials|tells\.(zip|env))$/;
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !own.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => CANARY.test(path) || CANARY.test(readFileSync(path, 'latin1')));
}

const commands = Object.entries(CALLS).flatMap(([path, calls]) => calls.map((call) => [...path.split(' '), ...call]));

async function allLeaks(options: RunCliOptions, only?: RegExp, looks = LOOKS): Promise<string[]> {
  const found: string[] = [];
  for (const words of commands) {
    if (only !== undefined && !only.test(words.join(' '))) continue;
    for (const look of looks) found.push(...(await leaks(words, look, options)));
    found.push(...(await leaks(words, ['--debug'], { ...options, stdoutTTY: true, stderrTTY: true })));
  }
  return [...found, ...leakingFiles()];
}

const here = (endpoint: string): RunCliOptions => ({
  env: {
    ...hcp.env(),
    ...CANARIES,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_REGION: 'us-east-1',
    CVOPS_ENDPOINT_URL: endpoint,
    AWS_MAX_ATTEMPTS: '1',
  },
});

describe('no secret is in what any command writes', { timeout: 300_000 }, () => {
  test('every command is tried', () => {
    const known = new Set(Object.keys(CALLS));
    expect(registry.map(({ path }) => path.join(' ')).filter((path) => !known.has(path))).toEqual([]);
  });

  test('where all goes well, and where a function tells of its environment', async () => {
    expect(await allLeaks(here(sandbox.endpoint), undefined, LOOKS.slice(0, 1))).toEqual([]);
  });

  test.each(['json', 'html', 'xml', 'redirect'] as const)(
    'where the endpoint quotes all it was sent, as %s',
    async (as) => {
      kind = as;
      const endpoint = `http://127.0.0.1:${echo.port}`;
      const env = { ...here(endpoint).env, TF_CLOUD_HOSTNAME: `127.0.0.1:${echo.port}` };
      expect(await allLeaks({ env }, as === 'json' ? undefined : /list|show|alias|replay|state/)).toEqual([]);
    },
  );

  test('where the keys are those of a profile', async () => {
    kind = 'json';
    known = [PROFILE_KEY, PROFILE_SESSION];
    const env = { CVOPS_ENDPOINT_URL: `http://127.0.0.1:${echo.port}`, AWS_PROFILE: 'canary', AWS_REGION: 'us-east-1' };
    expect(await allLeaks({ env }, /^(dlq|alias|usage|report|deploy|doctor)/)).toEqual([]);
  });

  test.each([
    ['environment', `http://user:${PASSWORD}@127.0.0.1:1`],
    ['misspelt environment', `htp://user:${PASSWORD}@127.0.0.1:1`],
  ])('where the endpoint in the %s holds a password', async (_, endpoint) => {
    expect(await allLeaks(here(endpoint))).toEqual([]);
  });

  test.each([`http://user:${PASSWORD}@127.0.0.1:1`, `user:${PASSWORD}@127.0.0.1`])(
    'where a configuration has the endpoint %s',
    async (endpointUrl) => {
      const folder = join(home, 'configured');
      mkdirSync(folder, { recursive: true });
      const env = { ...here('').env, CVOPS_ENDPOINT_URL: undefined };
      const config = JSON.stringify({ endpointUrl, services: { processor: { function: 'f', queue: 'q', dlq: 'd' } } });
      const found: string[] = [];
      // The configuration is the user's own file: it is not looked at.
      writeFileSync(join(folder, 'aws-credentials'), config);
      for (const words of [['dlq', 'list'], ['doctor'], ['alias', 'list'], ['usage', 'report']]) {
        for (const look of LOOKS) {
          found.push(...(await leaks([...words, '--config', join(folder, 'aws-credentials')], look, { env })));
        }
      }
      expect(found).toEqual([]);
    },
  );
});
