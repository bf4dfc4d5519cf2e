import type { Queue, Queues } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { isUnsupported } from './unsupported.ts';

/**
 * The queues that a move task sends to: the one named, else every source of the dead-letter queue, as each message goes
 * back to its own. Where AWS does not say the sources, the configured one.
 * @throws CvopsError `NotADeadLetterQueue`
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export async function nativeTargets(
  queues: Queues,
  dlq: Queue,
  named: string | undefined,
  configured: string | undefined,
): Promise<readonly Queue[]> {
  let sources: readonly string[];
  try {
    sources = await queues.sourcesOf(dlq);
  } catch (cause) {
    // Whether it is a dead-letter queue is then for StartMessageMoveTask to say.
    const target = named ?? configured;
    const isUnknown = isUnsupported(cause) || (cause instanceof CvopsError && cause.code === 'AccessDenied');
    if (!isUnknown || target === undefined) throw cause;
    return [await queues.describe(target)];
  }
  if (sources.length === 0) {
    throw new CvopsError('NotADeadLetterQueue', ExitCode.gate, `"${dlq.name}" is the dead-letter queue of no queue.`, {
      hint: 'a move task takes from dead-letter queues only; --engine client takes from any queue.',
    });
  }
  if (named !== undefined) return [await queues.describe(named)];
  // The configured source first: it is the one that is named.
  const order = [...sources].sort((one, other) => Number(other === configured) - Number(one === configured));
  return Promise.all(order.map((name) => queues.describe(name)));
}
