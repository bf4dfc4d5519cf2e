import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import { isFailedLevel, readRecord } from '../../dlq/explain/log-record.ts';

/** Words of lines that tell of a failure: `ERROR` of a level, and Lambda's own of an invocation that broke. */
const WORDS = ['ERROR', 'error', 'FATAL', 'CRITICAL', 'timed', 'timeout', 'failure'];
/** More lines than this are not read at a look. */
const LINE_LIMIT = 20_000;

/**
 * Invocations by version that ended well but gave messages of their batch back, as the function's log tells: an error that
 * names a message, in an invocation that did not itself break. Lambda has no metric for them.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 * @returns null where the log cannot be read, or holds too much to be read at each look.
 */
export async function batchFailures(
  logs: FunctionLogs,
  functionName: string,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<ReadonlyMap<string, number> | null> {
  const lines = await logs.find(functionName, { text: '', anyOf: WORDS, ...span, limit: LINE_LIMIT });
  if (lines === null || lines.length >= LINE_LIMIT) return null;
  const failed = new Map<string, string>();
  const broken = new Set<string>();
  for (const record of lines.map(readRecord)) {
    const { requestId, version, kind, level, messageId, error, report } = record;
    if (requestId === null) continue;
    if (kind !== 'entry') {
      // The JSON format says of an error that was thrown only so much.
      if (error !== null || (report?.status ?? 'success') !== 'success') broken.add(requestId);
    } else if (messageId !== null && version !== null && isFailedLevel(level)) failed.set(requestId, version);
    else if (/Invoke Error/.test(record.line.message)) broken.add(requestId);
  }
  const counts = new Map<string, number>();
  for (const [requestId, version] of failed) {
    if (!broken.has(requestId)) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return counts;
}
