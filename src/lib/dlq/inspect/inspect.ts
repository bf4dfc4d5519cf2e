import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { type DeadLetter, deadLetter, sentTimestamp } from '../dead-letter.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { scanQueue } from '../scan-queue.ts';
import { bodyShape } from './body-shape.ts';
import { causesByMessage } from './causes-by-message.ts';
import { type FailureCause, signatureOf } from './failure-cause.ts';

export interface InspectOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dlq: Queue;
  /** Messages to look at, at most. */
  readonly limit: number;
  readonly filter?: (letter: DeadLetter) => boolean;
  /** Looks even at a queue that has dead letters of its own. */
  readonly force?: boolean;
  /** Where the causes stand; without it messages are grouped by their shape. */
  readonly logs?: { readonly reader: FunctionLogs; readonly functionName: string };
  readonly emptyPolls?: number;
  readonly waitSeconds?: number;
}

/** A dead letter with its cause and the time at which SQS drops it. */
export interface InspectedMessage extends DeadLetter {
  readonly signature: string;
  readonly error: { readonly name: string; readonly message: string } | null;
  /** The function version that failed it, where the log says. */
  readonly version: string | null;
  /** ISO 8601; null when SQS does not say when the message was sent. */
  readonly expiresAt: string | null;
}

export interface FailureGroup {
  readonly signature: string;
  /** `log`: from the function's log; `shape`: from the body and attributes. */
  readonly basis: 'log' | 'shape';
  readonly count: number;
  /** When the first and the last of them were sent, ISO 8601. */
  readonly first: string | null;
  readonly last: string | null;
  readonly versions: readonly string[];
  readonly sample: InspectedMessage;
}

export interface Inspection {
  readonly queue: string;
  readonly scanned: number;
  readonly matched: number;
  /** False when the limit, an abort or FIFO's locked groups hid messages. */
  readonly complete: boolean;
  /** About how many messages were not seen. */
  readonly hidden: number;
  /** Whether the function's log could be read; null when it was not asked for. */
  readonly logsRead: boolean | null;
  readonly groups: readonly FailureGroup[];
  readonly messages: readonly InspectedMessage[];
  /** The look counts as a receive of each message: what it added to each receive count. */
  readonly receivesAdded: number;
  readonly notGivenBack: number;
}

/**
 * Looks at a dead-letter queue, gives every message back, and groups them by cause.
 * @throws CvopsError `OwnRedrivePolicy` for a dead-letter queue that could lose messages onward by being looked at.
 */
export async function inspect(options: InspectOptions): Promise<Inspection> {
  const { dlq, clock } = options;
  if (options.force !== true) refuseOwnRedrive(dlq);
  const kept: { letter: DeadLetter; message: ReceivedMessage }[] = [];
  const scan = await scanQueue({
    queues: options.queues,
    queue: dlq,
    clock,
    signal: options.signal,
    limit: options.limit,
    ...(options.emptyPolls === undefined ? {} : { emptyPolls: options.emptyPolls }),
    ...(options.waitSeconds === undefined ? {} : { waitSeconds: options.waitSeconds }),
    onMessage: (message) => {
      const letter = deadLetter(message);
      if (options.filter === undefined || options.filter(letter)) kept.push({ letter, message });
    },
  });
  const causes = await findCauses(options, kept);
  const messages = kept.map(({ letter, message }): InspectedMessage => {
    const cause = causes?.get(letter.messageId);
    return {
      ...letter,
      signature: cause === undefined ? bodyShape(message) : signatureOf(cause),
      error: cause === undefined ? null : { name: cause.name, message: cause.message },
      version: cause?.version ?? null,
      expiresAt: expiry(message, dlq),
    };
  });
  return {
    queue: dlq.name,
    scanned: scan.scanned,
    matched: messages.length,
    complete: scan.complete,
    hidden: scan.hidden,
    logsRead: options.logs === undefined ? null : causes !== null,
    groups: groupBySignature(messages),
    messages,
    receivesAdded: 1,
    notGivenBack: scan.notGivenBack,
  };
}

async function findCauses(
  options: InspectOptions,
  kept: readonly { letter: DeadLetter; message: ReceivedMessage }[],
): Promise<ReadonlyMap<string, FailureCause> | null> {
  if (options.logs === undefined) return null;
  if (kept.length === 0) return new Map();
  const now = options.clock.now();
  return causesByMessage({
    logs: options.logs.reader,
    functionName: options.logs.functionName,
    messageIds: new Set(kept.map(({ letter }) => letter.messageId)),
    fromMs: Math.min(now, ...kept.map(({ message }) => firstPossibleFailure(message))) - 60_000,
    toMs: now + 60_000,
  });
}

/** Longest time that we expect between the first failure of a message and its move to the dead-letter queue. */
const LONGEST_DYING_MS = 3_600_000;

/** A message cannot have failed before it was sent; a FIFO move sets SentTimestamp again, after the failures. */
function firstPossibleFailure(message: ReceivedMessage): number {
  const known = [sentTimestamp(message), Number(message.system['ApproximateFirstReceiveTimestamp'] ?? Number.NaN)];
  const earliest = Math.min(...known.filter((time): time is number => time !== null && !Number.isNaN(time)));
  return (Number.isFinite(earliest) ? earliest : Date.UTC(2020)) - LONGEST_DYING_MS;
}

/**
 * On a standard queue the retention counts from the first send, whatever queue the message is in now; on FIFO it
 * starts again with the move, which also sets SentTimestamp again.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
function expiry(message: ReceivedMessage, dlq: Queue): string | null {
  const sentAt = sentTimestamp(message);
  return sentAt === null ? null : new Date(sentAt + dlq.attributes.retentionSeconds * 1000).toISOString();
}

function groupBySignature(messages: readonly InspectedMessage[]): readonly FailureGroup[] {
  const bySignature = new Map<string, InspectedMessage[]>();
  for (const message of messages) {
    const group = bySignature.get(message.signature);
    if (group === undefined) bySignature.set(message.signature, [message]);
    else group.push(message);
  }
  return [...bySignature.entries()]
    .map(([signature, group]): FailureGroup => {
      const times = group.flatMap((message) => (message.sentAt === null ? [] : [message.sentAt])).sort();
      const versions = new Set(group.flatMap((message) => (message.version === null ? [] : [message.version])));
      return {
        signature,
        basis: group[0]!.error === null ? 'shape' : 'log',
        count: group.length,
        first: times[0] ?? null,
        last: times.at(-1) ?? null,
        versions: [...versions].sort(),
        sample: group[0]!,
      };
    })
    .sort((a, b) => b.count - a.count || a.signature.localeCompare(b.signature));
}
