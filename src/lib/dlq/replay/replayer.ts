import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { groupOf } from '../dead-letter.ts';
import { VisibilityKeeper } from '../visibility-keeper.ts';
import { backoffMs, expected, isPassing, isThrottling } from './call-failure.ts';
import { type Chosen, chosenFrom, unfit } from './chosen.ts';
import { Deleter } from './deleter.ts';
import { Lanes } from './lanes.ts';
import { ledgerMessage } from './ledger-message.ts';
import { QueueEnd } from './queue-end.ts';
import type { ReplayerOptions, Tally } from './replayer-options.ts';
import { type SendOutcome, sendProven } from './send-proven.ts';
import { FEW_COPIES } from './verify.ts';

/** Bytes of one batch. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH_BYTES = 1_048_576;
/** Bodies held in memory at most, in bytes, beside those under way. */
const POOL_BYTES = 48 << 20;
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
  readonly #options: ReplayerOptions;
  readonly #keeper: VisibilityKeeper;
  readonly #lanes = new Lanes<Chosen>();
  readonly #deleter: Deleter;
  readonly #end: QueueEnd;
  readonly #sequences = new Map<string, string>();
  /** A copy may have arrived. */
  readonly #unsettled = new Set<string>();
  #stopping = false;
  #bug: unknown;
  #sending = 0;
  #receiving = 0;
  #receiveFailures = 0;
  #waiters: (() => void)[] = [];

  constructor(options: ReplayerOptions) {
    this.#options = options;
    this.#keeper = new VisibilityKeeper({
      queues: options.queues,
      queue: options.dlq,
      clock: options.clock,
      seconds: options.visibilitySeconds,
    });
    const { queues, dlq, clock, ledger, emit } = options;
    this.#deleter = new Deleter({ queues, dlq, clock, ledger, keeper: this.#keeper, emit });
    this.#end = new QueueEnd({
      clock,
      emit,
      visible: dlq.attributes.visible,
      emptyPolls: options.emptyPolls,
      visibilitySeconds: options.visibilitySeconds,
      interrupted: options.interrupted,
    });
    this.tally = {
      matched: options.replayedBefore,
      replayed: options.replayedBefore,
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

  /** Whether the end of the queue was reached, as far as locked groups let it be seen. */
  get drained(): boolean {
    return this.#end.reached;
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
      this.tally.undeleted = this.#deleter.undeleted;
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
    return this.#sending + this.#deleter.underWay + this.#receiving === 0;
  }

  /** Messages between their receive and their delete, without those that stay. */
  get #outstanding(): number {
    return this.#lanes.waiting + this.#sending + this.#deleter.underWay + this.#deleter.waiting;
  }

  /** Books the next call and answers it; undefined when all that is open is under way. */
  #nextDuty(): (() => Promise<void>) | undefined {
    if (this.#bug !== undefined) return undefined;
    if (this.#deleter.waiting >= 10) return this.#bookDelete();
    if (!this.#stopping) {
      if (this.#lanes.ready >= 10) return this.#bookSend();
      if (this.#mayReceive()) return this.#bookReceive();
      if (this.#lanes.ready > 0) return this.#bookSend();
    }
    // Deletes wait to fill a batch, but not for a slow rate: what is sent should not stay hidden longer than it must.
    const slow = this.#options.rate.batchSize < 10;
    const moreToCome = !this.#stopping && !slow && this.#sending + this.#lanes.waiting > 0;
    if (this.#deleter.waiting > 0 && !moreToCome) return this.#bookDelete();
    return undefined;
  }

  #mayReceive(): boolean {
    const { concurrency, selection, dlq } = this.#options;
    if (this.#end.reached || selection.full) return false;
    const inHand = this.#lanes.waiting + 10 * this.#receiving;
    if (inHand >= concurrency * (dlq.fifo ? 100 : 20) || this.#lanes.bytes > POOL_BYTES) return false;
    // After an empty receive only a delete can bring more (it unlocks a group); without work under way one long poll
    // at a time finds out whether this is the end.
    if (this.#end.dry) return this.#receiving === 0 && this.#outstanding === 0;
    return this.#receiving < (this.#end.flowing ? concurrency : 1);
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
          waitSeconds: !alone ? 0 : this.#end.waiting ? Math.max(5, waitSeconds) : waitSeconds,
          visibilitySeconds: this.#keeper.seconds,
        });
        this.#receiveFailures = 0;
        this.#received(messages, askedAt, alone);
        if (this.#end.worthCounting && (await this.#noneInFlight())) this.#end.noneHidden();
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
      this.#end.close();
      this.stopped ??= error;
      return;
    }
    if (!isPassing(error.code) || ++this.#receiveFailures > MOST_RECEIVE_FAILURES) throw error;
    if (!isThrottling(error.code)) this.#end.blinded();
    await this.#options.clock.sleep(backoffMs(this.#receiveFailures));
  }

  #received(messages: readonly ReceivedMessage[], askedAt: number, alone: boolean): void {
    const { emit, clock } = this.#options;
    if (messages.length === 0) {
      this.#end.empty(alone && this.#outstanding === 0 && this.#receiving === 1);
      return;
    }
    this.#end.found();
    this.tally.received += messages.length;
    emit({ type: 'received', at: clock.now(), count: messages.length, total: this.tally.received });
    for (const message of messages) this.#accept(message, askedAt);
  }

  /** Beside those that this run holds itself. */
  async #noneInFlight(): Promise<boolean> {
    const { attributes } = await this.#options.queues.describe(this.#options.dlq.url);
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
      this.#deleter.add(id);
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
    const { target, unresolved, edit } = this.#options;
    const chosen = chosenFrom(message, target, lane, unresolved.get(message.messageId) ?? null, edit);
    const refusal = unfit(chosen, target);
    if (refusal === null) this.#lanes.push(chosen);
    else this.#leave(chosen, 'failed', refusal.code, refusal.message);
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
      this.#end.unlocked();
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
      for (const { id } of messages) this.#deleter.keep(id);
      throw cause;
    }
    for (const { chosen } of sent) this.#deleter.add(chosen.message.messageId);
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
    const act = this.#deleter.book();
    return async () => {
      if (await act()) this.#end.unlocked();
    };
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
