import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Functions } from '../../aws/ports/functions.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { queueDepth } from '../queue-depth.ts';
import { type EngineAdvice, recommendEngine } from '../replay/recommend-engine.ts';
import type { ReplayOptions } from '../replay/replay-options.ts';
import { type Estimate, estimate } from './estimate.ts';
import { lambdaChecks } from './lambda-checks.ts';
import { type EditedMessage, type Look, type LookLimits, type LookPorts, lookAt, type PlannedMessage } from './look.ts';
import { editCheck, expiryCheck, expiryOf, sizeChecks } from './look-checks.ts';
import { queueChecks } from './preflight.ts';
import { ng, type ReplayCheck } from './replay-check.ts';

export interface PlanPorts extends LookPorts {
  /** Null skips the checks that only Lambda can answer. */
  readonly functions: Functions | null;
  /** Null where no log can be read. */
  readonly logs: FunctionLogs | null;
}

/** What a replay would do. Field names are public promises. */
export interface ReplayPlan extends Estimate {
  readonly dlq: string;
  readonly target: string;
  /** Messages in the dead-letter queue, as SQS counts (about). */
  readonly waiting: number;
  /** Null where the queue was not looked at as a whole. */
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
    readonly groupCount: number;
    readonly bytes: number;
    readonly tooLarge: number;
    /** When SQS drops the first of them, ISO 8601. */
    readonly expiresFirst: string | null;
    /** MessageIds of a saved plan that were not seen; null without one. */
    readonly missing: readonly string[] | null;
  } | null;
  readonly engine: EngineAdvice;
  /** Null without an edit, or without a look. */
  readonly edit:
    | ({ readonly text: string } & Pick<Look['edited'], 'changed' | 'unchanged' | 'failed' | 'failures'>)
    | null;
  /** What the edit does to the first few messages that it changes. */
  readonly edits: readonly EditedMessage[];
  readonly checks: readonly ReplayCheck[];
}

/** A plan, and the messages that it is about; null where they were not looked at as a whole. */
export interface Planned {
  readonly plan: ReplayPlan;
  readonly messages: readonly PlannedMessage[] | null;
}

export interface PlanOptions
  extends Pick<
    ReplayOptions,
    | 'dlq'
    | 'target'
    | 'service'
    | 'filter'
    | 'group'
    | 'max'
    | 'only'
    | 'edit'
    | 'rate'
    | 'canary'
    | 'maxReturns'
    | 'expiringFirst'
    | 'outOfOrder'
    | 'force'
    | 'verify'
    | 'resume'
    | 'concurrency'
  > {
  /** Why the filter may not mean what it says; told when it finds nothing. */
  readonly suspicions?: readonly string[];
}

const GROUPS_TOLD = 50;
const TYPICAL_BYTES = 1_024;
const TYPICAL_CALL_MS = 30;
/** What a run takes without being told. */
const CONCURRENCY = 64;
/** Dead letters that a replay without a look receives and gives back, to ask the log about them. */
const SAMPLE = 10;

/**
 * Looks, checks and estimates; sends and deletes nothing. With `look` all messages are received and given back; without,
 * a handful is, to ask the function's log about them.
 * @throws CvopsError `OwnRedrivePolicy` for a queue that could lose messages onward by being looked at
 */
export async function planReplay(
  ports: PlanPorts,
  options: PlanOptions,
  look: LookLimits | null,
  signal: AbortSignal,
): Promise<Planned> {
  const { dlq, target, force, only } = options;
  const checks = [...queueChecks(dlq, target, force)];
  if (look !== null && !force) refuseOwnRedrive(dlq);
  const { visible } = dlq.attributes;
  const waiting = queueDepth(dlq);
  const doomed = checks.some(({ blocking }) => blocking);
  const sampled = look === null && !doomed && visible > 0;
  const seen =
    look !== null
      ? await lookAt(ports, options, look, signal)
      : sampled
        ? await lookAt(ports, options, { limit: Math.min(SAMPLE, visible), emptyPolls: 1 }, signal)
        : null;
  const whole = look === null ? null : seen;
  const count = whole?.planned.length ?? Math.min(waiting, options.only?.size ?? waiting, options.max ?? waiting);
  const groups = groupCounts(seen);
  const sizes = estimate({
    fifo: dlq.fifo,
    count,
    largestGroup: whole === null ? 0 : (groups[0]?.count ?? 0),
    bytes: seen === null || seen.planned.length === 0 ? TYPICAL_BYTES : seen.bytes / seen.planned.length,
    rate: options.rate,
    concurrency: options.concurrency ?? CONCURRENCY,
    callMs: seen?.callMs ?? TYPICAL_CALL_MS,
  });
  checks.push(...sizeChecks(dlq, target, whole));
  if (whole !== null) {
    const now = ports.clock.now();
    if (whole.planned.length > 0) checks.push(expiryCheck(dlq, whole, now, sizes.estimatedSeconds));
    checks.push(...editCheck(options.edit, whole), ...filterCheck(options, whole));
  }
  if (ports.functions !== null) checks.push(...(await lambdaChecks(ports, ports.functions, options, seen, signal)));
  const expiresFirst = whole === null ? null : expiryOf(dlq, whole).first;
  const plan: ReplayPlan = {
    dlq: dlq.name,
    target: target.name,
    waiting,
    look:
      whole === null
        ? null
        : {
            scanned: whole.scanned,
            complete: whole.complete,
            hidden: whole.hidden,
            matched: whole.planned.length,
            skipped: whole.skipped,
            gaps: whole.gaps,
            groups: groups.slice(0, GROUPS_TOLD),
            groupCount: groups.length,
            bytes: whole.bytes,
            tooLarge: whole.tooLarge,
            expiresFirst: expiresFirst === null ? null : new Date(expiresFirst).toISOString(),
            missing: only === null ? null : [...only].filter((id) => !whole.isDead(id)),
          },
    ...sizes,
    engine: adviseEngine(options, waiting),
    edit: options.edit === null || whole === null ? null : { text: options.edit.text, ...counts(whole.edited) },
    edits: whole?.edited.samples ?? [],
    checks,
  };
  return { plan, messages: whole?.planned ?? null };
}

/** @throws CvopsError for a check that forbids the replay, or a filter that would leave a gap in a group. */
export function refuseBadPlan(plan: ReplayPlan, outOfOrder: boolean): void {
  const refusal = whyRefused(plan, outOfOrder);
  if (refusal !== null) throw refusal;
}

/** What {@link refuseBadPlan} throws; null for a plan that may be carried out. */
export function whyRefused(plan: ReplayPlan, outOfOrder: boolean): CvopsError | null {
  const bad = plan.checks.find((check) => check.status === 'NG' && check.blocking);
  if (bad !== undefined) {
    return new CvopsError('PreflightFailed', ExitCode.gate, `${bad.detail}.`, {
      hint: bad.hint ?? 'pass --force to replay all the same.',
    });
  }
  const gaps = plan.look?.gaps ?? 0;
  if (gaps === 0 || outOfOrder) return null;
  return new CvopsError(
    'FilterLeavesGaps',
    ExitCode.usage,
    `the filter matches ${gaps} messages that stand behind others of their group.`,
    { hint: 'widen the filter, or pass --out-of-order to replay them before those.' },
  );
}

function groupCounts(seen: Look | null): readonly { groupId: string; count: number }[] {
  const groups = new Map<string, number>();
  for (const { groupId } of seen?.planned ?? []) {
    if (groupId !== null) groups.set(groupId, (groups.get(groupId) ?? 0) + 1);
  }
  return [...groups]
    .map(([groupId, count]) => ({ groupId, count }))
    .sort((a, b) => b.count - a.count || a.groupId.localeCompare(b.groupId));
}

/** A filter that finds nothing, or everything (nothing equals nothing), may not mean what it says. */
function filterCheck({ filter, suspicions = [] }: PlanOptions, look: Look): readonly ReplayCheck[] {
  if (filter === null || look.scanned === 0) return [];
  const matches = look.planned.length + look.gaps;
  const why = suspicions.length === 0 ? '' : `: ${suspicions.join('; ')}`;
  if (matches === 0) return [ng('filter', `it matches none of the ${look.scanned} looked at${why}`)];
  return why !== '' && look.skipped === 0
    ? [ng('filter', `it matches all of the ${look.scanned} looked at${why}`)]
    : [];
}

function counts({ changed, unchanged, failed, failures }: Look['edited']) {
  return { changed, unchanged, failed, failures };
}

function adviseEngine(options: PlanOptions, waiting: number): EngineAdvice {
  const { dlq, target, filter, group, max, only, edit, rate, canary, maxReturns, expiringFirst, verify, resume } =
    options;
  return recommendEngine({
    fifo: dlq.fifo,
    messages: waiting,
    toSource: target.attributes.redrive?.deadLetterTargetArn === dlq.arn,
    chooses: filter !== null || group !== null || max !== null || only !== null,
    edits: edit !== null,
    rate,
    steers: canary !== null || maxReturns !== null || expiringFirst,
    verifies: verify !== null,
    resumes: resume !== null,
  });
}
