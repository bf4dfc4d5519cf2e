import type { Queue } from '../../aws/ports/queues.ts';
import type { PlannedMessage } from './look.ts';
import type { ReplayPlan } from './plan-replay.ts';

/** A plan on disk: which messages go from where to where, and how. docs/replay-plan.md describes it. */
export interface SavedPlan {
  readonly kind: 'cvops/dlq.plan';
  readonly version: 1;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly service: string | null;
  readonly dlq: { readonly name: string; readonly arn: string };
  readonly target: { readonly name: string; readonly arn: string };
  readonly options: {
    /** What chose the messages; applying goes by their ids alone. */
    readonly filter: string | null;
    readonly group: string | null;
    readonly max: number | null;
    readonly outOfOrder: boolean;
    readonly edit: string | null;
    readonly rate: number | null;
  };
  /** Whether everything in the queue was seen. */
  readonly complete: boolean;
  /** About how many messages were not. */
  readonly hidden: number;
  /** In the order in which they came. */
  readonly messages: readonly { readonly id: string; readonly md5: string; readonly group: string | null }[];
}

export interface SavedPlanParts {
  readonly service: string | null;
  readonly dlq: Queue;
  readonly target: Queue;
  readonly options: SavedPlan['options'];
  readonly plan: ReplayPlan;
  readonly messages: readonly PlannedMessage[];
  /** Ms since the epoch. */
  readonly nowMs: number;
}

export function savedPlan({ service, dlq, target, options, plan, messages, nowMs }: SavedPlanParts): SavedPlan {
  return {
    kind: 'cvops/dlq.plan',
    version: 1,
    createdAt: new Date(nowMs).toISOString(),
    service,
    dlq: { name: dlq.name, arn: dlq.arn },
    target: { name: target.name, arn: target.arn },
    options,
    complete: plan.look?.complete ?? false,
    hidden: plan.look?.hidden ?? 0,
    messages: messages.map(({ id, md5, groupId }) => ({ id, md5, group: groupId })),
  };
}
