import type { LogLine, LogPages, LogQuery } from '../aws/ports/function-logs.ts';
import { type LogEvent, logEvents } from './log-event.ts';

/** CloudWatch answers a span from its beginning, and the newest lines are wanted: the first look is at so much. */
const FIRST_MS = 15 * 60_000;
/** A span that takes more calls is tried again shorter. */
const CALLS_A_SPAN = 5;
const SHORTER = 8;
export const MOST_CALLS = 40;

export interface NewestQuery extends Omit<LogQuery, 'stream' | 'anyOf'> {
  /** Also what Lambda writes of runs that went well. */
  readonly all: boolean;
}

export interface NewestLines {
  /** Oldest first, no more than the limit. */
  readonly events: readonly LogEvent[];
  /** Everything that was read, for who goes on from here. */
  readonly lines: readonly LogLine[];
  /** All since then has been read, ms since the epoch. */
  readonly readFromMs: number;
  /** False: there are older events in the span, or it could not be read whole within {@link MOST_CALLS} calls. */
  readonly complete: boolean;
}

/** The newest events of a span: back from its end in spans that grow, until there are enough. */
export async function readNewest(logs: LogPages, functionName: string, query: NewestQuery): Promise<NewestLines> {
  const { all, limit, fromMs, toMs, ...rest } = query;
  let lines: readonly LogLine[] = [];
  let events: readonly LogEvent[] = [];
  let readFromMs = toMs + 1;
  let spanMs = FIRST_MS;
  let calls = 0;
  while (readFromMs > fromMs && events.length < limit && calls < MOST_CALLS) {
    const start = Math.max(fromMs, readFromMs - spanMs);
    const span = { ...rest, fromMs: start, toMs: readFromMs - 1, limit: Number.POSITIVE_INFINITY };
    const found = await readSpan(logs.pages(functionName, span));
    calls += found.calls;
    // What is shorter than this is read as far as the calls go.
    if (!found.whole && spanMs > SHORTER) {
      spanMs = Math.ceil(spanMs / SHORTER);
      continue;
    }
    lines = [...found.lines, ...lines];
    events = logEvents(lines, all);
    readFromMs = start;
    spanMs *= 2;
  }
  return { events: events.slice(-limit), lines, readFromMs, complete: readFromMs <= fromMs && events.length <= limit };
}

async function readSpan(pages: AsyncIterable<readonly LogLine[]>) {
  const lines: LogLine[] = [];
  let calls = 0;
  for await (const page of pages) {
    lines.push(...page);
    // Another one would be asked for: whether there is one is not known before.
    if (++calls > CALLS_A_SPAN) return { lines, calls, whole: false };
  }
  return { lines, calls, whole: true };
}
