/** What Lambda itself says of an invocation when it is over. */
export interface InvocationReport {
  readonly durationMs: number | null;
  readonly billedMs: number | null;
  readonly memoryMb: number | null;
  readonly usedMb: number | null;
  /** Time of a cold start; null when the environment was warm. */
  readonly initMs: number | null;
  readonly status: 'success' | 'error' | 'failure' | 'timeout' | null;
  /** e.g. `Runtime.OutOfMemory`. */
  readonly errorType: string | null;
}

/** A line that Lambda writes, not the function. */
export interface PlatformLine {
  readonly kind: 'init' | 'start' | 'end' | 'report' | 'timeout' | 'exit';
  readonly requestId: string | null;
  readonly version: string | null;
  readonly report: InvocationReport | null;
  /** Words of a timeout or an exit. */
  readonly text: string | null;
}

const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const START = new RegExp(`^START RequestId: (${ID})(?: Version: (\\S+))?`);
const END = new RegExp(`^END RequestId: (${ID})`);
const REPORT = new RegExp(`^REPORT RequestId: (${ID})`);
const TIMED_OUT = new RegExp(`(?:^|\\s)(${ID}) (Task timed out after [\\d.]+ seconds)`);
const EXITED = new RegExp(`^RequestId: (${ID}) Error: (Runtime exited[^\\n]*)`);
const STATUSES = new Set(['success', 'error', 'failure', 'timeout']);

/**
 * Reads a line in Lambda's plain format; null for the function's own.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
 */
export function plainPlatformLine(text: string): PlatformLine | null {
  const start = START.exec(text);
  if (start !== null) return line('start', { requestId: start[1]!, version: start[2] ?? null });
  const end = END.exec(text);
  if (end !== null) return line('end', { requestId: end[1]! });
  const report = REPORT.exec(text);
  if (report !== null) return line('report', { requestId: report[1]!, report: plainReport(text) });
  if (text.startsWith('INIT_START')) return line('init', {});
  if (text.startsWith('INIT_REPORT')) return line('init', { report: plainReport(text) });
  const timedOut = TIMED_OUT.exec(text.slice(0, 500));
  if (timedOut !== null) return line('timeout', { requestId: timedOut[1]!, text: timedOut[2]! });
  const exited = EXITED.exec(text);
  if (exited !== null) return line('exit', { requestId: exited[1]!, text: exited[2]! });
  return null;
}

/**
 * Reads a line in Lambda's JSON format; null for the function's own.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export function jsonPlatformLine(parsed: Readonly<Record<string, unknown>>): PlatformLine | null {
  const type = parsed['type'];
  const record = parsed['record'];
  if (typeof type !== 'string' || !type.startsWith('platform.') || typeof record !== 'object' || record === null) {
    return null;
  }
  const fields = record as Readonly<Record<string, unknown>>;
  const requestId = typeof fields['requestId'] === 'string' ? fields['requestId'] : null;
  switch (type) {
    case 'platform.start':
      return line('start', {
        requestId,
        version: typeof fields['version'] === 'string' ? fields['version'] : null,
      });
    case 'platform.runtimeDone':
      return line('end', { requestId, report: jsonReport(fields) });
    case 'platform.report':
      return line('report', { requestId, report: jsonReport(fields) });
    case 'platform.initStart':
      return line('init', {});
    case 'platform.initReport':
      return line('init', { report: jsonReport(fields) });
    default:
      return null;
  }
}

function line(kind: PlatformLine['kind'], fields: Partial<PlatformLine>): PlatformLine {
  return { kind, requestId: null, version: null, report: null, text: null, ...fields };
}

function plainReport(text: string): InvocationReport {
  const field = (name: string) => new RegExp(`(?:^|\\t| )${name}: ([\\w.]+)`).exec(text)?.[1] ?? null;
  const number = (name: string) => finite(Number(field(name) ?? Number.NaN));
  return {
    // The bare name stands first; `Billed Duration` and `Init Duration` hold it too.
    durationMs: finite(Number(/(?:^|\t|[0-9a-f] )Duration: ([\d.]+) ms/.exec(text)?.[1] ?? Number.NaN)),
    billedMs: number('Billed Duration'),
    memoryMb: number('Memory Size'),
    usedMb: number('Max Memory Used'),
    initMs: number('Init Duration'),
    status: status(field('Status')),
    errorType: field('Error Type'),
  };
}

function jsonReport(fields: Readonly<Record<string, unknown>>): InvocationReport {
  const given = fields['metrics'];
  const metrics = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
  const number = (name: string) => finite(typeof metrics[name] === 'number' ? metrics[name] : Number.NaN);
  return {
    durationMs: number('durationMs'),
    billedMs: number('billedDurationMs'),
    memoryMb: number('memorySizeMB'),
    usedMb: number('maxMemoryUsedMB'),
    initMs: number('initDurationMs'),
    status: status(fields['status']),
    errorType: typeof fields['errorType'] === 'string' ? fields['errorType'] : null,
  };
}

function status(value: unknown): InvocationReport['status'] {
  return typeof value === 'string' && STATUSES.has(value) ? (value as InvocationReport['status']) : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
