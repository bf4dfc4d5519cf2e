import type { LogLine } from '../../aws/ports/function-logs.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { foldLines } from '../explain/fold-lines.ts';
import { type LogRecord, readRecord } from '../explain/log-record.ts';
import { type LogSearch, searchLog } from '../explain/search-log.ts';
import { causeOf, type FailureCause, LEFT_BEHIND, signatureOf } from './failure-cause.ts';

/** Messages, and the span in which they can have failed. */
export interface CauseQuery extends LogSearch {
  readonly messageIds: ReadonlySet<string>;
  /** Up to this many messages are looked up one by one, in all that is written of them; more take one search for failures. */
  readonly oneByOne?: number;
}

/** What a function's log tells of some messages. */
export interface Causes {
  /** The last failure of each message of its own, else that it was left behind; messages without one are missing. */
  readonly byMessage: ReadonlyMap<string, FailureCause>;
  /** The last lines that name a message, oldest first. */
  readonly lines: ReadonlyMap<string, readonly LogLine[]>;
  /** Failures that name no message, by signature, the most frequent first. */
  readonly unlinked: readonly UnlinkedFailure[];
  /** False when the log was longer than what is read of it. */
  readonly complete: boolean;
}

/** A failure in the log that cannot be laid to any one message. */
export interface UnlinkedFailure {
  readonly signature: string;
  readonly count: number;
  readonly versions: readonly string[];
  /** ISO 8601. */
  readonly last: string;
}

const FEW = 5;
const PAGE = 10_000;
const MOST_LINES = 200_000;
const MOST_REQUESTS = 20;
const MOST_LINES_OF_RUNS = 50_000;
const KEPT_LINES = 5;
const LONGEST_KEPT = 2_000;
/** Dead letters died lately, as a rule: the search begins with the last hour and widens. */
const FIRST_WINDOW_MS = 3_600_000;
/** Longest run of a function. */
const LONGEST_RUN_MS = 15 * 60_000;

/** Words of which every line has one that tells of a failure, or of being left behind; what is more is sorted out here. */
const FAILURE_WORDS = [
  'ERROR',
  'Error',
  'error',
  'Exception',
  'timed out',
  'timeout',
  'Runtime exited',
  'Traceback',
  'FATAL',
  'CRITICAL',
  'SEVERE',
  'WARN',
  '"level":50',
  '"level":60',
];

/** The last failure of each message in the function's logs; null where they cannot be read. See {@link findCauses}. */
export async function causesByMessage(query: CauseQuery): Promise<ReadonlyMap<string, FailureCause> | null> {
  return (await findCauses(query))?.byMessage ?? null;
}

/**
 * What the function's log tells of the messages; null where it cannot be read. A failure that names no message (a
 * timeout, a crash) is joined through its request id when a line of the same request names one.
 */
export async function findCauses(query: CauseQuery): Promise<Causes | null> {
  const found = new Findings(query.messageIds);
  try {
    const read =
      query.messageIds.size <= (query.oneByOne ?? FEW) ? readOneByOne(query, found) : readFailures(query, found);
    const complete = await read;
    if (complete === null) return null;
    const joined = await joinRequests(query, found);
    return { ...found.result(), complete: complete && joined };
  } catch (cause) {
    // A log that cannot be had (throttled, no such service at this endpoint) must not stop the look at the queue.
    if (cause instanceof CvopsError && query.signal?.aborted !== true) return null;
    throw cause;
  }
}

async function readOneByOne(query: CauseQuery, found: Findings): Promise<boolean | null> {
  for (const messageId of query.messageIds) {
    const lines = await searchLog(query, { text: messageId, limit: 1_000 });
    if (lines === null) return null;
    found.add(lines);
  }
  return true;
}

/** A search for the words of failures; where no line has one of them, the last lines whatever they say. */
async function readFailures(query: CauseQuery, found: Findings): Promise<boolean | null> {
  const complete = await readBackwards(query, found, FAILURE_WORDS, MOST_LINES);
  if (complete === null || found.linesRead > 0) return complete;
  return readBackwards(query, found, [], PAGE);
}

/** Backwards through time in growing windows, until every message has a failure of its own. */
async function readBackwards(
  query: CauseQuery,
  found: Findings,
  anyOf: readonly string[],
  most: number,
): Promise<boolean | null> {
  let left = most;
  let to = query.toMs;
  for (let width = FIRST_WINDOW_MS; to >= query.fromMs && found.open > 0; width *= 4) {
    const from = Math.max(query.fromMs, to - width);
    for (let at = from; ; ) {
      const limit = Math.min(PAGE, left);
      if (limit === 0) return false;
      const lines = await searchLog(query, { text: '', anyOf, fromMs: at, toMs: to, limit });
      if (lines === null) return null;
      found.add(lines);
      left -= lines.length;
      if (lines.length < limit) break;
      // A page ends within a millisecond: that one is read again, unless it fills a page by itself.
      at = Math.max(at + 1, lines.at(-1)!.at);
    }
    to = from - 1;
  }
  return true;
}

/**
 * What names no message is laid to the messages that other lines of the same request name: a search for each request, or
 * one for all lines of their time where they are many. False when that is more than is read.
 */
async function joinRequests(query: CauseQuery, found: Findings): Promise<boolean> {
  const requests = found.requestsToJoin();
  let complete = true;
  if (requests.length <= MOST_REQUESTS) {
    for (const { requestId, at } of requests) {
      const near = { fromMs: at - LONGEST_RUN_MS, toMs: at + LONGEST_RUN_MS };
      found.add((await searchLog(query, { text: requestId, ...near, limit: 1_000 })) ?? []);
    }
  } else {
    const times = requests.map(({ at }) => at).sort((one, other) => one - other);
    const span = { fromMs: times[0]! - LONGEST_RUN_MS, toMs: times.at(-1)! + LONGEST_RUN_MS };
    complete = (await readBackwards({ ...query, ...span }, found, [], MOST_LINES_OF_RUNS)) ?? true;
  }
  found.join();
  return complete;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

class Findings {
  readonly #wanted: ReadonlySet<string>;
  readonly #causes = new Map<string, FailureCause>();
  readonly #lines = new Map<string, LogLine[]>();
  /** Failures that name no message, by request. */
  readonly #orphans = new Map<string, FailureCause>();
  /** The messages that each request names. */
  readonly #requests = new Map<string, Set<string>>();
  /** The last request that names each message. */
  readonly #lastRequest = new Map<string, { requestId: string; at: number }>();
  #own = 0;
  #linesRead = 0;

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /** How many messages have no failure of their own yet. */
  get open(): number {
    return this.#wanted.size - this.#own;
  }

  get linesRead(): number {
    return this.#linesRead;
  }

  add(lines: readonly LogLine[]): void {
    this.#linesRead += lines.length;
    for (const line of foldLines(lines)) {
      const named = idsIn(line.message, this.#wanted);
      const record = readRecord(line);
      for (const messageId of named) this.#note(messageId, record);
      const cause = causeOf(record);
      if (cause === null) continue;
      const about = cause.messageId !== null && this.#wanted.has(cause.messageId) ? cause.messageId : named[0];
      if (about !== undefined) this.#take(about, cause);
      else if (cause.messageId === null && cause.requestId !== null) this.#orphan(cause.requestId, cause);
    }
  }

  /** Requests to read whole: of failures that name no message, and of messages whose last run tells no failure. */
  requestsToJoin(): readonly { requestId: string; at: number }[] {
    const requests = new Map<string, number>();
    // A failure may name some of its messages and not the others: their names stand in other lines of the run.
    for (const [requestId, { at }] of this.#orphans) requests.set(requestId, at);
    for (const [messageId, { requestId, at }] of this.#lastRequest) {
      const known = this.#causes.get(messageId);
      if (known === undefined || (known.at < at && known.requestId !== requestId)) requests.set(requestId, at);
    }
    return [...requests].map(([requestId, at]) => ({ requestId, at }));
  }

  join(): void {
    for (const [requestId, cause] of this.#orphans) {
      for (const messageId of this.#requests.get(requestId) ?? []) {
        const known = this.#causes.get(messageId);
        // Within one request the line that names the message says more.
        const isLater = known !== undefined && known.at < cause.at && known.requestId !== requestId;
        if (known === undefined || known.name === LEFT_BEHIND || isLater) this.#take(messageId, cause);
      }
    }
  }

  result(): Omit<Causes, 'complete'> {
    const bySignature = new Map<string, { count: number; versions: Set<string>; last: number }>();
    for (const [requestId, cause] of this.#orphans) {
      if (this.#requests.has(requestId)) continue;
      const signature = signatureOf(cause);
      const known = bySignature.get(signature) ?? { count: 0, versions: new Set(), last: 0 };
      known.count++;
      known.last = Math.max(known.last, cause.at);
      if (cause.version !== null) known.versions.add(cause.version);
      bySignature.set(signature, known);
    }
    return {
      byMessage: this.#causes,
      lines: this.#lines,
      unlinked: [...bySignature]
        .map(([signature, { count, versions, last }]) => ({
          signature,
          count,
          versions: [...versions].sort(),
          last: new Date(last).toISOString(),
        }))
        .sort((a, b) => b.count - a.count),
    };
  }

  #note(messageId: string, { line, requestId }: LogRecord): void {
    const kept = this.#lines.get(messageId) ?? [];
    const isKnown = kept.some(({ at, message }) => at === line.at && message === line.message.slice(0, LONGEST_KEPT));
    if (!isKnown) kept.push({ ...line, message: line.message.slice(0, LONGEST_KEPT) });
    this.#lines.set(messageId, kept.sort((a, b) => a.at - b.at).slice(-KEPT_LINES));
    if (requestId === null) return;
    this.#requests.set(requestId, (this.#requests.get(requestId) ?? new Set()).add(messageId));
    if ((this.#lastRequest.get(messageId)?.at ?? 0) <= line.at)
      this.#lastRequest.set(messageId, { requestId, at: line.at });
  }

  /** An error of its own says more than waiting behind another's; of equals the last one counts. */
  #take(messageId: string, cause: FailureCause): void {
    const known = this.#causes.get(messageId);
    const isOwn = cause.name !== LEFT_BEHIND;
    const knownIsOwn = known !== undefined && known.name !== LEFT_BEHIND;
    if (knownIsOwn && !isOwn) return;
    if (knownIsOwn === isOwn && known !== undefined && known.at > cause.at) return;
    if (isOwn && !knownIsOwn) this.#own++;
    this.#causes.set(messageId, { ...cause, messageId });
  }

  /** Of several of one request the last, but a line of Lambda's own without words adds nothing. */
  #orphan(requestId: string, cause: FailureCause): void {
    const known = this.#orphans.get(requestId);
    if (known !== undefined && (cause.message === '' || known.at > cause.at)) return;
    this.#orphans.set(requestId, { ...cause, version: cause.version ?? known?.version ?? null });
  }
}

function idsIn(text: string, wanted: ReadonlySet<string>): readonly string[] {
  return [...new Set(text.match(UUID) ?? [])].filter((id) => wanted.has(id));
}
