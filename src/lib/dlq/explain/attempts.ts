import type { LogLine } from '../../aws/ports/function-logs.ts';
import { LEFT_BEHIND } from '../inspect/failure-cause.ts';
import type { LoggedError } from './error-text.ts';
import { type Invocation, invocationError, readInvocations } from './invocations.ts';
import { type LogRecord, readRecord } from './log-record.ts';
import { type LogSearch, searchLog } from './search-log.ts';

/** A message, and the span in which it can have been delivered. */
export interface AttemptQuery extends LogSearch {
  readonly messageId: string;
}

/** One delivery of a message to the function, as the log tells it. */
export interface Attempt {
  readonly requestId: string | null;
  readonly stream: string;
  readonly version: string | null;
  /** ms since the epoch. */
  readonly at: number;
  /** `left behind`: a message of its group failed before it; `unknown`: the log tells neither success nor failure. */
  readonly outcome: 'failed' | 'left behind' | 'processed' | 'unknown';
  readonly error: LoggedError | null;
  /** The message that it was left behind. */
  readonly blockedBy: string | null;
  readonly durationMs: number | null;
  readonly memoryMb: number | null;
  readonly usedMb: number | null;
  /** Of a cold start; null when the environment was warm. */
  readonly initMs: number | null;
  /** Its own lines and those of its run that name no other message. */
  readonly lines: readonly LogLine[];
}

export interface Attempts {
  /** Oldest first. */
  readonly attempts: readonly Attempt[];
  /** False when there were more than are read. */
  readonly complete: boolean;
}

const PROCESSED = new Set(['written', 'duplicate', 'processed', 'ok', 'success']);
const MOST_ATTEMPTS = 12;
const MOST_LINES = 2_000;
/** Longest run of a function, and of the cold start before it. */
const LONGEST_RUN_MS = 15 * 60_000;
const INIT_MS = 15_000;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * Every delivery of a message that the function's log names, each with the lines of its run; null where the log cannot
 * be read. Three kinds of searches: for the message, for each request, for the lines of its run.
 */
export async function readAttempts(query: AttemptQuery): Promise<Attempts | null> {
  const named = await searchLog(query, { text: query.messageId, limit: MOST_LINES });
  if (named === null) return null;
  const requests = requestsOf(named);
  const attempts: Attempt[] = [];
  for (const request of requests.slice(-MOST_ATTEMPTS)) {
    const invocation = await readInvocation(query, request);
    if (invocation === null) return null;
    attempts.push(describeAttempt(invocation, query.messageId));
  }
  return { attempts: attempts.sort((a, b) => a.at - b.at), complete: requests.length <= MOST_ATTEMPTS };
}

interface Request {
  readonly requestId: string | null;
  readonly stream: string;
  /** Of the first and the last line that names the message. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly LogLine[];
}

/** The runs in which the message is named, oldest first. Lines without a request id are one run while they are near. */
function requestsOf(lines: readonly LogLine[]): readonly Request[] {
  const requests = new Map<string, { requestId: string | null; stream: string; lines: LogLine[] }>();
  for (const line of lines) {
    const { requestId } = readRecord(line);
    const key = requestId ?? `${line.stream} ${Math.floor(line.at / LONGEST_RUN_MS)}`;
    const known = requests.get(key);
    if (known === undefined) requests.set(key, { requestId, stream: line.stream, lines: [line] });
    else known.lines.push(line);
  }
  return [...requests.values()]
    .map((request) => ({ ...request, from: request.lines[0]!.at, to: request.lines.at(-1)!.at }))
    .sort((a, b) => a.from - b.from);
}

/** All lines of one run: between its START and its REPORT nothing else is written to its stream. */
async function readInvocation(query: AttemptQuery, request: Request): Promise<Invocation | null> {
  const near = { fromMs: request.from - LONGEST_RUN_MS, toMs: request.to + LONGEST_RUN_MS };
  const marks =
    request.requestId === null
      ? request.lines
      : await searchLog(query, { ...near, text: request.requestId, limit: MOST_LINES });
  if (marks === null) return null;
  const own = marks.filter(({ stream }) => stream === request.stream);
  const from = Math.min(request.from, ...own.map(({ at }) => at));
  const to = Math.max(request.to, ...own.map(({ at }) => at));
  const around = await searchLog(query, {
    text: '',
    stream: request.stream,
    fromMs: from - INIT_MS,
    toMs: to + 1_000,
    limit: MOST_LINES,
  });
  const lines = around === null || around.length === 0 ? own : around;
  const invocations = readInvocations(lines);
  return (
    invocations.find(({ requestId }) => requestId !== null && requestId === request.requestId) ??
    invocations.find(({ startedAt, endedAt }) => startedAt <= request.from && endedAt >= request.from) ??
    readInvocations(request.lines)[0]!
  );
}

/** What one run says of one message of its batch. */
export function describeAttempt(invocation: Invocation, messageId: string): Attempt {
  const { report, records } = invocation;
  const own = records.filter((record) => names(record, messageId));
  const behind = own.findLast(({ blockedBy }) => blockedBy !== null);
  const failed = own.findLast(({ error }) => error !== null);
  const done = own.some(({ outcome }) => outcome !== null && PROCESSED.has(outcome));
  // A run that failed as a whole fails every message of its batch, whatever was written of them before.
  const whole = invocationError({
    ...invocation,
    records: records.filter((record) => !namesOthers(record, messageId)),
  });
  const error = failed?.error ?? (behind === undefined ? whole : null);
  const ranOut = whole !== null && failed?.error !== whole && ['TimedOut', 'OutOfMemory'].includes(whole.name);
  return {
    requestId: invocation.requestId,
    stream: invocation.stream,
    version: invocation.version,
    at: own[0]?.line.at ?? invocation.startedAt,
    outcome:
      error !== null || ranOut ? 'failed' : behind !== undefined ? 'left behind' : done ? 'processed' : 'unknown',
    error: failed?.error ?? (ranOut ? whole : error) ?? leftBehind(behind),
    blockedBy: failed === undefined ? (behind?.blockedBy ?? null) : null,
    durationMs: report?.durationMs ?? null,
    memoryMb: report?.memoryMb ?? null,
    usedMb: report?.usedMb ?? null,
    initMs: report?.initMs ?? null,
    lines: records.filter((record) => !namesOthers(record, messageId)).map(({ line }) => line),
  };
}

function leftBehind(record: LogRecord | undefined): LoggedError | null {
  if (record === undefined) return null;
  return { name: LEFT_BEHIND, message: record.text, stack: null, rootCause: null };
}

function names(record: LogRecord, messageId: string): boolean {
  return record.messageId === messageId || (record.messageId === null && record.line.message.includes(messageId));
}

/** Lines of other messages of the same batch would only be in the way. */
function namesOthers(record: LogRecord, messageId: string): boolean {
  if (record.line.message.includes(messageId)) return record.messageId !== null && record.messageId !== messageId;
  if (record.messageId !== null) return true;
  const ids = (record.line.message.match(UUID) ?? []).filter((id) => id !== record.requestId);
  return (
    record.kind === 'entry' && record.error === null && ids.length > 0 && record.line.message.includes('messageId')
  );
}
