import type { LogLine } from '../../aws/ports/function-logs.ts';
import type { LoggedError } from './error-text.ts';
import { foldLines } from './fold-lines.ts';
import { isFailedLevel, type LogRecord, readRecord, TIMED_OUT } from './log-record.ts';
import type { InvocationReport } from './platform-line.ts';

/** One run of the function, put together from its lines. */
export interface Invocation {
  readonly requestId: string | null;
  readonly stream: string;
  readonly version: string | null;
  /** Of its first and its last line, ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** False where the line of its end was not read (or is not written yet). */
  readonly ended: boolean;
  readonly report: InvocationReport | null;
  readonly records: readonly LogRecord[];
}

interface Open {
  requestId: string | null;
  version: string | null;
  ended: boolean;
  report: InvocationReport | null;
  records: LogRecord[];
}

/**
 * Groups the lines of a function's log by invocation. An environment runs one at a time and writes to a stream of its
 * own, so a line without a request id belongs to the one that is under way there.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export function readInvocations(lines: readonly LogLine[]): readonly Invocation[] {
  const open = new Map<string, Open>();
  const all: Open[] = [];
  const begin = (stream: string, requestId: string | null): Open => {
    const made: Open = { requestId, version: null, ended: false, report: null, records: [] };
    all.push(made);
    open.set(stream, made);
    return made;
  };
  for (const line of foldLines([...lines].sort((a, b) => a.at - b.at))) {
    const record = readRecord(line);
    let current = open.get(line.stream);
    const isOther =
      current !== undefined &&
      record.requestId !== null &&
      current.requestId !== null &&
      record.requestId !== current.requestId;
    const isNew = record.kind === 'start' && current?.requestId != null && current.requestId !== record.requestId;
    // What comes after a report is the next cold start of the same stream, but for what is told of the same request.
    const isAfter = current?.report != null && record.requestId === null;
    if (current === undefined || isOther || isNew || isAfter) current = begin(line.stream, null);
    current.requestId ??= record.requestId;
    current.version ??= record.version;
    if (record.kind === 'report') current.report = record.report;
    if (record.kind === 'report' || record.kind === 'end') current.ended = true;
    current.records.push(record);
  }
  return all.map((each) => ({
    ...each,
    stream: each.records[0]!.line.stream,
    startedAt: each.records[0]!.line.at,
    endedAt: each.records.at(-1)!.line.at,
  }));
}

/** The error of a whole invocation: what Lambda reports, told by the function's own last error where it has one. */
export function invocationError(invocation: Invocation): LoggedError | null {
  const { records, report } = invocation;
  const errors = records.filter((record) => record.error !== null);
  const timedOut = errors.find(({ error }) => error!.name === TIMED_OUT);
  if (timedOut !== undefined) return timedOut.error;
  const own = errors.filter(({ kind, level }) => kind === 'entry' && (level === null || isFailedLevel(level))).at(-1);
  const exited = errors.find(({ kind }) => kind !== 'entry' && kind !== 'start');
  if (exited !== undefined && outOfMemory(report)) {
    return {
      name: 'OutOfMemory',
      message: `Memory Size: ${report!.memoryMb} MB, Max Memory Used: ${report!.usedMb} MB`,
      stack: own?.error?.stack ?? null,
      rootCause: null,
    };
  }
  return own?.error ?? exited?.error ?? null;
}

/** A process that is killed at its limit shows as an exit with all of its memory used. */
function outOfMemory(report: InvocationReport | null): boolean {
  if (report === null) return false;
  if (report.errorType === 'Runtime.OutOfMemory') return true;
  return report.memoryMb !== null && report.usedMb !== null && report.usedMb >= report.memoryMb;
}
