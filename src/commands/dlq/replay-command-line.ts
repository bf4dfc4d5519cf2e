import { shellWord } from './shell-word.ts';

/** What of a replay's flags decides which messages go where, and how. */
export interface ReplayFlags {
  readonly service: string | undefined;
  readonly filter: string | undefined;
  readonly group: string | undefined;
  readonly max: number | undefined;
  readonly rate: number | undefined;
  readonly canary: number | undefined;
  /** A share, 0–1. */
  readonly maxReturns: number | undefined;
  readonly expiringFirst: boolean;
  readonly to: string | undefined;
  readonly edit: string | undefined;
  readonly plan: string | undefined;
  readonly outOfOrder: boolean;
  readonly force: boolean;
  readonly engine: string;
  readonly verify: boolean;
  /** Names of alarms. */
  readonly stopOnAlarm: readonly string[];
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
  value('--max-returns', flags.maxReturns === undefined ? undefined : `${flags.maxReturns * 100}%`);
  flag('--expiring-first', flags.expiringFirst);
  value('--to', flags.to);
  value('--edit', flags.edit);
  flag('--out-of-order', flags.outOfOrder);
  flag('--force', flags.force);
  value('--engine', flags.engine === 'auto' ? undefined : flags.engine);
  flag('--no-verify', !flags.verify);
  value('--stop-on-alarm', flags.stopOnAlarm.length === 0 ? undefined : flags.stopOnAlarm.join(','));
  return words.map(shellWord).join(' ');
}
