import type { Chosen } from './chosen.ts';
import { ledgerMessage } from './ledger-message.ts';
import type { RunState } from './run-state.ts';
import { type SendOutcome, sendProven } from './send-proven.ts';
import { FEW_COPIES } from './verify.ts';

/** Bytes of one batch. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH_BYTES = 1_048_576;

/** Sends batches in the safe order: intent on disk, send, proof, sent on disk; then the dead letter may be deleted. */
export class Sender {
  readonly #state: RunState;
  /** Last sequence number of each group that this run was given. */
  readonly #sequences = new Map<string, string>();
  /** Starts what has become possible. */
  readonly #changed: () => void;

  constructor(state: RunState, changed: () => void) {
    this.#state = state;
    this.#changed = changed;
  }

  /** Books one batch of those that are ready, at the rate's cost. */
  book(): () => Promise<void> {
    const { lanes, options } = this.#state;
    const batch = lanes.take(options.rate.batchSize, BATCH_BYTES);
    options.rate.book(batch.length, options.clock.now());
    this.#state.sending += batch.length;
    let open = batch.length;
    const settled = (count: number) => {
      open -= count;
      this.#state.sending -= count;
    };
    return async () => {
      try {
        await this.#state.options.learn();
        const fresh = this.#notSentElsewhere(this.#stillHeld(batch));
        settled(batch.length - fresh.length);
        if (fresh.length === 0) return;
        await this.#intend(fresh);
        await sendProven(this.#context(), fresh, async (outcomes) => {
          await this.#settle(outcomes);
          settled(outcomes.length);
          this.#changed();
        });
      } finally {
        settled(open);
      }
    };
  }

  /** A message whose visibility ran out may be someone else's by now: it, and what follows in its group, is let go. */
  #stillHeld(batch: readonly Chosen[]): readonly Chosen[] {
    const { keeper, lanes, tally, end, options } = this.#state;
    return batch.filter((chosen) => {
      if (keeper.holds(chosen.message.messageId, 2_000)) return true;
      const lost = [chosen, ...(chosen.lane === null ? [] : lanes.clear(chosen.lane))];
      for (const { message } of lost) {
        keeper.forget(message.messageId);
        options.selection.giveUp();
        tally.matched--;
      }
      lanes.settle(chosen.lane);
      end.unlocked();
      // By the server's clock it may still be hidden.
      end.blinded();
      return false;
    });
  }

  /**
   * Another process may have tried these since they were received: what it is known to have sent is only deleted, and
   * what it may have sent keeps the time of its try.
   */
  #notSentElsewhere(batch: readonly Chosen[]): readonly Chosen[] {
    const { lanes, deleter, tally, options } = this.#state;
    return batch.filter((chosen) => {
      const id = chosen.message.messageId;
      if (options.sentIds.has(id)) {
        options.selection.giveUp();
        tally.matched--;
        lanes.settle(chosen.lane);
        deleter.add(id);
        return false;
      }
      chosen.firstTry ??= options.unresolved.get(id) ?? null;
      chosen.triedBefore = chosen.firstTry !== null;
      return true;
    });
  }

  async #intend(batch: readonly Chosen[]): Promise<void> {
    const { ledger, clock } = this.#state.options;
    const at = clock.now();
    try {
      await ledger.commit({ type: 'intent', at, messages: batch.map(ledgerMessage) });
    } catch (cause) {
      this.#state.tally.blocked += batch.length;
      throw cause;
    }
    for (const chosen of batch) chosen.firstTry ??= at;
  }

  async #settle(outcomes: readonly SendOutcome[]): Promise<void> {
    const { lanes, deleter, tally, firstCopies, options } = this.#state;
    const { ledger, clock, emit, rate, sentIds, target } = options;
    const sent = outcomes.filter((outcome) => outcome.kind === 'sent');
    for (const { chosen, newId } of sent) {
      sentIds.add(chosen.message.messageId);
      lanes.settle(chosen.lane);
      if (firstCopies.length < FEW_COPIES) firstCopies.push(newId);
    }
    for (const outcome of outcomes) {
      if (outcome.kind !== 'sent') this.#state.leave(outcome.chosen, outcome.kind, outcome.code, outcome.message);
    }
    if (sent.length === 0) return;
    const at = clock.now();
    rate.succeeded(sent.length, at);
    tally.replayed += sent.length;
    const messages = sent.map(({ chosen, newId, sequence, repeated }) => ({
      id: chosen.message.messageId,
      newId,
      sequence,
      ...(repeated && !target.fifo ? { twin: true as const } : {}),
    }));
    tally.possibleTwins += messages.filter(({ twin }) => twin === true).length;
    this.#changed();
    try {
      await ledger.commit({ type: 'sent', at, messages });
    } catch (cause) {
      for (const { id } of messages) deleter.keep(id);
      throw cause;
    }
    for (const { chosen } of sent) deleter.add(chosen.message.messageId);
    emit({ type: 'sent', at, count: sent.length, total: tally.replayed });
  }

  #context() {
    const { queues, target, clock, rate, newIds, resendUncertain, emit } = this.#state.options;
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
}
