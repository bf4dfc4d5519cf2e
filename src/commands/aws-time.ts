import type { Context } from '../lib/context.ts';

/** The Date header has whole seconds, and is as old as the last call: less than this is no difference. */
const AGREES_MS = 5_000;

/**
 * The present as AWS has it, ms since the epoch: times of messages and log lines are AWS's, and a clock of this machine
 * that goes wrong must not move an expiry. It is the time of the last answer; before any call, the local time.
 */
export function awsTime(context: Pick<Context, 'calls' | 'clock'>): number {
  const now = context.clock.now();
  const told = context.calls.findLast(({ serverTime }) => serverTime !== undefined)?.serverTime;
  return told === undefined || Math.abs(now - told) < AGREES_MS ? now : told;
}
