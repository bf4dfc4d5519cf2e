/** What waits in a lane. */
export interface Waiting {
  /** Message group; null on a standard queue, where nothing waits for anything. */
  readonly lane: string | null;
  readonly bytes: number;
}

interface Lane<W> {
  waiting: W[];
  busy: boolean;
  stopped: boolean;
}

/**
 * One lane for each message group: at most one message of a lane is under way at a time. In a batch every entry succeeds
 * or fails alone, so two of the same group in one batch could arrive in the wrong order; a batch takes
 * its entries from different lanes instead.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export class Lanes<W extends Waiting> {
  readonly #lanes = new Map<string, Lane<W>>();
  readonly #order: ((a: W, b: W) => number) | undefined;
  #sorted = true;
  /** Lanes whose head may go, in turn; an entry may have become stale and is checked when it is taken. */
  #turns: string[] = [];
  #free: W[] = [];
  #ready = 0;
  #waiting = 0;
  #bytes = 0;

  /** @param order which of those that could go goes first; without it, who came first */
  constructor(order?: (a: W, b: W) => number) {
    this.#order = order;
  }

  /** Messages that could go now. */
  get ready(): number {
    return this.#ready + this.#free.length;
  }

  /** Messages not yet taken. */
  get waiting(): number {
    return this.#waiting;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(item: W): void {
    this.#waiting++;
    this.#bytes += item.bytes;
    if (item.lane === null) {
      this.#free.push(item);
      this.#sorted = false;
      return;
    }
    let lane = this.#lanes.get(item.lane);
    if (lane === undefined) {
      lane = { waiting: [], busy: false, stopped: false };
      this.#lanes.set(item.lane, lane);
    }
    lane.waiting.push(item);
    if (!lane.busy && lane.waiting.length === 1) this.#enqueue(item.lane);
  }

  /** Takes up to `max` messages of together at most `maxBytes`, each of its own lane; at least one when any is ready. */
  take(max: number, maxBytes: number): readonly W[] {
    this.#sort();
    const batch: W[] = [];
    let bytes = 0;
    const fits = (item: W) => batch.length === 0 || bytes + item.bytes <= maxBytes;
    const add = (item: W) => {
      batch.push(item);
      bytes += item.bytes;
      this.#waiting--;
      this.#bytes -= item.bytes;
    };
    let turns = 0;
    while (batch.length < max && turns < this.#turns.length) {
      const name = this.#turns[turns]!;
      const lane = this.#lanes.get(name)!;
      if (!fits(lane.waiting[0]!)) break;
      turns++;
      this.#ready--;
      lane.busy = true;
      add(lane.waiting.shift()!);
    }
    if (turns > 0) this.#turns = this.#turns.slice(turns);
    let free = 0;
    while (batch.length < max && free < this.#free.length && fits(this.#free[free]!)) add(this.#free[free++]!);
    if (free > 0) this.#free = this.#free.slice(free);
    return batch;
  }

  /** The message of this lane that was under way is settled: the next may go. */
  settle(name: string | null): void {
    if (name === null) return;
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.busy = false;
    if (lane.stopped) return;
    if (lane.waiting.length > 0) this.#enqueue(name);
    else this.#lanes.delete(name);
  }

  /** Stops a lane for good; answers what waited in it. */
  stop(name: string | null): readonly W[] {
    if (name === null) return [];
    const lane = this.#lanes.get(name) ?? { waiting: [], busy: false, stopped: true };
    this.#lanes.set(name, lane);
    const left = this.#empty(name, lane);
    lane.stopped = true;
    return left;
  }

  /** Empties a lane that may be filled again later. */
  clear(name: string): readonly W[] {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return [];
    const left = this.#empty(name, lane);
    if (!lane.busy && !lane.stopped) this.#lanes.delete(name);
    return left;
  }

  isStopped(name: string | null): boolean {
    return name !== null && this.#lanes.get(name)?.stopped === true;
  }

  /** Takes everything that waits, to leave it. */
  drain(): readonly W[] {
    const left = this.#free;
    this.#free = [];
    this.#waiting -= left.length;
    for (const item of left) this.#bytes -= item.bytes;
    return [...left, ...[...this.#lanes.entries()].flatMap(([name, lane]) => this.#empty(name, lane))];
  }

  #enqueue(name: string): void {
    this.#turns.push(name);
    this.#ready++;
    this.#sorted = false;
  }

  #sort(): void {
    const order = this.#order;
    if (order === undefined || this.#sorted) return;
    this.#free.sort(order);
    const head = (name: string) => this.#lanes.get(name)!.waiting[0]!;
    this.#turns.sort((a, b) => order(head(a), head(b)));
    this.#sorted = true;
  }

  #empty(name: string, lane: Lane<W>): readonly W[] {
    const left = lane.waiting;
    lane.waiting = [];
    this.#waiting -= left.length;
    for (const item of left) this.#bytes -= item.bytes;
    if (left.length > 0 && !lane.busy && !lane.stopped) {
      this.#turns = this.#turns.filter((turn) => turn !== name);
      this.#ready--;
    }
    return left;
  }
}
