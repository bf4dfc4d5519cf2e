import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import type { CvopsError } from '../../errors/cvops-error.ts';
import { interruption } from '../../errors/interruption.ts';
import { groupOf } from '../dead-letter.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { backoffMs, expected, isPassing, isThrottling } from '../replay/call-failure.ts';
import { MessageIdSet } from '../replay/message-id-set.ts';
import { VisibilityKeeper } from '../visibility-keeper.ts';
import { type ArchiveSelection, isMeant } from './archive-selection.ts';
import { archivedLine } from './archived-message.ts';
import { deleteHeld } from './delete-held.ts';
import { wholeGroups } from './whole-groups.ts';

/** Where the messages go before they are deleted. */
export interface PurgeExport {
  add(line: string): void;
  /** Resolves when all that was added is on disk. */
  synced(): Promise<void>;
}

export interface PurgeOptions extends ArchiveSelection {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dlq: Queue;
  readonly file: PurgeExport;
  /** Purges even a queue that has dead letters of its own. */
  readonly force: boolean;
  /** Receives at the same time; default 4. */
  readonly concurrency?: number;
  readonly visibilitySeconds?: number;
  readonly emptyPolls?: number;
  readonly waitSeconds?: number;
  onProgress?(done: { readonly exported: number; readonly deleted: number }): void;
  /** Only what a lost answer may have hidden is waited for. @param until ms since the epoch */
  onWaiting?(until: number): void;
}

export interface PurgeResult {
  /** Messages that match, as far as they were seen. */
  readonly matched: number;
  readonly exported: number;
  readonly deleted: number;
  /** Exported, and still in the queue: deleting them failed. */
  readonly undeleted: number;
  /** Seen, and not asked for. */
  readonly skipped: number;
  /** Left in the queue, about. */
  readonly remaining: number;
  /** The maximum asked for ended it. */
  readonly reachedMax: boolean;
  /** Everything that could be meant was seen. */
  readonly complete: boolean;
  readonly notGivenBack: number;
  /** Why the purge ended early; null when it did not. */
  readonly stopped: CvopsError | null;
}

const MOST_TRIES = 6;
/** Clocks differ, and a visibility counts from when SQS got the call. */
const BLIND_MARGIN_MS = 5_000;
const WAITING_POLL_MS = 3_000;

/**
 * Deletes what is meant, by receiving and deleting: PurgeQueue would also delete what nobody looked at.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
 * Each message is on disk before it is deleted, so a crash at any moment leaves it in the queue, in the file, or in both.
 * An abort finishes what is under way.
 * @throws CvopsError `OwnRedrivePolicy` before anything is received
 */
export async function purge(options: PurgeOptions): Promise<PurgeResult> {
  if (!options.force) refuseOwnRedrive(options.dlq);
  return new Purge(options).run();
}

class Purge {
  readonly #options: PurgeOptions;
  readonly #keeper: VisibilityKeeper;
  /** Added to the file. */
  readonly #written = new MessageIdSet();
  readonly #deleted = new MessageIdSet();
  readonly #skipped = new MessageIdSet();
  /** On disk. */
  #exported = 0;
  #busy = 0;
  #empties = 0;
  #drained = false;
  /** Until then a receive whose answer was lost may hide messages; ms since the epoch. */
  #blindUntil = 0;
  #waiting = false;
  /** Until then the queue's count is waited for; null before the first doubt. */
  #doubtUntil: number | null = null;
  /** Messages that the queue counted last, and how many of them we had not seen. */
  #depth = 0;
  #uncounted = 0;
  /** Skipped messages are hidden until the end, and lock the rest of their FIFO group: whether that matters. */
  #locksAny = false;
  #locksMeant = false;
  #stopped: CvopsError | null = null;

  constructor(options: PurgeOptions) {
    const { queues, clock, dlq } = options;
    this.#options = options;
    this.#keeper = new VisibilityKeeper({ queues, queue: dlq, clock, seconds: options.visibilitySeconds ?? 60 });
  }

  async run(): Promise<PurgeResult> {
    const { concurrency = 4, dlq } = this.#options;
    const workers = Math.max(1, Math.min(concurrency, Math.ceil(dlq.attributes.visible / 10)));
    let notGivenBack = 0;
    try {
      const ends = await Promise.allSettled(Array.from({ length: workers }, () => this.#work()));
      const bug = ends.find((end) => end.status === 'rejected');
      if (bug !== undefined) throw bug.reason;
    } finally {
      notGivenBack = await this.#keeper.giveBack();
    }
    const undeleted = this.#exported - this.#deleted.size;
    const left = undeleted + this.#skipped.size;
    const remaining = await this.#remaining(left);
    return {
      matched: this.#written.size,
      exported: this.#exported,
      deleted: this.#deleted.size,
      undeleted,
      skipped: this.#skipped.size,
      remaining,
      reachedMax: this.#full,
      complete: this.#drained && (remaining <= left || this.#sawAllMeant),
      notGivenBack,
      stopped: this.#stopped ?? interruption(this.#options.signal),
    };
  }

  get #sawAllMeant(): boolean {
    return this.#uncounted <= 0 && !this.#locksMeant;
  }

  get #over(): boolean {
    return this.#drained || this.#stopped !== null || this.#options.signal.aborted || this.#full;
  }

  get #full(): boolean {
    return this.#options.max !== null && this.#written.size >= this.#options.max;
  }

  async #work(): Promise<void> {
    const { clock, dlq, filter, waitSeconds = 1 } = this.#options;
    // What a filter leaves out locks its group: groups are seen whole then, where they can be.
    const queues = filter === null ? this.#options.queues : wholeGroups(this.#options.queues);
    for (let failures = 0; !this.#over; ) {
      const alone = this.#busy === 0;
      const askedAt = clock.now();
      let messages: readonly ReceivedMessage[];
      try {
        messages = await queues.receive(dlq, { max: 10, waitSeconds, visibilitySeconds: this.#keeper.seconds });
        failures = 0;
      } catch (cause) {
        const error = this.#asExpected(cause);
        // The answer may be lost, and the messages that it brought be hidden.
        if (!isThrottling(error.code)) this.#blindUntil = clock.now() + this.#keeper.seconds * 1000 + BLIND_MARGIN_MS;
        if (isPassing(error) && ++failures < MOST_TRIES) await clock.sleep(backoffMs(failures));
        else this.#stopped ??= error;
        continue;
      }
      if (messages.length === 0) {
        // Only a poll with nothing of ours under way says that nothing is left: a delete unlocks its group.
        if (alone && this.#busy === 0) await this.#empty();
        continue;
      }
      this.#empties = 0;
      this.#busy++;
      try {
        await this.#settle(messages, askedAt);
      } catch (cause) {
        this.#stopped ??= this.#asExpected(cause);
      } finally {
        this.#busy--;
      }
    }
  }

  /**
   * Several empty long polls in a row are the end, unless messages may be hidden by a receive whose answer was lost: to us, or
   * to the SDK, which tries again by itself. The queue's count shows those. It is approximate and late, so it
   * makes the purge wait at most as long as such messages can stay hidden.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
   */
  async #empty(): Promise<void> {
    const { clock, signal, emptyPolls = 3, onWaiting } = this.#options;
    if (++this.#empties < emptyPolls) return;
    this.#empties = 0;
    const now = clock.now();
    if (now >= this.#blindUntil) {
      this.#uncounted = await this.#countUnseen();
      this.#doubtUntil ??= now + this.#keeper.seconds * 1000 + BLIND_MARGIN_MS;
      if (this.#uncounted <= 0 || now >= this.#doubtUntil) {
        this.#drained = true;
        return;
      }
    }
    if (!this.#waiting) onWaiting?.(Math.max(this.#blindUntil, this.#doubtUntil ?? 0));
    this.#waiting = true;
    await clock.sleep(WAITING_POLL_MS, signal).catch(() => {});
  }

  /** Messages that the queue counts and we have not seen; behind FIFO locks of ours they are no surprise. */
  async #countUnseen(): Promise<number> {
    const { dlq, queues } = this.#options;
    try {
      const { attributes } = await queues.describe(dlq.url);
      const { visible, inFlight, delayed } = attributes;
      this.#depth = visible + inFlight + delayed;
      return inFlight - this.#keeper.size + (this.#locksAny ? 0 : visible + delayed);
    } catch (cause) {
      expected(cause);
      return 0;
    }
  }

  /** A bug ends the other workers too. */
  #asExpected(cause: unknown): CvopsError {
    try {
      return expected(cause);
    } catch (bug) {
      this.#drained = true;
      throw bug;
    }
  }

  async #settle(messages: readonly ReceivedMessage[], askedAt: number): Promise<void> {
    const { clock, dlq, file } = this.#options;
    const meant: ReceivedMessage[] = [];
    const skipped: ReceivedMessage[] = [];
    let added = 0;
    for (const message of messages) {
      this.#keeper.hold(message, askedAt);
      // Seen before: a delete failed, or its message came twice. It is in the file already.
      if (this.#written.has(message.messageId)) {
        meant.push(message);
        continue;
      }
      if (this.#full || !isMeant(this.#options, message)) {
        skipped.push(message);
        continue;
      }
      this.#written.add(message.messageId);
      added++;
      file.add(archivedLine(message, dlq, clock.now()));
      meant.push(message);
    }
    await file.synced();
    this.#exported += added;
    this.#tell();
    const shorter = new Set<string | null>();
    await deleteHeld({ ...this.#options, keeper: this.#keeper }, meant, (message) => {
      shorter.add(groupOf(message));
      this.#deleted.add(message.messageId);
    });
    await this.#skip(skipped, shorter);
    this.#tell();
  }

  /**
   * Leaves what is not meant. On FIFO it would lock the rest of its group, so it is given back whenever the group got
   * shorter: the next receive sees further into it. Otherwise it stays hidden until the end, not to be received again.
   */
  async #skip(messages: readonly ReceivedMessage[], shorter: ReadonlySet<string | null>): Promise<void> {
    const { queues, dlq, group } = this.#options;
    const returned: string[] = [];
    for (const message of messages) {
      this.#skipped.add(message.messageId);
      if (dlq.fifo && shorter.has(groupOf(message))) {
        returned.push(message.receiptHandle);
        this.#keeper.forget(message.messageId);
      } else {
        this.#locksAny = dlq.fifo;
        // With --group, what other groups hide is not meant anyway.
        this.#locksMeant ||= dlq.fifo && (group === null || group === groupOf(message));
        this.#keeper.relax(message.messageId);
      }
    }
    if (returned.length === 0) return;
    try {
      await queues.changeVisibility(dlq, returned, 0);
    } catch (cause) {
      // They show up again when their visibility ends.
      expected(cause);
    }
  }

  async #remaining(left: number): Promise<number> {
    // At the end of a queue that hides nothing from us, what we left ourselves; its counts are late.
    if (this.#drained && this.#uncounted <= 0 && !this.#locksAny) return left;
    if (!this.#drained) await this.#countUnseen();
    return Math.max(left, this.#depth);
  }

  #tell(): void {
    this.#options.onProgress?.({ exported: this.#exported, deleted: this.#deleted.size });
  }
}
