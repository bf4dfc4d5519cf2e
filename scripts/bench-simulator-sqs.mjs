// What SQS of the simulator costs: CPU of the server process for each message through SendMessageBatch, ReceiveMessage
// and DeleteMessageBatch in tens over HTTP, with few and with many messages queued, and the memory of the many.
//
//   node scripts/bench-simulator-sqs.mjs [--messages 60000] [--depths 1000,1000000] [--shapes standard,fifo-1,fifo-500]
//
// The simulator runs in a process of its own (this file with --serve), bundled into a temporary folder.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const BATCH = 10;
const CLIENTS = 4;
const FILL_CLIENTS = 4;
const SHAPES = {
  standard: { fifo: false, group: () => undefined },
  'fifo-1': { fifo: true, group: (batch) => `group-${batch}` },
  'fifo-500': { fifo: true, group: (_batch, message) => `group-${message % 500}` },
};

const { values } = parseArgs({
  options: {
    serve: { type: 'string' },
    messages: { type: 'string', default: '60000' },
    depths: { type: 'string', default: '1000,1000000' },
    shapes: { type: 'string', default: Object.keys(SHAPES).join(',') },
  },
});

if (values.serve === undefined) await main();
else await serve(values.serve);

/** Runs the simulator and answers `cpu` with the CPU time used (µs) and the memory (bytes). */
async function serve(bundle) {
  const { Simulator } = await import(pathToFileURL(bundle).href);
  const simulator = await Simulator.start();
  process.on('message', (message) => {
    if (message === 'stop') return void simulator.close().then(() => process.exit(0));
    if (message === 'collect') globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, rss: process.memoryUsage.rss() });
  });
  process.send({ port: simulator.port });
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-bench-'));
  try {
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
    console.log(`node ${process.version}; µs of server CPU for each message; ${values.messages} messages each`);
    console.log('shape      queued      send  receive  delete   total   RSS MB');
    for (const shape of values.shapes.split(',')) {
      for (const depth of values.depths.split(',').map(Number)) await measure(bundle, shape, depth);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(bundle, shapeName, depth) {
  const server = fork(fileURLToPath(import.meta.url), ['--serve', bundle], {
    // As the sandbox's daemon runs (src/lib/sandbox/launch.ts); --expose-gc for the memory column.
    execArgv: ['--max-semi-space-size=64', '--expose-gc'],
  });
  const ask = (message) =>
    new Promise((resolve) => {
      server.once('message', resolve);
      if (message !== undefined) server.send(message);
    });
  try {
    const { port } = await ask();
    const shape = SHAPES[shapeName];
    const api = client(port);
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
    await ask('collect');
    const { rss } = await ask('collect');

    const count = Number(values.messages);
    const start = await ask('cpu');
    await repeat(CLIENTS, count / BATCH, send);
    const afterSend = await ask('cpu');
    const batches = [];
    await repeat(CLIENTS, count / BATCH, async () => {
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
    const afterReceive = await ask('cpu');
    if (!shape.fifo) await repeat(CLIENTS, count / BATCH, clear);
    const end = await ask('cpu');
    const each = (from, to) => ((to.cpu - from.cpu) / count).toFixed(1);
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
    server.send('stop');
    await new Promise((resolve) => server.once('exit', resolve));
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

/** Does `work` so many times, `width` at a time. */
async function repeat(width, times, work) {
  let left = times;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** A bare client: the SDK would spend more on a call than the server does. */
function client(port) {
  const agent = new Agent({ keepAlive: true });
  const authorization =
    'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';
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
            authorization,
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `AmazonSQS.${operation}`,
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
