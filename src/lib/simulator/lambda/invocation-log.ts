import type { EnvironmentResult, LogLine } from './execution-environment.ts';
import type { FunctionSettings } from './function-model.ts';

/** One invocation, as its log lines tell it. */
export interface InvocationRecord {
  readonly requestId: string;
  readonly version: string;
  readonly settings: FunctionSettings;
  /** Simulated ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly result: EnvironmentResult;
}

/**
 * The lines of an invocation in the order in which Lambda writes them: platform lines around the handler's own
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
 */
export function invocationLines(record: InvocationRecord): readonly LogLine[] {
  const { settings, startedAt, endedAt, result } = record;
  const own = result.lines.map((line) => ({ ...line, timestamp: Math.max(line.timestamp, startedAt) }));
  const at = (timestamp: number, message: string): LogLine => ({ timestamp, message });
  if (settings.LoggingConfig.LogFormat === 'JSON') return jsonLines(record, own);
  const { requestId, version } = record;
  const lines = [at(startedAt, `START RequestId: ${requestId} Version: ${version}`), ...own];
  if (result.timedOut) {
    const time = new Date(endedAt).toISOString();
    lines.push(at(endedAt, `${time} ${requestId} Task timed out after ${settings.Timeout.toFixed(2)} seconds`));
  }
  lines.push(at(endedAt, `END RequestId: ${requestId}`), at(endedAt, report(record)));
  return lines;
}

/** Duration without Init, rounded up: what is billed adds Init, as AWS does since August 2025. */
export function billedMs({ durationMs, initMs = 0 }: EnvironmentResult): number {
  return Math.ceil(durationMs + initMs);
}

function report({ requestId, settings, result }: InvocationRecord): string {
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${result.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs(result)} ms`,
    `Memory Size: ${settings.MemorySize} MB`,
    `Max Memory Used: ${result.usedMb} MB`,
  ];
  if (result.initMs !== undefined) fields.push(`Init Duration: ${result.initMs.toFixed(2)} ms`);
  return `${fields.join('\t')}\t`;
}

function jsonLines(record: InvocationRecord, own: readonly LogLine[]): LogLine[] {
  const { requestId, version, settings, startedAt, endedAt, result } = record;
  const platform = (timestamp: number, type: string, fields: object): LogLine => ({
    timestamp,
    message: JSON.stringify({ time: new Date(timestamp).toISOString(), type, record: { requestId, ...fields } }),
  });
  // Start and report are INFO lines; a higher system level silences them.
  if (settings.LoggingConfig.SystemLogLevel === 'WARN') return [...own];
  const status = result.timedOut ? 'timeout' : result.failed ? 'error' : 'success';
  const metrics = {
    durationMs: round(result.durationMs),
    billedDurationMs: billedMs(result),
    memorySizeMB: settings.MemorySize,
    maxMemoryUsedMB: result.usedMb,
    ...(result.initMs !== undefined && { initDurationMs: round(result.initMs) }),
  };
  return [
    platform(startedAt, 'platform.start', { version }),
    ...own,
    platform(endedAt, 'platform.report', { metrics, status }),
  ];
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
