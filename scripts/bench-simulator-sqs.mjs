// What SQS of the simulator costs: CPU of the server process for each message through SendMessageBatch, ReceiveMessage
// and DeleteMessageBatch in tens over HTTP, with few and with many messages queued, and the memory of the many.
//
//   node scripts/bench-simulator-sqs.mjs [--messages 60000] [--depths 1000,1000000] [--shapes standard,fifo-1,fifo-500]
//
// The simulator runs in a process of its own (this file with --serve), bundled into a temporary folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bareClient,
  bundleSimulator,
  readFlags,
  repeat,
  serveSimulator,
  someOf,
  startServer,
  wholeNumber,
  wholeNumbers,
} from './bench-kit.mjs';

const BATCH = 10;
const CLIENTS = 4;
const FILL_CLIENTS = 4;
const SHAPES = {
  standard: { fifo: false, group: () => undefined },
  'fifo-1': { fifo: true, group: (batch) => `group-${batch}` },
  'fifo-500': { fifo: true, group: (_batch, message) => `group-${message % 500}` },
};

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';

const values = readFlags({
  serve: { type: 'string' },
  messages: { type: 'string', default: '60000' },
  depths: { type: 'string', default: '1000,1000000' },
  shapes: { type: 'string', default: Object.keys(SHAPES).join(',') },
});
const messages = wholeNumber('messages', values.messages);
const depths = wholeNumbers('depths', values.depths);
const shapes = someOf(Object.keys(SHAPES), 'shapes', values.shapes);

if (values.serve === undefined) await main();
else await serve(values.serve);

/** Runs the simulator and answers `cpu` with the CPU time used (µs) and the memory (bytes). */
async function serve(bundle) {
  await serveSimulator(bundle, (message) => {
    if (message === 'collect') globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, rss: process.memoryUsage.rss() };
  });
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-bench-'));
  try {
    const bundle = await bundleSimulator(folder);
    console.log(`node ${process.version}; µs of server CPU for each message; ${messages} messages each`);
    console.log('shape      queued      send  receive  delete   total   RSS MB');
    for (const shape of shapes) {
      for (const depth of depths) await measure(bundle, shape, depth);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(bundle, shapeName, depth) {
  // As the sandbox's daemon runs (src/lib/sandbox/launch.ts); --expose-gc for the memory column.
  const server = await startServer(import.meta.url, bundle, ['--max-semi-space-size=64', '--expose-gc']);
  try {
    const shape = SHAPES[shapeName];
    const api = bareClient(server.port, 'AmazonSQS', { authorization: AUTHORIZATION });
    const name = shape.fifo ? 'bench.fifo' : 'bench';
    const attributes = shape.fifo ? { FifoQueue: 'true', VisibilityTimeout: '43200' } : { VisibilityTimeout: '43200' };
    const { QueueUrl } = await api('CreateQueue', { QueueName: name, Attributes: attributes });
    let sent = 0;
    const send = async () => {
      const first = sent;
      sent += BATCH;
      const Entries = Array.from({ length: BATCH }, (_, i) => ({
        Id: String(i),
        MessageBody: `{"event":"page_view","id":${first + i}}`,
        ...(shape.fifo
          ? { MessageGroupId: shape.group(first / BATCH, first + i), MessageDeduplicationId: `id-${first + i}` }
          : {}),
      }));
      const { Successful } = await api('SendMessageBatch', { QueueUrl, Entries });
      if (Successful?.length !== BATCH) throw new Error('a send failed');
    };
    // A warm-up, so that both depths are measured with compiled code; then the depth.
    const warm = 20_000;
    await repeat(CLIENTS, warm / BATCH, send);
    await drain(api, QueueUrl, warm);
    await repeat(FILL_CLIENTS, depth / BATCH, send);
    await server.ask('collect');
    const { rss } = await server.ask('collect');

    const start = await server.ask('cpu');
    await repeat(CLIENTS, messages / BATCH, send);
    const afterSend = await server.ask('cpu');
    const batches = [];
    await repeat(CLIENTS, messages / BATCH, async () => {
      const { Messages } = await api('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: BATCH });
      if (Messages?.length !== BATCH) throw new Error(`a receive answered ${Messages?.length ?? 0} messages`);
      batches.push(Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })));
      if (shape.fifo) await clear();
    });
    // On FIFO the groups in flight would block one another, so each receive is followed by its delete; the shares are told apart below.
    async function clear() {
      const Entries = batches.pop();
      const { Successful } = await api('DeleteMessageBatch', { QueueUrl, Entries });
      if (Successful?.length !== Entries.length) throw new Error('a delete failed');
    }
    const afterReceive = await server.ask('cpu');
    if (!shape.fifo) await repeat(CLIENTS, messages / BATCH, clear);
    const end = await server.ask('cpu');
    const each = (from, to) => ((to.cpu - from.cpu) / messages).toFixed(1);
    const cells = shape.fifo
      ? [each(start, afterSend), `${each(afterSend, afterReceive)} (both)`, '']
      : [each(start, afterSend), each(afterSend, afterReceive), each(afterReceive, end)];
    console.log(
      [
        shapeName.padEnd(9),
        String(depth).padStart(8),
        cells[0].padStart(9),
        cells[1].padStart(8),
        cells[2].padStart(7),
        each(start, end).padStart(7),
        (rss / 1e6).toFixed(0).padStart(8),
      ].join(' '),
    );
  } finally {
    await server.stop();
  }
}

async function drain(api, QueueUrl, count) {
  let left = count;
  while (left > 0) {
    const { Messages = [] } = await api('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: BATCH });
    if (Messages.length === 0) throw new Error('the warm-up lost messages');
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await api('DeleteMessageBatch', { QueueUrl, Entries });
    left -= Messages.length;
  }
}
