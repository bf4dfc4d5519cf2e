import type { Functions } from '../../aws/ports/functions.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import type { Consumer, Consumers } from './consumer.ts';
import { ng, ok, type ReplayCheck, skip, unread } from './replay-check.ts';

/** What the two queues say of a replay from one to the other. */
export function queueChecks(dlq: Queue, target: Queue, force: boolean): readonly ReplayCheck[] {
  return [targetType(dlq, target), ownRedrive(dlq, force), encryption(target), returnPath(dlq, target)];
}

function ownRedrive({ name, attributes: { redrive } }: Queue, force: boolean): ReplayCheck {
  if (redrive === null) return ok('own-redrive', `${name} has no redrive policy of its own`);
  const onward = redrive.deadLetterTargetArn.split(':').at(-1);
  return ng('own-redrive', `${name} moves messages on to ${onward} after ${redrive.maxReceiveCount} receives`, {
    blocking: !force,
    hint: 'remove its redrive policy first, or pass --force to replay all the same.',
  });
}

function targetType(dlq: Queue, target: Queue): ReplayCheck {
  const blocking = { blocking: true, hint: 'name another queue with --to.' };
  if (dlq.arn === target.arn) return ng('target', `${target.name} is the dead-letter queue itself`, blocking);
  const kind = (queue: Queue) => (queue.fifo ? 'FIFO' : 'standard');
  // A move between the types would lose order and deduplication, or lack the group ids.
  return dlq.fifo === target.fifo
    ? ok('target', `both queues are ${kind(target)}`)
    : ng('target', `${dlq.name} is ${kind(dlq)} and ${target.name} is ${kind(target)}`, blocking);
}

/** Whether the key lets us send is known to nobody before the first send. */
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

/** Whether somebody reads the target, and has the room to. */
export async function consumerChecks(
  target: Queue,
  consumers: Consumers | CvopsError,
  functions: Functions,
): Promise<readonly ReplayCheck[]> {
  if (consumers instanceof CvopsError) return [unread('consumer', consumers.message)];
  const { enabled, others } = consumers;
  if (enabled.length === 0) {
    return others.length === 0
      ? [ng('consumer', `no Lambda function reads ${target.name}`)]
      : [ng('consumer', `the event source of ${target.name} is ${others.join(', ')}`)];
  }
  const checks = [ok('consumer', `${enabled.map(({ label }) => label).join(', ')} reads ${target.name}`)];
  for (const consumer of enabled) {
    checks.push(await orSkip('visibility', () => visibility(target, consumer, functions)));
    checks.push(await orSkip('concurrency', () => concurrency(consumer, functions)));
  }
  return checks;
}

/** One thing that may not be asked does not hide the others. */
async function orSkip(id: string, check: () => Promise<ReplayCheck>): Promise<ReplayCheck> {
  try {
    return await check();
  } catch (cause) {
    if (cause instanceof CvopsError) return unread(id, cause.message);
    throw cause;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
async function visibility(target: Queue, consumer: Consumer, functions: Functions): Promise<ReplayCheck> {
  const timeouts: number[] = [];
  for (const version of consumer.served) {
    timeouts.push((await functions.getVersion(consumer.functionName, version)).timeoutSeconds);
  }
  const timeout = Math.max(...timeouts);
  const { visibilityTimeoutSeconds: visible } = target.attributes;
  return visible >= 6 * timeout
    ? ok('visibility', `visibility ${visible} s is at least six times the function's ${timeout} s`)
    : ng('visibility', `visibility ${visible} s is under six times the function's ${timeout} s`);
}

/**
 * A function that is throttled costs messages their receives, up to the dead-letter queue again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
async function concurrency({ source, functionName }: Consumer, functions: Functions): Promise<ReplayCheck> {
  const reserved = await functions.reservedConcurrency(functionName);
  const most = source.maximumConcurrency;
  if (reserved === 0) return ng('concurrency', `${functionName} has a reserved concurrency of 0`);
  if (reserved !== null && most !== null && most > reserved) {
    return ng(
      'concurrency',
      `the event source may run ${most} at a time, and ${functionName} has ${reserved} reserved: the rest is throttled`,
    );
  }
  const limits = [
    ...(most === null ? [] : [`${most} at a time by its event source`]),
    ...(reserved === null ? [] : [`${reserved} reserved`]),
  ];
  return ok('concurrency', `${functionName} may run${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`);
}
