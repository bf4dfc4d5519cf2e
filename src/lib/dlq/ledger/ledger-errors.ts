import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';

/** No ledger of this name. */
export function runNotFound(runId: string): CvopsError {
  return new CvopsError('RunNotFound', ExitCode.notFound, `no run "${runId}" on this machine.`, {
    hint: '`cvops dlq runs` lists them.',
  });
}

/** A line that is not a record, before the last. */
export function ledgerDamaged(runId: string, line: number): CvopsError {
  const where = line > 0 ? `line ${line}` : 'its last line';
  return new CvopsError('LedgerDamaged', ExitCode.failed, `the ledger of run "${runId}" is damaged at ${where}.`, {
    hint: 'nothing was sent or deleted. docs/ledger.md says how to read what is left.',
  });
}

/** A folder or file that cannot be written, a full disk: expected, and nothing may be sent without the ledger. */
export function ledgerNotWritable(cause: unknown, path: string): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (cause instanceof CvopsError || code === undefined) return cause;
  return new CvopsError('LedgerNotWritable', ExitCode.failed, `cannot write the ledger ${path} (${code}).`, {
    hint: 'nothing is sent without it. Make room or make the folder writable; XDG_STATE_HOME moves it.',
    cause,
  });
}
