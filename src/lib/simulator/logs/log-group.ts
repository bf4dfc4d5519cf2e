/** One line. The same object stands in its group's list and in its stream's. */
export interface LogEvent {
  /** ms since the epoch. */
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
  readonly stream: LogStream;
  /** Order of arrival within the group. */
  readonly sequence: number;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  /** In order of time, then arrival. */
  events: LogEvent[];
  /** Events that retention has taken off the front, so that tokens stay true. */
  expired: number;
  lastIngestedAt: number | undefined;
  /** Kept apart from the events: they stay after retention. */
  firstTimestamp: number | undefined;
  lastTimestamp: number | undefined;
}

// Each event is stored and billed with 26 bytes more than its UTF-8 text:
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const OVERHEAD_BYTES = 26;
const DAY_MS = 86_400_000;

/** A log group with its streams. Events are kept in order of time, so ranges are found by bisection. */
export class LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly streams = new Map<string, LogStream>();
  readonly tags: Map<string, string>;
  retentionDays: number | undefined;
  storedBytes = 0;
  #events: LogEvent[] = [];
  #sequence = 0;

  constructor(name: string, createdAt: number, tags: Map<string, string> = new Map()) {
    this.name = name;
    this.createdAt = createdAt;
    this.tags = tags;
  }

  get events(): readonly LogEvent[] {
    return this.#events;
  }

  addStream(name: string, createdAt: number): LogStream {
    const stream: LogStream = {
      name,
      createdAt,
      events: [],
      expired: 0,
      lastIngestedAt: undefined,
      firstTimestamp: undefined,
      lastTimestamp: undefined,
    };
    this.streams.set(name, stream);
    return stream;
  }

  removeStream(stream: LogStream): void {
    this.streams.delete(stream.name);
    this.#events = this.#events.filter((event) => event.stream !== stream);
    for (const event of stream.events) this.storedBytes -= storedSize(event.message);
  }

  /** Adds lines; the time they arrive is `now`. Answers the bytes they count. */
  append(stream: LogStream, lines: readonly { timestamp: number; message: string }[], now: number): number {
    let bytes = 0;
    for (const { timestamp, message } of lines) {
      const event = { timestamp, ingestedAt: now, message, stream, sequence: this.#sequence++ };
      insert(this.#events, event);
      insert(stream.events, event);
      bytes += storedSize(message);
      stream.firstTimestamp = Math.min(stream.firstTimestamp ?? timestamp, timestamp);
      stream.lastTimestamp = Math.max(stream.lastTimestamp ?? timestamp, timestamp);
    }
    if (lines.length > 0) stream.lastIngestedAt = now;
    this.storedBytes += bytes;
    return bytes;
  }

  /** Forgets what is older than the retention. AWS takes up to 72 hours for it; here it is gone at once. */
  expire(now: number): void {
    if (this.retentionDays === undefined) return;
    const limit = now - this.retentionDays * DAY_MS;
    const gone = lowerBound(this.#events, limit);
    if (gone === 0) return;
    for (let i = 0; i < gone; i++) this.storedBytes -= storedSize(this.#events[i]!.message);
    this.#events = this.#events.slice(gone);
    for (const stream of this.streams.values()) {
      const old = lowerBound(stream.events, limit);
      if (old > 0) stream.events = stream.events.slice(old);
      stream.expired += old;
    }
  }
}

/** Index of the first event at or after a time. */
export function lowerBound(events: readonly LogEvent[], timestamp: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.timestamp < timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lines nearly always come in order, so this is nearly always a push. */
function insert(events: LogEvent[], event: LogEvent): void {
  const last = events.at(-1);
  if (last === undefined || last.timestamp <= event.timestamp) events.push(event);
  else events.splice(lowerBound(events, event.timestamp + 1), 0, event);
}

function storedSize(message: string): number {
  return Buffer.byteLength(message) + OVERHEAD_BYTES;
}
