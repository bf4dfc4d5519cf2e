import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import type { ReleaseDraft } from '../../lib/release-ledger/release-ledger.ts';

/** Tells the ledger of a release that is over. Never fails; the warnings belong into the outcome. */
export async function rememberRelease(context: Context, draft: ReleaseDraft): Promise<readonly Warning[]> {
  return (await context.releaseLedger()).append(draft);
}

/** A typing error, a version that does not exist, no permission, a no at the prompt. */
const REFUSED: ReadonlySet<ExitCode> = new Set([ExitCode.usage, ExitCode.setup, ExitCode.notFound, ExitCode.declined]);

/**
 * Tells the ledger of a release that ended with an error: a conflict that was caught, or a failure. What the ledger says
 * goes to stderr, for the error is the outcome. What was refused before anything was tried is no release.
 */
export async function rememberFailure(
  context: Context,
  draft: Omit<ReleaseDraft, 'outcome' | 'durationMs' | 'error'>,
  cause: unknown,
): Promise<void> {
  if (!(cause instanceof CvopsError) || REFUSED.has(cause.exitCode)) return;
  const warnings = await rememberRelease(context, {
    ...draft,
    durationMs: context.clock.now() - draft.at,
    outcome: cause.code === 'RevisionConflict' ? 'conflict' : 'failed',
    error: cause.code,
  });
  for (const { message } of warnings) context.note(`warning: ${message}`);
}
