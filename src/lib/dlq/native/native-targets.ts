import type { Queue, Queues } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { isUnsupported } from './unsupported.ts';

export interface NativeTargets {
  readonly targets: readonly Queue[];
  /** Why the sources may not be asked for: there may be others than the configured one. Null where they were. */
  readonly unread: string | null;
}

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
): Promise<NativeTargets> {
  let sources: readonly string[];
  try {
    sources = await queues.sourcesOf(dlq);
  } catch (cause) {
    // Whether it is a dead-letter queue is then for StartMessageMoveTask to say.
    const target = named ?? configured;
    const isDenied = cause instanceof CvopsError && cause.code === 'AccessDenied';
    if (!(isUnsupported(cause) || isDenied) || target === undefined) throw cause;
    return { targets: [await queues.describe(target)], unread: isDenied ? cause.message : null };
  }
  if (sources.length === 0) {
    throw new CvopsError('NotADeadLetterQueue', ExitCode.gate, `"${dlq.name}" is the dead-letter queue of no queue.`, {
      hint: 'a move task takes from dead-letter queues only; --engine client takes from any queue.',
    });
  }
  if (named !== undefined) return { targets: [await queues.describe(named)], unread: null };
  // The configured source first: it is the one that is named.
  const order = [...sources].sort((one, other) => Number(other === configured) - Number(one === configured));
  return { targets: await Promise.all(order.map((name) => queues.describe(name))), unread: null };
}
