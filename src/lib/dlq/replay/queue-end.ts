import type { Clock } from '../../clock.ts';
import type { ReplayEvent } from './replay-event.ts';

export interface QueueEndOptions {
  readonly clock: Clock;
  /** Messages that seem to be visible at the start. */
  readonly visible: number;
  /** Empty long polls in a row that make the end. */
  readonly emptyPolls: number;
  readonly visibilitySeconds: number;
  /**
   * The process that this run goes on from was killed: what it had received stays hidden until its visibility ends.
   * `lastAt` is its last sign of life, ms since the epoch; `open` what must show up again.
   */
  readonly interrupted: { readonly lastAt: number; readonly open: Set<string> } | null;
  emit(event: ReplayEvent): void;
}

/** Clocks differ, and a visibility counts from when SQS got the call. */
const MARGIN_MS = 5_000;

/**
 * Knows when a queue is empty: after several empty long polls in a row, with nothing of ours in the way and nothing that a
 * cut-off receive may have hidden. Counts are approximate and short polls miss messages, so neither makes the end.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
export class QueueEnd {
  readonly #options: QueueEndOptions;
  #reached = false;
  #dry = false;
  #flowing: boolean;
  #empties = 0;
  #generation = 0;
  /** Until then messages may be hidden by a receive that was cut off; ms since the epoch. */
  #blindUntil = 0;
  #waiting = false;

  constructor(options: QueueEndOptions) {
    this.#options = options;
    this.#flowing = options.visible > 10;
    if (options.interrupted !== null) this.blinded();
  }

  get reached(): boolean {
    return this.#reached;
  }

  /** The last receive was empty, and nothing has unlocked a group since. */
  get dry(): boolean {
    return this.#dry;
  }

  /** Receives bring messages: worth having several under way. */
  get flowing(): boolean {
    return this.#flowing;
  }

  /** Only hidden messages are waited for. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Until then a receive that was cut off may hide messages, ms since the epoch; null when none may, or the end came after. */
  get hiddenUntil(): number | null {
    return !this.#reached && this.#blindUntil > this.#options.clock.now() ? this.#blindUntil : null;
  }

  /** Rises with each receive that brings messages. */
  get generation(): number {
    return this.#generation;
  }

  /** Empty polls that are still to come. */
  get pollsWanted(): number {
    return this.#options.emptyPolls - this.#empties;
  }

  found(): void {
    this.#generation++;
    this.#dry = false;
    this.#flowing = true;
    this.#empties = 0;
  }

  /**
   * @param counts whether it was a long poll with no message of ours in its way.
   * @returns whether there were enough of them: the caller settles or doubts it.
   */
  empty(counts: boolean): boolean {
    this.#dry = true;
    this.#flowing = false;
    if (counts) this.#empties++;
    return counts && this.#empties >= this.#options.emptyPolls && !this.#reached;
  }

  /** Something speaks against the end: the empty polls are made again. */
  doubted(): void {
    this.#empties = 0;
  }

  /** This is the end, unless messages may be hidden: then they are waited for. */
  settle(): void {
    const { clock, emit } = this.#options;
    if (clock.now() >= this.#blindUntil) {
      this.#reached = true;
      return;
    }
    this.#empties = 0;
    if (this.#waiting) return;
    this.#waiting = true;
    const reason = 'messages may be hidden by a receive that was cut off';
    emit({ type: 'waiting', at: clock.now(), reason, until: this.#blindUntil });
  }

  /** A delete or a lost message may let more of its group be received. */
  unlocked(): void {
    this.#dry = false;
  }

  /** A receive broke off, and its answer may be lost, not its work. */
  blinded(): void {
    const until = this.#options.clock.now() + this.#options.visibilitySeconds * 1000 + MARGIN_MS;
    this.#blindUntil = Math.max(this.#blindUntil, until);
  }

  /** Nothing more can be received now, whatever the queue holds. */
  close(): void {
    this.#reached = true;
  }

  /** Whether the dead process has been silent for so long that a count of messages in flight may end the wait. */
  get worthCounting(): boolean {
    const { interrupted, clock, visibilitySeconds } = this.#options;
    if (!this.#waiting || this.#reached || this.#blindUntil === 0 || interrupted === null) return false;
    return interrupted.open.size === 0 && clock.now() >= interrupted.lastAt + visibilitySeconds * 1000 + MARGIN_MS;
  }

  /** None is in flight any more. They may just have become visible: some more empty polls have to agree. */
  noneHidden(): void {
    this.#blindUntil = 0;
    this.#empties = 0;
  }
}
