// A campaign of real `kill -9` of the built program in the middle of `cvops dlq replay`, on standard and FIFO queues with
// faults on, each at a random moment; then `--resume`, a new run, or both at once, until the queue is done. What is in
// the queues at the end is read through the simulator's control API and compared with what was put in.
//
//   node scripts/build.mjs
//   node scripts/campaign-replay.mjs [--kills 1000] [--parallel 2] [--seed 1] [--messages 300] [--log FILE] [--repeat SEED]
//
// The simulator runs in processes of its own on loopback (this file with --serve). Its clock and the program's run ten
// times as fast as the wall's, and between a kill and the next life both move on by some minutes. Exits 1 when a promise
// of docs/reliability.md was broken, with the seed of the run: `--repeat SEED` makes its plan again.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BIN,
  bundleSimulator,
  control,
  makeQueues,
  programEnv,
  readFlags,
  serveSimulator,
  startNode,
  startServer,
  wholeNumber,
} from './bench-kit.mjs';

/** Where a kill is aimed: by the clock, at a call (before its work, or after it with the answer unread), at the ledger's length. */
const AIMS = ['start', 'any', 'receive', 'send', 'ledger', 'delete', 'end'];
const CALLS = { receive: 'ReceiveMessage', send: 'SendMessageBatch', delete: 'DeleteMessageBatch', end: 'empty' };
const MOST_LIVES = 12;

/** Simulated seconds in a real one: the waits of a resume for what a dead process may still hide are long. */
const RATE = 10;
/** Gives the program the simulator's time: its clock runs as fast, and moved on as much between two lives. */
const TIME = `
const began = Date.now();
const now = Date.now;
const later = setTimeout;
Date.now = () => Number(process.env.CAMPAIGN_NOW) + (now() - began) * ${RATE};
globalThis.Date = class extends Date {
  constructor(...values) {
    if (values.length === 0) super(Date.now());
    else super(...values);
  }
};
globalThis.setTimeout = (run, ms = 0, ...values) => later(run, ms / ${RATE}, ...values);
require('node:timers').setTimeout = globalThis.setTimeout;
`;

const values = readFlags({
  serve: { type: 'string' },
  kills: { type: 'string', default: '1000' },
  parallel: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  messages: { type: 'string', default: '300' },
  log: { type: 'string' },
  repeat: { type: 'string' },
});
const kills = wholeNumber('kills', values.kills);
const parallel = wholeNumber('parallel', values.parallel);
const firstSeed = wholeNumber('seed', values.seed, 0);
const meanCount = wholeNumber('messages', values.messages);
const again = values.repeat === undefined ? undefined : wholeNumber('repeat', values.repeat, 0);

if (values.serve === undefined) process.exitCode = await main();
else await serve(values.serve);

/** The simulator, with a trigger: `aim` kills a process at the n-th call of an operation. */
async function serve(bundle) {
  let aim;
  const simulator = await serveSimulator(bundle, (message) => {
    aim = message === null ? undefined : { ...message, seen: 0 };
  });
  const count = (operation, when) => {
    if (aim === undefined || aim.operation !== operation || aim.when !== when || ++aim.seen !== aim.n) return;
    const { pid, delayMs } = aim;
    aim = undefined;
    if (delayMs === 0) kill(pid);
    else setTimeout(kill, delayMs, pid);
  };
  const pick = simulator.faults.pick.bind(simulator.faults);
  simulator.faults.pick = (call) => {
    count(call.operation, 'before');
    return pick(call);
  };
  const finished = simulator.finished.bind(simulator);
  simulator.finished = (target, call, output, error) => {
    finished(target, call, output, error);
    count(target.operation, 'after');
    if (target.operation === 'ReceiveMessage' && output?.Messages === undefined) count('empty', 'after');
  };
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself, just before.
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'cvops-campaign-'));
  const bundle = await bundleSimulator(folder);
  writeFileSync(join(folder, 'time.cjs'), TIME);
  const total = newTotal();
  const started = performance.now();
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });
  let next = firstSeed * 1_000_000;
  const work = async (worker) => {
    const server = await startServer(import.meta.url, bundle);
    try {
      while (!stopped && total.kills < kills) {
        const seed = again ?? next++;
        const outcome = await oneRun({
          seed,
          server,
          folder: join(folder, `${worker}-${seed}`),
          preload: join(folder, 'time.cjs'),
        });
        add(total, outcome);
        if (values.log !== undefined) appendFileSync(values.log, `${JSON.stringify(outcome)}\n`);
        for (const problem of outcome.problems) console.error(`seed ${seed}: ${problem}`);
        if (total.runs % 25 === 0)
          console.error(`${total.runs} runs, ${total.kills} kills, ${total.problems} problems`);
        if (again !== undefined) break;
      }
    } finally {
      await server.stop();
    }
  };
  try {
    const workers = again === undefined ? parallel : 1;
    await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(total, (performance.now() - started) / 1000);
  return total.problems > 0 ? 1 : 0;
}

/** One queue, replayed under kills until it is done. */
async function oneRun({ seed, server, folder, preload }) {
  const random = seededRandom(seed);
  const startedAt = performance.now();
  const plan = makePlan(random);
  const messages = makeMessages(random, plan);
  const { endpoint } = server;
  const suffix = plan.fifo ? '.fifo' : '';
  const names = { dlq: `dead${suffix}`, queue: `live${suffix}` };
  mkdirSync(folder, { recursive: true });
  await control(endpoint, 'POST', 'reset');
  await control(endpoint, 'POST', 'clock', { rate: RATE });
  await makeQueues(endpoint, names, { dlq: { MessageRetentionPeriod: '1209600' } });
  for (let from = 0; from < messages.length; from += 100) {
    const planted = messages.slice(from, from + 100).map((message) => ({ ...message, receiveCount: 3 }));
    await control(endpoint, 'POST', `queues/us-east-1/${names.dlq}`, { messages: planted });
  }
  for (const rule of plan.rules) await control(endpoint, 'POST', 'faults', { service: 'sqs', ...rule });
  const config = join(folder, 'cvops.config.json');
  writeFileSync(config, JSON.stringify({ services: { campaign: { queue: names.queue, dlq: names.dlq } } }));

  const world = { server, folder, preload, config, random, concurrency: plan.concurrency };
  const outcome = {
    seed,
    fifo: plan.fifo,
    messages: messages.length,
    groups: plan.groups,
    kills: [],
    lives: 0,
    resumes: 0,
    newRuns: 0,
    together: 0,
    uncertain: 0,
    possibleTwins: 0,
    told: {},
    problems: [],
  };
  let done = false;
  while (!done && outcome.lives < MOST_LIVES) {
    done = await oneLife(world, plan, outcome);
    if (outcome.lives >= 6) await control(endpoint, 'DELETE', 'faults');
  }
  await control(endpoint, 'DELETE', 'faults');
  if (!done) outcome.problems.push(`not done after ${MOST_LIVES} lives`);
  const { messages: arrived } = await control(endpoint, 'GET', `queues/us-east-1/${names.queue}`);
  const { messages: left } = await control(endpoint, 'GET', `queues/us-east-1/${names.dlq}`);
  countTwins(world, outcome);
  judge(outcome, messages, arrived, left);
  rmSync(folder, { recursive: true, force: true });
  return { ...outcome, seconds: (performance.now() - startedAt) / 1000 };
}

/**
 * One life of the program, or of two at once.
 * @returns whether the queue is done: a life that was not killed says so.
 */
async function oneLife(world, plan, outcome) {
  const { random } = world;
  const aim = plan.kills[outcome.lives];
  const { server } = world;
  const runs = existsSync(runsFolder(world)) ? readdirSync(runsFolder(world)).sort() : [];
  const last = runs.at(-1)?.replace('.ndjson', '');
  const way = outcome.lives === 0 ? 'new' : (plan.ways[outcome.lives - 1] ?? 'resume');
  // A run whose first line was never written began nothing.
  const resumable = last !== undefined && readFileSync(join(runsFolder(world), runs.at(-1))).includes(10);
  const starts = [];
  if (way !== 'new' && resumable) starts.push(['--resume', last]);
  if (way !== 'resume' || !resumable) starts.push(['campaign']);
  outcome.lives++;
  if (outcome.lives > 1) {
    if (starts.length === 2) outcome.together++;
    else if (starts[0][0] === '--resume') outcome.resumes++;
    else outcome.newRuns++;
  }
  const { now } = await control(server.endpoint, 'GET', 'clock');
  const lives = starts.map((args) => start(world, args, Date.parse(now)));
  const target = lives[Math.floor(random() * lives.length)];
  const disarm = aim === undefined ? () => {} : arm(world, aim, target.pid);
  const ends = await Promise.all(lives.map(({ ended }) => ended));
  disarm();
  server.tell(null);
  let hit = false;
  let done = true;
  for (const { signal, code, stdout, stderr } of ends) {
    if (signal === 'SIGKILL') {
      hit = true;
      done = false;
      continue;
    }
    const { data, error } = stdout === '' ? {} : JSON.parse(stdout);
    if (
      data === undefined &&
      error?.code !== 'EndpointUnreachable' &&
      !/Broken|Throttl|Internal|Unavailable/.test(error?.code ?? '')
    ) {
      outcome.problems.push(`exit ${code}: ${stdout.slice(0, 300)} ${stderr.slice(-300)}`);
    }
    if (data !== undefined) outcome.told[data.runId] = data.possibleTwins;
    outcome.uncertain = Math.max(outcome.uncertain, data?.uncertain ?? 0);
    if (
      data === undefined ||
      data.stopped ||
      data.failed > data.uncertain ||
      (data.remaining > 0 && data.uncertain === 0)
    )
      done = false;
    else outcome.saidRemaining = data.remaining;
  }
  if (aim !== undefined && hit) outcome.kills.push(aim.at);
  if (aim !== undefined && !hit) outcome.survived = (outcome.survived ?? 0) + 1;
  // A second process that was not killed may have done it all, yet what the dead one held is hidden: one more life.
  if (!done) {
    // What the dead process asked for last may still be under way.
    await sleep(150);
    const pause = plan.pauses[outcome.lives - 1] ?? 70_000;
    await control(server.endpoint, 'POST', 'clock', { advanceMs: pause });
  }
  return done;
}

function runsFolder({ folder }) {
  return join(folder, 'state', 'cvops', 'runs');
}

function start({ server, folder, preload, config, concurrency }, args, now) {
  const flags = [
    '--yes',
    '--no-verify',
    '--json',
    '--engine',
    'client',
    '--config',
    config,
    '--endpoint-url',
    server.endpoint,
  ];
  const resumes = args[0] === '--resume';
  const { child, ended } = startNode(
    [
      '--require',
      preload,
      BIN,
      'dlq',
      'replay',
      ...args,
      ...(resumes ? flags.filter((flag) => flag !== '--engine' && flag !== 'client') : flags),
      '--concurrency',
      String(concurrency),
    ],
    {
      ...programEnv(folder),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CACHE_HOME: join(folder, '..', 'cache'),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      CAMPAIGN_NOW: String(now),
    },
    'pipe',
  );
  // A life that hangs is a finding too.
  const hangs = setTimeout(() => child.kill('SIGABRT'), 180_000);
  child.on('close', () => clearTimeout(hangs));
  return { pid: child.pid, ended };
}

/** Aims a kill; answers what takes the aim back. */
function arm(world, aim, pid) {
  if (aim.at === 'start' || aim.at === 'any') {
    const timer = setTimeout(kill, aim.ms, pid);
    return () => clearTimeout(timer);
  }
  if (aim.at === 'ledger') {
    const size = () => {
      try {
        const name = readdirSync(runsFolder(world)).sort().at(-1);
        return statSync(join(runsFolder(world), name)).size;
      } catch {
        return 0;
      }
    };
    const from = size();
    const timer = setInterval(() => size() > from + aim.bytes && kill(pid), 1);
    return () => clearInterval(timer);
  }
  world.server.tell({
    operation: CALLS[aim.at],
    when: aim.at === 'end' ? 'after' : aim.when,
    n: aim.n,
    delayMs: aim.delayMs,
    pid,
  });
  return () => {};
}

/** What one run is to be: all of it from the seed. */
function makePlan(random) {
  const below = (n) => Math.floor(random() * n);
  const one = (list) => list[below(list.length)];
  const fifo = random() < 0.5;
  const count = Math.round(meanCount * (0.5 + random()));
  const groups = fifo ? one([3, 10, 40, 100, 300]) : one([0, 20]);
  const rule = (operation, probability, effect) => ({ operation, probability, seed: below(2 ** 31), ...effect });
  const internal = { error: { statusCode: 500, code: 'InternalFailure' } };
  const throttled = { error: { statusCode: 400, code: 'RequestThrottled' } };
  const failing = (afterCommit) => ({ entries: { code: 'InternalError', senderFault: false, afterCommit } });
  const rules = [
    rule('SendMessageBatch', 0.06, { dropResponse: true }),
    rule('SendMessageBatch', 0.04, { reset: true }),
    rule('SendMessageBatch', 0.04, internal),
    rule('SendMessageBatch', 0.03, throttled),
    rule('SendMessageBatch', 0.01, failing(false)),
    rule('SendMessageBatch', 0.01, failing(true)),
    rule('DeleteMessageBatch', 0.05, { dropResponse: true }),
    rule('DeleteMessageBatch', 0.04, internal),
    rule('DeleteMessageBatch', 0.02, failing(false)),
    rule('ReceiveMessage', 0.02, throttled),
    rule('ReceiveMessage', 0.02, { reset: true }),
    rule('ReceiveMessage', fifo ? 0.03 : 0, { dropResponse: true }),
    rule('SendMessageBatch', 0.3, { delayMs: 1 + below(25) }),
    rule('DeleteMessageBatch', 0.3, { delayMs: 1 + below(15) }),
    rule('ReceiveMessage', 0.3, { delayMs: 1 + below(15) }),
  ].filter(({ probability }) => probability > 0 && random() < 0.8);
  const calls = fifo && groups < 10 ? count / groups : count / 10;
  const aim = () => {
    const at = one(AIMS);
    if (at === 'start') return { at, ms: below(400) };
    if (at === 'any') return { at, ms: 200 + below(4_000) };
    if (at === 'ledger') return { at, bytes: below(count * 900) };
    const n = at === 'end' ? 1 + below(3) : 1 + below(calls * 1.1);
    return { at, n, when: one(['before', 'after']), delayMs: one([0, 0, 1, 2, 4, 8, 15]) };
  };
  return {
    fifo,
    count,
    groups,
    rules,
    concurrency: one([1, 4, 16, 64]),
    kills: Array.from({ length: 1 + below(5) }, aim),
    ways: Array.from({ length: 6 }, () => one(['resume', 'resume', 'resume', 'new', 'new', 'both'])),
    pauses: Array.from({ length: 6 }, () => one([70_000, 70_000, 70_000, 70_000, 70_000, 90_000, 200_000, 400_000])),
  };
}

/** Bodies of every size, in any script; attributes of each type; trace headers. */
function makeMessages(random, { count, groups }) {
  const below = (n) => Math.floor(random() * n);
  return Array.from({ length: count }, (_, n) => {
    const size = random() < 0.01 ? 20_000 + below(200_000) : below(200);
    const filling = ['x', 'é', '漢', '😀', '"\\', '\t\n'][below(6)];
    const attributes = {};
    if (random() < 0.5) attributes.number = { DataType: 'Number', StringValue: String(n) };
    if (random() < 0.4) attributes.text = { DataType: 'String.label', StringValue: `ü ${n} ✓` };
    if (random() < 0.3)
      attributes.bytes = {
        DataType: 'Binary',
        BinaryValue: Buffer.from([n & 255, 0, 255, 128, below(256)]).toString('base64'),
      };
    return {
      messageId: uuid(random),
      body: JSON.stringify({ n, filling: filling.repeat(Math.ceil(size / filling.length)) }),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      ...(groups === 0 ? {} : { groupId: `group-${below(groups)}` }),
      ...(random() < 0.3 ? { traceHeader: `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=${n % 2}` } : {}),
    };
  });
}

/** Possible twins by the ledgers: runs that were killed for good told nobody. What a run told must be what it wrote down. */
function countTwins(world, outcome) {
  for (const name of existsSync(runsFolder(world)) ? readdirSync(runsFolder(world)) : []) {
    const lines = readFileSync(join(runsFolder(world), name), 'utf8')
      .split('\n')
      .slice(0, -1);
    const sent = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'sent');
    const count = sent.flatMap(({ messages }) => messages).filter(({ twin }) => twin === true).length;
    outcome.possibleTwins += count;
    const told = outcome.told[name.replace('.ndjson', '')];
    if (told !== undefined && told !== count)
      outcome.problems.push(`told of ${told} possible twins, wrote down ${count}`);
  }
}

/** The promises of docs/reliability.md. */
function judge(outcome, messages, arrived, left) {
  const number = ({ body }) => JSON.parse(body).n;
  const copies = new Map();
  for (const copy of arrived) copies.set(number(copy), (copies.get(number(copy)) ?? 0) + 1);
  const still = new Set(left.map(number));
  outcome.lost = messages.filter((_, n) => !copies.has(n) && !still.has(n)).length;
  outcome.twins = [...copies.values()].filter((count) => count > 1).length;
  outcome.left = left.length;
  outcome.changed = arrived.filter((copy) => content(copy) !== content(messages[number(copy)])).length;
  outcome.disorder = 0;
  if (outcome.fifo) {
    const last = new Map();
    for (const copy of arrived) {
      const group = copy.system.MessageGroupId;
      if (number(copy) < (last.get(group) ?? -1)) outcome.disorder++;
      last.set(group, number(copy));
    }
  }
  const problem = (found, text) => found > 0 && outcome.problems.push(`${found} ${text}`);
  problem(outcome.lost, 'lost');
  problem(outcome.fifo ? outcome.twins : 0, 'doubled on FIFO');
  problem(outcome.disorder, 'out of order');
  problem(outcome.changed, 'changed');
  // Of two at once, the one that lives does not learn what the one that was killed may have sent.
  outcome.untold = outcome.fifo ? 0 : Math.max(0, outcome.twins - outcome.possibleTwins);
  problem(outcome.together > 0 ? 0 : outcome.untold, 'twins that nobody counted');
  problem(outcome.uncertain === 0 ? left.length : 0, `left, and the last life said ${outcome.saidRemaining}`);
}

/** All that a copy must have in common with its dead letter. */
function content({ body, attributes = {}, system, groupId, traceHeader }) {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = sorted.map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    DataType,
    StringValue,
    BinaryValue,
  ]);
  return JSON.stringify([
    body,
    plain,
    system?.MessageGroupId ?? groupId ?? null,
    system?.AWSTraceHeader ?? traceHeader ?? null,
  ]);
}

function newTotal() {
  return { runs: 0, kills: 0, at: {}, problems: 0, seconds: 0, fifo: newHalf(), standard: newHalf() };
}
function newHalf() {
  return {
    runs: 0,
    kills: 0,
    messages: 0,
    resumes: 0,
    newRuns: 0,
    together: 0,
    lost: 0,
    twins: 0,
    possibleTwins: 0,
    untold: 0,
    disorder: 0,
    changed: 0,
    uncertain: 0,
  };
}

function add(total, outcome) {
  total.runs++;
  total.kills += outcome.kills.length;
  total.problems += outcome.problems.length;
  for (const at of outcome.kills) total.at[at] = (total.at[at] ?? 0) + 1;
  const half = outcome.fifo ? total.fifo : total.standard;
  half.runs++;
  half.kills += outcome.kills.length;
  for (const name of Object.keys(half)) if (name !== 'runs' && name !== 'kills') half[name] += outcome[name] ?? 0;
}

function print(total, seconds) {
  const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
  row('', 'FIFO', 'standard');
  row('---', '---', '---');
  const words = {
    runs: 'queues replayed',
    kills: 'kills that hit',
    messages: 'messages',
    resumes: 'lives by `--resume`',
    newRuns: 'lives by a new run',
    together: 'lives of both at once',
    lost: 'lost',
    twins: 'messages with more than one copy',
    possibleTwins: 'possible twins told of',
    untold: 'twins beyond those told of, where one of two at once was killed',
    disorder: 'out of order in their group',
    changed: 'changed',
    uncertain: 'left as uncertain',
  };
  for (const [name, text] of Object.entries(words)) row(text, total.fifo[name], total.standard[name]);
  console.log(`\nkills by aim: ${AIMS.map((at) => `${at} ${total.at[at] ?? 0}`).join(', ')}`);
  console.log(`problems: ${total.problems}; ${Math.round(seconds)} s; seed ${firstSeed}; Node ${process.version}`);
}

/** mulberry32, public domain: enough for plans that can be repeated. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function uuid(random) {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
