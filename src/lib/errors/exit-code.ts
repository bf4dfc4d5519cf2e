/** Exit codes of cvops; public promises, documented in docs/exit-codes.md. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  setup: 4,
  notFound: 5,
  gate: 6,
  declined: 7,
  pending: 8,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
