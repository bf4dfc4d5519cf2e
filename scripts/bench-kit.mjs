// What the benchmarks and the campaign of kills have in common: how they read their flags, the simulator in a process of
// its own, the built program, and calls on loopback.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** The built program. */
export const BIN = fileURLToPath(new URL('../bin/cvops.js', import.meta.url));

/** The flags of a script as text; `options` as parseArgs takes them. What is no flag ends the process with one line. */
export function readFlags(options) {
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    return refuse(cause.message);
  }
}

/** The value of a flag that takes a whole number; any other ends the process with one line. */
export function wholeNumber(flag, text, least = 1) {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= least) return number;
  return refuse(`--${flag} takes a whole number, ${least} or more; "${text}" is none.`);
}

/** The value of a flag that takes whole numbers with commas between. */
export function wholeNumbers(flag, text) {
  return text.split(',').map((each) => wholeNumber(flag, each));
}

/** The value of a flag that takes some of the known names with commas between. */
export function someOf(known, flag, text) {
  const names = text.split(',');
  const other = names.find((name) => !known.includes(name));
  return other === undefined ? names : refuse(`--${flag} takes some of ${known.join(',')}; "${other}" is none.`);
}

function refuse(message) {
  process.stderr.write(`Error: ${message}\n`);
  process.exit(2);
}

/** Bundles the simulator into a folder; answers the path of the bundle. */
export async function bundleSimulator(folder) {
  const { build } = await import('esbuild');
  const bundle = join(folder, 'simulator.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../src/lib/simulator/simulator.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
  });
  return bundle;
}

/** Makes this process that of `startServer`: `answer` says what each message gets, if anything. */
export async function serveSimulator(bundle, answer) {
  const { Simulator } = await import(pathToFileURL(bundle).href);
  const simulator = await Simulator.start();
  process.on('message', (message) => {
    if (message === 'stop') return void simulator.close().then(() => process.exit(0));
    const reply = answer(message);
    if (reply !== undefined) process.send(reply);
  });
  process.send({ port: simulator.port, endpoint: simulator.endpoint });
  return simulator;
}

/** Runs the simulator in a process of its own: the file `script` with `--serve`, which calls `serveSimulator`. */
export async function startServer(script, bundle, execArgv = process.execArgv) {
  const child = fork(fileURLToPath(script), ['--serve', bundle], { execArgv });
  const answer = async () => (await once(child, 'message'))[0];
  const tell = (message) => child.send(message);
  return {
    ...(await answer()),
    tell,
    ask(message) {
      tell(message);
      return answer();
    },
    async stop() {
      const ended = once(child, 'exit');
      tell('stop');
      await ended;
    },
  };
}

/** Runs Node; `ended` resolves with the exit code or signal and what was written. */
export function startNode(args, env, stderrTo = 'inherit') {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', stderrTo] });
  const ended = new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** What the program needs to know, with nothing of the user's own; its folders are below `home`. */
export function programEnv(home) {
  return {
    PATH: process.env.PATH,
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** Does `work` so many times, `width` at a time. */
export async function repeat(width, times, work) {
  let left = times;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/**
 * A bare client of a JSON service, for what is measured: the SDK would spend more on a call than the server does.
 * @param prefix of the operations in `x-amz-target`.
 */
export function bareClient(port, prefix, headers = {}) {
  const agent = new Agent({ keepAlive: true });
  return (operation, input) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(input);
      const call = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          method: 'POST',
          headers: {
            ...headers,
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `${prefix}.${operation}`,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`${operation}: ${response.statusCode} ${text}`));
          });
        },
      );
      call.on('error', reject);
      call.end(body);
    });
}

/** Calls SQS. */
export async function sqs(endpoint, operation, input) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Makes a dead-letter queue and the queue before it, FIFO by their names; answers their URLs. */
export async function makeQueues(endpoint, names, attributes) {
  const make = async (name, own) => {
    const type = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    const { QueueUrl } = await sqs(endpoint, 'CreateQueue', { QueueName: name, Attributes: { ...type, ...own } });
    return QueueUrl;
  };
  const dlq = await make(names.dlq, attributes.dlq);
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${dlq.split('/').at(-2)}:${names.dlq}`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
  return { dlq, queue: await make(names.queue, { ...attributes.queue, RedrivePolicy }) };
}

/** Calls the simulator's own API. */
export async function control(endpoint, method, path, input) {
  const response = await fetch(`${endpoint}/_simulator/${path}`, {
    method,
    body: input === undefined ? undefined : JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
