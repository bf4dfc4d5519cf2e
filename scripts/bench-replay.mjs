// How fast the built `cvops dlq replay` moves dead letters when each call takes 20 ms, beside a bare loop of SDK calls
// (receive, send, delete in tens; no ledger, no proof) with as many calls at the same time.
//
//   node scripts/bench-replay.mjs [--messages 50000] [--delay 20] [--concurrency 64] [--shapes standard,fifo] [--who bare,cvops]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BIN,
  control,
  makeQueues,
  programEnv,
  readFlags,
  repeat,
  someOf,
  sqs,
  startNode,
  wholeNumber,
  wholeNumbers,
} from './bench-kit.mjs';

const SELF = fileURLToPath(import.meta.url);
const GROUPS = 500;

const values = readFlags({
  messages: { type: 'string', default: '50000' },
  delay: { type: 'string', default: '20' },
  concurrency: { type: 'string', default: '64' },
  shapes: { type: 'string', default: 'standard,fifo' },
  who: { type: 'string', default: 'bare,cvops' },
  bare: { type: 'string' },
});
const messages = wholeNumber('messages', values.messages);
const delayMs = wholeNumber('delay', values.delay, 0);
const concurrencies = wholeNumbers('concurrency', values.concurrency);
const shapes = someOf(['standard', 'fifo'], 'shapes', values.shapes);
const runners = someOf(['bare', 'cvops'], 'who', values.who);

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
  const env = programEnv(folder);
  const { endpoint } = JSON.parse((await startNode([BIN, 'sandbox', 'up', '--json'], env).ended).stdout).data;
  try {
    console.log(`node ${process.version}; ${messages} messages, ${delayMs} ms a call`);
    console.log('shape     calls  who     msg/s  CPU µs/msg  peak MB');
    for (const shape of shapes) {
      for (const concurrency of concurrencies) {
        for (const who of runners) {
          const queues = await makeBenchQueues(endpoint, shape === 'fifo', folder);
          await fill(endpoint, queues.dlq, shape === 'fifo');
          await control(endpoint, 'POST', 'faults', { service: 'sqs', delayMs });
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
          const { code, stdout } = await startNode(['--require', preload, ...args], env).ended;
          const seconds = (performance.now() - started) / 1000;
          await control(endpoint, 'DELETE', 'faults');
          const moved = who === 'bare' ? Number(stdout) : JSON.parse(stdout).data.replayed;
          if (moved !== messages) console.log(`${who} moved ${moved}, exit ${code}`);
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
    await startNode([BIN, 'sandbox', 'down'], env).ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A queue and its dead-letter queue of this run alone, and a configuration that names them. */
async function makeBenchQueues(endpoint, fifo, folder) {
  const name = `bench-${Date.now()}`;
  const suffix = fifo ? '.fifo' : '';
  const names = { queue: `${name}${suffix}`, dlq: `${name}-dlq${suffix}` };
  const attributes = { VisibilityTimeout: '120' };
  const { dlq, queue } = await makeQueues(endpoint, names, { dlq: attributes, queue: attributes });
  const config = join(folder, `${name}.json`);
  writeFileSync(config, JSON.stringify({ services: { bench: names } }));
  return { dlq, target: queue, config };
}

async function fill(endpoint, QueueUrl, fifo) {
  let next = 0;
  await repeat(4, Math.ceil(messages / 10), async () => {
    const start = next;
    next += 10;
    const Entries = Array.from({ length: Math.min(10, messages - start) }, (_, i) => ({
      Id: String(i),
      MessageBody: JSON.stringify({ id: start + i, type: 'query', text: 'x'.repeat(200) }),
      ...(fifo ? { MessageGroupId: `g${(start + i) % GROUPS}`, MessageDeduplicationId: String(start + i) } : {}),
    }));
    await sqs(endpoint, 'SendMessageBatch', { QueueUrl, Entries });
  });
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
