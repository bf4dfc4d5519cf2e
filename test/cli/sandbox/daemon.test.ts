import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { type CliResult, jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

describe('the sandbox in a process of its own', () => {
  let home: string;
  const cvops = (...argv: string[]): Promise<CliResult> => runCli(argv, { home });
  const temporary = () => join(home, 'state', 'cvops', 'sandbox', 'tmp');
  const recordFile = () => join(home, 'state', 'cvops', 'sandbox', 'sandbox.json');

  beforeEach(() => {
    home = makeHome();
  });

  afterEach(async () => {
    await cvops('sandbox', 'down');
    removeHome(home);
  });

  async function up(...argv: string[]) {
    const result = await cvops('sandbox', 'up', '--json', ...argv);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return jsonOf(result).data as { endpoint: string; workerUrl: string; pid: number; services: string[] };
  }

  async function exitOf(pid: number): Promise<void> {
    await expect.poll(() => isAlive(pid), { timeout: 50_000 }).toBe(false);
  }

  test('up answers where it is, and outlives the command', async () => {
    const data = await up();
    expect(data).toMatchObject({ engine: 'simulator', running: true, region: 'us-east-1' });
    expect(data.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(data.services).toContain('sqs');
    expect(data.pid).not.toBe(process.pid);
    expect(await health(data.endpoint)).toMatchObject({ status: 'ok', pid: data.pid });
  });

  test('its record is readable by its owner only', async () => {
    await up();
    expect(statSync(recordFile()).mode & 0o777).toBe(0o600);
  });

  test('next names commands that work', async () => {
    const { next, data } = jsonOf(await cvops('sandbox', 'up', '--json'));
    const commands = next.map(({ command }) => command);
    expect(commands).toContain('cvops --sandbox dlq list');
    expect(commands.some((command) => command.includes(`aws --region us-east-1 --endpoint-url ${data.endpoint}`))).toBe(
      true,
    );
  });

  test('it holds the example system with release 5 live', async () => {
    await up();
    const { data } = jsonOf(await cvops('--sandbox', 'alias', 'show', 'processor', '--json'));
    expect(data.aliases).toMatchObject([{ version: '5', previous: '4', weights: {} }]);
  });

  test('where its time was moved, commands are in that time', async () => {
    const { endpoint } = await up();
    const dayLater = 86_400_000;
    await advance(endpoint, dayLater);
    const { data } = jsonOf(await cvops('--sandbox', 'report', 'deployments', '--json'));
    expect(Date.parse(data.until as string) - Date.now()).toBeGreaterThan(dayLater - 60_000);
  });

  test('status tells of it, and down ends it', async () => {
    const { endpoint, pid } = await up();
    expect(jsonOf(await cvops('sandbox', 'status', '--json')).data).toMatchObject({ running: true, endpoint, pid });
    expect(jsonOf(await cvops('sandbox', 'down', '--json')).data).toMatchObject({ running: false, stopped: true, pid });
    // Ended; until this process has reaped it, its number is still taken.
    await exitOf(pid);
    expect(existsSync(recordFile())).toBe(false);
    await expect(health(endpoint)).rejects.toThrow();
  });

  test('with none running, status is an empty answer and down is done', async () => {
    const status = await cvops('sandbox', 'status', '--json');
    expect(status.code).toBe(0);
    expect(jsonOf(status).data).toEqual({ running: false, endpoint: null, engine: 'simulator', services: [] });
    const down = await cvops('sandbox', 'down', '--json');
    expect(down.code).toBe(0);
    expect(jsonOf(down).data).toMatchObject({ running: false, stopped: false });
  });

  test('commands with --sandbox say that none is running', async () => {
    const { code, stdout, stderr } = await cvops('--sandbox', 'alias', 'show', 'processor');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toBe('Error: no sandbox is running.\nHint: start one with `cvops sandbox up`.\n');
  });

  test('a second one in the same place is refused and told where the first is', async () => {
    const { endpoint, pid } = await up();
    const second = await cvops('sandbox', 'up');
    expect(second).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: a sandbox is running already: ${endpoint} (process ${pid}).\nHint: use it with \`cvops --sandbox …\`, or stop it with \`cvops sandbox down\`.\n`,
    });
    expect(await health(endpoint)).toMatchObject({ pid });
  });

  test('of five that start at once, one wins', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => cvops('sandbox', 'up', '--json')));
    const winners = results.filter(({ code }) => code === 0);
    expect(winners).toHaveLength(1);
    for (const { code, stderr } of results.filter((result) => result !== winners[0])) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/a sandbox is (running|starting or stopping) already/);
    }
    const { data } = jsonOf(winners[0]!);
    expect(jsonOf(await cvops('sandbox', 'status', '--json')).data.pid).toBe(data.pid);
  });

  test('--port is taken; a port in use is one line and a hint', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const refused = await cvops('sandbox', 'up', '--port', String(port));
    blocker.close();
    await once(blocker, 'close');
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: port ${port} is in use.\nHint: name another one with --port, or leave it out to take a free one.\n`,
    });
    expect((await up('--port', String(port))).endpoint).toBe(`http://127.0.0.1:${port}`);
  });

  test('after a kill -9 the next one starts', async () => {
    const first = await up();
    process.kill(first.pid, 'SIGKILL');
    await exitOf(first.pid);
    expect(existsSync(recordFile())).toBe(true);
    expect(jsonOf(await cvops('sandbox', 'status', '--json')).data.running).toBe(false);
    const second = await up();
    expect(second.pid).not.toBe(first.pid);
    expect(jsonOf(await cvops('sandbox', 'status', '--json')).data.endpoint).toBe(second.endpoint);
    // Temporary files of the dead one are gone, and those of a living one go with it.
    expect(readdirSync(temporary())).toHaveLength(1);
    await cvops('sandbox', 'down');
    expect(readdirSync(temporary())).toEqual([]);
  });

  test('down cleans up after a kill -9', async () => {
    const { pid } = await up();
    process.kill(pid, 'SIGKILL');
    await exitOf(pid);
    expect((await cvops('sandbox', 'down')).code).toBe(0);
    expect(existsSync(recordFile())).toBe(false);
  });

  test.each([
    ['half-written', '{"pid": 12'],
    ['empty', ''],
    ['of another shape', '{"pid": 1}'],
    ['no object', 'null'],
  ])('a record that is %s counts as none', async (_, text) => {
    mkdirSync(join(home, 'state', 'cvops', 'sandbox'), { recursive: true });
    writeFileSync(recordFile(), text);
    expect(jsonOf(await cvops('sandbox', 'status', '--json')).data.running).toBe(false);
    expect((await cvops('--sandbox', 'alias', 'show', 'processor')).code).toBe(4);
    await up();
    expect(jsonOf(await cvops('sandbox', 'status', '--json')).data.running).toBe(true);
  });

  test('SIGTERM closes everything and takes the record away', async () => {
    const { pid, endpoint } = await up();
    process.kill(pid, 'SIGTERM');
    await exitOf(pid);
    expect(existsSync(recordFile())).toBe(false);
    await expect(health(endpoint)).rejects.toThrow();
  });

  test('a stopped process is told apart from a running one', async () => {
    const { pid } = await up();
    process.kill(pid, 'SIGSTOP');
    try {
      const { code, stderr } = await cvops('sandbox', 'status');
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Error: the sandbox \(process \d+\) does not answer on http:\S+\.\nHint: .*sandbox down/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('the daemon’s log ends up in the error when it fails', async () => {
    const { launchDaemon } = await import('../../../src/lib/sandbox/launch.ts');
    const entry = join(home, 'broken.mjs');
    writeFileSync(entry, "console.error('first'); console.error('the reason'); process.exit(3);");
    const launch = launchDaemon({
      daemon: { stateFolder: join(home, 'state', 'cvops'), port: 0, speed: 1, version: '0' },
      env: process.env,
      signal: new AbortController().signal,
      entry,
    });
    await expect(launch).rejects.toMatchObject({
      code: 'SandboxFailed',
      exitCode: 1,
      message: 'the sandbox ended at its start (exit code 3): the reason',
      hint: expect.stringContaining('sandbox.log'),
    });
  });

  test('a daemon that says nothing is given up at the deadline, and ended', async () => {
    const { launchDaemon } = await import('../../../src/lib/sandbox/launch.ts');
    const entry = join(home, 'silent.mjs');
    const pidFile = join(home, 'pid');
    writeFileSync(
      entry,
      `import{writeFileSync}from'node:fs';writeFileSync(${JSON.stringify(pidFile)},String(process.pid));setInterval(()=>{},1000);`,
    );
    const launch = launchDaemon({
      daemon: { stateFolder: join(home, 'state', 'cvops'), port: 0, speed: 1, version: '0' },
      env: process.env,
      signal: new AbortController().signal,
      entry,
      deadlineMs: 1500,
    });
    await expect(launch).rejects.toMatchObject({ message: 'the sandbox did not answer within 1.5 s.' });
    await exitOf(Number(readFileSync(pidFile, 'utf8')));
  });

  test('reset goes back to the first day', async () => {
    const { endpoint } = await up();
    expect((await cvops('sandbox', 'traffic', '--events', '20', '--rate', '1000/s')).code).toBe(0);
    await advance(endpoint, 5_000);
    expect((await count(endpoint)) > 0).toBe(true);
    expect(await cvops('sandbox', 'reset', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await count(endpoint)).toBe(0);
    const { data } = jsonOf(await cvops('--sandbox', 'alias', 'show', 'processor', '--json'));
    expect(data.aliases[0].version).toBe('5');
  });

  test('traffic goes through the worker into the table, the same for the same seed', async () => {
    const { endpoint } = await up();
    const fast = ['sandbox', 'traffic', '--rate', '1000/s'];
    await advance(endpoint, 10_000);
    const first = await cvops(...fast, '--events', '60', '--sessions', '7', '--seed', '42', '--json');
    expect(first.code).toBe(0);
    expect(jsonOf(first).data).toMatchObject({ sent: 60, refused: 0, sessions: 7, seed: 42 });
    await advance(endpoint, 10_000);
    expect(await count(endpoint)).toBe(60);
    await cvops(...fast, '--events', '60', '--sessions', '7', '--seed', '42');
    await advance(endpoint, 10_000);
    expect(await count(endpoint)).toBe(60);
    await cvops(...fast, '--events', '10', '--seed', '43');
    await advance(endpoint, 10_000);
    expect(await count(endpoint)).toBe(70);
  });

  test('traffic is paced alike with --sandbox and without: it comes from outside', async () => {
    const { endpoint } = await up();
    await fetch(`${endpoint}/_simulator/clock`, { method: 'POST', body: JSON.stringify({ rate: 60 }) });
    const waits: number[] = [];
    const clock: Clock = {
      now: () => Date.UTC(2026, 10, 23),
      sleep: async (ms) => {
        waits.push(ms);
      },
    };
    const argv = ['sandbox', 'traffic', '--events', '60', '--rate', '30/s'];
    expect((await runCli(argv, { home, clock })).code).toBe(0);
    expect((await runCli(['--sandbox', ...argv], { home, clock })).code).toBe(0);
    expect(waits).toEqual([500, 1_000, 1_500, 500, 1_000, 1_500]);
  });

  test('--speed makes its time run faster', async () => {
    await up('--speed', '1000');
    const { data } = jsonOf(await cvops('sandbox', 'status', '--json'));
    expect(data.speed).toBe(1000);
  });

  test('--foreground serves from this process until Ctrl-C, which ends it well', async () => {
    const ctrlC = new AbortController();
    const serving = runCli(['sandbox', 'up', '--foreground', '--json'], { home, signal: ctrlC.signal });
    await expect.poll(() => existsSync(recordFile()), { timeout: 50_000 }).toBe(true);
    const status = jsonOf(await cvops('sandbox', 'status', '--json'));
    expect(status.data).toMatchObject({ running: true, pid: process.pid });
    ctrlC.abort(new Error('interrupted'));
    const { code, stdout, stderr } = await serving;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).data.endpoint).toBe(status.data.endpoint);
    expect(stderr).toContain(`The sandbox is up: ${status.data.endpoint}`);
    expect(existsSync(recordFile())).toBe(false);
    await expect(health(status.data.endpoint)).rejects.toThrow();
  });

  test.each([
    [['--port', '99999'], '--port "99999" is not a whole number from 1 to 65535.'],
    [['--port', 'http'], '--port "http" is not a whole number from 1 to 65535.'],
    [['--speed', 'fast'], '--speed "fast" is not a number from 1 to 3600.'],
    [['--speed', '0'], '--speed "0" is not a number from 1 to 3600.'],
  ])('up %j is refused', async (argv, message) => {
    const { code, stderr } = await cvops('sandbox', 'up', ...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test.each([
    [['--events', '0'], '--events "0" is not a whole number from 1 to 1000000.'],
    [['--events', '10', '--sessions', '11'], '--sessions 11 is more than the 10 events that they send.'],
    [['--events', '10', '--poison', '11'], '--poison 11 is more than the 10 events that are sent.'],
    [['--sessions', '2', '--poison', '3'], '--poison 3 needs 3 sessions, one for each, and --sessions says 2.'],
    [['--rate', 'quick'], '--rate "quick" is not a rate.'],
    [['--rate', '0/s'], '--rate "0/s" is not a rate.'],
    [['--seed', '-1'], '--seed "-1" is not a whole number from 0 to 4294967295.'],
  ])('traffic %j is refused', async (argv, message) => {
    const { code, stderr } = await cvops('sandbox', 'traffic', ...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

async function health(endpoint: string): Promise<unknown> {
  return (await fetch(`${endpoint}/_simulator/health`)).json();
}

async function advance(endpoint: string, advanceMs: number): Promise<void> {
  await fetch(`${endpoint}/_simulator/clock`, { method: 'POST', body: JSON.stringify({ advanceMs }) });
}

/** Items in the table. */
async function count(endpoint: string): Promise<number> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.Scan',
      authorization: 'AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/dynamodb/aws4_request',
    },
    body: JSON.stringify({ TableName: 'cv-analytics-events', Select: 'COUNT' }),
  });
  return ((await response.json()) as { Count: number }).Count;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a record that was tampered with', () => {
  test.each([
    ['no URL in it', { endpoint: 'nowhere', workerUrl: 'http://127.0.0.1:1' }, 'no sandbox is running', 4],
    ['another server there', { endpoint: '', workerUrl: '' }, 'is not the sandbox', 1],
  ])('%s', async (_, urls, message, code) => {
    const home = makeHome();
    const server = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const folder = join(home, 'state', 'cvops', 'sandbox');
      mkdirSync(folder, { recursive: true });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const record = { endpoint: urls.endpoint || url, workerUrl: urls.workerUrl || url, region: 'us-east-1' };
      writeFileSync(join(folder, 'sandbox.json'), JSON.stringify({ pid: process.pid, ...record }));
      const result = await runCli(['sandbox', 'reset'], { home });
      expect(result.stderr).toContain(message);
      expect(result.code).toBe(code);
    } finally {
      server.close();
      removeHome(home);
    }
  });
});

describe('a state folder that cannot be one', () => {
  test.each([
    [['sandbox', 'up'], 4, 'cannot write to the state folder'],
    [['sandbox', 'up', '--foreground'], 4, 'cannot write to the state folder'],
    [['sandbox', 'reset'], 4, 'no sandbox is running'],
    [['sandbox', 'status'], 0, ''],
    [['sandbox', 'down'], 0, ''],
  ])('%j', async (argv, code, message) => {
    const home = makeHome();
    try {
      writeFileSync(join(home, 'file'), '');
      const result = await runCli(argv, { home, env: { XDG_STATE_HOME: join(home, 'file') } });
      expect(result.code).toBe(code);
      expect(result.stderr).toContain(message);
      expect(result.stderr).not.toContain('bug');
    } finally {
      removeHome(home);
    }
  });
});
