import { ExitCode } from '../../errors/exit-code.ts';
import type { OpenMessages } from '../ledger/open-messages.ts';
import type { ReplayOptions } from './replay-options.ts';
import type { ReplayResult, Verified } from './replay-result.ts';
import type { Tally } from './replayer-options.ts';

/** How many go first and alone; null when the run goes through in one pass. A resumed run that was past them is. */
export function canaryOf({ canary, max, verify: judged }: ReplayOptions, before: OpenMessages): number | null {
  if (canary === null || judged === null || before.replayed > canary) return null;
  return max !== null && max <= canary ? null : canary;
}

/** Why the run does not go on after its canary; null when all of it was processed. */
export function canaryStop(verified: Verified | null, tally: Tally, runId: string): ReplayResult['stopped'] {
  const canary = `the canary of ${tally.replayed}`;
  const left = unsent(tally);
  if (left > 0 || (verified?.returned ?? 0) > 0) {
    const what = left > 0 ? `${left} could not be sent` : `${verified!.returned} came back`;
    return {
      code: 'CanaryFailed',
      message: `${canary}: ${what}; the others were left.`,
      hint: '`cvops dlq inspect` shows why.',
      exitCode: ExitCode.gate,
    };
  }
  if (verified === null || verified.pending === 0) return null;
  return {
    code: 'CanaryPending',
    message: `${canary} is not known to be processed yet; the others were left.`,
    hint: `\`cvops dlq replay --resume ${runId}\` asks again and goes on.`,
    exitCode: ExitCode.pending,
  };
}

/** Chosen, and not proven sent. */
export function unsent({ failed, suppressed, uncertain }: Tally): number {
  return failed + suppressed + uncertain;
}

/** What one pass left, the next sees again. */
export function forgetLeft(tally: Tally): void {
  Object.assign(tally, { matched: tally.replayed, skipped: 0, blocked: 0, returned: 0, undeleted: 0 });
}
