import type { FunctionLogs } from '../../aws/ports/function-logs.ts';

const PROCESSED = new Set(['written', 'duplicate', 'processed', 'ok']);

/**
 * Ids of the messages that the function's log tells as processed: JSON lines with `messageId` and `outcome`.
 * Empty where the log cannot be read or holds no such lines. Times in ms since the epoch.
 */
export async function processedMessages(query: {
  readonly reader: FunctionLogs;
  readonly functionName: string;
  readonly fromMs: number;
  readonly toMs: number;
}): Promise<readonly string[]> {
  const lines = await query.reader.find(query.functionName, {
    text: 'outcome',
    fromMs: query.fromMs - 1_000,
    toMs: query.toMs + 1_000,
    limit: 20_000,
  });
  const ids: string[] = [];
  for (const line of lines ?? []) {
    const start = line.message.indexOf('{');
    if (start < 0) continue;
    try {
      const record = JSON.parse(line.message.slice(start)) as { messageId?: unknown; outcome?: unknown };
      if (typeof record.messageId === 'string' && PROCESSED.has(String(record.outcome))) ids.push(record.messageId);
    } catch {
      // Not one of the lines that we look for.
    }
  }
  return ids;
}
