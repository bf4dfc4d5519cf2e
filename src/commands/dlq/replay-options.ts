import { parseCount, parseDuration, parsePercent, parseRate, usageError } from '../parse.ts';
import { refuseWithAttach, refuseWithNative } from './native-flags.ts';
import { refuseWithPlan } from './plan-file.ts';
import { alarmNames } from './stop-on-alarm.ts';

export const ENGINES = ['auto', 'client', 'native'] as const;

/** The flags of `dlq replay`. */
export interface ReplayOptions {
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
  readonly savePlan: string | undefined;
  readonly outOfOrder: boolean;
  readonly resendUncertain: boolean;
  readonly force: boolean;
  readonly verify: boolean;
  readonly waitMs: number | undefined;
  readonly resume: string | undefined;
  readonly concurrency: number | undefined;
  /** The client without it. */
  readonly engine: (typeof ENGINES)[number] | undefined;
  readonly attach: boolean;
  /** Names of alarms. */
  readonly stopOnAlarm: readonly string[];
  readonly dryRun: boolean;
}

/**
 * From text to options, and which of them go together.
 * @throws CvopsError `UsageError`
 */
export function parseReplay(service: string | undefined, flags: Readonly<Record<string, unknown>>): ReplayOptions {
  const text = (name: string) => flags[name] as string | undefined;
  const options: ReplayOptions = {
    service,
    filter: text('filter'),
    group: text('group'),
    max: parseCount(flags['max'], '--max', 1),
    rate: parseRate(flags['rate']),
    canary: parseCount(flags['canary'], '--canary', 1),
    maxReturns: parsePercent(flags['maxReturns'], '--max-returns'),
    expiringFirst: flags['expiringFirst'] === true,
    to: text('to'),
    edit: text('edit'),
    plan: text('plan'),
    savePlan: text('savePlan'),
    outOfOrder: flags['outOfOrder'] === true,
    resendUncertain: flags['resendUncertain'] === true,
    force: flags['force'] === true,
    verify: flags['verify'] !== false,
    waitMs: parseDuration(flags['wait'], '--wait'),
    resume: text('resume'),
    concurrency: parseCount(flags['concurrency'], '--concurrency', 1, 256),
    engine: flags['engine'] as (typeof ENGINES)[number] | undefined,
    attach: flags['attach'] === true,
    stopOnAlarm: alarmNames(flags['stopOnAlarm']),
    dryRun: flags['dryRun'] === true,
  };
  if (options.engine === 'native') refuseWithNative(options);
  if (options.attach) refuseWithAttach(options);
  if (options.plan !== undefined) refuseWithPlan(options);
  if (options.resume !== undefined) refuseWithResume(options);
  if (options.savePlan !== undefined && !options.dryRun) {
    throw usageError('--save-plan writes down what --dry-run found; pass both.', 'then replay it with --plan.');
  }
  if (options.canary !== undefined && !options.verify) {
    throw usageError('--canary waits for a verdict, and --no-verify wants none.', 'leave one of them out.');
  }
  return options;
}

/** A resumed run keeps what it was started with. */
function refuseWithResume(options: ReplayOptions): void {
  const fixed = (['filter', 'group', 'max', 'canary', 'to', 'edit'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (fixed === undefined && options.service === undefined) return;
  throw usageError(
    `--resume goes on with what the run was started with; leave out ${fixed === undefined ? 'the service' : `--${fixed}`}.`,
  );
}
