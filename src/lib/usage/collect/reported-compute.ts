import type { LogLine } from '../../aws/ports/function-logs.ts';
import { readRecord } from '../../dlq/explain/log-record.ts';
import { mapped } from '../mapped.ts';
import type { Reading, ReportedCompute, VersionSettings } from '../readings.ts';
import { totalOf } from '../rows/hours.ts';
import type { MeasuredFunction } from './function-readings.ts';
import type { Reader } from './reader.ts';

/** Of up to 10,000 lines each. */
const MOST_PAGES = 200;
/** Metrics and logs of the last minutes come in at different times. */
const LAG = 0.99;

/**
 * What a function's REPORT lines add up to: billed time, with INIT in it. Not `complete` where there are more pages than
 * are read, or fewer lines than CloudWatch counts invocations: deleted already, not written, or not to be compared.
 */
export async function reportedCompute(
  reader: Reader,
  { name, versions, invocations }: MeasuredFunction,
): Promise<Reading<ReportedCompute>> {
  const { month, untilMs } = reader.period;
  const counted = mapped(invocations, totalOf).value ?? Number.POSITIVE_INFINITY;
  const span = { fromMs: month.startMs, toMs: Math.min(untilMs, month.endMs - 1) };
  const groups = [...new Set(versions.value?.flatMap(({ logGroup }) => logGroup ?? []))];
  return reader.read('logs', async (logs) => {
    const total = new ReportTotal(versions.value ?? []);
    let pages = 0;
    for await (const page of logs.reportLines(name, span, groups)) {
      if (++pages > MOST_PAGES) break;
      for (const line of page) total.add(line);
    }
    return { ...total.compute(), complete: pages <= MOST_PAGES && total.invocations >= counted * LAG };
  });
}

class ReportTotal {
  invocations = 0;
  readonly #architectures: ReadonlyMap<string, VersionSettings['architecture']>;
  readonly #usual: VersionSettings['architecture'];
  readonly #gbSeconds = { x86_64: 0, arm64: 0 };
  #coldStarts = 0;

  constructor(versions: readonly VersionSettings[]) {
    this.#architectures = new Map(versions.map(({ version, architecture }) => [version, architecture]));
    this.#usual = versions[0]?.architecture ?? 'x86_64';
  }

  add(line: LogLine): void {
    const { kind, report, version } = readRecord(line);
    if (kind !== 'report' || report === null) return;
    const { billedMs, memoryMb, initMs } = report;
    if (billedMs === null || memoryMb === null) return;
    this.invocations++;
    if (initMs !== null) this.#coldStarts++;
    const architecture = this.#architectures.get(version ?? '') ?? this.#usual;
    this.#gbSeconds[architecture] += (billedMs / 1000) * (memoryMb / 1024);
  }

  compute(): Omit<ReportedCompute, 'complete'> {
    return { invocations: this.invocations, coldStarts: this.#coldStarts, gbSeconds: this.#gbSeconds };
  }
}
