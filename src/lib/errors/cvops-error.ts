import type { ExitCode } from './exit-code.ts';

/** Where in what was typed the error is; a part of the JSON contract. */
export interface ErrorDetails {
  readonly expression: string;
  /** Of the first character that does not fit, from 1; null where there is no one place. */
  readonly position: number | null;
}

export interface CvopsErrorOptions {
  /** What mends it: a command to run, a flag to set, an IAM action to allow. */
  readonly hint?: string;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/** An expected error: one line that says what and which value, a hint, and the exit code. Everything else is a bug. */
export class CvopsError extends Error {
  /** Stable, PascalCase, part of the JSON contract: `QueueNotFound`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails | undefined;

  constructor(code: string, exitCode: ExitCode, message: string, options: CvopsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CvopsError';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = options.hint;
    this.details = options.details;
  }
}
