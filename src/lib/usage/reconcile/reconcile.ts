import type { FreeTier, FreeTierOffer } from '../../aws/ports/free-tier.ts';
import { DAY_MS } from '../../durations.ts';
import type { Period } from '../month.ts';
import type { Reading } from '../readings.ts';
import { sumOf } from '../rows/hours.ts';
import { settled } from '../settled.ts';
import type { UsageRow } from '../usage-row.ts';
import { hasOffer, offersOfRow } from './offer-of-row.ts';
import type { ReconciledRow, Reconciliation } from './reconciliation.ts';

/** From here on a difference is flagged. */
const DIFFERS = 0.1;
/** Of the allowance. What is so far apart and no more is of no consequence. */
const NEGLIGIBLE = 0.001;

interface Scene {
  readonly rows: readonly UsageRow[];
  readonly period: Period;
  readonly region: string;
}

/**
 * Sets AWS's own count of the free tier beside ours. AWS counts the whole account, is hours late, and tells only of what
 * was used: what it does not tell of is `not reported`, never zero.
 * @throws CvopsError where no call can do any better.
 */
export async function reconcile(freeTier: () => Promise<FreeTier>, scene: Scene): Promise<Reconciliation> {
  const [offers, plan] = await Promise.all([
    scene.period.isOver ? { gap: OVER } : settled(async () => (await freeTier()).offers()),
    settled(async () => (await freeTier()).plan()),
  ]);
  const { creditsLeftUsd = null, ...state } = plan.value ?? {};
  return {
    rows: reconciledRows(offers, scene),
    plan: plan.value === undefined || plan.value === null ? null : (state as NonNullable<Reconciliation['plan']>),
    creditsLeftUsd,
    gap: offers.gap ?? null,
    planGap: plan.gap ?? null,
  };
}

const OVER = {
  code: 'MonthOver',
  message: 'AWS tells of the present month only.',
  hint: 'leave --month out to compare with AWS.',
};

function reconciledRows(
  { value: offers }: Reading<readonly FreeTierOffer[]>,
  { rows, period, region }: Scene,
): readonly ReconciledRow[] {
  if (offers === undefined) return [];
  return rows
    .filter(({ id }) => hasOffer(id))
    .map((row) => reconciledRow(row, offersOfRow(row.id, offers, region), period));
}

function reconciledRow(row: UsageRow, offers: readonly FreeTierOffer[], period: Period): ReconciledRow {
  const at = row.projection === 'level' ? 'end of month' : 'now';
  const aws = total(offers.map(({ used, forecast }) => (at === 'now' ? used : forecast)));
  const ours = at === 'now' ? (row.account?.used ?? row.used) : row.projected;
  const scope = row.account === null && at === 'now' ? 'system' : 'account';
  const difference = ours === null || aws === null ? null : relative(ours, aws);
  return {
    id: row.id,
    ours,
    aws,
    unit: row.unit,
    at,
    scope,
    difference,
    state: stateOf({ row, at, ours, aws, scope }, period),
  };
}

function stateOf(
  { row, at, ours, aws, scope }: Pick<ReconciledRow, 'at' | 'ours' | 'aws' | 'scope'> & { readonly row: UsageRow },
  period: Period,
): ReconciledRow['state'] {
  if (aws === null) return 'not reported';
  if (ours === null) return 'not read';
  const low = at === 'now' ? Math.min(row.range?.low ?? ours, ours) - lastDay(row, period) : ours;
  const high = Math.max(at === 'now' ? (row.range?.high ?? ours) : ours, ours);
  // The nearest that ours comes to AWS's within its bounds.
  const near = Math.min(Math.max(aws, low), high);
  if (Math.abs(near - aws) <= Math.max(DIFFERS * aws, NEGLIGIBLE * (row.limit ?? 0))) return 'agrees';
  return scope === 'system' && aws > near ? 'others' : 'differs';
}

/** What came in during the last 24 hours, which AWS may not have counted yet. */
function lastDay({ daily }: UsageRow, { month, untilMs }: Period): number {
  const days = (untilMs - month.startMs) / DAY_MS;
  const today = Math.floor(days);
  return (daily[today] ?? 0) + (daily[today - 1] ?? 0) * (1 - (days - today));
}

function relative(ours: number, aws: number): number {
  if (ours === aws) return 0;
  return aws === 0 ? Number.POSITIVE_INFINITY : (ours - aws) / aws;
}

/** Null where AWS tells of none of them. */
function total(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : sumOf(known);
}
