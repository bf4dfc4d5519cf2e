import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';

/** AWS moves at most so many messages a second when a rate is set. */
export const MAX_NATIVE_RATE = 500;

/** What a move task cannot do, as the flags of `dlq replay`: each is set or not. */
export interface ClientOnlyFlags {
  readonly filter: boolean;
  readonly group: boolean;
  readonly max: boolean;
  readonly edit: boolean;
  readonly canary: boolean;
  readonly maxReturns: boolean;
  readonly plan: boolean;
  readonly savePlan: boolean;
  readonly expiringFirst: boolean;
  readonly outOfOrder: boolean;
  readonly resendUncertain: boolean;
  readonly concurrency: boolean;
}

const REASONS: Readonly<Record<keyof ClientOnlyFlags, readonly [flag: string, reason: string]>> = {
  filter: ['--filter', 'moves everything'],
  group: ['--group', 'moves everything'],
  max: ['--max', 'moves everything'],
  edit: ['--edit', 'moves messages as they are'],
  canary: ['--canary', 'cannot pause for a verdict'],
  maxReturns: ['--max-returns', 'does not tell which messages came back'],
  plan: ['--plan', 'cannot keep to a plan’s messages'],
  savePlan: ['--save-plan', 'cannot keep to a plan’s messages'],
  expiringFirst: ['--expiring-first', 'takes the oldest first'],
  outOfOrder: ['--out-of-order', 'takes every group in its order'],
  resendUncertain: ['--resend-uncertain', 'keeps no record of single messages'],
  concurrency: ['--concurrency', 'makes its own calls'],
};

/**
 * Refuses what a move task cannot do. @throws CvopsError `UsageError`
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export function refuseForNative(set: ClientOnlyFlags, rate: number | null): void {
  const bad = (Object.keys(REASONS) as (keyof ClientOnlyFlags)[]).find((name) => set[name]);
  if (bad !== undefined) {
    const [flag, reason] = REASONS[bad];
    throw usage(`--engine native does not go with ${flag}: a move task ${reason}.`, 'use --engine client.');
  }
  if (rate === null || (Number.isInteger(rate) && rate <= MAX_NATIVE_RATE)) return;
  throw usage(
    `--rate ${rate}/s does not go with --engine native: a move task takes a whole number from 1 to ${MAX_NATIVE_RATE}.`,
    'leave --rate out to let AWS choose, or use --engine client.',
  );
}

function usage(message: string, hint: string): CvopsError {
  return new CvopsError('UsageError', ExitCode.usage, message, { hint });
}
