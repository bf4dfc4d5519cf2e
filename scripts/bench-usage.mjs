// How long `cvops usage report` takes when each call takes a while: the built program against a sandbox of its own, whose
// every answer is delayed, on a month with data in every hour, beside a bare Node. The aim is 600 ms with 50 ms a call.
import { mkdtempSync, rmSync } from 'node:fs';
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
const env = programEnv(home);

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

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]);
  return `fastest ${at(0)} ms, median ${at(0.5)} ms, slowest ${at(1)} ms`;
}

try {
  const { data } = JSON.parse(await cvops('sandbox', 'up', '--json'));
  const month = await plant(data.endpoint);
  await control(data.endpoint, 'POST', 'faults', { delayMs });
  const report = () => cvops('usage', 'report', '--sandbox', '--json', '--month', month);
  const first = await wall(report);
  const own = [];
  const bare = [];
  for (let run = 0; run < runs; run++) {
    bare.push(await wall(() => startNode(['-e', '0'], env).ended));
    own.push(await wall(report));
  }
  const { self } = JSON.parse(await report()).data;
  console.log(`${self.apiCalls} calls at ${delayMs} ms, ${self.paidCalls} paid; load ${loadavg()[0].toFixed(1)}`);
  console.log(`usage report, nothing compiled yet: ${Math.round(first)} ms`);
  console.log(`usage report: ${summary(own)}`);
  console.log(`node -e 0:    ${summary(bare)}`);
} finally {
  await cvops('sandbox', 'down').catch(() => {});
  rmSync(home, { recursive: true, force: true });
}
