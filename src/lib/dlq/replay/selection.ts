import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { type DeadLetter, deadLetter, groupOf } from '../dead-letter.ts';

export interface SelectionOptions {
  readonly fifo: boolean;
  readonly filter: ((letter: DeadLetter) => boolean) | null;
  readonly group: string | null;
  readonly max: number | null;
  /** MessageIds of a saved plan: these and no others. */
  readonly only?: ReadonlySet<string> | null;
  readonly outOfOrder: boolean;
}

/**
 * `take`: replay it. `skip`: not asked for. `gap`: asked for, but behind a message of its group that is not; sending it
 * would change the order of the group.
 */
export type Choice = 'take' | 'skip' | 'gap';

/** Decides which messages a run replays; on FIFO it sees each group in its order. */
export class Selection {
  readonly #options: SelectionOptions;
  readonly #gapped = new Set<string>();
  #taken: number;

  /** @param taken how many the run has taken before it was resumed */
  constructor(options: SelectionOptions, taken = 0) {
    this.#options = options;
    this.#taken = taken;
  }

  get full(): boolean {
    return this.#taken >= this.#most;
  }

  /** How many more can be taken at all: worth receiving no more; infinite where it cannot be told. */
  get room(): number {
    const { filter, group, only = null, max } = this.#options;
    return filter !== null || group !== null || only !== null || max === null
      ? Number.POSITIVE_INFINITY
      : max - this.#taken;
  }

  get #most(): number {
    const { max, only = null } = this.#options;
    return Math.min(max ?? Number.POSITIVE_INFINITY, only?.size ?? Number.POSITIVE_INFINITY);
  }

  choose(message: ReceivedMessage): Choice {
    const { fifo, filter, group, only = null, outOfOrder } = this.#options;
    const own = groupOf(message);
    if (group !== null && own !== group) return 'skip';
    const planned = only === null || only.has(message.messageId);
    const skips = this.full || !planned || (filter !== null && !filter(deadLetter(message)));
    if (skips) {
      if (fifo && own !== null) this.#gapped.add(own);
      return 'skip';
    }
    if (fifo && !outOfOrder && own !== null && this.#gapped.has(own)) return 'gap';
    this.#taken++;
    return 'take';
  }

  /** A message that was taken is lost to this receive; it will be chosen again. */
  giveUp(): void {
    this.#taken--;
  }
}
