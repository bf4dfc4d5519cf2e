// How long `cvops usage report` takes when each call takes a while: the built program on a month with data in every hour,
// beside a bare Node. The answers are those of a sandbox, given once and repeated from memory after a while, so that what
// the simulator takes to reckon them does not count. The aim is 600 ms with 50 ms a call.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN, control, programEnv, readFlags, startNode, wholeNumber } from './bench-kit.mjs';

const flags = readFlags({
  runs: { type: 'string', default: '20' },
  delay: { type: 'string', default: '50' },
});
const runs = wholeNumber('runs', flags.runs);
const delayMs = wholeNumber('delay', flags.delay, 0);

const home = mkdtempSync(join(tmpdir(), 'cvops-bench-'));
const env = { ...programEnv(home), AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

async function cvops(...argv) {
  const { code, stdout } = await startNode([BIN, ...argv], env).ended;
  if (code !== 0) throw new Error(`cvops ${argv.join(' ')} exited ${code}`);
  return stdout;
}

/** Milliseconds from start to end of a process. */
async function wall(run) {
  const started = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - started) / 1e6;
}

const HOUR_MS = 3_600_000;
const SYSTEM = 'cv-analytics';
const QUEUES = ['queue.fifo', 'dlq.fifo'].map((name) => ({ QueueName: `${SYSTEM}-${name}` }));
const TABLES = ['events', 'releases'].map((name) => ({ TableName: `${SYSTEM}-${name}` }));
const FUNCTIONS = ['processor', 'reporter'].map((name) => ({ FunctionName: `${SYSTEM}-${name}` }));
const NAMES = { QueueName: QUEUES, TableName: TABLES, FunctionName: FUNCTIONS };

/** What a report asks for: namespace, the kind of resource or its dimensions, metrics. */
const MEASURED = [
  ['AWS/Lambda', 'FunctionName', ['Invocations', 'Duration', 'ConcurrentExecutions']],
  ['AWS/Lambda', [{}], ['Invocations', 'Duration']],
  [
    'AWS/SQS',
    'QueueName',
    ['NumberOfMessagesSent', 'NumberOfMessagesReceived', 'NumberOfEmptyReceives', 'SentMessageSize'],
  ],
  [
    'AWS/DynamoDB',
    'TableName',
    ['Provisioned', 'Consumed'].flatMap((kind) => ['Read', 'Write'].map((what) => `${kind}${what}CapacityUnits`)),
  ],
  [
    'AWS/SNS',
    [{ TopicName: `${SYSTEM}-alerts` }],
    ['NumberOfMessagesPublished', 'NumberOfNotificationsDelivered', 'NumberOfNotificationsFailed'],
  ],
  ['AWS/Events', [{}], ['Invocations']],
  ['AWS/Scheduler', [{ ScheduleGroup: 'default' }], ['InvocationAttemptCount']],
  ['AWS/Logs', [{}], ['IncomingBytes']],
  [
    'AWS/Usage',
    ['GetMetricStatistics', 'ListMetrics', 'DescribeAlarms'].map((Resource) => ({
      Type: 'API',
      Service: 'CloudWatch',
      Class: 'None',
      Resource,
    })),
    ['CallCount'],
  ],
];

/** Something in each hour of the last month. */
async function plant(endpoint) {
  const now = new Date();
  const from = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1);
  const until = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const points = [];
  for (let at = from; at < until; at += HOUR_MS) points.push({ at, sum: 1000.25 + (at % 7), samples: 10 });
  const metrics = MEASURED.flatMap(([namespace, of, names]) =>
    (NAMES[of] ?? of).flatMap((dimensions) => names.map((metric) => ({ namespace, metric, dimensions, points }))),
  );
  for (const metric of metrics) await control(endpoint, 'POST', 'metrics', { metrics: [metric] });
  return new Date(from).toISOString().slice(0, 7);
}

async function bodyOf(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Asks the sandbox what it has not been asked before; answers each call after the delay. */
async function startEcho(endpoint) {
  const known = new Map();
  const ask = async ({ method, url, headers }, body) => {
    const { host, connection, 'content-length': length, ...rest } = headers;
    const answer = await fetch(endpoint + url, { method, headers: rest, ...(method === 'GET' ? {} : { body }) });
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const key = `${request.method} ${request.url} ${request.headers['x-amz-target']} ${body}`;
    if (!known.has(key)) known.set(key, ask(request, body));
    const answer = await known.get(key);
    const type = answer.headers.get('content-type');
    setTimeout(() => response.writeHead(answer.status, { 'content-type': type }).end(answer.body), delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]);
  return `fastest ${at(0)} ms, median ${at(0.5)} ms, slowest ${at(1)} ms`;
}

let echo;
try {
  const { data } = JSON.parse(await cvops('sandbox', 'up', '--json'));
  const month = await plant(data.endpoint);
  echo = await startEcho(data.endpoint);
  const at = ['--endpoint-url', `http://127.0.0.1:${echo.address().port}`, '--region', 'us-east-1'];
  const report = () => cvops('usage', 'report', ...at, '--json', '--month', month);
  const { self } = JSON.parse(await report()).data;
  rmSync(join(home, '.cache'), { recursive: true });
  const first = await wall(report);
  const own = [];
  const bare = [];
  for (let run = 0; run < runs; run++) {
    bare.push(await wall(() => startNode(['-e', '0'], env).ended));
    own.push(await wall(report));
  }
  console.log(`${self.apiCalls} calls at ${delayMs} ms, ${self.paidCalls} paid; load ${loadavg()[0].toFixed(1)}`);
  console.log(`usage report, nothing compiled yet: ${Math.round(first)} ms`);
  console.log(`usage report: ${summary(own)}`);
  console.log(`node -e 0:    ${summary(bare)}`);
} finally {
  echo?.closeAllConnections();
  echo?.close();
  await cvops('sandbox', 'down').catch(() => {});
  rmSync(home, { recursive: true, force: true });
}
