import { shellWord } from '../../lib/io/shell-word.ts';
import type { ReplayOptions } from './replay-options.ts';

/** What of a replay's flags decides which messages go where, and how. */
type ReplayFlags = Omit<ReplayOptions, 'savePlan' | 'resume' | 'resendUncertain' | 'waitMs' | 'attach' | 'dryRun'>;

/** The flags that replay what was saved as planned: the plan holds which messages go where, and at what rate. */
export function appliedFlags<F extends ReplayFlags>(flags: F, plan: string): F {
  const decided = { filter: undefined, group: undefined, max: undefined, to: undefined, edit: undefined };
  return { ...flags, ...decided, rate: undefined, outOfOrder: false, plan };
}

/** The command line that does what a dry run with these flags showed, ready to be typed. */
export function replayCommandLine(flags: ReplayFlags): string {
  const words = ['cvops', 'dlq', 'replay'];
  const value = (name: string, given: string | number | undefined) => {
    if (given !== undefined) words.push(name, String(given));
  };
  const flag = (name: string, given: boolean) => {
    if (given) words.push(name);
  };
  if (flags.plan === undefined && flags.service !== undefined) words.push(flags.service);
  value('--plan', flags.plan);
  value('--filter', flags.filter);
  value('--group', flags.group);
  value('--max', flags.max);
  value('--rate', flags.rate === undefined ? undefined : `${flags.rate}/s`);
  value('--canary', flags.canary);
  value('--max-returns', flags.maxReturns === undefined ? undefined : percent(flags.maxReturns));
  flag('--expiring-first', flags.expiringFirst);
  value('--to', flags.to);
  value('--edit', flags.edit);
  flag('--out-of-order', flags.outOfOrder);
  flag('--force', flags.force);
  value('--engine', flags.engine);
  flag('--no-verify', !flags.verify);
  value('--stop-on-alarm', flags.stopOnAlarm.length === 0 ? undefined : flags.stopOnAlarm.join(','));
  return words.map(shellWord).join(' ');
}

/** As it was typed: 0.07 × 100 is not 7. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}
