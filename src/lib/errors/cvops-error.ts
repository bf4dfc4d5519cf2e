import type { ExitCode } from './exit-code.ts';

export interface CvopsErrorOptions {
  /** What mends it: a command to run, a flag to set, an IAM action to allow. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An expected error: one line that says what and which value, a hint, and the exit code. Everything else is a bug. */
export class CvopsError extends Error {
  /** Stable, PascalCase, part of the JSON contract: `QueueNotFound`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(code: string, exitCode: ExitCode, message: string, options: CvopsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CvopsError';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = options.hint;
  }
}
