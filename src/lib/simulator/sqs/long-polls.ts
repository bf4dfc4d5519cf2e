import type { Clock, Timer } from '../kernel/clock.ts';
import type { Message } from './message.ts';

/** What a receive asks for. */
export interface ReceiveOptions {
  readonly max: number;
  readonly visibilityMs: number;
  readonly attemptId: string | undefined;
}

interface Poll {
  readonly options: ReceiveOptions;
  /** When it ends empty-handed, ms. */
  readonly endsAt: number;
  readonly resolve: (messages: readonly Message[]) => void;
}

/** The receives that wait for a message of one queue. They share one timer, set only while somebody waits. */
export class LongPolls {
  readonly #polls = new Set<Poll>();
  readonly #clock: Clock;
  readonly #due: () => void;
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param due called when the time asked for with `wakeAt` has come. */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  get waiting(): boolean {
    return this.#polls.size > 0;
  }

  /** Waits until `serve` has something for this receive, until `endsAt`, or until `signal` aborts: then answers none. */
  wait(options: ReceiveOptions, endsAt: number, signal: AbortSignal): Promise<readonly Message[]> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#polls.delete(poll);
        resolve([]);
      };
      const poll: Poll = {
        options,
        endsAt,
        resolve: (messages) => {
          signal.removeEventListener('abort', leave);
          resolve(messages);
        },
      };
      if (signal.aborted) return resolve([]);
      signal.addEventListener('abort', leave, { once: true });
      this.#polls.add(poll);
      this.wakeAt(endsAt);
    });
  }

  /** Gives messages to those who wait, longest waiting first, and sends away whose time is over. */
  serve(now: number, take: (options: ReceiveOptions) => readonly Message[]): void {
    let more = true;
    for (const poll of this.#polls) {
      const messages = more ? take(poll.options) : [];
      if (messages.length === 0) {
        more = false;
        if (poll.endsAt > now) continue;
      }
      this.#polls.delete(poll);
      poll.resolve(messages);
    }
  }

  /** The earliest end of a wait; infinite when nobody waits. */
  nextEnd(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const poll of this.#polls) if (poll.endsAt < earliest) earliest = poll.endsAt;
    return earliest;
  }

  /** Calls `due` at `at` at the latest, as long as somebody waits. */
  wakeAt(at: number): void {
    if (this.#polls.size === 0 || at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.schedule(at, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#timer = undefined;
      this.#due();
    });
  }

  /** Sends everybody away empty-handed. */
  close(): void {
    this.#timer?.cancel();
    this.#timerAt = Number.POSITIVE_INFINITY;
    for (const poll of this.#polls) poll.resolve([]);
    this.#polls.clear();
  }
}
