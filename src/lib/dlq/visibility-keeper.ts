import type { Queue, Queues, ReceivedMessage } from '../aws/ports/queues.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

interface Held {
  receiptHandle: string;
  readonly receivedAt: number;
  /** Hidden at least until then: counted from when the call was made, ms since the epoch. */
  until: number;
  /** Hidden no longer than this: counted from when its answer came. */
  latest: number;
  /** Seconds of the next extension. */
  seconds: number;
  patient: boolean;
}

// Visibility may last 12 hours, counted from the receive.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
const LONGEST_HOLD_MS = 12 * 3_600_000 - 60_000;
const LONGEST_PATIENT_SECONDS = 900;
const MOST_TRIES = 4;
const GIVE_BACK_AT_ONCE = 4;

/**
 * Keeps received messages hidden while they are worked on, and gives back what is left. On FIFO this also keeps the
 * rest of each message's group locked, which is what holds the order.
 */
export class VisibilityKeeper {
  readonly #queues: Queues;
  readonly #queue: Queue;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  readonly #stop = new AbortController();
  #beat: Promise<void> | undefined;
  #hiddenUntil: number | null = null;
  #refused: CvopsError | undefined;

  /** How long a receive must hide its messages. */
  readonly seconds: number;

  constructor(options: { queues: Queues; queue: Queue; clock: Clock; seconds: number }) {
    this.#queues = options.queues;
    this.#queue = options.queue;
    this.#clock = options.clock;
    this.seconds = options.seconds;
  }

  /** After `giveBack`: when the last message that is still hidden shows up again, ms; null when none is. */
  get hiddenUntil(): number | null {
    return this.#hiddenUntil;
  }

  /** After `giveBack`: why nothing can be given back, where no second try mends it, such as `AccessDenied`. */
  get refused(): CvopsError | undefined {
    return this.#refused;
  }

  get size(): number {
    return this.#held.size;
  }

  /** @param receivedAt when the receive was asked for, ms since the epoch. */
  hold(message: ReceivedMessage, receivedAt: number): void {
    const known = this.#held.get(message.messageId);
    this.#held.set(message.messageId, {
      receiptHandle: message.receiptHandle,
      receivedAt,
      until: receivedAt + this.seconds * 1000,
      latest: this.#clock.now() + this.seconds * 1000,
      seconds: this.seconds,
      patient: known?.patient ?? false,
    });
    this.#beat ??= this.#heartbeat();
  }

  /** From now on the message only waits to be given back: its extensions grow, to cost fewer calls. */
  relax(messageId: string): void {
    const held = this.#held.get(messageId);
    if (held !== undefined) held.patient = true;
  }

  /** The message is deleted or no longer ours. */
  forget(messageId: string): void {
    this.#held.delete(messageId);
  }

  /** Whether the message is still hidden for us with at least `marginMs` to go. */
  holds(messageId: string, marginMs = 0): boolean {
    const held = this.#held.get(messageId);
    return held !== undefined && held.until - marginMs > this.#clock.now();
  }

  /** The handle of the last receive of this message. */
  handle(messageId: string): string | undefined {
    return this.#held.get(messageId)?.receiptHandle;
  }

  /**
   * Makes messages visible again before the end. What cannot be given back stays held.
   * @returns the ids of those that are no longer held
   */
  async release(messageIds: readonly string[]): Promise<ReadonlySet<string>> {
    const free = new Set<string>();
    for (let at = 0; at < messageIds.length; at += 10) {
      const held = messageIds.slice(at, at + 10).flatMap((id) => {
        const receiptHandle = this.#held.get(id)?.receiptHandle;
        return receiptHandle === undefined ? [] : [{ id, receiptHandle }];
      });
      try {
        const handles = held.map(({ receiptHandle }) => receiptHandle);
        const results = await this.#queues.changeVisibility(this.#queue, handles, 0);
        held.forEach(({ id }, index) => {
          const result = results[index];
          // A sender's fault here means that the message is visible or gone already.
          if (result === undefined || (!result.ok && !result.senderFault)) return;
          this.#held.delete(id);
          free.add(id);
        });
      } catch {
        // They are given back with the others, at the end.
      }
    }
    return free;
  }

  /**
   * Stops extending and makes all held messages visible again.
   * @param later those that must not show up yet, and how long they stay hidden, in seconds
   * @returns how many could not be given back; they show up when their visibility ends.
   */
  async giveBack(later?: { readonly ids: readonly string[]; readonly seconds: number }): Promise<number> {
    this.#stop.abort();
    await this.#beat;
    if (later !== undefined) await this.#giveBackLater(later.ids, later.seconds);
    const entries = [...this.#held.values()];
    this.#held.clear();
    let left = 0;
    const work = async () => {
      while (entries.length > 0) {
        const now = this.#clock.now();
        const batch = entries.splice(0, 10).filter(({ latest }) => latest > now);
        const hidden = await this.#show(batch.map(({ receiptHandle }) => receiptHandle));
        left += hidden.length;
        for (const { receiptHandle, latest } of batch) {
          if (hidden.includes(receiptHandle)) this.#hiddenUntil = Math.max(this.#hiddenUntil ?? 0, latest);
        }
      }
    };
    await Promise.all(Array.from({ length: GIVE_BACK_AT_ONCE }, work));
    return left;
  }

  async #giveBackLater(ids: readonly string[], seconds: number): Promise<void> {
    for (let at = 0; at < ids.length; at += 10) {
      const batch = ids.slice(at, at + 10).flatMap((id) => this.#held.get(id) ?? []);
      for (const id of ids.slice(at, at + 10)) this.#held.delete(id);
      const handles = batch.map(({ receiptHandle }) => receiptHandle);
      // Where it fails they show up a little earlier.
      if (handles.length > 0) await this.#queues.changeVisibility(this.#queue, handles, seconds).catch(() => {});
      const until = this.#clock.now() + seconds * 1000;
      for (const { latest } of batch) this.#hiddenUntil = Math.max(this.#hiddenUntil ?? 0, latest, until);
    }
  }

  /** @returns the handles that stay hidden */
  async #show(handles: readonly string[]): Promise<readonly string[]> {
    let open = handles;
    for (let tries = 1; open.length > 0; tries++) {
      try {
        const results = await this.#queues.changeVisibility(this.#queue, open, 0);
        // A sender's fault here means that the message is visible or gone already.
        open = open.filter((_, index) => results[index]?.ok === false && !results[index].senderFault);
      } catch (cause) {
        // Tried again below; the queue itself gives the messages back when their visibility ends.
        if (cause instanceof CvopsError && cause.exitCode === ExitCode.setup) {
          this.#refused = cause;
          break;
        }
      }
      if (tries >= MOST_TRIES) break;
      if (open.length > 0) await this.#clock.sleep(200 * tries);
    }
    return open;
  }

  async #heartbeat(): Promise<void> {
    const every = (this.seconds * 1000) / 4;
    for (;;) {
      try {
        await this.#clock.sleep(every, this.#stop.signal);
      } catch {
        return;
      }
      await this.#extend(this.#clock.now() + (this.seconds * 1000) / 2);
    }
  }

  async #extend(before: number): Promise<void> {
    const due = [...this.#held.entries()].filter(([, held]) => held.until < before);
    for (let at = 0; at < due.length && !this.#stop.signal.aborted; at += 10) {
      await this.#extendBatch(due.slice(at, at + 10));
    }
  }

  async #extendBatch(due: readonly (readonly [string, Held])[]): Promise<void> {
    const now = this.#clock.now();
    // One call carries one timeout here: the shortest that fits all of its messages.
    let seconds = LONGEST_PATIENT_SECONDS;
    for (const [, held] of due) {
      if (held.patient) held.seconds = Math.min(held.seconds * 2, LONGEST_PATIENT_SECONDS);
      const room = Math.floor((held.receivedAt + LONGEST_HOLD_MS - now) / 1000);
      seconds = Math.min(seconds, held.patient ? held.seconds : this.seconds, room);
    }
    if (seconds <= 0) return;
    try {
      const results = await this.#queues.changeVisibility(
        this.#queue,
        due.map(([, held]) => held.receiptHandle),
        seconds,
      );
      results.forEach((result, index) => {
        const [, held] = due[index]!;
        if (result.ok) held.until = now + seconds * 1000;
        else if (result.senderFault) held.until = 0;
      });
    } catch {
      // The next beat tries again; until then `holds` tells the truth by the clock.
    }
    // Whatever the answer, SQS may have done it.
    const latest = this.#clock.now() + seconds * 1000;
    for (const [, held] of due) held.latest = Math.max(held.latest, latest);
  }
}
