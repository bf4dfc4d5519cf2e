import type { LogPages } from '../../aws/ports/function-logs.ts';
import type { Functions } from '../../aws/ports/functions.ts';
import type { CvopsError } from '../../errors/cvops-error.ts';
import { endsCommand } from '../../errors/ends-command.ts';

/** What the judge of a canary can see of failures that CloudWatch does not count. */
export interface CanarySignals {
  /** An event source mapping of the alias has ReportBatchItemFailures; false where that is not known. */
  readonly reportsBatchItemFailures: boolean;
  /** What the judge will not see, and why, a sentence each. */
  readonly missing: readonly string[];
}

const SPAN_MS = 60_000;

/**
 * Asks, before any traffic moves, for what the looks at a step will need: whether the function answers for its batches
 * message by message, and then whether its log, which alone tells of those, can be read.
 * @param nowMs ms since the epoch.
 */
export async function canarySignals(
  ports: { readonly functions: Functions; readonly logs: () => Promise<LogPages> },
  { functionName, alias }: { readonly functionName: string; readonly alias: string },
  nowMs: number,
): Promise<CanarySignals> {
  const without = (why: string) => [`failures inside of batches are not counted: ${why}`];
  let reportsBatchItemFailures: boolean;
  try {
    const sources = await ports.functions.listEventSources(`${functionName}:${alias}`);
    reportsBatchItemFailures = sources.some((source) => source.reportsBatchItemFailures);
  } catch (cause) {
    const why = `whether single messages of a batch are given back is not known, ${refusal(cause)}`;
    return { reportsBatchItemFailures: false, missing: without(why) };
  }
  if (!reportsBatchItemFailures) return { reportsBatchItemFailures, missing: [] };
  try {
    const query = { text: '', fromMs: nowMs - SPAN_MS, toMs: nowMs, limit: 1 };
    for await (const _ of (await ports.logs()).pages(functionName, query)) break;
    return { reportsBatchItemFailures, missing: [] };
  } catch (cause) {
    return { reportsBatchItemFailures, missing: without(refusal(cause)) };
  }
}

/** @throws what ends a command, see `endsCommand`. */
function refusal(cause: unknown): string {
  if (endsCommand(cause)) throw cause;
  return (cause as CvopsError).message;
}
