// Releases under load: promotions and rollbacks of the built cvops, one process each, while a function of the sandbox is
// invoked through its alias, and through it by the event source mapping of a queue. Counts failed invocations, and
// messages lost or processed twice.
//
//   node scripts/bench-releases.mjs [--releases 50] [--invokes 120] [--messages 120]   (the latter two a second)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { strToU8, zipSync } from 'fflate';
import { BIN, programEnv, readFlags, startNode, wholeNumber } from './bench-kit.mjs';

const FUNCTION = 'bench-target';
const QUEUE = 'bench-queue';
const TICK_MS = 100;

const values = readFlags({
  releases: { type: 'string', default: '50' },
  invokes: { type: 'string', default: '120' },
  messages: { type: 'string', default: '120' },
});
const releases = wholeNumber('releases', values.releases);
const invokesPerSecond = wholeNumber('invokes', values.invokes, 0);
const messagesPerSecond = wholeNumber('messages', values.messages, 0);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
await main();

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-bench-releases-'));
  const written = join(folder, 'processed.txt');
  writeFileSync(written, '');
  const env = programEnv(folder);
  const up = await cvops(['sandbox', 'up', '--json'], env);
  const { endpoint } = JSON.parse(up.stdout).data;
  try {
    await deploy(endpoint, written);
    const config = join(folder, 'cvops.config.json');
    const service = { function: FUNCTION, alias: 'live', queue: QUEUE, dlq: `${QUEUE}-dlq` };
    writeFileSync(config, JSON.stringify({ services: { bench: service } }));
    const load = startLoad(endpoint);
    await sleep(1_000);
    const times = { promote: [], rollback: [] };
    const flips = { promote: [], rollback: [] };
    let failed = 0;
    for (let version = 2; version <= releases + 1; version++) {
      for (const [verb, ...flags] of [['promote', '--to', String(version), '--no-smoke'], ['rollback']]) {
        const started = performance.now();
        const argv = ['alias', verb, 'bench', ...flags, '--yes', '--json', '--quiet', '--sandbox', '--config', config];
        const { code, stdout } = await cvops(argv, env);
        times[verb].push(performance.now() - started);
        if (code === 0) flips[verb].push(JSON.parse(stdout).data.durationMs);
        else {
          failed++;
          console.log(`${verb} ${version}: exit ${code}: ${stdout}`);
        }
      }
    }
    const { seconds, invoked, refused, sent, errors } = await load.stop();
    const processed = await drained(written, sent.size);
    const counts = new Map();
    const versions = new Set();
    for (const line of processed) {
      const [id, version] = line.split(' ');
      counts.set(id, (counts.get(id) ?? 0) + 1);
      versions.add(version);
    }
    const lost = [...sent].filter((id) => !counts.has(id)).length;
    const twice = [...counts.values()].filter((count) => count > 1).length;
    const depth = (await sqs(endpoint, 'GetQueueAttributes', { QueueUrl: `${QUEUE}-dlq`, AttributeNames: ['All'] }))
      .Attributes.ApproximateNumberOfMessages;
    const perSecond = (count) => (count / seconds).toFixed(0);
    console.log(`node ${process.version}; ${seconds.toFixed(0)} s`);
    console.log(`releases            ${releases} promotions, ${releases} rollbacks, ${failed} failed`);
    for (const verb of ['promote', 'rollback']) {
      console.log(
        `${`alias ${verb}`.padEnd(19)} ${summary(times[verb])} ms as a process, moved after ${summary(flips[verb])} ms`,
      );
    }
    console.log(
      `invoked             ${invoked} (${perSecond(invoked)}/s), ${refused} failed${errors.length === 0 ? '' : `: ${errors.join('; ')}`}`,
    );
    console.log(
      `messages            ${sent.size} (${perSecond(sent.size)}/s, one an invocation), ${lost} lost, ${twice} processed twice, ${depth} dead`,
    );
    console.log(`together            ${perSecond(invoked + sent.size)} invocations/s, over ${versions.size} versions`);
  } finally {
    await cvops(['sandbox', 'down'], env);
    agent.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}`;
}

function cvops(argv, env) {
  return startNode([BIN, ...argv], env).ended;
}

function http(endpoint, method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, endpoint), { method, headers, agent }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function lambda(endpoint, method, path, input) {
  const { status, text } = await http(endpoint, method, `/2015-03-31${path}`, {}, JSON.stringify(input));
  if (status >= 300) throw new Error(`${path}: ${text}`);
  return JSON.parse(text || '{}');
}

async function sqs(endpoint, operation, { QueueUrl, ...input }) {
  const headers = { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
  const url = QueueUrl === undefined ? {} : { QueueUrl: `${endpoint}/000000000000/${QueueUrl}` };
  const { status, text } = await http(endpoint, 'POST', '/', headers, JSON.stringify({ ...url, ...input }));
  if (status >= 300) throw new Error(`${operation}: ${text}`);
  return JSON.parse(text || '{}');
}

/** A function that writes down each message that it was given, in as many versions as are released. */
async function deploy(endpoint, written) {
  const zip = (number) =>
    Buffer.from(
      zipSync({
        'index.mjs': strToU8(`// ${number}
import { appendFileSync } from 'node:fs';
const version = process.env.AWS_LAMBDA_FUNCTION_VERSION;
export const handler = async (event) => {
  for (const { body } of event.Records ?? []) appendFileSync(${JSON.stringify(written)}, body + ' ' + version + '\\n');
  return version;
};
`),
      }),
    ).toString('base64');
  await lambda(endpoint, 'POST', '/functions', {
    FunctionName: FUNCTION,
    Role: 'arn:aws:iam::000000000000:role/bench',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Timeout: 10,
    Code: { ZipFile: zip(1) },
  });
  for (let number = 1; number <= releases + 1; number++) {
    if (number > 1) {
      await settled(endpoint);
      await lambda(endpoint, 'PUT', `/functions/${FUNCTION}/code`, { ZipFile: zip(number) });
    }
    await settled(endpoint);
    await lambda(endpoint, 'POST', `/functions/${FUNCTION}/versions`, {});
  }
  await lambda(endpoint, 'POST', `/functions/${FUNCTION}/aliases`, { Name: 'live', FunctionVersion: '1' });
  await sqs(endpoint, 'CreateQueue', { QueueName: `${QUEUE}-dlq` });
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${QUEUE}-dlq`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
  await sqs(endpoint, 'CreateQueue', { QueueName: QUEUE, Attributes: { VisibilityTimeout: '60', RedrivePolicy } });
  await lambda(endpoint, 'POST', '/event-source-mappings', {
    EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${QUEUE}`,
    FunctionName: `${FUNCTION}:live`,
    BatchSize: 1,
  });
}

async function settled(endpoint) {
  for (;;) {
    const { State, LastUpdateStatus } = await lambda(endpoint, 'GET', `/functions/${FUNCTION}/configuration`);
    if (State === 'Active' && LastUpdateStatus === 'Successful') return;
    await sleep(20);
  }
}

/** Invokes and sends at a steady rate, whatever the answers take. */
function startLoad(endpoint) {
  const sent = new Set();
  const errors = new Set();
  const under = new Set();
  let invoked = 0;
  let refused = 0;
  let number = 0;
  const started = performance.now();
  const track = (work) => {
    under.add(work);
    work.finally(() => under.delete(work));
  };
  const fail = (words) => {
    refused++;
    if (errors.size < 5) errors.add(words);
  };
  const invoke = async () => {
    invoked++;
    try {
      const { status, headers, text } = await http(
        endpoint,
        'POST',
        `/2015-03-31/functions/${FUNCTION}/invocations?Qualifier=live`,
        {},
        '{}',
      );
      if (status !== 200 || headers['x-amz-function-error'] !== undefined) fail(`${status} ${text}`);
    } catch (cause) {
      fail(cause.message);
    }
  };
  const send = async (count) => {
    const Entries = Array.from({ length: count }, (_, index) => ({ Id: String(index), MessageBody: `m${number++}` }));
    const { Failed } = await sqs(endpoint, 'SendMessageBatch', { QueueUrl: QUEUE, Entries });
    if (Failed?.length > 0) throw new Error(JSON.stringify(Failed));
    for (const { MessageBody } of Entries) sent.add(MessageBody);
  };
  let due = { invokes: 0, messages: 0 };
  const timer = setInterval(() => {
    const seconds = (performance.now() - started) / 1000;
    const invokes = Math.floor(seconds * invokesPerSecond) - due.invokes;
    const messages = Math.floor(seconds * messagesPerSecond) - due.messages;
    due = { invokes: due.invokes + invokes, messages: due.messages + messages };
    for (let n = 0; n < invokes; n++) track(invoke());
    for (let left = messages; left > 0; left -= 10) track(send(Math.min(10, left)));
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - started) / 1000;
      await Promise.all(under);
      return { seconds, invoked, refused, sent, errors: [...errors] };
    },
  };
}

/** The lines that the function wrote, once there are as many as messages or none came for a while. */
async function drained(file, count) {
  for (let before = -1, still = 0; ; ) {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    still = lines.length === before ? still + 1 : 0;
    if (lines.length >= count ? still >= 4 : still >= 60) return lines;
    before = lines.length;
    await sleep(500);
  }
}
