import type { LogLine } from '../aws/ports/function-logs.ts';
import type { LoggedError } from '../dlq/explain/error-text.ts';
import { foldLines } from '../dlq/explain/fold-lines.ts';
import { type LogRecord, readRecord } from '../dlq/explain/log-record.ts';

/** One event of a function's log, whatever format it was written in. */
export interface LogEvent {
  /** ISO 8601. */
  readonly at: string;
  /** `ERROR`, `WARN` …; null where the line has none. */
  readonly level: string | null;
  /** The function version; null where neither the line nor its stream says. */
  readonly version: string | null;
  readonly requestId: string | null;
  /** The words of its author in one line; Lambda's own lines as they are. */
  readonly message: string;
  readonly error: LoggedError | null;
  /** Written by Lambda, not by the function. */
  readonly platform: boolean;
  /** The line as it is in the log; a stack trace that was logged line by line is one. */
  readonly raw: string;
}

/** @param lines in any order. @param all also what Lambda writes of runs that went well. */
export function logEvents(lines: readonly LogLine[], all: boolean): readonly LogEvent[] {
  return foldLines([...lines].sort((a, b) => a.at - b.at))
    .map(readRecord)
    .filter(({ kind, error }) => all || kind === 'entry' || error !== null)
    .map(eventOf);
}

function eventOf({ line, level, version, requestId, text, error, kind }: LogRecord): LogEvent {
  return {
    at: new Date(line.at).toISOString(),
    level: level ?? (error === null ? null : 'ERROR'),
    version,
    requestId,
    message: kind !== 'entry' && error !== null ? error.message || error.name : words(text, error),
    error,
    platform: kind !== 'entry',
    raw: line.message,
  };
}

/** The error stands behind the words, unless they name it. */
function words(text: string, error: LoggedError | null): string {
  const first = text.split('\n', 1)[0]!.replaceAll('\t', ' ').trim();
  if (error === null) return first;
  const cause = error.message.split('\n', 1)[0]!;
  const named = cause === '' ? error.name : `${error.name}: ${cause}`;
  return first.includes(cause) && (cause !== '' || first.includes(error.name)) ? first : `${first} (${named})`;
}
