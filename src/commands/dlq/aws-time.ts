import type { Context } from '../../lib/context.ts';

/** The Date header has whole seconds, and calls take time: less than this is no difference. */
const AGREES_MS = 3_000;

/**
 * The present as AWS has it, ms since the epoch: times of messages and log lines are AWS's, and a clock of this machine
 * that goes wrong must not move an expiry. Known after the first call; until then the local time.
 */
export function awsTime(context: Pick<Context, 'calls' | 'clock'>): number {
  const last = context.calls.findLast((call) => call.serverTime !== undefined);
  const skew = last?.serverTime === undefined ? 0 : last.localTime - last.serverTime;
  return context.clock.now() - (Math.abs(skew) < AGREES_MS ? 0 : skew);
}
