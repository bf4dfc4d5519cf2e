import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { copyOf, deadLetter, groupOf, messageBytes, sentTimestamp } from '../dead-letter.ts';
import { type CopyChange, copyChanges } from '../edit/copy-changes.ts';
import type { Edit } from '../edit/edit.ts';
import type { ReplayOptions } from '../replay/replay-options.ts';
import { Selection } from '../replay/selection.ts';
import { scanQueue } from '../scan-queue.ts';

export type LookOptions = Pick<
  ReplayOptions,
  'dlq' | 'target' | 'filter' | 'group' | 'max' | 'only' | 'edit' | 'outOfOrder'
>;

/** A message that a replay would take. */
export interface PlannedMessage {
  readonly id: string;
  readonly groupId: string | null;
  /** MD5 of the body, hex. */
  readonly md5: string;
  /** Neither its death nor its expiry can be told without; ms since the epoch. */
  readonly sentAt: number | null;
  /** When it was first received, ms since the epoch. */
  readonly receivedAt: number | null;
}

/** What an edit does to one message. */
export interface EditedMessage {
  readonly messageId: string;
  readonly groupId: string | null;
  readonly changes: readonly CopyChange[];
}

/** What a look at the dead-letter queue found. */
export interface Look {
  readonly scanned: number;
  readonly complete: boolean;
  /** About how many messages could not be seen. */
  readonly hidden: number;
  readonly skipped: number;
  /** Matches behind a message of their group that does not match. */
  readonly gaps: number;
  /** Everything that a replay would take, in the order in which it came. */
  readonly planned: readonly PlannedMessage[];
  /** Whether the look saw this message. */
  readonly isDead: (messageId: string) => boolean;
  /** Of all copies together. */
  readonly bytes: number;
  /** Copies that are larger than the target takes. */
  readonly tooLarge: number;
  readonly largestBytes: number;
  /** Most attributes that one copy has. */
  readonly mostAttributes: number;
  readonly edited: {
    readonly changed: number;
    readonly unchanged: number;
    readonly failed: number;
    /** The first few errors. */
    readonly failures: readonly { readonly messageId: string; readonly message: string }[];
    /** The first few messages that change. */
    readonly samples: readonly EditedMessage[];
  };
  /** What a receive took that brought messages, ms; null when none did. */
  readonly callMs: number | null;
}

export interface LookPorts {
  readonly queues: Queues;
  readonly clock: Clock;
}

export interface LookLimits {
  /** Messages to look at, at most. */
  readonly limit: number;
  /** Empty long polls in a row that end the look; default 3. */
  readonly emptyPolls?: number;
}

const SAMPLES = 5;

/** Receives what there is, chooses and edits as a replay would, and gives everything back. */
export async function lookAt(
  ports: LookPorts,
  options: LookOptions,
  limits: LookLimits,
  signal: AbortSignal,
): Promise<Look> {
  const { dlq, target, group, max, only, outOfOrder } = options;
  const filter = options.filter?.matches ?? null;
  const selection = new Selection({ fifo: dlq.fifo, filter, group, max, only, outOfOrder });
  const tally = new CopyTally(target, options.edit);
  const planned: PlannedMessage[] = [];
  const scanned = new Set<string>();
  let skipped = 0;
  let gaps = 0;
  const onMessage = (message: ReceivedMessage): void => {
    scanned.add(message.messageId);
    const choice = selection.choose(message);
    if (choice === 'gap') gaps++;
    if (choice !== 'take') skipped++;
    if (choice !== 'take') return;
    planned.push(plannedMessage(message));
    tally.add(message);
  };
  const { queues, callMs } = timed(ports);
  const scan = await scanQueue({ queues, queue: dlq, clock: ports.clock, signal, ...limits, onMessage });
  signal.throwIfAborted();
  return {
    scanned: scan.scanned,
    complete: scan.complete,
    hidden: scan.hidden,
    skipped,
    gaps,
    planned,
    isDead: (messageId) => scanned.has(messageId),
    ...tally.result(),
    callMs: callMs(),
  };
}

function plannedMessage(message: ReceivedMessage): PlannedMessage {
  const receivedAt = Number(message.system['ApproximateFirstReceiveTimestamp'] ?? Number.NaN);
  return {
    id: message.messageId,
    groupId: groupOf(message),
    md5: message.md5OfBody,
    sentAt: sentTimestamp(message),
    receivedAt: Number.isNaN(receivedAt) ? null : receivedAt,
  };
}

/** What the copies of a replay would be. */
class CopyTally {
  readonly #target: Queue;
  readonly #edit: Edit | null;
  readonly #failures: { messageId: string; message: string }[] = [];
  readonly #samples: EditedMessage[] = [];
  #bytes = 0;
  #tooLarge = 0;
  #largest = 0;
  #attributes = 0;
  #changed = 0;
  #unchanged = 0;
  #failed = 0;

  constructor(target: Queue, edit: Edit | null) {
    this.#target = target;
    this.#edit = edit;
  }

  add(message: ReceivedMessage): void {
    const plain = copyOf(message, this.#target.fifo);
    let copy = plain;
    try {
      copy = this.#edit === null ? plain : this.#edit.apply(plain, deadLetter(message));
    } catch (cause) {
      if (!(cause instanceof CvopsError)) throw cause;
      this.#failed++;
      if (this.#failures.length < SAMPLES) {
        this.#failures.push({ messageId: message.messageId, message: cause.message });
      }
      return;
    }
    const bytes = messageBytes(copy);
    this.#bytes += bytes;
    this.#largest = Math.max(this.#largest, bytes);
    if (bytes > this.#target.attributes.maximumMessageSize) this.#tooLarge++;
    this.#attributes = Math.max(this.#attributes, Object.keys(copy.attributes).length);
    if (copy === plain) {
      this.#unchanged++;
      return;
    }
    this.#changed++;
    if (this.#samples.length < SAMPLES) {
      const changes = copyChanges(plain, copy);
      this.#samples.push({ messageId: message.messageId, groupId: groupOf(message), changes });
    }
  }

  result() {
    return {
      bytes: this.#bytes,
      tooLarge: this.#tooLarge,
      largestBytes: this.#largest,
      mostAttributes: this.#attributes,
      edited: {
        changed: this.#changed,
        unchanged: this.#unchanged,
        failed: this.#failed,
        failures: this.#failures,
        samples: this.#samples,
      },
    };
  }
}

/** The same queues; how long the quickest receive took that brought something. A long poll that waits says nothing. */
function timed({ queues, clock }: LookPorts): { queues: Queues; callMs: () => number | null } {
  let quickest: number | null = null;
  const receive: Queues['receive'] = async (queue, options) => {
    const from = clock.now();
    const messages = await queues.receive(queue, options);
    if (messages.length > 0) quickest = Math.min(quickest ?? Number.POSITIVE_INFINITY, clock.now() - from);
    return messages;
  };
  return {
    queues: {
      describe: (name) => queues.describe(name),
      sourcesOf: (queue) => queues.sourcesOf(queue),
      receive,
      send: (queue, messages) => queues.send(queue, messages),
      delete: (queue, handles) => queues.delete(queue, handles),
      changeVisibility: (queue, handles, seconds) => queues.changeVisibility(queue, handles, seconds),
      oldestAgeSeconds: (queue) => queues.oldestAgeSeconds(queue),
    },
    callMs: () => quickest,
  };
}
