import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import type { FunctionStore } from './function-store.ts';
import type { InvocationOutcome, Invoker } from './invoker.ts';
import { type FunctionReference, LATEST } from './names.ts';

interface QueuedEvent {
  readonly reference: FunctionReference;
  readonly requestId: string;
  readonly payload: string;
  readonly enqueuedAt: number;
  /** Runs that ended in a function error. */
  failures: number;
  throttles: number;
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: two retries, one minute and then
// two minutes later; throttled and system errors back off from one second to five minutes, for up to six hours.
const RETRIES = 2;
const MAX_AGE_SECONDS = 6 * 3600;
const RETRY_STEP_MS = 60_000;
const THROTTLE_STEP_MS = 1000;
const MAX_THROTTLE_STEP_MS = 300_000;

/** Lambda's queue of asynchronous events: retries on the simulated clock, and what becomes of an event in the end. */
export class AsynchronousInvocations {
  readonly #region: Region;
  readonly #store: FunctionStore;
  readonly #invoker: Invoker;
  #closed = false;

  constructor(region: Region, store: FunctionStore, invoker: Invoker) {
    this.#region = region;
    this.#store = store;
    this.#invoker = invoker;
  }

  enqueue(reference: FunctionReference, payload: string, requestId: string): void {
    const enqueuedAt = this.#region.clock.now();
    void this.#attempt({ reference, requestId, payload, enqueuedAt, failures: 0, throttles: 0 });
  }

  close(): void {
    this.#closed = true;
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    if (this.#closed) return;
    let outcome: InvocationOutcome;
    try {
      outcome = await this.#invoker.invoke(event.reference, event);
    } catch (cause) {
      if (cause instanceof ApiError && cause.status !== 404) this.#again(event, throttleDelay(event.throttles++));
      return;
    }
    if (!outcome.failed) return;
    event.failures++;
    const { retries } = this.#limits(event);
    if (event.failures <= retries && this.#again(event, event.failures * RETRY_STEP_MS)) return;
    this.#discard(event, outcome);
  }

  /** False when the event would be older than it may become. */
  #again(event: QueuedEvent, delayMs: number): boolean {
    const at = this.#region.clock.now() + delayMs;
    if (at - event.enqueuedAt > this.#limits(event).maxAgeMs) return false;
    this.#region.clock.schedule(at, () => void this.#attempt(event));
    return true;
  }

  #limits({ reference }: QueuedEvent): { retries: number; maxAgeMs: number } {
    const config = this.#store.find(reference.name)?.eventInvoke.get(reference.qualifier ?? LATEST);
    return {
      retries: config?.maximumRetryAttempts ?? RETRIES,
      maxAgeMs: (config?.maximumEventAgeSeconds ?? MAX_AGE_SECONDS) * 1000,
    };
  }

  /** To the dead-letter queue or topic if there is one (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq). */
  #discard({ reference, requestId, payload }: QueuedEvent, outcome: InvocationOutcome): void {
    const target = this.#store.find(reference.name)?.latest.deployment.settings.DeadLetterConfig?.TargetArn;
    if (target === undefined) return;
    const errorMessage = String((JSON.parse(outcome.body) as { errorMessage?: unknown }).errorMessage ?? '');
    if (target.startsWith('arn:aws:sns:')) {
      this.#region.topics.publish(target, { body: payload });
      return;
    }
    try {
      this.#region.queues.byArn(target)?.send({
        body: payload,
        messageAttributes: {
          RequestID: { DataType: 'String', StringValue: requestId },
          ErrorCode: { DataType: 'Number', StringValue: '200' },
          ErrorMessage: { DataType: 'String', StringValue: errorMessage.slice(0, 1024) },
        },
      });
    } catch {
      // A queue that refuses the event loses it, as on AWS (DeadLetterErrors counts it there).
    }
  }
}

function throttleDelay(throttles: number): number {
  return Math.min(MAX_THROTTLE_STEP_MS, THROTTLE_STEP_MS * 2 ** throttles);
}
