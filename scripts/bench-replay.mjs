// How fast the built `cvops dlq replay` moves dead letters when each call takes 20 ms, beside a bare loop of SDK calls
// (receive, send, delete in tens; no ledger, no proof) with as many calls at the same time.
//
//   node scripts/bench-replay.mjs [--messages 50000] [--delay 20] [--concurrency 64] [--shapes standard,fifo] [--who bare,cvops]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SELF = fileURLToPath(import.meta.url);
const BIN = fileURLToPath(new URL('../bin/cvops.js', import.meta.url));
const GROUPS = 500;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '50000' },
    delay: { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '64' },
    shapes: { type: 'string', default: 'standard,fifo' },
    who: { type: 'string', default: 'bare,cvops' },
    bare: { type: 'string' },
  },
});

if (values.bare === undefined) await main();
else await bareLoop(JSON.parse(values.bare));

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-bench-replay-'));
  const usage = join(folder, 'usage.json');
  const preload = join(folder, 'usage.cjs');
  writeFileSync(
    preload,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(usage)}, JSON.stringify(process.resourceUsage())));`,
  );
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const { endpoint } = JSON.parse((await run([BIN, 'sandbox', 'up', '--json'], env)).stdout).data;
  try {
    console.log(`node ${process.version}; ${values.messages} messages, ${values.delay} ms a call`);
    console.log('shape     calls  who     msg/s  CPU µs/msg  peak MB');
    for (const shape of values.shapes.split(',')) {
      for (const concurrency of values.concurrency.split(',').map(Number)) {
        for (const who of values.who.split(',')) {
          const queues = await makeQueues(endpoint, shape === 'fifo', folder);
          await fill(endpoint, queues.dlq, shape === 'fifo');
          await control(endpoint, 'POST', { service: 'sqs', delayMs: Number(values.delay) });
          const args =
            who === 'bare'
              ? [SELF, '--bare', JSON.stringify({ endpoint, ...queues, fifo: shape === 'fifo', concurrency })]
              : [
                  BIN,
                  'dlq',
                  'replay',
                  'bench',
                  '--sandbox',
                  '--config',
                  queues.config,
                  '--yes',
                  '--no-verify',
                  '--json',
                  '--concurrency',
                  String(concurrency),
                ];
          const started = performance.now();
          const { code, stdout } = await run(['--require', preload, ...args], env);
          const seconds = (performance.now() - started) / 1000;
          await control(endpoint, 'DELETE');
          const moved = who === 'bare' ? Number(stdout) : JSON.parse(stdout).data.replayed;
          if (moved !== Number(values.messages)) console.log(`${who} moved ${moved}, exit ${code}`);
          const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, 'utf8'));
          const row = [
            (moved / seconds).toFixed(0),
            ((userCPUTime + systemCPUTime) / moved).toFixed(0),
            (maxRSS / 1024).toFixed(0),
          ];
          console.log(
            `${shape.padEnd(9)} ${String(concurrency).padStart(5)}  ${who.padEnd(6)} ${row[0].padStart(6)} ${row[1].padStart(11)} ${row[2].padStart(8)}`,
          );
        }
      }
    }
  } finally {
    await run([BIN, 'sandbox', 'down'], env);
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

async function sqs(endpoint, operation, input) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': `AmazonSQS.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function control(endpoint, method, rule) {
  await fetch(`${endpoint}/_simulator/faults`, {
    method,
    ...(rule === undefined ? {} : { body: JSON.stringify(rule) }),
  });
}

/** A queue and its dead-letter queue of this run alone, and a configuration that names them. */
async function makeQueues(endpoint, fifo, folder) {
  const name = `bench-${Date.now()}`;
  const suffix = fifo ? '.fifo' : '';
  const Attributes = { VisibilityTimeout: '120', ...(fifo ? { FifoQueue: 'true' } : {}) };
  const { QueueUrl: dlq } = await sqs(endpoint, 'CreateQueue', { QueueName: `${name}-dlq${suffix}`, Attributes });
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${dlq.split('/').at(-2)}:${name}-dlq${suffix}`;
  const { QueueUrl: target } = await sqs(endpoint, 'CreateQueue', {
    QueueName: `${name}${suffix}`,
    Attributes: { ...Attributes, RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }) },
  });
  const config = join(folder, `${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({ services: { bench: { queue: `${name}${suffix}`, dlq: `${name}-dlq${suffix}` } } }),
  );
  return { dlq, target, config };
}

async function fill(endpoint, QueueUrl, fifo) {
  const total = Number(values.messages);
  let next = 0;
  const filler = async () => {
    while (next < total) {
      const start = next;
      next += 10;
      const Entries = Array.from({ length: Math.min(10, total - start) }, (_, i) => ({
        Id: String(i),
        MessageBody: JSON.stringify({ id: start + i, type: 'query', text: 'x'.repeat(200) }),
        ...(fifo ? { MessageGroupId: `g${(start + i) % GROUPS}`, MessageDeduplicationId: String(start + i) } : {}),
      }));
      await sqs(endpoint, 'SendMessageBatch', { QueueUrl, Entries });
    }
  };
  await Promise.all([filler(), filler(), filler(), filler()]);
}

/** What anybody would write first: each worker receives ten, sends them, deletes them, until the queue is empty. */
async function bareLoop({ endpoint, dlq, target, fifo, concurrency }) {
  const { SQSClient, ReceiveMessageCommand, SendMessageBatchCommand, DeleteMessageBatchCommand } = await import(
    '@aws-sdk/client-sqs'
  );
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: { httpAgent: { maxSockets: 256, keepAlive: true } },
  });
  let moved = 0;
  const worker = async () => {
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: dlq,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return;
      await client.send(
        new SendMessageBatchCommand({
          QueueUrl: target,
          Entries: Messages.map((message, i) => ({
            Id: String(i),
            MessageBody: message.Body,
            ...(fifo
              ? { MessageGroupId: message.Attributes.MessageGroupId, MessageDeduplicationId: message.MessageId }
              : {}),
          })),
        }),
      );
      await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: dlq,
          Entries: Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
        }),
      );
      moved += Messages.length;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  process.stdout.write(String(moved));
}
