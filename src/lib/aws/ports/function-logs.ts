export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stream: string;
  readonly message: string;
}

/** Reading a function's log group. */
export interface FunctionLogs {
  /**
   * Lines of `/aws/lambda/<function>` that contain `text`, oldest first, at most `limit`.
   * Answers null where the logs cannot be read (no group, no permission); `text` empty takes every line.
   */
  find(
    functionName: string,
    options: { text: string; fromMs: number; toMs: number; limit: number },
  ): Promise<readonly LogLine[] | null>;
}
