import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import type { CvopsError } from '../../errors/cvops-error.ts';
import type { Ledger } from '../ledger/ledgers.ts';
import type { VisibilityKeeper } from '../visibility-keeper.ts';
import { backoffMs, expected, isPassing } from './call-failure.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { Tally } from './replayer-options.ts';

export interface DeleterOptions {
  readonly queues: Queues;
  readonly dlq: Queue;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly keeper: VisibilityKeeper;
  readonly tally: Pick<Tally, 'deleted'>;
  /** Dead letters that an earlier life of the run left open. */
  readonly owed: Set<string>;
  emit(event: ReplayEvent): void;
}

const MOST_TRIES = 6;

/** Deletes dead letters whose copies are proven sent. A failed delete is tried again; the send never is. */
export class Deleter {
  readonly #options: DeleterOptions;
  /** To be deleted; MessageId → tries so far. */
  readonly #waiting = new Map<string, number>();
  /** Given up for now, until the message shows up again; MessageId → tries so far. */
  readonly #failed = new Map<string, number>();
  #underWay = 0;

  constructor(options: DeleterOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** MessageIds of those that are sent, and still in the queue. */
  get undeleted(): readonly string[] {
    return [...this.#waiting.keys(), ...this.#failed.keys()];
  }

  /** The message is sent, or was sent before and shows up (again). */
  add(messageId: string): void {
    const tries = this.#failed.get(messageId) ?? 0;
    if (tries >= MOST_TRIES || this.#waiting.has(messageId)) return;
    this.#failed.delete(messageId);
    this.#waiting.set(messageId, tries);
  }

  /** The message is sent, but must not be deleted: no record of it is on disk. */
  keep(messageId: string): void {
    this.#failed.set(messageId, MOST_TRIES);
  }

  /**
   * Books up to ten; the answer deletes them and tells whether any is gone.
   * @throws CvopsError after which no other delete would go through either.
   */
  book(): () => Promise<boolean> {
    const batch: (readonly [messageId: string, tries: number])[] = [];
    for (const entry of this.#waiting) {
      if (batch.push(entry) === 10) break;
    }
    for (const [messageId] of batch) this.#waiting.delete(messageId);
    this.#underWay += batch.length;
    return async () => {
      try {
        return await this.#delete(batch);
      } finally {
        this.#underWay -= batch.length;
      }
    };
  }

  async #delete(batch: readonly (readonly [messageId: string, tries: number])[]): Promise<boolean> {
    const { queues, dlq, clock, keeper } = this.#options;
    const done: string[] = [];
    let passing: CvopsError | undefined;
    try {
      const handles = batch.map(([messageId]) => keeper.handle(messageId) ?? '');
      const results = await queues.delete(dlq, handles);
      results.forEach((result, index) => {
        const [messageId, tries] = batch[index]!;
        if (result.ok) done.push(messageId);
        else this.#later(messageId, tries + 1, result.code, result.message, !result.senderFault);
      });
    } catch (cause) {
      const error = expected(cause);
      const again = isPassing(error);
      for (const [messageId, tries] of batch) this.#later(messageId, tries + 1, error.code, error.message, again);
      if (!again) throw error;
      passing = error;
    }
    if (done.length > 0) this.#done(done);
    if (passing !== undefined) await clock.sleep(backoffMs(Math.min(...batch.map(([, tries]) => tries + 1))));
    return done.length > 0;
  }

  #done(ids: readonly string[]): void {
    const { clock, ledger, keeper, tally, owed, emit } = this.#options;
    for (const messageId of ids) {
      owed.delete(messageId);
      keeper.forget(messageId);
      this.#failed.delete(messageId);
    }
    const at = clock.now();
    tally.deleted += ids.length;
    ledger.note({ type: 'done', at, ids });
    emit({ type: 'deleted', at, count: ids.length, total: tally.deleted });
  }

  #later(messageId: string, tries: number, code: string, message: string, again: boolean): void {
    if (again && tries < MOST_TRIES) {
      this.#waiting.set(messageId, tries);
      return;
    }
    this.#failed.set(messageId, tries);
    const at = this.#options.clock.now();
    this.#options.emit({ type: 'undeleted', at, messageId, groupId: null, code, message });
  }
}
