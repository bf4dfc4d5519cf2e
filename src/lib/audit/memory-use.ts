import type { ReportLines } from '../aws/ports/usage-source.ts';
import { readRecord } from '../dlq/explain/log-record.ts';
import { DAY_MS } from '../durations.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import type { MemoryUse } from './facts.ts';

/** Of up to 10,000 lines each: a look, no count. */
const MOST_PAGES = 3;

/**
 * The memory that runs of the last day have used at most, by the lines with which Lambda ends each: CloudWatch has no metric
 * of it without a paid extension. Of the runs with the largest share; null where there was none.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
 */
export async function memoryUse(
  logs: ReportLines,
  functionName: string,
  groups: readonly string[],
  nowMs: number,
): Promise<MemoryUse | null> {
  let most: Omit<MemoryUse, 'runs'> | null = null;
  let runs = 0;
  let pages = 0;
  try {
    for await (const lines of logs.reportLines(functionName, { fromMs: nowMs - DAY_MS, toMs: nowMs }, groups)) {
      for (const line of lines) {
        const { usedMb = null, memoryMb = null } = readRecord(line).report ?? {};
        if (usedMb === null || memoryMb === null) continue;
        runs++;
        if (most === null || usedMb / memoryMb > most.usedMb / most.memoryMb) most = { usedMb, memoryMb };
      }
      if (++pages >= MOST_PAGES) break;
    }
  } catch (cause) {
    // The retention of log groups is a check of its own.
    if (cause instanceof CvopsError && cause.code === 'LogGroupNotFound') return null;
    throw cause;
  }
  return most === null ? null : { ...most, runs };
}
