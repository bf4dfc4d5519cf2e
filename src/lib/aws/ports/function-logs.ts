export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: string;
  readonly message: string;
}

export interface LogQuery {
  /** What each line must contain; empty takes every line. */
  readonly text: string;
  /** Words of which a line must contain at least one; case counts. */
  readonly anyOf?: readonly string[];
  /** Only lines of this stream. */
  readonly stream?: string;
  /** Both ends are within the span, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The oldest lines, at most this many. */
  readonly limit: number;
  /** The log group to read; `/aws/lambda/<function>` without it. */
  readonly group?: string;
  readonly signal?: AbortSignal;
}

/** Reading a function's lines in its log group page by page. Errors are CvopsError. */
export interface LogPages {
  /**
   * Each call's lines, in any order; a page may be empty. No more than the limit in all.
   * @throws CvopsError `LogGroupNotFound`, where the function has never logged too.
   */
  pages(functionName: string, query: LogQuery): AsyncIterable<readonly LogLine[]>;
}

/** Reading a function's log group. */
export interface FunctionLogs {
  /**
   * The function's lines in its log group, oldest first; a group may be shared with other functions.
   * Answers null where the logs cannot be read (no group, no permission).
   */
  find(functionName: string, query: LogQuery): Promise<readonly LogLine[] | null>;
}

/** Where a function logs whose settings name no other log group. */
export function defaultLogGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}
