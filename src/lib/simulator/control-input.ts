import type { PlantedMetric } from './cloudwatch/planted-metric.ts';
import type { FreeTierSteering } from './freetier/free-tier-account.ts';
import type { FaultRule } from './kernel/faults.ts';
import type { FunctionSteering } from './lambda/function-states.ts';
import type { PlantedMessage } from './sqs/planted-message.ts';

/** Ten years: the agenda of a clock that moves further would take for ever. */
const MAX_ADVANCE_MS = 10 * 365 * 86_400_000;

/** What `POST clock` asks for: `advanceMs` in simulated ms, `rate` in simulated ms for each real one. */
export interface ClockInput {
  readonly advanceMs?: number;
  readonly rate?: number;
}

type Members = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const structure: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const structures: Check = (value) => Array.isArray(value) && value.every(structure);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
const orNull =
  (of: Check): Check =>
  (value) =>
    value === null || of(value);
const texts: Check = (value) => structure(value) && Object.values(value as Members).every(text);
const between =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high;

/** A control request's body. Throws where it is no JSON object. */
export function readControlInput(body: Buffer): Members {
  const input: unknown = body.length > 0 ? JSON.parse(body.toString('utf8')) : {};
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw new Error('expected a JSON object');
  return input as Members;
}

/** Time never goes back. Throws where a member is none of those known, or out of its range. */
export function readClockInput(input: Members): ClockInput {
  check(input, { advanceMs: between(0, MAX_ADVANCE_MS), rate: between(0, 1e6) });
  return input;
}

/** A rule that could not be carried out would bring down the server at the first call it hits: it is refused here. Throws. */
export function readFaultRule(input: Members): FaultRule {
  check(input, {
    service: text,
    region: text,
    operation: text,
    probability: between(0, 1),
    times: between(0, Number.MAX_SAFE_INTEGER),
    bodyContains: text,
    error: structure,
    delayMs: between(0, 2 ** 31 - 1),
    reset: flag,
    dropResponse: flag,
    entries: structure,
    seed: between(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  });
  checkNamed(input, 'error', { statusCode: between(400, 599), code: text, queryCode: text, message: text });
  checkNamed(input, 'entries', { code: text, message: text, senderFault: flag, afterCommit: flag });
  const whole = ['error', 'delayMs', 'reset', 'dropResponse'].find((name) => input[name] !== undefined);
  if (input['entries'] !== undefined && whole !== undefined) {
    throw new Error(`entries: goes together with no other effect, and there is ${whole}`);
  }
  return input as FaultRule;
}

/** The messages that `POST queues/REGION/NAME` puts into a queue. Throws. */
export function readPlanted(input: Members): readonly PlantedMessage[] {
  check(input, { messages: structures });
  const messages = (input['messages'] ?? []) as readonly Members[];
  for (const message of messages) {
    check(message, {
      body: text,
      messageId: text,
      attributes: structure,
      groupId: text,
      deduplicationId: text,
      traceHeader: text,
      deadLetterSource: text,
      receiveCount: between(0, Number.MAX_SAFE_INTEGER),
      sentAt: between(0, Number.MAX_SAFE_INTEGER),
      firstReceivedAt: between(0, Number.MAX_SAFE_INTEGER),
    });
    if (message['body'] === undefined) throw new Error('messages: body is missing');
  }
  return messages as unknown as readonly PlantedMessage[];
}

/** What `POST functions/REGION/NAME` orders. Throws. */
export function readSteering(input: Members): FunctionSteering {
  check(input, {
    qualifier: text,
    state: oneOf('Active', 'Inactive', 'Failed'),
    reason: text,
    reasonCode: text,
    reclaimed: oneOf('image', 'network'),
    wakes: flag,
    nextUpdateFails: structure,
    provisioningFails: orNull(text),
  });
  const failure = input['nextUpdateFails'] as Members | undefined;
  for (const member of failure === undefined ? [] : ['reason', 'reasonCode']) {
    if (!text(failure![member])) throw new Error(`nextUpdateFails: ${member} is missing`);
  }
  return input as FunctionSteering;
}

/** The metrics that `POST metrics/REGION` puts into CloudWatch. Throws. */
export function readPlantedMetrics(input: Members): readonly PlantedMetric[] {
  check(input, { metrics: structures });
  const metrics = (input['metrics'] ?? []) as readonly Members[];
  for (const metric of metrics) {
    check(metric, { namespace: text, metric: text, dimensions: texts, unit: text, points: structures });
    for (const name of ['namespace', 'metric', 'points']) {
      if (metric[name] === undefined) throw new Error(`metrics: ${name} is missing`);
    }
    for (const point of metric['points'] as readonly Members[]) {
      check(point, { at: number, sum: number, samples: number, minimum: number, maximum: number });
      if (point['at'] === undefined || point['sum'] === undefined) throw new Error('points: at or sum is missing');
    }
  }
  return metrics as unknown as readonly PlantedMetric[];
}

/** What `POST freetier` sets. Throws. */
export function readFreeTierSteering(input: Members): FreeTierSteering {
  check(input, {
    lagHours: between(0, 744),
    notReported: (value) => Array.isArray(value) && value.every(text),
    usages: orNull(structures),
    pageSize: between(1, 1000),
    plan: orNull(structure),
  });
  const { plan, usages } = input as { plan?: Members | null; usages?: readonly Members[] | null };
  for (const usage of usages ?? []) {
    check(usage, {
      service: text,
      operation: text,
      usageType: text,
      region: text,
      actualUsageAmount: number,
      forecastedUsageAmount: number,
      limit: number,
      unit: text,
      description: text,
      freeTierType: text,
    });
  }
  if (plan !== null && plan !== undefined) {
    check(plan, {
      type: oneOf('FREE', 'PAID'),
      status: oneOf('NOT_STARTED', 'ACTIVE', 'EXPIRED'),
      creditsUsd: number,
      expiresAt: text,
    });
    if (plan['type'] === undefined || plan['status'] === undefined) throw new Error('plan: type or status is missing');
  }
  return input as FreeTierSteering;
}

/** An effect that must name its error code. */
function checkNamed(input: Members, name: string, known: Readonly<Record<string, Check>>): void {
  const effect = input[name] as Members | undefined;
  if (effect === undefined) return;
  check(effect, known);
  if (effect['code'] === undefined) throw new Error(`${name}: code is missing`);
}

function check(input: Members, known: Readonly<Record<string, Check>>): void {
  for (const [name, value] of Object.entries(input)) {
    const fits = Object.hasOwn(known, name) ? known[name] : undefined;
    if (fits === undefined) throw new Error(`${name}: there is no such member`);
    if (!fits(value)) throw new Error(`${name}: ${JSON.stringify(value)} is not possible`);
  }
}
