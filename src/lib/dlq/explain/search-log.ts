import type { FunctionLogs, LogLine, LogQuery } from '../../aws/ports/function-logs.ts';

/** Which function's log is searched, and where it is not said otherwise in which span. */
export interface LogSearch {
  readonly logs: FunctionLogs;
  readonly functionName: string;
  /** ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal?: AbortSignal;
}

/** The lines that a query finds; null where the log cannot be read. */
export function searchLog(
  { logs, functionName, fromMs, toMs, signal }: LogSearch,
  query: Partial<LogQuery> & { text: string; limit: number },
): Promise<readonly LogLine[] | null> {
  return logs.find(functionName, { fromMs, toMs, ...(signal === undefined ? {} : { signal }), ...query });
}
