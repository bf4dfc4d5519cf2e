import type { LogLine } from '../../aws/ports/function-logs.ts';
import { isObject } from '../../is-object.ts';
import { errorFromText, type LoggedError, loggedError } from './error-text.ts';
import { type InvocationReport, jsonPlatformLine, type PlatformLine, plainPlatformLine } from './platform-line.ts';

/** A log line, read: whose it is, and what it says of an error. */
export interface LogRecord {
  readonly line: LogLine;
  /** `entry`: written by the function; all others by Lambda. */
  readonly kind: PlatformLine['kind'] | 'entry';
  readonly requestId: string | null;
  /** The function version, where the line says. */
  readonly version: string | null;
  /** `ERROR`, `WARN` …; null where the line has none. */
  readonly level: string | null;
  /** The words of a structured line, or the line itself. */
  readonly text: string;
  /** The SQS message that it names as its own. */
  readonly messageId: string | null;
  /** The message whose failure kept this one from its turn (FIFO). */
  readonly blockedBy: string | null;
  readonly outcome: string | null;
  readonly error: LoggedError | null;
  readonly report: InvocationReport | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Name of the error of an invocation that ran out of time. */
export const TIMED_OUT = 'TimedOut';
const FULL_UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i;
// Node's runtime prints `time \t request id \t level \t text`.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
const NODE = /^\S+\t([0-9a-f-]{36}|undefined)\t([A-Z]+)\t([\s\S]*)$/;
// Python's logger prints `[level] \t time \t request id \t text`, its runtime `[ERROR] error`.
// https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
const PYTHON = /^\[([A-Z]+)\]\t\S+\t([0-9a-f-]{36})?\t?([\s\S]*)$/;
const BRACKETED = /^\[(ERROR|CRITICAL|FATAL|WARNING|WARN|INFO|DEBUG)\]\s*([\s\S]*)$/;
// log4j and its like: time, perhaps a request id, the level, perhaps `class:line - `.
const LOGGER =
  /^\d{4}-\d{2}-\d{2}[T ]\S+\s+(?:([0-9a-f-]{36})\s+)?(ERROR|FATAL|SEVERE|WARN|INFO|DEBUG)\s+(?:\S+(?::\d+)?\s+-\s+)?([\s\S]*)$/;
const FAILED_LEVELS = new Set(['ERROR', 'FATAL', 'CRITICAL', 'SEVERE', 'ALERT', 'EMERGENCY']);
const PINO_LEVELS: Readonly<Record<string, string>> = { 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

// `2026/08/07/[6]0f1e…`, in a group of several functions `2026/08/07/name[6][0f1e…]`.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
const STREAM_VERSION = /^\d{4}\/\d{2}\/\d{2}\/[\w-]*\[(\d+|\$LATEST)\]/;

/** Reads a line of a Lambda function's log, in whatever format. Never throws. */
export function readRecord(line: LogLine): LogRecord {
  const record = readText(line);
  if (record.version !== null) return record;
  return { ...record, version: STREAM_VERSION.exec(line.stream)?.[1] ?? null };
}

function readText(line: LogLine): LogRecord {
  const text = line.message;
  const platform = plainPlatformLine(text);
  if (platform !== null) return platformRecord(line, platform);
  const json = parse(text);
  if (json !== null) return jsonRecord(line, json, {});
  const node = NODE.exec(text);
  if (node !== null) {
    const requestId = node[1] === 'undefined' ? null : node[1]!;
    return content(line, { requestId, level: node[2]!, text: node[3]! });
  }
  const python = PYTHON.exec(text);
  if (python !== null) return content(line, { level: python[1]!, requestId: python[2] ?? null, text: python[3]! });
  const bracketed = BRACKETED.exec(text);
  if (bracketed !== null) return content(line, { level: bracketed[1]!, requestId: null, text: bracketed[2]! });
  const logger = LOGGER.exec(text.slice(0, 20_000));
  if (logger !== null) return content(line, { requestId: logger[1] ?? null, level: logger[2]!, text: logger[3]! });
  return content(line, { requestId: null, level: null, text });
}

/** Whether the level says that something went wrong. */
export function isFailedLevel(level: string | null): boolean {
  return level !== null && FAILED_LEVELS.has(level);
}

interface Prefix {
  readonly requestId?: string | null;
  readonly level?: string | null;
}

function platformRecord(line: LogLine, platform: PlatformLine): LogRecord {
  const { kind, requestId, version, report } = platform;
  return { ...blank(line), kind, requestId, version, report, error: platformError(platform) };
}

function platformError({ kind, text, report }: PlatformLine): LoggedError | null {
  if (kind === 'timeout') return loggedError(TIMED_OUT, text, null);
  if (kind === 'exit') return loggedError('Runtime.ExitError', text, null);
  if (report === null) return null;
  if (report.status === 'timeout') {
    const seconds = ((report.durationMs ?? report.initMs ?? 0) / 1000).toFixed(2);
    return loggedError(TIMED_OUT, `Task timed out after ${seconds} seconds`, null);
  }
  return report.errorType === null ? null : loggedError(report.errorType, '', null);
}

/** What stands behind a prefix: JSON, or text. */
function content(line: LogLine, given: { requestId: string | null; level: string | null; text: string }): LogRecord {
  const { requestId, level } = given;
  const text = given.text.replace(/^(?:Uncaught Exception|Unhandled Promise Rejection|Invoke Error)\s*\t?/, '').trim();
  const json = parse(text);
  if (json !== null) return jsonRecord(line, json, { requestId, level });
  const failed = isFailedLevel(level);
  // Without a level only a whole error counts: with its stack, or as a Java class name.
  const read = failed || level === null ? errorFromText(text) : null;
  const isWhole = read !== null && (read.stack !== null || /^(?:[a-z_][\w$]*\.)+[A-Z]/.test(text));
  return {
    ...blank(line),
    requestId,
    level,
    text,
    messageId: failed ? idIn(text) : null,
    error: failed ? (read ?? loggedError(null, text, null)) : isWhole ? read : null,
  };
}

function jsonRecord(line: LogLine, json: Json, prefix: Prefix): LogRecord {
  const platform = jsonPlatformLine(json);
  if (platform !== null) return platformRecord(line, platform);
  const level = levelOf(json) ?? prefix.level ?? null;
  const inner = wrapped(json);
  if (inner !== null) return jsonRecord(line, inner, { requestId: first(json, 'requestId'), level });
  const messageId =
    first(json, 'messageId', 'message_id', 'sqsMessageId', 'MessageId', 'itemIdentifier') ??
    (isEnvelope(json) && isFailedLevel(level) ? idIn(first(json, 'message') ?? '') : null);
  const cause = first(json, 'cause');
  const blockedBy = messageId !== null && level?.startsWith('WARN') && FULL_UUID.test(cause ?? '') ? cause : null;
  const version = first(json, 'version', 'function_version', 'functionVersion');
  return {
    ...blank(line),
    requestId:
      first(json, 'requestId', 'function_request_id', 'awsRequestId', 'aws_request_id', 'AWSRequestId', 'request_id') ??
      prefix.requestId ??
      null,
    // An application may have a version of its own, such as 1.4.2.
    version: version !== null && /^(?:\d+|\$LATEST)$/.test(version) ? version : null,
    level,
    text: first(json, 'message', 'msg') ?? line.message,
    messageId,
    blockedBy,
    outcome: first(json, 'outcome'),
    error: jsonError(json, level),
    report: null,
  };
}

/** What Lambda's JSON format puts around whatever is logged with the runtime's own methods. */
function isEnvelope(json: Json): boolean {
  return ['timestamp', 'level', 'requestId', 'message'].every((name) => name in json);
}

/**
 * A structured line that was logged with the runtime's own method in the JSON format: it stands below `message`, as an
 * object or as text. Errors stand there too, and are read with what is around them.
 */
function wrapped(json: Json): Json | null {
  if (!isEnvelope(json) || errorAsMessage(json['message']) !== null) return null;
  return typeof json['message'] === 'string' ? parse(json['message']) : object(json['message']);
}

function idIn(text: string): string | null {
  return UUID.exec(text.slice(0, 20_000))?.[0] ?? null;
}

/** An error in one of the places where runtimes and logging libraries put it. */
function jsonError(json: Json, level: string | null): LoggedError | null {
  const holder =
    object(json['error']) ?? object(json['err']) ?? object(json['exception']) ?? errorAsMessage(json['message']);
  const name =
    first(holder ?? {}, 'name', 'type', 'errorType', 'className') ??
    first(json, 'errorType', 'exception_name', 'error_type');
  const words = first(holder ?? {}, 'message', 'errorMessage', 'msg') ?? first(json, 'errorMessage', 'error_message');
  const stack =
    lines(holder?.['stack'] ?? holder?.['stackTrace']) ??
    lines(json['stackTrace']) ??
    lines(json['stack']) ??
    lines(json['exception']) ??
    lines(json['exc_info']);
  // Python's libraries put the whole traceback into one field.
  const traced = stack === null ? null : errorFromText(stack);
  if (name !== null || words !== null) {
    const known = loggedError(name ?? traced?.name ?? null, words ?? traced?.message ?? null, stack);
    return { ...known, rootCause: known.rootCause ?? traced?.rootCause ?? null };
  }
  if (traced !== null) return traced;
  const plain = first(json, 'error', 'err');
  if (plain !== null && plain !== '') return errorFromText(plain) ?? loggedError(null, plain, null);
  if (!isFailedLevel(level)) return null;
  const message = first(json, 'message', 'msg') ?? '';
  return errorFromText(message) ?? loggedError(null, message, null);
}

/** In Lambda's JSON format a logged error stands below `message`, where any other logged object stands too. */
function errorAsMessage(value: unknown): Json | null {
  const message = object(value);
  return message !== null && ('errorType' in message || 'errorMessage' in message || 'stack' in message)
    ? message
    : null;
}

function blank(line: LogLine): LogRecord {
  return {
    line,
    kind: 'entry',
    requestId: null,
    version: null,
    level: null,
    text: line.message,
    messageId: null,
    blockedBy: null,
    outcome: null,
    error: null,
    report: null,
  };
}

function levelOf(json: Json): string | null {
  const level = first(json, 'level', 'levelname', 'severity', 'log_level');
  return level === null ? null : (PINO_LEVELS[level] ?? level.toUpperCase());
}

function parse(text: string): Json | null {
  if (!text.startsWith('{')) return null;
  try {
    return object(JSON.parse(text));
  } catch {
    return null;
  }
}

function first(json: Json, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = json[name];
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
  }
  return null;
}

function object(value: unknown): Json | null {
  return isObject(value) ? value : null;
}

function lines(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').join('\n') : null;
}
