import type { CopyChange } from '../../lib/dlq/edit/copy-changes.ts';
import type { ReplayPlan } from '../../lib/dlq/plan/plan-replay.ts';
import type { ReplayCheck } from '../../lib/dlq/plan/replay-check.ts';
import type { CvopsError } from '../../lib/errors/cvops-error.ts';
import { formatCount, formatDuration, formatUsd, instant, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell, Next, Outcome, Warning } from '../../lib/io/outcome.ts';

export interface PlanOutcomeOptions {
  readonly service: string | null;
  readonly plan: ReplayPlan;
  /** Why a run would refuse this plan; null when it would not. */
  readonly refusal: CvopsError | null;
  /** Where the plan was saved. */
  readonly savedTo: string | null;
  /** The command line that does what was planned. */
  readonly command: string;
  /** Ms since the epoch. */
  readonly nowMs: number;
}

/** What `dlq replay --dry-run` answers. */
export function planOutcome(options: PlanOutcomeOptions): Outcome {
  const { service, plan, refusal, savedTo } = options;
  const matched = plan.look?.matched ?? plan.waiting;
  return {
    kind: 'dlq.replay',
    data: {
      service,
      dryRun: true,
      runId: null,
      engine: plan.engine.engine,
      matched,
      replayed: 0,
      failed: 0,
      skipped: plan.look?.skipped ?? 0,
      suppressed: 0,
      remaining: plan.waiting,
      verified: null,
      requests: plan.requests,
      costUsd: plan.costUsd,
      durationMs: 0,
      ratePerSecond: 0,
      planFile: savedTo,
      plan,
    },
    warnings: refusal === null ? [] : [{ code: refusal.code, message: `a run would refuse this: ${refusal.message}` }],
    next: nextSteps(options, matched),
    ...(refusal === null ? {} : { exitCode: refusal.exitCode }),
    view: () => planView(options, matched),
  };
}

/** What stands in the way, or may. */
export function planWarnings({ checks }: ReplayPlan): Warning[] {
  const bad = checks.filter(({ status }) => status === 'NG');
  const why = new Set(checks.flatMap(({ unread }) => unread ?? []));
  return [
    ...bad.map(({ id, detail }) => ({ code: id, message: `${detail}.` })),
    ...[...why].map((reason) => {
      const ids = checks.filter(({ unread }) => unread === reason).map(({ id }) => id);
      return { code: 'NotChecked', message: `not checked: ${[...new Set(ids)].join(', ')}: ${reason}` };
    }),
  ];
}

function nextSteps({ refusal, command }: PlanOutcomeOptions, matched: number): readonly Next[] {
  if (matched === 0 || refusal !== null) return [];
  return [{ command, why: 'do it' }];
}

const GROUPS_SHOWN = 5;
const CHANGES_SHOWN = 6;
const LONGEST_VALUE = 60;
/** Checks whose good news is worth a line of its own. */
const TELLING = new Set(['version', 'live-traffic', 'edit']);

function planView({ plan, savedTo, nowMs }: PlanOutcomeOptions, matched: number): readonly Block[] {
  const blocks: Block[] = [
    { kind: 'line', text: `Would replay ${plural(matched, 'message')}. Nothing was sent or deleted.`, tone: 'strong' },
    { kind: 'fields', fields: fields(plan, matched, savedTo, nowMs) },
    { kind: 'line', text: '' },
    { kind: 'fields', fields: checkFields(plan.checks) },
  ];
  const groups = plan.look?.groups ?? [];
  if (groups.length > 0) {
    const more = plan.look!.groupCount - GROUPS_SHOWN;
    blocks.push({ kind: 'line', text: '' });
    blocks.push({
      kind: 'fields',
      fields: groups
        .slice(0, GROUPS_SHOWN)
        .map(({ groupId, count }) => [`group ${groupId}`, { raw: count, text: plural(count, 'message') }] as const),
    });
    if (more > 0) blocks.push({ kind: 'line', text: `and ${plural(more, 'smaller group')}`, tone: 'dim' });
  }
  for (const { messageId, groupId, changes } of plan.edits) {
    blocks.push({ kind: 'line', text: '' });
    blocks.push({
      kind: 'line',
      text: `message ${messageId}${groupId === null ? '' : `, group ${groupId}`}`,
      tone: 'strong',
    });
    blocks.push(...changes.slice(0, CHANGES_SHOWN).flatMap(changeLines));
    const hidden = changes.length - CHANGES_SHOWN;
    if (hidden > 0) blocks.push({ kind: 'line', text: `  and ${plural(hidden, 'more field')}`, tone: 'dim' });
  }
  const changed = plan.edit?.changed ?? 0;
  if (changed > plan.edits.length) {
    const more = plural(changed - plan.edits.length, 'more message');
    blocks.push({ kind: 'line', text: `and ${more}`, tone: 'dim' });
  }
  return blocks;
}

function fields(
  plan: ReplayPlan,
  matched: number,
  savedTo: string | null,
  nowMs: number,
): readonly (readonly [string, Cell])[] {
  const { look, engine, edit } = plan;
  const list: [string, Cell][] = [
    ['from', text(plan.dlq)],
    ['to', text(plan.target)],
    ['matched', matchedCell(plan, matched)],
    ['calls', { raw: plan.requests, text: `about ${formatCount(plan.requests)}, ${formatUsd(plan.costUsd)}` }],
    ['time', { raw: plan.estimatedSeconds, text: timeWords(plan) }],
    ['engine', engineCell(engine)],
  ];
  if (look !== null && look.skipped > 0) list.push(['left alone', { raw: look.skipped, text: leftWords(look) }]);
  if (look !== null && look.expiresFirst !== null) {
    const { raw, text: words } = instant(Date.parse(look.expiresFirst), nowMs);
    list.push(['expires', { raw, text: `the first ${words}` }]);
  }
  if (look?.missing != null && look.missing.length > 0) {
    const words = `${plural(look.missing.length, 'message')} of the plan ${look.missing.length === 1 ? 'is' : 'are'} not there`;
    list.push(['missing', { raw: look.missing.length, text: words, tone: 'warn' }]);
  }
  if (look !== null && !look.complete) {
    const unseen = look.hidden > 0 ? `about ${plural(look.hidden, 'message')}` : 'perhaps some messages';
    list.push(['not seen', { raw: look.hidden, text: `${unseen}: this plan is not the whole`, tone: 'warn' }]);
  }
  if (edit !== null) list.push(['edit', editCell(edit.text)]);
  if (savedTo !== null) list.push(['saved to', text(savedTo)]);
  return list;
}

function matchedCell({ look, waiting }: ReplayPlan, matched: number): Cell {
  if (look === null) return { raw: matched, text: `about ${plural(matched, 'message')}` };
  const groups = look.groupCount === 0 ? '' : `, in ${plural(look.groupCount, 'group')}`;
  return {
    raw: matched,
    text: `${formatCount(matched)} of ${plural(Math.max(waiting, look.scanned), 'message')}${groups}`,
  };
}

function leftWords({ skipped, gaps }: NonNullable<ReplayPlan['look']>): string {
  const behind = gaps === 0 ? '' : `; ${formatCount(gaps)} of them match, but stand behind others of their group`;
  return `${plural(skipped, 'message')}${behind}`;
}

function timeWords({ seconds, estimatedSeconds, requests }: ReplayPlan): string {
  if (requests === 0) return 'none';
  const own = estimatedSeconds <= 1 ? 'about a second' : `about ${formatDuration(estimatedSeconds)}`;
  if (seconds === null) return own;
  return seconds < estimatedSeconds
    ? `${own}; slower than the rate asked for`
    : `${formatDuration(seconds)} at the rate asked for`;
}

function engineCell({ engine, nativeIsBetter, reasons }: ReplayPlan['engine']): Cell {
  if (!nativeIsBetter) return { raw: engine };
  return { raw: engine, text: `${engine}; ${reasons.join('; ')}`, tone: 'accent' };
}

/** A module's digest is cut short for people. */
function editCell(edit: string): Cell {
  return { raw: edit, text: edit.replace(/#sha256=([0-9a-f]{12})[0-9a-f]+$/, ' (SHA-256 $1…)') };
}

/** What is not well first; what is well in one line, but for what answers the question that was asked. */
function checkFields(checks: readonly ReplayCheck[]): readonly (readonly [string, Cell])[] {
  const rank = { NG: 0, SKIP: 1, OK: 2 };
  const told = checks
    .filter(({ id, status }) => status !== 'OK' || TELLING.has(id))
    .sort((a, b) => Number(b.blocking) - Number(a.blocking) || rank[a.status] - rank[b.status]);
  const well = checks.filter((check) => !told.includes(check)).map(({ id }) => id);
  const rows = told.map(({ id, status, detail, hint }): readonly [string, Cell] => {
    const words = hint === null ? detail : `${detail}; ${hint}`;
    const tone = status === 'NG' ? 'bad' : status === 'OK' ? 'good' : 'dim';
    return [id, { raw: `${status} ${words}`, text: `${status.padEnd(4)}  ${words}`, tone }];
  });
  if (well.length === 0) return rows;
  return [...rows, ['the rest', { raw: `OK ${well.join(', ')}`, text: `OK    ${well.join(', ')}`, tone: 'dim' }]];
}

function changeLines({ path, before, after }: CopyChange): readonly Block[] {
  const [was, is] = [shown(before), shown(after)];
  return [
    ...(was === null ? [] : [{ kind: 'line', text: `  - ${path}  ${was}`, tone: 'bad' } as const]),
    ...(is === null ? [] : [{ kind: 'line', text: `  + ${path}  ${is}`, tone: 'good' } as const]),
  ];
}

/** As JSON, cut short; control characters are escaped by it. */
function shown(value: unknown): string | null {
  if (value === undefined) return null;
  const json = JSON.stringify(value);
  return json.length <= LONGEST_VALUE ? json : `${json.slice(0, LONGEST_VALUE - 1)}…`;
}
