import type { LogLine } from '../../aws/ports/function-logs.ts';
import { mask } from './mask.ts';

/** Why a message failed, as a line of the function's log tells it. */
export interface FailureCause {
  /** Name of the error, e.g. `TypeError`. */
  readonly name: string;
  readonly message: string;
  /** When it was logged, ms since the epoch. */
  readonly at: number;
  /** The message that it is about; null where the line does not say. */
  readonly messageId: string | null;
  readonly requestId: string | null;
  /** The function version that logged it, where the line says. */
  readonly version: string | null;
}

// Node's runtime prints `time \t request id \t level \t text`.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
const PLAIN = /^\S+\t([0-9a-f-]{36}|undefined)\t(?:ERROR|FATAL)\t([\s\S]*)$/;
const TIMED_OUT = /(?:^|\s)([0-9a-f-]{36}) Task timed out after ([\d.]+) seconds/;
const NAMED = /^(?:Uncaught )?([A-Za-z_$][\w$.]*(?:Error|Exception|Fault|Timeout)[\w$]*):?\s*([\s\S]*)$/;
/** Name of the cause of messages that never had their turn. */
export const LEFT_BEHIND = 'LeftBehind';
const FULL_UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** Reads a log line as a failure; null when it is none. Structured JSON, Lambda's plain text, and timeouts. */
export function failureCause(line: LogLine): FailureCause | null {
  return plain(line) ?? structured(line) ?? timedOut(line);
}

/** What the dead letters of one cause share. */
export function signatureOf(cause: Pick<FailureCause, 'name' | 'message'>): string {
  const text = mask(cause.message);
  return text === '' ? cause.name : `${cause.name}: ${text}`;
}

function structured(line: LogLine): FailureCause | null {
  const start = line.message.indexOf('{');
  if (start < 0) return null;
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line.message.slice(start)) as Record<string, unknown>;
  } catch {
    return null;
  }
  const requestId = text(record['requestId']) ?? text(record['function_request_id']);
  const version = text(record['version']) ?? text(record['function_version']);
  const messageId = text(record['messageId']);
  // With Lambda's JSON log format the text is below `message`, and an Error below `errorType`/`errorMessage`.
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
  const error = object(record['error']) ?? object(record['err']);
  const name = text(error?.['name']) ?? text(record['errorType']) ?? text(error?.['type']);
  const message = text(error?.['message']) ?? text(record['errorMessage']) ?? text(record['error']);
  if (name !== null || message !== null) {
    return { name: name ?? 'Error', message: message ?? '', at: line.at, messageId, requestId, version };
  }
  const level = (text(record['level']) ?? '').toUpperCase();
  if (level === 'WARN' && messageId !== null && FULL_UUID.test(text(record['cause']) ?? '')) {
    return {
      name: LEFT_BEHIND,
      message: 'a message of its group failed before it',
      at: line.at,
      messageId,
      requestId,
      version,
    };
  }
  if (level !== 'ERROR' && level !== 'FATAL') return null;
  return { name: 'Error', message: text(record['message']) ?? '', at: line.at, messageId, requestId, version };
}

function plain(line: LogLine): FailureCause | null {
  const match = PLAIN.exec(line.message);
  if (match === null) return null;
  const content = match[2]!.replace(/^(?:Uncaught Exception|Invoke Error)\s*\t?/, '').trim();
  const requestId = match[1] === 'undefined' ? null : match[1]!;
  if (content.startsWith('{')) {
    const inner = structured({ ...line, message: content });
    if (inner !== null) return { ...inner, requestId: inner.requestId ?? requestId };
  }
  const named = NAMED.exec(content);
  return {
    name: named?.[1] ?? 'Error',
    message: (named?.[2] ?? content).split('\n', 1)[0]!,
    at: line.at,
    messageId: content.match(UUID)?.[0] ?? null,
    requestId,
    version: null,
  };
}

function timedOut(line: LogLine): FailureCause | null {
  const match = TIMED_OUT.exec(line.message);
  if (match === null) return null;
  return {
    name: 'TimedOut',
    message: `Task timed out after ${match[2]} seconds`,
    at: line.at,
    messageId: null,
    requestId: match[1]!,
    version: null,
  };
}

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

function object(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
