import type { FunctionLogs, LogLine } from '../../aws/ports/function-logs.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { readRecord } from '../explain/log-record.ts';

const PROCESSED = new Set(['written', 'duplicate', 'processed', 'ok']);
/** The clocks of this machine and of AWS may differ, and lines arrive late. */
const SLACK_MS = 15 * 60_000;
const MOST_LINES = 20_000;

/**
 * Ids of the messages that the function's log tells as processed: JSON lines with `messageId` and `outcome`.
 * Empty where the log cannot be read or holds no such lines. Times in ms since the epoch.
 */
export async function processedMessages(query: {
  readonly reader: FunctionLogs;
  readonly functionName: string;
  /** Asked for one by one; null asks for all lines of the span. */
  readonly ids: readonly string[] | null;
  readonly fromMs: number;
  readonly toMs: number;
}): Promise<readonly string[]> {
  const span = { fromMs: query.fromMs - SLACK_MS, toMs: query.toMs + SLACK_MS };
  const find = async (text: string, limit: number): Promise<readonly LogLine[]> => {
    try {
      return (await query.reader.find(query.functionName, { ...span, text, limit })) ?? [];
    } catch (cause) {
      // The log is the better evidence, not the only one: throttled or missing, the queues tell.
      if (cause instanceof CvopsError) return [];
      throw cause;
    }
  };
  const lines: LogLine[] = [];
  if (query.ids === null) lines.push(...(await find('outcome', MOST_LINES)));
  for (const id of query.ids ?? []) lines.push(...(await find(id, 100)));
  return lines.flatMap((line) => processedMessage(line) ?? []);
}

function processedMessage(line: LogLine): string | null {
  // A logging library of its own may put anything before its JSON.
  const json = { ...line, message: line.message.slice(Math.max(0, line.message.indexOf('{'))) };
  const { messageId, outcome } = readRecord(json);
  return messageId !== null && outcome !== null && PROCESSED.has(outcome) ? messageId : null;
}
