import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { isFull, whyNotWritable } from '../../private-folder.ts';

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
  const full = isFull(code);
  const mend = full ? 'Make room there' : 'Make the folder writable';
  return new CvopsError(
    'LedgerNotWritable',
    full ? ExitCode.failed : ExitCode.setup,
    `cannot write the ledger ${path} (${whyNotWritable(code)}).`,
    { hint: `nothing is sent without it. ${mend}, or set XDG_STATE_HOME to another one.`, cause },
  );
}
