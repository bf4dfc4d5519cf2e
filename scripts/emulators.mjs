// The Python programs that the conformance suite is compared with: MiniStack, moto_server and the AWS CLI, each in the
// version that test/conformance/requirements-*.txt pins. A program found on this machine in that version is used as it
// is; else it is installed into a virtual environment below .cache/python.
//
//   node scripts/emulators.mjs install [ministack|moto|awscli …]   find or install; prints where each one is
//   node scripts/emulators.mjs start ministack|moto                 run until Ctrl-C; prints the endpoint
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { madeOnce } from './made-once.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const defaultCache = join(root, '.cache', 'python');
const logs = join(root, '.cache', 'emulators');
const MINUTE_MS = 60_000;

/**
 * `package` and `with` must be installed for the program to be taken from this machine; `command` is the name under which
 * it would be on PATH; `run` is its module with its arguments.
 */
const programs = {
  ministack: {
    package: 'ministack',
    with: ['hypercorn'],
    command: 'ministack',
    // Never MiniStack's own starter: it listens on all addresses.
    // Its five seconds of keep-alive would end connections in the moment in which they are used again.
    run: (port) => ['hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`, '--keep-alive', '3600'],
    environment: (port, folder) => ({
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      CLOUDTRAIL_RECORDING: '1',
      // Its SFTP and MQTT servers would listen too; containers are never wanted.
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      DOCKER_HOST: 'tcp://127.0.0.1:9',
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
    }),
    health: '/_ministack/health',
  },
  moto: {
    package: 'moto',
    with: ['flask', 'flask-cors'],
    command: 'moto_server',
    run: (port) => ['moto.server', '-H', '127.0.0.1', '-p', String(port)],
    environment: () => ({ DOCKER_HOST: 'tcp://127.0.0.1:9' }),
    health: '/moto-api/data.json',
  },
  awscli: { package: 'awscli', with: [], command: 'aws' },
};

/** The program cannot be had on this machine; the message says why. */
export class EmulatorUnavailable extends Error {
  name = 'EmulatorUnavailable';
}

/**
 * Finds or installs a program in its pinned version.
 * @param {'ministack' | 'moto' | 'awscli'} name
 * @param {{ cache?: string }} options folder of the virtual environments
 * @returns {Promise<{ name: string, version: string, python: string, source: 'machine' | 'cache' }>} `python` runs its modules
 * @throws {EmulatorUnavailable} when there is no Python, or it cannot install
 */
export async function prepareProgram(name, { cache = defaultCache } = {}) {
  const requirements = requirementsFile(name);
  const text = await readFile(requirements, 'utf8');
  const program = programs[name];
  if (process.platform === 'win32')
    throw new EmulatorUnavailable(`${name}: not started on Windows, which has no process groups`);
  const version = new RegExp(`^${program.package}(?:\\[[a-z]+\\])?==(\\S+)$`, 'm').exec(text)?.[1];
  if (version === undefined) throw new Error(`${requirements} pins no ${program.package}`);
  const pythons = await findPythons(program.command);
  if (pythons.length === 0) throw new EmulatorUnavailable(`${name} ${version}: Python 3.10 or newer is not on PATH`);
  for (const python of pythons) {
    if ((await installedVersion(python, program)) === version) return { name, version, python, source: 'machine' };
  }
  return { name, version, python: await virtualEnvironment(cache, name, version, pythons[0], text), source: 'cache' };
}

/**
 * Starts an emulator on a free port of 127.0.0.1 and waits until it answers. It ends with this process, whatever ends that.
 * @param {'ministack' | 'moto'} name
 * @returns {Promise<{ name: string, version: string, endpoint: string, log: string, stop(): Promise<void> }>}
 * @throws {EmulatorUnavailable} when it cannot be had; Error with the end of its log when it does not start
 */
export async function startEmulator(name, { readyWithinMs = MINUTE_MS } = {}) {
  const { version, python } = await prepareProgram(name);
  for (let attempt = 1; ; attempt++) {
    const started = await launch(name, python, readyWithinMs);
    if (started.endpoint !== undefined) return { name, version, ...started };
    // Between finding a free port and binding it another process may have taken it.
    if (attempt === 3 || !/address already in use/i.test(started.log)) {
      throw new Error(`${name} ${version} did not start:\n${started.log.slice(-2000)}`);
    }
  }
}

/** The AWS CLI to spawn: the one on PATH, whatever its version, else the pinned one. */
export async function prepareAwsCli() {
  const found = await run('aws', ['--version']);
  if (found.code === 0) return { command: 'aws', args: [], version: found.output.trim().split(' ')[0] };
  const { python, version } = await prepareProgram('awscli');
  return { command: python, args: ['-m', 'awscli'], version: `aws-cli/${version}` };
}

const requirementsFile = (name) => join(root, 'test', 'conformance', `requirements-${name}.txt`);

/** Interpreters to look into: the usual names, and the one that a script on PATH names in its first line. */
async function findPythons(command) {
  const named = process.env.CVOPS_PYTHON;
  const candidates = named === undefined ? ['python3', 'python', await interpreterOf(command)] : [named];
  const pythons = new Set();
  const probe = 'import sys; assert sys.version_info >= (3, 10); print(sys.executable)';
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    const { code, stdout } = await run(candidate, ['-c', probe]);
    if (code === 0) pythons.add(stdout.trim());
  }
  return [...pythons];
}

async function interpreterOf(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const head = await readFile(join(folder, command), 'utf8').catch(() => '');
    const line = /^#!(\S*python\S*)\s*$/m.exec(head.slice(0, 200));
    if (line !== null) return line[1];
  }
  return undefined;
}

async function installedVersion(python, program) {
  const code = [
    'import sys; from importlib.metadata import version',
    '[version(name) for name in sys.argv[2:]]',
    'print(version(sys.argv[1]))',
  ].join('\n');
  const { code: status, stdout } = await run(python, ['-c', code, program.package, ...program.with]);
  return status === 0 ? stdout.trim() : undefined;
}

/** Made once, so that pip never runs twice. */
async function virtualEnvironment(cache, name, version, python, requirements) {
  const { stdout: pythonVersion } = await run(python, ['-c', 'import sys; print(sys.version, sys.executable)']);
  const key = createHash('sha256').update(requirements).update(pythonVersion).digest('hex').slice(0, 12);
  const interpreter = (at) => join(at, 'bin', 'python');
  const folder = await madeOnce(join(cache, `${name}-${version}-${key}`), async (temporary) => {
    process.stderr.write(`installing ${name} ${version} for Python …\n`);
    const made = await run(python, ['-m', 'venv', temporary], { deadlineMs: 2 * MINUTE_MS });
    if (made.code !== 0) throw new EmulatorUnavailable(`${name} ${version}: ${lastLine(made)}`);
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
      '--prefer-binary',
      '--retries',
      '2',
    ];
    const installed = await run(interpreter(temporary), [...pip, '-r', requirementsFile(name)], {
      deadlineMs: 8 * MINUTE_MS,
    });
    if (installed.code !== 0) throw new EmulatorUnavailable(`${name} ${version}: ${lastLine(installed)}`);
  });
  return interpreter(folder);
}

/** Ends its process group when the pipe on its standard input closes, which happens however its starter ends. */
const GUARD = `
import os, runpy, shutil, signal, sys, threading
def guard():
    sys.stdin.read()
    shutil.rmtree(os.environ['TMPDIR'], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=guard, daemon=True).start()
sys.argv = sys.argv[1:]
sys.path.pop(0)
runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
`;

async function launch(name, python, readyWithinMs) {
  const program = programs[name];
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), `cvops-${name}-`));
  await mkdir(logs, { recursive: true });
  await forgetOldLogs();
  const logPath = join(logs, `${name}-${port}.log`);
  const log = await open(logPath, 'w');
  const child = spawn(python, ['-c', GUARD, ...program.run(port)], {
    cwd: folder,
    // A group of its own, so that its workers end with it.
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    env: { ...withoutAws(process.env), ...program.environment(port, folder), TMPDIR: folder },
  });
  await log.close();
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  });
  let running = true;
  ended.then(() => {
    running = false;
  });
  // Nothing of it is worth a graceful end.
  const stop = async () => {
    kill(child.pid, 'SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + readyWithinMs;
  while (running && Date.now() < deadline) {
    const answer = await fetch(endpoint + program.health, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    // An answer alone could come from a stranger that took the port first.
    if (answer?.ok === true && running) return { endpoint, log: logPath, stop };
    await sleep(50);
  }
  await stop();
  return { endpoint: undefined, log: await readFile(logPath, 'utf8') };
}

function kill(pid, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (cause) {
    if (cause.code !== 'ESRCH') throw cause;
  }
}

/** The emulators see no one's credentials or endpoints. */
function withoutAws(environment) {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function forgetOldLogs() {
  const dayAgo = Date.now() - 24 * 60 * MINUTE_MS;
  for (const file of await readdir(logs)) {
    const path = join(logs, file);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: dayAgo }));
    if (mtimeMs < dayAgo) await rm(path, { force: true });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Never rejects: a command that is not there ends with code 127. */
function run(command, args, { deadlineMs = MINUTE_MS } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let output = '';
    child.stdout?.on('data', (data) => {
      stdout += data;
      output += data;
    });
    child.stderr?.on('data', (data) => {
      output += data;
    });
    child.once('error', (cause) => resolve({ code: 127, stdout, output: cause.message }));
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, stdout, output: signal === null ? output : `${output}\nended by ${signal}` }),
    );
  });
}

function lastLine({ output }) {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => /^ERROR|Error/.test(line)) ?? lines.at(-1) ?? 'no output';
}

async function main([verb, ...names]) {
  if (verb === 'install') {
    for (const name of names.length > 0 ? names : Object.keys(programs)) {
      const { version, python, source } = await prepareProgram(name);
      console.log(`${name} ${version} (${source}): ${python}`);
    }
  } else if (verb === 'start' && names.length === 1) {
    const emulator = await startEmulator(names[0]);
    console.log(`${emulator.name} ${emulator.version}: ${emulator.endpoint} (log: ${emulator.log})`);
    await new Promise((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await emulator.stop();
  } else {
    console.error('usage: node scripts/emulators.mjs install [ministack|moto|awscli …] | start ministack|moto');
    process.exitCode = 2;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
