import type { Clock } from '../clock.ts';
import type { TrafficEvent } from './traffic.ts';

/** The Worker takes up to 25 events in a request. */
const BATCH = 25;

export interface SendOptions {
  /** Hands one request to the Worker; resolves with the HTTP status. */
  readonly post: (body: string) => Promise<number>;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Events a second, or undefined for as fast as it goes. */
  readonly ratePerSecond?: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (sent: number) => void;
}

export interface SendResult {
  readonly sent: number;
  readonly refused: number;
  readonly requests: number;
}

/** Sends events to the Worker in order of time; stops after what is in flight when the signal aborts. */
export async function sendTraffic(events: Iterable<TrafficEvent>, options: SendOptions): Promise<SendResult> {
  const { ratePerSecond, clock, signal } = options;
  // At a slow rate a request carries what half a second brings, so that events do not come in lumps.
  const size = ratePerSecond === undefined ? BATCH : Math.max(1, Math.min(BATCH, Math.floor(ratePerSecond / 2)));
  const started = clock.now();
  const inFlight = new Set<Promise<void>>();
  let taken = 0;
  let sent = 0;
  let refused = 0;
  let requests = 0;
  const send = async (batch: readonly TrafficEvent[]) => {
    requests++;
    const status = await options.post(JSON.stringify(batch));
    if (status === 202) sent += batch.length;
    else refused += batch.length;
    options.onProgress?.(sent + refused);
  };
  for (const batch of batches(events, size)) {
    if (signal.aborted) break;
    if (ratePerSecond !== undefined) {
      const early = started + (taken * 1000) / ratePerSecond - clock.now();
      if (early > 0) await clock.sleep(early, signal).catch(() => {});
      if (signal.aborted) break;
    }
    taken += batch.length;
    const work = send(batch).finally(() => inFlight.delete(work));
    inFlight.add(work);
    if (inFlight.size >= options.concurrency) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  return { sent, refused, requests };
}

function* batches(events: Iterable<TrafficEvent>, size: number): Generator<readonly TrafficEvent[]> {
  let batch: TrafficEvent[] = [];
  for (const event of events) {
    batch.push(event);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
