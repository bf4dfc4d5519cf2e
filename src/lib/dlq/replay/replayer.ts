import type { CvopsError } from '../../errors/cvops-error.ts';
import { Intake } from './intake.ts';
import { LEARN_EVERY_MS, type ReplayerOptions } from './replayer-options.ts';
import { RunState } from './run-state.ts';
import { Sender } from './sender.ts';

/** Every process has read the ledgers of the others once more after so long: {@link LEARN_EVERY_MS}, and some seconds. */
const LEARNT_AFTER_SECONDS = LEARN_EVERY_MS / 1000 + 5;

/**
 * Moves messages from a dead-letter queue to its target in the safe order: intent on disk, send, proof, sent on disk, delete.
 * Whenever a call ends, the most useful ones that are open begin (delete, send, receive), up to the concurrency, so none
 * waits for another kind of work. Messages that stay are kept hidden until the end, which on FIFO keeps their group locked.
 */
export class Replayer {
  readonly #state: RunState;
  readonly #intake: Intake;
  readonly #sender: Sender;
  #underWay = 0;
  #pausing = false;
  #finish: () => void = () => {};

  constructor(options: ReplayerOptions) {
    this.#state = new RunState(options);
    this.#intake = new Intake(this.#state);
    this.#sender = new Sender(this.#state, () => this.#pump());
  }

  /** Why the run ended early. */
  get stopped(): CvopsError | null {
    return this.#state.stopped;
  }

  /** Ids of the first copies, for questions that are asked one by one. */
  get firstCopies(): readonly string[] {
    return this.#state.firstCopies;
  }

  /** Whether the end of the queue was reached, as far as locked groups let it be seen. */
  get drained(): boolean {
    return this.#state.end.reached;
  }

  /** Messages seen and left in the queue by this run. */
  get left(): number {
    return this.#state.left;
  }

  /** Messages whose sending or deleting is not settled. */
  get open(): number {
    return this.#state.unsettled.size + this.#state.tally.undeleted;
  }

  /** When the last message that was not given back shows up again, ms since the epoch; null when all were. */
  get hiddenUntil(): number | null {
    const { keeper, end } = this.#state;
    return Math.max(keeper.hiddenUntil ?? 0, end.hiddenUntil ?? 0) || null;
  }

  /** Whether messages may never have been seen: behind a group that this run stopped, or that another consumer holds. */
  get hides(): boolean {
    const { options, groupsHeld } = this.#state;
    return groupsHeld || this.owed > 0 || (options.dlq.fifo && this.left > 0);
  }

  /** Messages that an earlier life of the run left open, and that are not deleted. */
  get owed(): number {
    return this.#state.options.owed.size;
  }

  async run(): Promise<void> {
    const state = this.#state;
    const { signal } = state.options;
    const stop = () => {
      state.stopping = true;
      this.#pump();
    };
    if (signal.aborted) state.stopping = true;
    signal.addEventListener('abort', stop, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#finish = resolve;
        this.#pump();
      });
    } finally {
      signal.removeEventListener('abort', stop);
      state.tally.blocked += state.lanes.drain().length;
      const { undeleted } = state.deleter;
      state.tally.undeleted = undeleted.length;
      // A process beside this one would send them again, if it got them before it learnt that they are sent.
      const later = state.options.target.fifo ? undefined : { ids: undeleted, seconds: LEARNT_AFTER_SECONDS };
      await state.keeper.giveBack(later);
    }
    if (state.bug !== undefined) throw state.bug;
  }

  /** Begins all that can begin now; ends the run when nothing is under way and nothing can begin. */
  #pump(): void {
    while (this.#underWay < this.#state.options.concurrency) {
      const duty = this.#nextDuty();
      if (duty === undefined) break;
      this.#underWay++;
      this.#begin(duty);
    }
    if (this.#underWay === 0) this.#finish();
  }

  async #begin(duty: () => Promise<void>): Promise<void> {
    try {
      await duty();
    } catch (cause) {
      this.#state.halt(cause);
    }
    this.#underWay--;
    this.#pump();
  }

  /** Books the next call and answers it; undefined when all that is open is under way. */
  #nextDuty(): (() => Promise<void>) | undefined {
    const { bug, deleter, lanes, stopping, sending, options } = this.#state;
    if (bug !== undefined) return undefined;
    if (deleter.waiting >= 10) return this.#bookDelete();
    if (!stopping) {
      const { batchSize } = options.rate;
      const wait = lanes.ready === 0 || this.#intake.gathering ? null : options.rate.waitMs(options.clock.now());
      if (wait === 0 && lanes.ready >= batchSize) return this.#sender.book();
      if (this.#intake.open) return this.#intake.book();
      if (wait === 0) return this.#sender.book();
      if (wait !== null && !this.#pausing) return this.#pause(wait);
    }
    // Deletes wait to fill a batch, but not for a slow rate: what is sent should not stay hidden longer than it must.
    const slow = options.rate.batchSize < 10;
    const moreToCome = !stopping && !slow && sending + lanes.waiting > 0;
    if (deleter.waiting > 0 && !moreToCome) return this.#bookDelete();
    return undefined;
  }

  #bookDelete(): () => Promise<void> {
    const act = this.#state.deleter.book();
    return async () => {
      if (await act()) this.#state.end.unlocked();
    };
  }

  /** One duty waits for the rate, so that the others stay free. */
  #pause(ms: number): () => Promise<void> {
    const { clock, signal } = this.#state.options;
    this.#pausing = true;
    return async () => {
      // An abort ends the wait.
      await clock.sleep(ms, signal).catch(() => {});
      this.#pausing = false;
    };
  }
}
