import { ApiError } from '../kernel/api-error.ts';
import type { PolledMessage, QueueHandle, Region } from '../kernel/region.ts';
import { failedItems } from './batch-response.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { InvocationOutcome, Invoker } from './invoker.ts';
import { isWanted, type QueueRecord, queueRecord } from './queue-event.ts';

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: five pollers to begin with. AWS adds more
// under load; the simulator does not, since its machine has few cores.
const POLLERS = 5;
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
const LONG_POLL_MS = 20_000;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const PAUSE_MS = 1000;
const THROTTLE_STEP_MS = 1000;
/** Throttled; pending, or inactive and on its way back. */
const PASSING: ReadonlySet<number> = new Set([429, 409, 502]);

/** The pollers of one mapping: they long-poll the queue, invoke the function, and delete what succeeded. */
export class QueuePoller {
  readonly #region: Region;
  readonly #invoker: Invoker;
  readonly #mapping: EventSourceMapping;
  #abort: AbortController | undefined;

  constructor(region: Region, invoker: Invoker, mapping: EventSourceMapping) {
    this.#region = region;
    this.#invoker = invoker;
    this.#mapping = mapping;
  }

  start(): void {
    if (this.#abort !== undefined) return;
    this.#abort = new AbortController();
    const pollers = Math.min(POLLERS, this.#mapping.maximumConcurrency ?? POLLERS);
    for (let i = 0; i < pollers; i++) void this.#poll(this.#abort.signal);
  }

  /** Ends the polling; a batch in work is finished. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedAt = this.#region.clock.now();
      const queue = this.#region.queues.byArn(this.#mapping.queueArn);
      const messages = queue === undefined ? [] : await this.#collect(queue, signal);
      if (queue !== undefined && messages.length > 0) {
        if (signal.aborted) for (const { receiptHandle } of messages) giveBack(queue, receiptHandle);
        else await this.#handle(queue, messages);
      } else if (this.#region.clock.now() === startedAt) {
        // No queue, or one that does not let us wait (all messages in flight): never spin.
        await this.#sleep(PAUSE_MS, signal);
      }
    }
  }

  /** One batch: the first messages by a long poll, more of them until the batch is full or its window has passed. */
  async #collect(queue: QueueHandle, signal: AbortSignal): Promise<readonly PolledMessage[]> {
    const { batchSize, windowSeconds } = this.#mapping;
    const { clock } = this.#region;
    const messages = [...(await receive(queue, { max: batchSize, waitMs: LONG_POLL_MS, signal }))];
    const closesAt = clock.now() + windowSeconds * 1000;
    let bytes = size(messages);
    while (messages.length > 0 && messages.length < batchSize && bytes < MAX_EVENT_BYTES && !signal.aborted) {
      const waitMs = closesAt - clock.now();
      if (waitMs <= 0) break;
      const more = await receive(queue, { max: batchSize - messages.length, waitMs, signal });
      messages.push(...more);
      bytes += size(more);
      if (more.length === 0) break;
    }
    return messages;
  }

  async #handle(queue: QueueHandle, messages: readonly PolledMessage[]): Promise<void> {
    const wanted: QueueRecord[] = [];
    const dropped: string[] = [];
    for (const message of messages) {
      const record = queueRecord(message, queue.arn, this.#region.name);
      if (isWanted(record, this.#mapping.patterns)) wanted.push(record);
      else dropped.push(message.receiptHandle);
    }
    // Lambda deletes what its filters drop.
    queue.delete(dropped);
    await this.#invoke(queue, wanted, this.#region.clock.now());
  }

  /** Invokes with records that fit into one event; larger batches go in halves, one after the other. */
  async #invoke(queue: QueueHandle, records: readonly QueueRecord[], receivedAt: number): Promise<void> {
    if (records.length === 0) return;
    const payload = JSON.stringify({ Records: records });
    if (records.length > 1 && Buffer.byteLength(payload) > MAX_EVENT_BYTES) {
      const half = records.length >> 1;
      await this.#invoke(queue, records.slice(0, half), receivedAt);
      await this.#invoke(queue, records.slice(half), receivedAt);
      return;
    }
    const outcome = await this.#attempt(queue, payload, receivedAt);
    if (outcome === undefined || outcome.failed) return;
    const ids = new Set(records.map((record) => record.messageId));
    const failed = this.#mapping.reportsFailures ? failedItems(outcome.body, ids) : new Set<string>();
    if (failed === 'all') return;
    const done = records.filter((record) => !failed.has(record.messageId));
    queue.delete(done.map((record) => record.receiptHandle));
  }

  /** Tries again while throttled or still being created, until the messages become visible again anyway. Undefined: nothing was run. */
  async #attempt(queue: QueueHandle, payload: string, receivedAt: number): Promise<InvocationOutcome | undefined> {
    const signal = this.#abort?.signal;
    const deadline = receivedAt + queue.visibilityTimeoutSeconds * 1000;
    for (let delay = THROTTLE_STEP_MS; ; delay *= 2) {
      try {
        return await this.#invoker.invoke(this.#mapping.target, { requestId: this.#region.uuid(), payload });
      } catch (cause) {
        const passing = cause instanceof ApiError && PASSING.has(cause.status);
        if (!passing || this.#region.clock.now() + delay >= deadline) return undefined;
        await this.#sleep(delay, signal);
        if (signal === undefined || signal.aborted) return undefined;
      }
    }
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#region.clock.schedule(this.#region.clock.now() + ms, done);
      function done() {
        timer.cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      }
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

/** A receive that fails (an injected fault, a queue just deleted) is an empty one. */
async function receive(
  queue: QueueHandle,
  options: { max: number; waitMs: number; signal: AbortSignal },
): Promise<readonly PolledMessage[]> {
  try {
    return await queue.receive(options);
  } catch {
    return [];
  }
}

function giveBack(queue: QueueHandle, receiptHandle: string): void {
  try {
    queue.changeVisibility(receiptHandle, 0);
  } catch {}
}

function size(messages: readonly PolledMessage[]): number {
  return messages.reduce((sum, message) => sum + Buffer.byteLength(message.body), 0);
}
