import type { RunHeader } from '../../lib/dlq/ledger/ledger-record.ts';
import { refuseForNative } from '../../lib/dlq/native/refuse-native.ts';
import { usageError } from '../parse.ts';

/** The flags of `dlq replay` that a move task may not know. */
interface EngineFlags {
  readonly filter: unknown;
  readonly group: unknown;
  readonly max: unknown;
  readonly edit: unknown;
  readonly canary: unknown;
  readonly maxReturns: unknown;
  readonly plan: unknown;
  readonly savePlan: unknown;
  readonly concurrency: unknown;
  readonly expiringFirst: boolean;
  readonly outOfOrder: boolean;
  readonly resendUncertain: boolean;
  readonly rate: number | undefined;
}

/** @throws CvopsError `UsageError` for what `--engine native` cannot do */
export function refuseWithNative(flags: EngineFlags): void {
  refuseForNative(
    {
      filter: flags.filter !== undefined,
      group: flags.group !== undefined,
      max: flags.max !== undefined,
      edit: flags.edit !== undefined,
      canary: flags.canary !== undefined,
      maxReturns: flags.maxReturns !== undefined,
      plan: flags.plan !== undefined,
      savePlan: flags.savePlan !== undefined,
      expiringFirst: flags.expiringFirst,
      outOfOrder: flags.outOfOrder,
      resendUncertain: flags.resendUncertain,
      concurrency: flags.concurrency !== undefined,
    },
    flags.rate ?? null,
  );
}

/** @throws CvopsError `UsageError` for what has no meaning for a task that runs already */
export function refuseWithAttach(flags: {
  readonly engine: string | undefined;
  readonly rate: unknown;
  readonly to: unknown;
  readonly resume: unknown;
  readonly dryRun: boolean;
}): void {
  if (flags.engine !== 'native') {
    throw usageError('--attach watches a move task of AWS.', 'pass --engine native too.');
  }
  const bad = (['rate', 'to', 'resume'] as const).find((name) => flags[name] !== undefined);
  if (bad !== undefined) {
    throw usageError(`--attach watches a task as it was started; leave out --${bad}.`);
  }
  if (flags.dryRun) {
    throw usageError(
      '--attach changes nothing; leave out --dry-run.',
      '`cvops dlq cancel --dry-run` tells how the task stands.',
    );
  }
}

/** A run goes on with the engine that it began with. @throws CvopsError `UsageError` */
export function refuseOtherEngine({ runId, native }: RunHeader, engine: string | undefined): void {
  const own = native === undefined ? 'client' : 'native';
  if (engine === undefined || engine === 'auto' || engine === own) return;
  throw usageError(`run ${runId} is one of the ${own} engine; leave out --engine ${engine}.`);
}
