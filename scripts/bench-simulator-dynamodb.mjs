// What DynamoDB of the simulator costs over HTTP: CPU of the server process for each PutItem of a small item.
//
//   node scripts/bench-simulator-dynamodb.mjs [--items 20000]
//
// The simulator runs in a process of its own (this file with --serve), bundled into a temporary folder.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const CLIENTS = 4;
const RUNS = 5;

const { values } = parseArgs({ options: { serve: { type: 'string' }, items: { type: 'string', default: '20000' } } });
if (values.serve === undefined) await main();
else await serve(values.serve);

/** Runs the simulator and answers each message with the CPU time used, µs. */
async function serve(bundle) {
  const { Simulator } = await import(pathToFileURL(bundle).href);
  const simulator = await Simulator.start();
  process.on('message', (message) => {
    if (message === 'stop') return void simulator.close().then(() => process.exit(0));
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system });
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
    await measure(bundle, Number(values.items));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(bundle, items) {
  const child = fork(fileURLToPath(import.meta.url), ['--serve', bundle]);
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  const { port } = await answer();
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const call = (operation, input) =>
    new Promise((resolve, reject) => {
      const headers = { 'x-amz-target': `DynamoDB_20120810.${operation}` };
      const post = request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(response.statusCode))));
      });
      post.on('error', reject);
      post.end(JSON.stringify(input));
    });
  const cpu = async () => {
    child.send('cpu');
    return (await answer()).cpu;
  };
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
  const run = async (count) => {
    const end = next + count;
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (next < end) await put();
      }),
    );
  };
  await run(items);
  const costs = [];
  for (let i = 0; i < RUNS; i++) {
    const before = await cpu();
    await run(items);
    costs.push(((await cpu()) - before) / items);
  }
  costs.sort((a, b) => a - b);
  const [low, median, high] = [costs[0], costs[RUNS >> 1], costs[RUNS - 1]].map((cost) => cost.toFixed(0));
  console.log(`node ${process.version}; load ${loadavg()[0].toFixed(1)}; ${RUNS} runs of ${items} items`);
  console.log(`PutItem: ${median} µs of server CPU (${low} to ${high})`);
  agent.destroy();
  child.send('stop');
}
