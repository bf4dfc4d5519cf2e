import type { LogLine } from '../../aws/ports/function-logs.ts';
import { type LogRecord, readRecord } from '../explain/log-record.ts';
import { mask } from './mask.ts';
import { summary } from './summary.ts';

/** Why a message failed, as a line of the function's log tells it. */
export interface FailureCause {
  /** Name of the error, e.g. `TypeError`. */
  readonly name: string;
  /** May span lines. */
  readonly message: string;
  /** When it was logged, ms since the epoch. */
  readonly at: number;
  /** The message that it is about; null where the line does not say. */
  readonly messageId: string | null;
  readonly requestId: string | null;
  /** The function version that logged it, where the line says. */
  readonly version: string | null;
  readonly stack: string | null;
  /** The innermost cause of a chain of errors, `Name: message`. */
  readonly rootCause: string | null;
  /** For a message that never had its turn: the one of its group that failed before it. */
  readonly blockedBy: string | null;
  /** The log stream that it stands in. */
  readonly stream: string;
}

/** Name of the cause of messages that never had their turn. */
export const LEFT_BEHIND = 'LeftBehind';

/** Reads a log line as a failure; null when it is none. Every format that `readRecord` knows. */
export function failureCause(line: LogLine): FailureCause | null {
  return causeOf(readRecord(line));
}

/** The same from a line that was read already. */
export function causeOf(record: LogRecord): FailureCause | null {
  const { line, messageId, requestId, version, error, blockedBy } = record;
  const where = { at: line.at, stream: line.stream, messageId, requestId, version };
  if (blockedBy !== null) {
    const message = 'a message of its group failed before it';
    return { ...where, name: LEFT_BEHIND, message, stack: null, rootCause: null, blockedBy };
  }
  return error === null ? null : { ...where, ...error, blockedBy: null };
}

/** What the dead letters of one cause share: the error's name and its text without what differs from one to the next. */
export function signatureOf(cause: Pick<FailureCause, 'name' | 'message'> & Partial<FailureCause>): string {
  const text = mask(summary(cause.message));
  const own = text === '' ? cause.name : `${cause.name}: ${text}`;
  if (cause.rootCause == null) return own;
  const root = mask(summary(cause.rootCause));
  // A wrapper that only repeats its cause says nothing more.
  return own.endsWith(root) ? own : `${own} ← ${root}`;
}
