import { createHash } from 'node:crypto';
import type { Queue, Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { copyOf, groupOf, messageBytes } from '../dead-letter.ts';
import type { Ledger } from '../ledger/ledgers.ts';
import { VisibilityKeeper } from '../visibility-keeper.ts';
import { backoffMs, expected, isPassing, isThrottling } from './call-failure.ts';
import { Lanes } from './lanes.ts';
import { ledgerMessage } from './ledger-message.ts';
import type { MessageIdSet } from './message-id-set.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { Selection } from './selection.ts';
import { type Chosen, type SendOutcome, sendProven } from './send-proven.ts';
import type { SendRate } from './send-rate.ts';
import { FEW_COPIES } from './verify.ts';

export interface ReplayerOptions {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ledger: Ledger;
  readonly dlq: Queue;
  readonly target: Queue;
  readonly selection: Selection;
  readonly rate: SendRate;
  /** Calls under way at the same time. */
  readonly concurrency: number;
  readonly visibilitySeconds: number;
  readonly emptyPolls: number;
  readonly waitSeconds: number;
  readonly resendUncertain: boolean;
  /** Dead letters whose copy is proven sent; grows with the run. */
  readonly sentIds: MessageIdSet;
  /** Ids of the copies; grows with the run. */
  readonly newIds: MessageIdSet;
  /** Dead letters that may have been sent by an earlier try. MessageId → time of that try. */
  readonly unresolved: ReadonlyMap<string, number>;
  /**
   * The process that this run goes on from was killed: what it had received stays hidden until its visibility ends.
   * `lastAt` is its last sign of life, ms since the epoch; `open` what must show up again.
   */
  readonly interrupted: { readonly lastAt: number; readonly open: Set<string> } | null;
  /** Copies sent before the run was resumed. */
  readonly replayedBefore: number;
  emit(event: ReplayEvent): void;
}

/** What a run counted. */
export interface Tally {
  matched: number;
  replayed: number;
  deleted: number;
  failed: number;
  skipped: number;
  suppressed: number;
  uncertain: number;
  blocked: number;
  undeleted: number;
  returned: number;
  received: number;
  /** Sent to a standard queue after a try whose outcome is unknown: the target may hold two. */
  possibleTwins: number;
}

/** Bytes of one batch. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH_BYTES = 1_048_576;
/** Bodies held in memory at most, in bytes, beside those under way. */
const POOL_BYTES = 48 << 20;
/** Clocks differ, and a visibility counts from when SQS got the call. */
const HIDDEN_MARGIN_MS = 5_000;
const MOST_DELETES = 6;
const MOST_RECEIVE_FAILURES = 6;

/**
 * Moves messages from a dead-letter queue to its target in the safe order: intent on disk, send, proof, sent on disk, delete.
 * All workers are alike; each takes the most useful call that is open (delete, send, receive), so none waits for
 * another kind of work. Messages that stay are kept hidden until the end, which on FIFO keeps their group locked.
 */
export class Replayer {
  readonly tally: Tally;
  /** Why the run ended early. */
  stopped: CvopsError | null = null;
  /** Ids of the first copies, for questions that are asked one by one. */
  readonly firstCopies: string[] = [];
  /** Whether the end of the queue was reached, as far as locked groups let it be seen. */
  drained = false;
  readonly #options: ReplayerOptions;
  readonly #keeper: VisibilityKeeper;
  readonly #lanes = new Lanes<Chosen>();
  /** Sent, to be deleted; MessageId → tries so far. */
  readonly #deletable = new Map<string, number>();
  readonly #sequences = new Map<string, string>();
  /** Sent, but their deletes failed; MessageId → tries so far. */
  readonly #undeleted = new Map<string, number>();
  /** A copy may have arrived. */
  readonly #unsettled = new Set<string>();
  #stopping = false;
  #bug: unknown;
  #sending = 0;
  #deleting = 0;
  #receiving = 0;
  /** The last receive was empty, and nothing was deleted since. */
  #dry = false;
  /** Receives bring messages: worth having several under way. */
  #flowing: boolean;
  #emptyPolls = 0;
  #receiveFailures = 0;
  /** Messages may be hidden by a receive whose answer was lost; ms since the epoch. */
  #blindUntil = 0;
  #waiting = false;
  #waiters: (() => void)[] = [];

  constructor(options: ReplayerOptions) {
    this.#options = options;
    this.#flowing = options.dlq.attributes.visible > 10;
    this.#keeper = new VisibilityKeeper({
      queues: options.queues,
      queue: options.dlq,
      clock: options.clock,
      seconds: options.visibilitySeconds,
    });
    if (options.interrupted !== null) {
      this.#blindUntil = options.clock.now() + options.visibilitySeconds * 1000 + HIDDEN_MARGIN_MS;
    }
    this.tally = {
      matched: options.replayedBefore,
      replayed: options.replayedBefore,
      deleted: 0,
      failed: 0,
      skipped: 0,
      suppressed: 0,
      uncertain: 0,
      blocked: 0,
      undeleted: 0,
      returned: 0,
      received: 0,
      possibleTwins: 0,
    };
  }

  /** Messages seen and left in the queue by this run. */
  get left(): number {
    const { failed, skipped, suppressed, uncertain, blocked, undeleted, returned } = this.tally;
    return failed + skipped + suppressed + uncertain + blocked + undeleted + returned;
  }

  /** Messages whose sending or deleting is not settled. */
  get open(): number {
    return this.#unsettled.size + this.tally.undeleted;
  }

  /** Whether a group was stopped, so that messages behind it may never have been seen. */
  get hides(): boolean {
    return this.#options.dlq.fifo && this.left > 0;
  }

  async run(): Promise<void> {
    const stop = () => {
      this.#stopping = true;
      this.#changed();
    };
    if (this.#options.signal.aborted) stop();
    this.#options.signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#work()));
    } finally {
      this.#options.signal.removeEventListener('abort', stop);
      const left = this.#lanes.drain();
      this.tally.blocked += left.length;
      for (const id of this.#deletable.keys()) this.#undeleted.set(id, 0);
      this.tally.undeleted = this.#undeleted.size;
      await this.#keeper.giveBack();
    }
    if (this.#bug !== undefined) throw this.#bug;
  }

  async #work(): Promise<void> {
    for (;;) {
      const duty = this.#nextDuty();
      if (duty !== undefined) {
        try {
          await duty();
        } catch (cause) {
          this.#halt(cause);
        }
        this.#changed();
      } else if (this.#idle) {
        this.#changed();
        return;
      } else {
        await new Promise<void>((resolve) => this.#waiters.push(resolve));
      }
    }
  }

  /** Nothing is under way and nothing can begin. */
  get #idle(): boolean {
    return this.#sending + this.#deleting + this.#receiving === 0;
  }

  /** Messages between their receive and their delete, without those that stay. */
  get #outstanding(): number {
    return this.#lanes.waiting + this.#sending + this.#deleting + this.#deletable.size;
  }

  /** Books the next call and answers it; undefined when all that is open is under way. */
  #nextDuty(): (() => Promise<void>) | undefined {
    if (this.#bug !== undefined) return undefined;
    if (this.#deletable.size >= 10) return this.#bookDelete();
    if (!this.#stopping) {
      if (this.#lanes.ready >= 10) return this.#bookSend();
      if (this.#mayReceive()) return this.#bookReceive();
      if (this.#lanes.ready > 0) return this.#bookSend();
    }
    // Deletes wait to fill a batch, but not for a slow rate: what is sent should not stay hidden longer than it must.
    const slow = this.#options.rate.batchSize < 10;
    const moreToCome = !this.#stopping && !slow && this.#sending + this.#lanes.waiting > 0;
    if (this.#deletable.size > 0 && !moreToCome) return this.#bookDelete();
    return undefined;
  }

  #mayReceive(): boolean {
    const { concurrency, selection, dlq } = this.#options;
    if (this.drained || selection.full) return false;
    const inHand = this.#lanes.waiting + 10 * this.#receiving;
    if (inHand >= concurrency * (dlq.fifo ? 100 : 20) || this.#lanes.bytes > POOL_BYTES) return false;
    // After an empty receive only a delete can bring more (it unlocks a group); without work under way one long poll
    // at a time finds out whether this is the end.
    if (this.#dry) return this.#receiving === 0 && this.#outstanding === 0;
    return this.#receiving < (this.#flowing ? concurrency : 1);
  }

  #bookReceive(): () => Promise<void> {
    this.#receiving++;
    const { queues, dlq, clock, waitSeconds } = this.#options;
    const alone = this.#outstanding === 0;
    return async () => {
      const askedAt = clock.now();
      try {
        const messages = await queues.receive(dlq, {
          max: 10,
          waitSeconds: !alone ? 0 : this.#waiting ? Math.max(5, waitSeconds) : waitSeconds,
          visibilitySeconds: this.#keeper.seconds,
        });
        this.#receiveFailures = 0;
        this.#received(messages, askedAt, alone);
        // They may just have become visible: some more empty polls have to agree.
        if (await this.#nothingHidden()) {
          this.#blindUntil = 0;
          this.#emptyPolls = 0;
        }
      } catch (cause) {
        await this.#receiveFailed(cause);
      } finally {
        this.#receiving--;
      }
    };
  }

  async #receiveFailed(cause: unknown): Promise<void> {
    const error = expected(cause);
    // A standard queue says when 120,000 messages are in flight: what is left is for the next run.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    if (error.code === 'OverLimit') {
      this.drained = true;
      this.stopped ??= error;
      return;
    }
    if (!isPassing(error.code) || ++this.#receiveFailures > MOST_RECEIVE_FAILURES) throw error;
    if (!isThrottling(error.code)) {
      // Its answer may be lost, not its work: what it received is hidden until the visibility ends.
      this.#blindUntil = Math.max(this.#blindUntil, this.#options.clock.now() + this.#keeper.seconds * 1000);
    }
    await this.#options.clock.sleep(backoffMs(this.#receiveFailures));
  }

  #received(messages: readonly ReceivedMessage[], askedAt: number, alone: boolean): void {
    const { emit, clock, emptyPolls } = this.#options;
    if (messages.length === 0) {
      this.#dry = true;
      this.#flowing = false;
      // Only one long poll after the other counts, and only with nothing of ours in the way.
      if (alone && this.#outstanding === 0 && this.#receiving === 1) this.#emptyPolls++;
      if (this.#emptyPolls >= emptyPolls) this.#endReached();
      return;
    }
    this.#dry = false;
    this.#flowing = true;
    this.#emptyPolls = 0;
    this.tally.received += messages.length;
    emit({ type: 'received', at: clock.now(), count: messages.length, total: this.tally.received });
    for (const message of messages) this.#accept(message, askedAt);
  }

  #endReached(): void {
    const { clock, emit } = this.#options;
    if (clock.now() >= this.#blindUntil) {
      this.drained = true;
      return;
    }
    this.#emptyPolls = 0;
    if (this.#waiting) return;
    this.#waiting = true;
    const reason = 'messages may be hidden by a receive that was cut off';
    emit({ type: 'waiting', at: clock.now(), reason, until: this.#blindUntil });
  }

  /** Ends the wait for hidden messages early when the dead process has been silent for long and none is in flight. */
  async #nothingHidden(): Promise<boolean> {
    const { clock, interrupted, queues, dlq } = this.#options;
    if (!this.#waiting || this.drained || this.#blindUntil === 0 || interrupted === null || interrupted.open.size > 0)
      return false;
    if (clock.now() < interrupted.lastAt + HIDDEN_MARGIN_MS + this.#keeper.seconds * 1000) return false;
    const { attributes } = await queues.describe(dlq.url);
    return attributes.inFlight <= this.#keeper.size;
  }

  #accept(message: ReceivedMessage, askedAt: number): void {
    const { selection, sentIds, newIds, interrupted, target } = this.#options;
    const id = message.messageId;
    const known = this.#keeper.handle(id) !== undefined;
    this.#keeper.hold(message, askedAt);
    interrupted?.open.delete(id);
    if (sentIds.has(id)) {
      // Sent before, by this run or a crashed one; or a twin of at-least-once delivery. Never sent again.
      const tries = this.#undeleted.get(id) ?? 0;
      if (tries < MOST_DELETES && !this.#deletable.has(id)) this.#deletable.set(id, tries);
      return;
    }
    if (known) return;
    if (newIds.has(id)) {
      this.tally.returned++;
      this.#keeper.relax(id);
      this.#options.emit({ type: 'returned', at: this.#options.clock.now(), messageId: id });
      return;
    }
    const lane = target.fifo ? (groupOf(message) ?? '') : null;
    const choice = selection.choose(message);
    if (choice !== 'take') {
      this.tally.skipped++;
      this.#keeper.relax(id);
      return;
    }
    this.tally.matched++;
    if (this.#lanes.isStopped(lane)) {
      this.tally.blocked++;
      this.#keeper.relax(id);
      return;
    }
    this.#take(message, lane);
  }

  #take(message: ReceivedMessage, lane: string | null): void {
    const { target, unresolved } = this.#options;
    const copy = copyOf(message, target.fifo);
    const md5OfBody = createHash('md5').update(copy.body).digest('hex');
    const chosen: Chosen = {
      lane,
      message,
      copy,
      bytes: messageBytes(copy),
      md5OfBody,
      md5OfAttributes: message.md5OfAttributes,
      firstTry: unresolved.get(message.messageId) ?? null,
      triedBefore: unresolved.has(message.messageId),
    };
    const limit = target.attributes.maximumMessageSize;
    if (chosen.bytes > limit) {
      this.#leave(chosen, 'failed', 'TooLarge', `${chosen.bytes} bytes, and ${target.name} takes ${limit}`);
    } else if (message.md5OfBody !== '' && message.md5OfBody !== md5OfBody) {
      this.#leave(chosen, 'failed', 'ChecksumMismatch', 'the body does not match its MD5');
    } else {
      this.#lanes.push(chosen);
    }
  }

  #bookSend(): () => Promise<void> {
    const { rate, clock, signal } = this.#options;
    const batch = this.#lanes.take(rate.batchSize, BATCH_BYTES);
    const wait = rate.book(batch.length, clock.now());
    this.#sending += batch.length;
    let open = batch.length;
    return async () => {
      try {
        if (wait > 0) {
          // An abort ends the wait; the batch is left then.
          await clock.sleep(wait, signal).catch(() => {});
        }
        if (this.#stopping) {
          this.tally.blocked += batch.length;
          return;
        }
        const fresh = this.#stillHeld(batch);
        open = fresh.length;
        this.#sending -= batch.length - fresh.length;
        if (fresh.length === 0) return;
        await this.#intend(fresh);
        await sendProven(this.#sendContext(), fresh, async (outcomes) => {
          await this.#settle(outcomes);
          open -= outcomes.length;
          this.#sending -= outcomes.length;
          this.#changed();
        });
      } finally {
        this.#sending -= open;
      }
    };
  }

  /** A message whose visibility ran out may be someone else's by now: it, and what follows in its group, is let go. */
  #stillHeld(batch: readonly Chosen[]): readonly Chosen[] {
    return batch.filter((chosen) => {
      if (this.#keeper.holds(chosen.message.messageId, 2_000)) return true;
      const lost = [chosen, ...(chosen.lane === null ? [] : this.#lanes.clear(chosen.lane))];
      for (const { message } of lost) {
        this.#keeper.forget(message.messageId);
        this.#options.selection.giveUp();
        this.tally.matched--;
      }
      this.#lanes.settle(chosen.lane);
      this.#dry = false;
      return false;
    });
  }

  async #intend(batch: readonly Chosen[]): Promise<void> {
    const at = this.#options.clock.now();
    try {
      await this.#options.ledger.commit({ type: 'intent', at, messages: batch.map(ledgerMessage) });
    } catch (cause) {
      this.tally.blocked += batch.length;
      throw cause;
    }
    for (const chosen of batch) chosen.firstTry ??= at;
  }

  async #settle(outcomes: readonly SendOutcome[]): Promise<void> {
    const { ledger, clock, emit, rate, sentIds } = this.#options;
    const sent = outcomes.filter((outcome) => outcome.kind === 'sent');
    for (const { chosen, newId } of sent) {
      sentIds.add(chosen.message.messageId);
      this.#lanes.settle(chosen.lane);
      if (this.firstCopies.length < FEW_COPIES) this.firstCopies.push(newId);
    }
    for (const outcome of outcomes) {
      if (outcome.kind === 'sent') continue;
      this.#leave(outcome.chosen, outcome.kind, outcome.code, outcome.message);
    }
    if (sent.length === 0) return;
    const at = clock.now();
    rate.succeeded(sent.length, at);
    this.tally.replayed += sent.length;
    this.tally.possibleTwins += sent.filter((outcome) => outcome.repeated && !this.#options.target.fifo).length;
    this.#changed();
    const messages = sent.map(({ chosen, newId, sequence }) => ({ id: chosen.message.messageId, newId, sequence }));
    try {
      await ledger.commit({ type: 'sent', at, messages });
    } catch (cause) {
      for (const { id } of messages) this.#undeleted.set(id, 0);
      throw cause;
    }
    for (const { chosen } of sent) this.#deletable.set(chosen.message.messageId, 0);
    emit({ type: 'sent', at, count: sent.length, total: this.tally.replayed });
  }

  /** The message stays in the dead-letter queue, and with it the rest of its group. */
  #leave(chosen: Chosen, kind: Exclude<SendOutcome['kind'], 'sent'>, code: string, text: string): void {
    const { ledger, clock, emit } = this.#options;
    const at = clock.now();
    const messageId = chosen.message.messageId;
    const groupId = groupOf(chosen.message);
    if (kind === 'suppressed') this.tally.suppressed++;
    else if (kind === 'uncertain') this.tally.uncertain++;
    else this.tally.failed++;
    if (kind === 'unknown' || kind === 'uncertain') this.#unsettled.add(messageId);
    // After `unknown` and `uncertain` the intent stays open in the ledger: a copy may have arrived.
    if (kind === 'failed' || kind === 'suppressed') {
      ledger.note({ type: 'failed', at, messages: [{ id: messageId, code, message: text }] });
    }
    emit({ type: kind === 'unknown' ? 'failed' : kind, at, messageId, groupId, code, message: text });
    this.#keeper.relax(messageId);
    if (chosen.lane === null) return;
    const behind = this.#lanes.stop(chosen.lane);
    this.tally.blocked += behind.length;
    for (const { message } of behind) this.#keeper.relax(message.messageId);
    emit({ type: 'blocked', at, groupId: chosen.lane, left: behind.length });
  }

  #bookDelete(): () => Promise<void> {
    const batch = [...this.#deletable.entries()].slice(0, 10);
    for (const [id] of batch) this.#deletable.delete(id);
    this.#deleting += batch.length;
    return async () => {
      try {
        await this.#delete(batch);
      } finally {
        this.#deleting -= batch.length;
      }
    };
  }

  async #delete(batch: readonly (readonly [id: string, tries: number])[]): Promise<void> {
    const { queues, dlq, clock, ledger, emit } = this.#options;
    let passing: CvopsError | undefined;
    const done: string[] = [];
    try {
      const handles = batch.map(([id]) => this.#keeper.handle(id) ?? '');
      const results = await queues.delete(dlq, handles);
      results.forEach((result, index) => {
        const [id, tries] = batch[index]!;
        if (result.ok) {
          done.push(id);
          this.#keeper.forget(id);
          this.#undeleted.delete(id);
        } else {
          this.#deleteLater(id, tries, result.code, result.message, !result.senderFault);
        }
      });
    } catch (cause) {
      const error = expected(cause);
      for (const [id, tries] of batch) this.#deleteLater(id, tries, error.code, error.message, isPassing(error.code));
      if (!isPassing(error.code)) throw error;
      passing = error;
    }
    if (done.length > 0) {
      const at = clock.now();
      this.tally.deleted += done.length;
      this.#dry = false;
      ledger.note({ type: 'done', at, ids: done });
      emit({ type: 'deleted', at, count: done.length, total: this.tally.deleted });
    }
    if (passing !== undefined) await clock.sleep(backoffMs(Math.min(...batch.map(([, tries]) => tries + 1))));
  }

  /** A copy is sent: a failed delete is tried again, now or when the message shows up again. Never the send. */
  #deleteLater(messageId: string, tries: number, code: string, message: string, again: boolean): void {
    if (again && tries + 1 < MOST_DELETES) {
      this.#deletable.set(messageId, tries + 1);
      return;
    }
    this.#undeleted.set(messageId, tries + 1);
    this.#options.emit({
      type: 'undeleted',
      at: this.#options.clock.now(),
      messageId,
      groupId: null,
      code,
      message,
    });
  }

  #sendContext() {
    const { queues, target, clock, rate, newIds, resendUncertain, emit } = this.#options;
    return {
      queues,
      target,
      clock,
      rate,
      newIds,
      sequences: this.#sequences,
      resendUncertain,
      onThrottled: () => emit({ type: 'throttled', at: clock.now(), ratePerSecond: rate.perSecond }),
    };
  }

  /** An expected error ends the run in good order; anything else is a bug and ends it at once. */
  #halt(cause: unknown): void {
    this.#stopping = true;
    if (cause instanceof CvopsError) this.stopped ??= cause;
    else this.#bug ??= cause;
  }

  #changed(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
