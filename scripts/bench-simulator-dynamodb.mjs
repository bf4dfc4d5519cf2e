// What DynamoDB of the simulator costs over HTTP: CPU of the server process for each PutItem of a small item.
//
//   node scripts/bench-simulator-dynamodb.mjs [--items 20000]
//
// The simulator runs in a process of its own (this file with --serve), bundled into a temporary folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bareClient,
  bundleSimulator,
  readFlags,
  repeat,
  serveSimulator,
  startServer,
  wholeNumber,
} from './bench-kit.mjs';

const CLIENTS = 4;
const RUNS = 5;

const values = readFlags({ serve: { type: 'string' }, items: { type: 'string', default: '20000' } });
if (values.serve === undefined) await main(wholeNumber('items', values.items));
else await serve(values.serve);

/** Runs the simulator and answers each message with the CPU time used, µs. */
async function serve(bundle) {
  await serveSimulator(bundle, () => {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system };
  });
}

async function main(items) {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-bench-'));
  try {
    await measure(await bundleSimulator(folder), items);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(bundle, items) {
  const server = await startServer(import.meta.url, bundle);
  const call = bareClient(server.port, 'DynamoDB_20120810');
  const cpu = async () => (await server.ask('cpu')).cpu;
  await call('CreateTable', {
    TableName: 'bench',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  let next = 0;
  const put = () =>
    call('PutItem', {
      TableName: 'bench',
      Item: { id: { S: `event-${next++}` }, page: { S: '/cv' }, count: { N: '1' }, at: { N: '1767225600' } },
      ConditionExpression: 'attribute_not_exists(id)',
    });
  const run = () => repeat(CLIENTS, items, put);
  await run();
  const costs = [];
  for (let i = 0; i < RUNS; i++) {
    const before = await cpu();
    await run();
    costs.push(((await cpu()) - before) / items);
  }
  costs.sort((a, b) => a - b);
  const [low, median, high] = [costs[0], costs[RUNS >> 1], costs[RUNS - 1]].map((cost) => cost.toFixed(0));
  console.log(`node ${process.version}; load ${loadavg()[0].toFixed(1)}; ${RUNS} runs of ${items} items`);
  console.log(`PutItem: ${median} µs of server CPU (${low} to ${high})`);
  await server.stop();
}
