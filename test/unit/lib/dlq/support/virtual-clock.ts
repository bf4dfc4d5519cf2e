import type { Clock } from '../../../../../src/lib/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Time that moves on by itself, to the next sleeper, whenever nothing else is left to do in this turn of the event loop. */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #order = 0;
  #ticking = false;

  constructor(start = Date.UTC(2026, 7, 7, 12)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Moves time forward without waking anyone on the way. */
  skip(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const aborted = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal!.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const sleeper: Sleeper = { at: this.#now + ms, order: this.#order++, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', aborted, { once: true });
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(() => {
      this.#ticking = false;
      const next = this.#sleepers.reduce<Sleeper | undefined>(
        (best, sleeper) =>
          best === undefined || sleeper.at < best.at || (sleeper.at === best.at && sleeper.order < best.order)
            ? sleeper
            : best,
        undefined,
      );
      if (next === undefined) return;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      this.#tick();
    });
  }
}
