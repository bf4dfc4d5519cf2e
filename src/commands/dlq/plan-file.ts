import { resolve } from 'node:path';
import type { Queue } from '../../lib/aws/ports/queues.ts';
import type { PlannedMessage } from '../../lib/dlq/plan/look.ts';
import { readPlanFile, writePlanFile } from '../../lib/dlq/plan/plan-file.ts';
import type { ReplayPlan } from '../../lib/dlq/plan/plan-replay.ts';
import type { PlannedIds } from '../../lib/dlq/plan/planned-ids.ts';
import { type SavedPlan, savedPlan } from '../../lib/dlq/plan/saved-plan.ts';
import type { ReplayOptions } from '../../lib/dlq/replay/replay-options.ts';
import type { ReplayResult } from '../../lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { plural } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { usageError } from '../parse.ts';

/** The flags that a saved plan has decided already. */
const DECIDED = ['filter', 'group', 'max', 'to', 'edit'] as const;

/** @throws CvopsError `UsageError` for flags that would make another plan of it */
export function refuseWithPlan(
  options: { readonly [P in (typeof DECIDED)[number]]: unknown } & {
    readonly service: string | undefined;
    readonly outOfOrder: boolean;
    readonly resume: string | undefined;
    readonly savePlan: string | undefined;
  },
): void {
  if (options.resume !== undefined) {
    throw usageError('--resume goes on with the messages of its own plan; leave out --plan.');
  }
  const named = DECIDED.find((name) => options[name] !== undefined);
  const also =
    named !== undefined
      ? `--${named}`
      : options.outOfOrder
        ? '--out-of-order'
        : options.savePlan !== undefined
          ? '--save-plan'
          : options.service !== undefined
            ? 'the service'
            : null;
  if (also === null) return;
  throw usageError(
    `--plan replays what was planned; leave out ${also}.`,
    'or make a new plan with --dry-run --save-plan.',
  );
}

/** @param folder that the path is relative to */
export function loadPlan(path: string, folder: string): Promise<SavedPlan> {
  return readPlanFile(resolve(folder, path));
}

/**
 * Writes down what a dry run found.
 * @throws CvopsError `PlanNotWritable`
 */
export function savePlanOf(
  path: string,
  { service, dlq, target, filter, edit, group, max, rate, outOfOrder }: ReplayOptions,
  found: { readonly plan: ReplayPlan; readonly messages: readonly PlannedMessage[]; readonly nowMs: number },
): Promise<void> {
  const options = { filter: filter?.text ?? null, edit: edit?.text ?? null, group, max, rate, outOfOrder };
  return writePlanFile(path, savedPlan({ service, dlq, target, options, ...found }));
}

/** @throws CvopsError `PlanMismatch` when the queue is not the one of the plan: another account, region or queue */
export function requirePlanned(planned: SavedPlan['dlq'], queue: Queue): void {
  if (planned.arn === queue.arn) return;
  throw new CvopsError('PlanMismatch', ExitCode.usage, `the plan is of ${planned.arn}, and here is ${queue.arn}.`, {
    hint: 'check --profile, --region and --endpoint-url.',
  });
}

/** @throws CvopsError `PlanMismatch` for a message that is not what it was; SQS never changes one, so the file is wrong */
export function refuseChanged(saved: SavedPlan, messages: readonly PlannedMessage[]): void {
  const planned = new Map(saved.messages.map(({ id, md5 }) => [id, md5]));
  const changed = messages.find(({ id, md5 }) => md5 !== '' && planned.get(id) !== md5);
  if (changed === undefined) return;
  throw new CvopsError(
    'PlanMismatch',
    ExitCode.usage,
    `message ${changed.id} has another body than the plan says; the file was changed.`,
    { hint: 'make a new plan with --dry-run --save-plan.' },
  );
}

/** Adds what of the plan was not there; null where a run that ended early cannot tell. */
export function withMissing(outcome: Outcome, ids: PlannedIds, result: ReplayResult): Outcome {
  const whole = result.stopped === null && result.blocked === 0;
  const missing = whole ? ids.missing : null;
  const count = missing?.length ?? 0;
  const message = `${plural(count, 'planned message')} not found: deleted, expired, replayed before, or hidden.`;
  return {
    ...outcome,
    data: { ...outcome.data, planned: ids.size, missing },
    warnings: [...(outcome.warnings ?? []), ...(count === 0 ? [] : [{ code: 'PlannedMissing', message }])],
  };
}
