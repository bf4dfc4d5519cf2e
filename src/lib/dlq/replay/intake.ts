import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { groupOf } from '../dead-letter.ts';
import { backoffMs, expected, isPassing, isThrottling } from './call-failure.ts';
import { chosenFrom, unfit } from './chosen.ts';
import type { RunState } from './run-state.ts';

/** Bodies held in memory at most, in bytes, beside those under way. */
const POOL_BYTES = 48 << 20;
/** Messages held to be put in order of their expiry; SQS lets about 120,000 be in flight. */
const GATHERED_MOST = 20_000;
/** Receives under way at most before the first answer tells how large the messages are, and how many. */
const FIRST_RECEIVES = 4;
const MOST_RECEIVE_FAILURES = 6;
/** Rounds of empty polls that a count of visible messages may ask for. */
const MOST_OBJECTIONS = 3;

/** Receives dead letters, and decides for each: send, delete because its copy is sent already, or leave. */
export class Intake {
  readonly #state: RunState;
  /** Receives worth having under way: doubles with each full answer, halves with an empty one. */
  #width: number;
  /** Characters of the largest answer so far. */
  #largest = 0;
  #failures = 0;
  #objections = 0;

  constructor(state: RunState) {
    this.#state = state;
    this.#width = Math.max(1, Math.min(FIRST_RECEIVES, Math.ceil(state.options.dlq.attributes.visible / 10)));
  }

  /** Whether another receive is worth its call now. */
  get open(): boolean {
    const { end, lanes, options, receiving, outstanding } = this.#state;
    const { concurrency, selection, dlq } = options;
    if (end.reached || selection.full || 10 * receiving >= selection.room) return false;
    const inHand = lanes.waiting + 10 * receiving;
    const most = options.expiringFirst ? GATHERED_MOST : concurrency * (dlq.fifo ? 100 : 20);
    if (inHand >= most || lanes.bytes + receiving * this.#largest > POOL_BYTES) return false;
    // After an empty receive only a delete can bring more (it unlocks a group); without work under way as many long
    // polls as make the end find out, side by side, whether this is it.
    if (end.dry) return outstanding === 0 && receiving < end.pollsWanted;
    return receiving < (end.flowing ? Math.min(concurrency, this.#width) : 1);
  }

  /** Still collecting messages that are to be sent in order of their expiry. */
  get gathering(): boolean {
    const { options, end, receiving } = this.#state;
    return options.expiringFirst && !options.selection.full && ((this.open && !end.dry) || receiving > 0);
  }

  /** Books one receive. */
  book(): () => Promise<void> {
    const state = this.#state;
    const { queues, dlq, clock, waitSeconds, selection } = state.options;
    const max = Math.max(1, Math.min(10, selection.room - 10 * state.receiving));
    const alone = state.outstanding === 0;
    const { generation } = state.end;
    state.receiving++;
    return async () => {
      const askedAt = clock.now();
      try {
        const messages = await queues.receive(dlq, {
          max,
          waitSeconds: !alone ? 0 : state.end.waiting ? Math.max(5, waitSeconds) : waitSeconds,
          visibilitySeconds: state.keeper.seconds,
          ...(dlq.fifo ? {} : { onRetry: () => state.end.blinded() }),
        });
        this.#failures = 0;
        if (messages.length === max) this.#width = Math.min(2 * this.#width, state.options.concurrency);
        if (messages.length === 0) this.#width = Math.max(1, this.#width >> 1);
        await this.#received(messages, askedAt, alone, generation);
      } catch (cause) {
        await this.#failed(cause);
      } finally {
        state.receiving--;
      }
    };
  }

  async #failed(cause: unknown): Promise<void> {
    const { end, options } = this.#state;
    const error = expected(cause);
    // A standard queue says when 120,000 messages are in flight: what is left is for the next run.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    if (error.code === 'OverLimit') {
      end.close();
      this.#state.stopped ??= error;
      return;
    }
    const passing = isPassing(error);
    if (passing && !isThrottling(error.code)) end.blinded();
    if (!passing || ++this.#failures > MOST_RECEIVE_FAILURES) throw error;
    await options.clock.sleep(backoffMs(this.#failures));
  }

  async #received(
    messages: readonly ReceivedMessage[],
    askedAt: number,
    alone: boolean,
    generation: number,
  ): Promise<void> {
    const { end, options, outstanding, tally } = this.#state;
    if (messages.length > 0) {
      end.found();
      this.#largest = Math.max(
        this.#largest,
        messages.reduce((sum, { body }) => sum + body.length, 1),
      );
      tally.received += messages.length;
      options.emit({ type: 'received', at: options.clock.now(), count: messages.length, total: tally.received });
      for (const message of messages) this.#accept(message, askedAt);
      return;
    }
    // It counts when nothing of ours was in its way, from its beginning to its end.
    const polls = end.empty(alone && outstanding === 0 && generation === end.generation);
    if (polls && (await this.#objected())) end.doubted();
    else if (polls) end.settle();
    if (end.worthCounting && (await this.#inFlightElsewhere()) === 0) end.noneHidden();
  }

  /**
   * A count never makes the end, but it may speak against it: while SQS counts visible messages that this run does not
   * hide itself, the empty polls are made again, a few times.
   */
  async #objected(): Promise<boolean> {
    const { keeper, options } = this.#state;
    if (this.#objections >= MOST_OBJECTIONS || keeper.size > 0) return false;
    this.#objections++;
    try {
      const { fifo, attributes } = await options.queues.describe(options.dlq.url);
      // What is visible in a FIFO queue, and no poll gets, stands behind a group of which somebody holds a message.
      this.#state.groupsHeld = fifo && attributes.visible > 0 && attributes.inFlight > 0;
      return attributes.visible > 0;
    } catch (cause) {
      // Only a second opinion.
      expected(cause);
      return false;
    }
  }

  /** Messages in flight beside those that this run holds itself. */
  async #inFlightElsewhere(): Promise<number> {
    const { keeper, options } = this.#state;
    const { attributes } = await options.queues.describe(options.dlq.url);
    return Math.max(0, attributes.inFlight - keeper.size);
  }

  #accept(message: ReceivedMessage, askedAt: number): void {
    const { keeper, deleter, lanes, tally, options } = this.#state;
    const { selection, sentIds, newIds, interrupted, target, clock, emit } = options;
    const id = message.messageId;
    const known = keeper.handle(id) !== undefined;
    keeper.hold(message, askedAt);
    interrupted?.open.delete(id);
    if (sentIds.has(id)) {
      // Sent before, by this run or a crashed one; or a twin of at-least-once delivery. Never sent again.
      deleter.add(id);
      return;
    }
    if (known) return;
    if (newIds.has(id)) {
      tally.returned++;
      keeper.relax(id);
      emit({ type: 'returned', at: clock.now(), messageId: id });
      this.#holdReturns();
      return;
    }
    const lane = target.fifo ? (groupOf(message) ?? '') : null;
    if (selection.choose(message) !== 'take') {
      tally.skipped++;
      keeper.relax(id);
      return;
    }
    tally.matched++;
    if (lanes.isStopped(lane)) {
      tally.blocked++;
      keeper.relax(id);
      return;
    }
    this.#take(message, lane);
  }

  #take(message: ReceivedMessage, lane: string | null): void {
    const { target, unresolved, edit } = this.#state.options;
    const firstTry = unresolved.get(message.messageId) ?? null;
    // What cannot be sent now may have been before.
    const kind = firstTry === null ? 'failed' : 'unknown';
    try {
      const chosen = chosenFrom(message, target, lane, firstTry, edit);
      const refusal = unfit(chosen, target);
      if (refusal === null) this.#state.lanes.push(chosen);
      else this.#state.leave(chosen, kind, refusal.code, refusal.message);
    } catch (cause) {
      const { code, message: text } = expected(cause);
      this.#state.leave(chosenFrom(message, target, lane, firstTry, null), kind, code, text);
    }
  }

  /** Stops a run whose copies come back in greater numbers than it was told to bear. */
  #holdReturns(): void {
    const { tally, options } = this.#state;
    const { maxReturns } = options;
    if (maxReturns === null || tally.replayed === 0 || tally.returned / tally.replayed <= maxReturns) return;
    this.#state.halt(
      new CvopsError(
        'TooManyReturned',
        ExitCode.gate,
        `${tally.returned} of ${tally.replayed} copies came back, more than ${maxReturns * 100} %.`,
        { hint: '`cvops dlq inspect` shows why; mend the cause, then go on with --resume.' },
      ),
    );
  }
}
