import type { Functions } from '../../aws/ports/functions.ts';
import type { Queues, ReceivedMessage } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { copyOf, groupOf, messageBytes } from '../dead-letter.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { scanQueue } from '../scan-queue.ts';
import { preflight, type ReplayCheck } from './preflight.ts';
import { Price } from './price.ts';
import type { ReplayOptions } from './replay.ts';
import { Selection } from './selection.ts';

export interface PlanPorts {
  readonly queues: Queues;
  readonly clock: Clock;
  /** Null skips the checks that only Lambda can answer. */
  readonly functions: Functions | null;
}

/** What a replay would do. */
export interface ReplayPlan {
  readonly dlq: string;
  readonly target: string;
  /** Messages in the dead-letter queue, as SQS counts (about). */
  readonly waiting: number;
  /** Null where the queue was not looked at. */
  readonly look: {
    readonly scanned: number;
    readonly complete: boolean;
    readonly hidden: number;
    readonly matched: number;
    readonly skipped: number;
    /** Matches behind a message of their group that does not match; left alone without `--out-of-order`. */
    readonly gaps: number;
    /** Matches of each message group, largest first; at most fifty. */
    readonly groups: readonly { readonly groupId: string; readonly count: number }[];
  } | null;
  /** Estimates for all that match, or all that wait. */
  readonly requests: number;
  readonly costUsd: number;
  /** At the rate asked for; null without one. */
  readonly seconds: number | null;
  readonly checks: readonly ReplayCheck[];
}

export type PlanOptions = Pick<
  ReplayOptions,
  'dlq' | 'target' | 'filter' | 'group' | 'max' | 'rate' | 'outOfOrder' | 'force'
>;

const GROUPS_TOLD = 50;
const TYPICAL_BYTES = 1_024;

/** Looks (when `look` is set, all messages are received and given back), checks and estimates; sends and deletes nothing. */
export async function planReplay(
  ports: PlanPorts,
  options: PlanOptions,
  look: { readonly limit: number } | null,
  signal: AbortSignal,
): Promise<ReplayPlan> {
  const { dlq, target } = options;
  const checks = await preflight(dlq, target, ports.functions, options.force);
  if (look !== null && !options.force) refuseOwnRedrive(dlq);
  const seen = look === null ? null : await lookAt(ports, options, look.limit, signal);
  const { visible, inFlight, delayed } = dlq.attributes;
  const waiting = visible + inFlight + delayed;
  const count = seen?.matched ?? Math.min(waiting, options.max ?? waiting);
  const largest = seen?.groups[0]?.count ?? 0;
  const price = estimate(dlq.fifo, count, largest, seen === null ? TYPICAL_BYTES : seen.bytes / Math.max(1, count));
  return {
    dlq: dlq.name,
    target: target.name,
    waiting,
    look: seen === null ? null : withoutBytes(seen),
    requests: price.requests,
    costUsd: price.costUsd,
    seconds: options.rate === null ? null : Math.ceil(count / options.rate),
    checks,
  };
}

/** @throws CvopsError for a check that forbids the replay, or a filter that would leave a gap in a group. */
export function refuseBadPlan(plan: ReplayPlan, outOfOrder: boolean): void {
  const bad = plan.checks.find((check) => check.status === 'NG' && check.blocking);
  if (bad !== undefined) {
    throw new CvopsError('PreflightFailed', ExitCode.gate, `${bad.detail}.`, {
      hint: bad.id === 'own-redrive' ? 'pass --force to replay all the same.' : 'name another queue with --to.',
    });
  }
  const gaps = plan.look?.gaps ?? 0;
  if (gaps > 0 && !outOfOrder) {
    throw new CvopsError(
      'FilterLeavesGaps',
      ExitCode.usage,
      `the filter matches ${gaps} messages that stand behind others of their group.`,
      { hint: 'widen the filter, or pass --out-of-order to replay them before those.' },
    );
  }
}

interface Look extends NonNullable<ReplayPlan['look']> {
  readonly bytes: number;
}

async function lookAt(ports: PlanPorts, options: PlanOptions, limit: number, signal: AbortSignal): Promise<Look> {
  const { dlq, target, group, max, outOfOrder } = options;
  const selection = new Selection({ fifo: dlq.fifo, filter: options.filter?.matches ?? null, group, max, outOfOrder });
  const groups = new Map<string, number>();
  let matched = 0;
  let skipped = 0;
  let gaps = 0;
  let bytes = 0;
  const onMessage = (message: ReceivedMessage) => {
    const choice = selection.choose(message);
    if (choice === 'gap') gaps++;
    if (choice !== 'take') {
      skipped++;
      return;
    }
    matched++;
    bytes += messageBytes(copyOf(message, target.fifo));
    const groupId = groupOf(message);
    if (groupId !== null) groups.set(groupId, (groups.get(groupId) ?? 0) + 1);
  };
  const scan = await scanQueue({ queues: ports.queues, queue: dlq, clock: ports.clock, signal, limit, onMessage });
  return {
    scanned: scan.scanned,
    complete: scan.complete,
    hidden: scan.hidden,
    matched,
    skipped,
    gaps,
    bytes,
    groups: [...groups.entries()]
      .map(([groupId, count]) => ({ groupId, count }))
      .sort((a, b) => b.count - a.count || a.groupId.localeCompare(b.groupId))
      .slice(0, GROUPS_TOLD),
  };
}

/** Receives and deletes in tens and three empty polls; on FIFO a batch carries at most one message of each group. */
function estimate(fifo: boolean, count: number, largestGroup: number, bytes: number): Price {
  const price = new Price();
  if (count === 0) return price;
  const tens = Math.ceil(count / 10);
  const sends = fifo ? Math.max(tens, largestGroup) : tens;
  price.add(fifo, bytes * Math.min(10, count), tens);
  price.add(fifo, (bytes * count) / sends, sends);
  price.add(fifo, 0, tens + 3);
  return price;
}

function withoutBytes({ bytes: _bytes, ...look }: Look): NonNullable<ReplayPlan['look']> {
  return look;
}
