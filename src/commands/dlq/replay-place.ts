import type { Queue, Queues } from '../../lib/aws/ports/queues.ts';
import type { ServiceConfig } from '../../lib/config/config.ts';
import { findService, servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import type { RunHeader } from '../../lib/dlq/ledger/ledger-record.ts';
import { sourceOf } from '../../lib/dlq/list.ts';
import type { SavedPlan } from '../../lib/dlq/plan/saved-plan.ts';
import { usageError } from '../parse.ts';
import { requirePlanned } from './plan-file.ts';
import type { ReplayOptions } from './replay-options.ts';

/** From where to where a replay goes. */
export interface ReplayPlace {
  readonly service: string | null;
  /** Who reads the dead-letter queue's source; undefined parts are not configured. */
  readonly consumer: Pick<ServiceConfig, 'function' | 'alias'>;
  /** Whose log can tell a verdict. */
  readonly functionName: string | undefined;
  readonly dlq: Queue;
  readonly target: Queue;
}

/**
 * The place of a new replay, of a run that goes on, or of a saved plan.
 * @throws CvopsError `UsageError`, `PlanMismatch` where this is another account or region
 */
export async function replayPlace(
  options: Pick<ReplayOptions, 'service' | 'to'>,
  resume: RunHeader | null,
  saved: SavedPlan | null,
  context: Context,
): Promise<ReplayPlace> {
  const queues = await context.queues();
  const config = await context.config();
  const consumerOf = (dlq: string) => {
    const consumer: ReplayPlace['consumer'] = servicesWith(config, 'dlq').find((each) => each.dlq === dlq) ?? {};
    return { consumer, functionName: consumer.function };
  };
  if (resume !== null) {
    const dlq = await queueOfRun(queues, resume);
    const target = await queues.describe(resume.target.name);
    return { service: resume.service, ...consumerOf(dlq.name), dlq, target };
  }
  if (saved !== null) {
    const dlq = await queues.describe(saved.dlq.name);
    requirePlanned(saved.dlq, dlq);
    const target = await queues.describe(saved.target.name);
    requirePlanned(saved.target, target);
    return { service: saved.service, ...consumerOf(dlq.name), dlq, target };
  }
  const service = findService(config, options.service, 'dlq');
  const dlq = await queues.describe(service.dlq);
  const target = await sourceOf(queues, dlq, options.to ?? service.queue);
  const functionName = options.to === undefined ? service.function : undefined;
  return { service: service.name, consumer: service, functionName, dlq, target };
}

/** The dead-letter queue of a run. @throws CvopsError `UsageError` where this is another account or region */
export async function queueOfRun(queues: Queues, { runId, dlq: { name, arn } }: RunHeader): Promise<Queue> {
  const dlq = await queues.describe(name);
  if (dlq.arn === arn) return dlq;
  throw usageError(`run ${runId} is of ${arn}, and here is ${dlq.arn}.`, 'check --region and --profile.');
}
