import type { EventSource, Functions } from '../../aws/ports/functions.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';

/** One thing looked at before a replay. */
export interface ReplayCheck {
  readonly id: string;
  readonly status: 'OK' | 'NG' | 'SKIP';
  readonly detail: string;
  /** The replay is refused while this is NG. */
  readonly blocking: boolean;
}

/** Looks at what would make a replay fail or be in vain. `functions: null` skips what only Lambda knows. */
export async function preflight(
  dlq: Queue,
  target: Queue,
  functions: Functions | null,
  force: boolean,
): Promise<readonly ReplayCheck[]> {
  return [
    ownRedrive(dlq, force),
    targetType(dlq, target),
    messageSize(dlq, target),
    encryption(target),
    returnPath(dlq, target),
    ...(await consumer(target, functions)),
  ];
}

const ok = (id: string, detail: string): ReplayCheck => ({ id, status: 'OK', detail, blocking: false });
const ng = (id: string, detail: string, blocking = false): ReplayCheck => ({ id, status: 'NG', detail, blocking });
const skip = (id: string, detail: string): ReplayCheck => ({ id, status: 'SKIP', detail, blocking: false });

function ownRedrive({ name, attributes: { redrive } }: Queue, force: boolean): ReplayCheck {
  if (redrive === null) return ok('own-redrive', `${name} has no redrive policy of its own`);
  const onward = redrive.deadLetterTargetArn.split(':').at(-1);
  return ng('own-redrive', `${name} moves messages on to ${onward} after ${redrive.maxReceiveCount} receives`, !force);
}

function targetType(dlq: Queue, target: Queue): ReplayCheck {
  if (dlq.arn === target.arn) return ng('target', `${target.name} is the dead-letter queue itself`, true);
  const kind = (queue: Queue) => (queue.fifo ? 'FIFO' : 'standard');
  // A move between the types would lose order and deduplication, or lack the group ids.
  return dlq.fifo === target.fifo
    ? ok('target', `both queues are ${kind(target)}`)
    : ng('target', `${dlq.name} is ${kind(dlq)} and ${target.name} is ${kind(target)}`, true);
}

function messageSize(dlq: Queue, target: Queue): ReplayCheck {
  const limit = target.attributes.maximumMessageSize;
  return limit >= dlq.attributes.maximumMessageSize
    ? ok('message-size', `${target.name} takes messages up to ${limit} bytes`)
    : ng('message-size', `${target.name} takes only ${limit} bytes; larger messages would stay`);
}

function encryption({ name, attributes: { kmsKeyId } }: Queue): ReplayCheck {
  return kmsKeyId === null
    ? ok('encryption', `${name} needs no KMS permission`)
    : skip('encryption', `${name} uses ${kmsKeyId}: sending needs kms:GenerateDataKey and kms:Decrypt`);
}

function returnPath(dlq: Queue, { name, attributes: { redrive } }: Queue): ReplayCheck {
  if (redrive === null) return ng('return-path', `${name} has no dead-letter queue: copies that fail do not come back`);
  return redrive.deadLetterTargetArn === dlq.arn
    ? ok('return-path', `copies that fail come back after ${redrive.maxReceiveCount} receives`)
    : ng('return-path', `copies that fail go to ${redrive.deadLetterTargetArn.split(':').at(-1)}, not back`);
}

async function consumer(target: Queue, functions: Functions | null): Promise<readonly ReplayCheck[]> {
  if (functions === null) return [];
  try {
    const sources = await functions.listEventSourcesOf(target.arn);
    const enabled = sources.filter(({ state }) => state === 'Enabled');
    if (sources.length === 0) return [ng('consumer', `no Lambda function reads ${target.name}`)];
    if (enabled.length === 0) {
      return [ng('consumer', `the event source of ${target.name} is ${sources.map(({ state }) => state).join(', ')}`)];
    }
    const checks = [
      ok('consumer', `${enabled.map((source) => functionOf(source).label).join(', ')} reads ${target.name}`),
    ];
    for (const source of enabled) checks.push(...(await functionChecks(target, source, functions)));
    return checks;
  } catch (cause) {
    if (cause instanceof CvopsError) return [skip('consumer', `cannot be looked at: ${cause.message}`)];
    throw cause;
  }
}

async function functionChecks(target: Queue, source: EventSource, functions: Functions): Promise<ReplayCheck[]> {
  const { name, qualifier } = functionOf(source);
  const version =
    qualifier === null || /^\d+$/.test(qualifier)
      ? (qualifier ?? '$LATEST')
      : (await functions.getAlias(name, qualifier)).version;
  const { timeoutSeconds } = await functions.getVersion(name, version);
  const { visibilityTimeoutSeconds } = target.attributes;
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  const visibility =
    visibilityTimeoutSeconds >= 6 * timeoutSeconds
      ? ok(
          'visibility',
          `visibility ${visibilityTimeoutSeconds} s is at least six times the function's ${timeoutSeconds} s`,
        )
      : ng(
          'visibility',
          `visibility ${visibilityTimeoutSeconds} s is under six times the function's ${timeoutSeconds} s`,
        );
  const reserved = await functions.reservedConcurrency(name);
  const concurrency =
    reserved === 0
      ? ng('concurrency', `${name} has a reserved concurrency of 0`)
      : ok('concurrency', `${name} may run`);
  return [visibility, concurrency];
}

function functionOf({ functionArn }: EventSource): { name: string; qualifier: string | null; label: string } {
  const [, , , , , , name = functionArn, qualifier] = functionArn.split(':');
  return { name, qualifier: qualifier ?? null, label: qualifier === undefined ? name : `${name}:${qualifier}` };
}
