/** A cancellable entry in the clock's agenda. */
export interface Timer {
  cancel(): void;
}

/** What a service of the simulator may know of time. */
export interface Clock {
  /** Milliseconds since the Unix epoch, in simulated time. */
  now(): number;
  /** Runs `run` once simulated time reaches `at` (ms since the epoch); at the next turn when that has passed. */
  schedule(at: number, run: () => void): Timer;
  /** Names work that goes on in real time (an invocation), so that `advance` waits for it before time moves on. */
  track<T>(work: Promise<T>): Promise<T>;
}

interface Entry {
  at: number;
  seq: number;
  run: (() => void) | undefined;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_CANCELLED = 1_000;

/**
 * The simulator's clock. It runs `rate` times as fast as the wall clock (0 = frozen) and can be moved forward at will:
 * `advance` fires everything that falls due on the way, in order, each at its own time, so five-minute windows and
 * 14-day retentions pass in milliseconds.
 */
export class SimulatedClock implements Clock {
  #heap: Entry[] = [];
  #seq = 0;
  /** Cancelled entries that still lie in the heap. */
  #cancelled = 0;
  #rate: number;
  #base: number;
  #realBase: number;
  #wake: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #active = new Set<Promise<unknown>>();
  /** The last move that was asked for: moves do not interleave. */
  #moved: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param start simulated time at the start, ms since the epoch; @param rate simulated ms for each real ms. */
  constructor({ start = Date.now(), rate = 1 }: { start?: number; rate?: number } = {}) {
    this.#base = start;
    this.#realBase = performance.now();
    this.#rate = rate;
  }

  get rate(): number {
    return this.#rate;
  }

  now(): number {
    if (this.#rate === 0) return this.#base;
    return Math.floor(this.#base + (performance.now() - this.#realBase) * this.#rate);
  }

  schedule(at: number, run: () => void): Timer {
    const entry: Entry = { at, seq: this.#seq++, run };
    this.#push(entry);
    if (at < this.#wakeAt) this.#arm();
    return {
      cancel: () => {
        if (entry.run === undefined) return;
        entry.run = undefined;
        this.#cancelled++;
        if (this.#cancelled > MAX_CANCELLED && this.#cancelled * 2 > this.#heap.length) this.#sweep();
      },
    };
  }

  track<T>(work: Promise<T>): Promise<T> {
    this.#active.add(work);
    const done = () => this.#active.delete(work);
    work.then(done, done);
    return work;
  }

  /** Changes the speed from now on; 0 freezes the clock. */
  setRate(rate: number): void {
    this.#base = this.now();
    this.#realBase = performance.now();
    this.#rate = rate;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#arm();
  }

  /**
   * Moves time forward by `ms`, firing what falls due in order and letting tracked work finish before each step. A move
   * asked for while another is under way begins where that one ends; work that the clock tracks must not wait for one.
   */
  advance(ms: number): Promise<void> {
    const move = this.#moved.then(() => this.#advance(ms));
    this.#moved = move.catch(() => {});
    return move;
  }

  /**
   * Moves a frozen clock on to whatever falls due next, again and again, until `work` settles: who sleeps wakes at its own
   * time, and only time passes. What `work` does in real time besides (files, sockets) the clock does not see: it waits for
   * that only while nothing is due, unless it is tracked.
   */
  async until<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    for (;;) {
      await this.idle();
      if (settled || this.#closed) return work;
      const next = this.#peek();
      if (next !== undefined) await this.advance(Math.max(0, next.at - this.now()));
    }
  }

  async #advance(ms: number): Promise<void> {
    const target = this.now() + ms;
    await this.idle();
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next.at > target) break;
      if (next.at > this.now()) this.#jump(next.at);
      this.#fireDue();
      await this.idle();
    }
    if (this.now() < target) this.#jump(target);
    this.#arm();
  }

  /** Resolves when no tracked work is under way and what it caused in this turn has run. */
  async idle(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#active.size > 0) {
      await Promise.allSettled(this.#active);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Drops the agenda; nothing fires after this. */
  close(): void {
    this.#closed = true;
    this.#heap = [];
    clearTimeout(this.#wake);
  }

  #jump(at: number): void {
    this.#base = at;
    this.#realBase = performance.now();
  }

  #fireDue(): void {
    const now = this.now();
    for (let next = this.#peek(); next !== undefined && next.at <= now; next = this.#peek()) {
      this.#pop();
      const run = next.run;
      next.run = undefined;
      run?.();
    }
  }

  #arm(): void {
    if (this.#closed) return;
    clearTimeout(this.#wake);
    this.#wake = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const next = this.#peek();
    if (next === undefined || (this.#rate === 0 && next.at > this.now())) return;
    this.#wakeAt = next.at;
    const delay = this.#rate === 0 ? 0 : Math.max(0, (next.at - this.now()) / this.#rate);
    this.#wake = setTimeout(
      () => {
        this.#wakeAt = Number.POSITIVE_INFINITY;
        this.#fireDue();
        this.#arm();
      },
      Math.min(Math.ceil(delay), MAX_TIMEOUT_MS),
    );
    this.#wake.unref();
  }

  /** The earliest live entry; cancelled ones are dropped on the way. */
  #peek(): Entry | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.run === undefined) {
      this.#pop();
      this.#cancelled--;
    }
    return this.#heap[0];
  }

  /** Drops cancelled entries that lie far ahead: pollers make and cancel a timer for each wait. A sorted list is a heap. */
  #sweep(): void {
    this.#heap = this.#heap.filter((entry) => entry.run !== undefined).sort((a, b) => (before(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  /** How many entries are kept, cancelled ones included. */
  get agendaSize(): number {
    return this.#heap.length;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
