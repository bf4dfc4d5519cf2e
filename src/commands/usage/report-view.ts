import { DAY_MS } from '../../lib/durations.ts';
import { formatUsd, plural } from '../../lib/io/format.ts';
import type { Block, Cell, TableView } from '../../lib/io/outcome.ts';
import { percent } from '../../lib/release/judge/words.ts';
import { amount, dayName, inCurrency, momentName, monthName } from '../../lib/usage/figures.ts';
import type { Reconciliation } from '../../lib/usage/reconcile/reconciliation.ts';
import { fullness } from '../../lib/usage/report.ts';
import type { UsageReport, UsageRow } from '../../lib/usage/usage-row.ts';
import { gapWords } from './gap-words.ts';
import { reconcileView } from './reconcile-view.ts';
import { shareBar, sparkline } from './row-bars.ts';

/** From this share on a limit is near. */
const NEAR = 0.8;
/** Before it a straight line from few hours is all that there is. */
const YOUNG_DAYS = 3;

interface ReportExtras {
  /** Where it was written as a page, too. */
  readonly page: string | null;
  readonly reconciliation: Reconciliation | null;
}

/** The report for a terminal or a pull request. */
export function reportView(report: UsageReport, { page, reconciliation }: ReportExtras): readonly Block[] {
  const days = daysTable(report);
  return [
    headline(report),
    dim(measured(report)),
    { kind: 'table', table: rowsTable(report.rows) },
    ...(days === null ? [] : [{ kind: 'table', table: days } as const]),
    ...(reconciliation === null ? [] : reconcileView(reconciliation)),
    ...remarks(report),
    footer(report),
    ...(page === null ? [] : [{ kind: 'line', text: `The same as a page: ${page}` } as const]),
  ];
}

function headline({ period, region, rows, totals }: UsageReport): Block {
  const month = `${monthName(period.month)} in ${region}`;
  const unread = totals.unread.length;
  const over = rows.filter((row) => (fullness(row) ?? 0) > 1).length;
  const cost = period.isOver
    ? `${formatUsd(totals.costUsd)} to pay`
    : `${formatUsd(totals.costUsd)} so far, ${formatUsd(totals.projectedCostUsd)} at the end`;
  if (unread === rows.length) return { kind: 'line', text: `${month}: nothing could be read.`, tone: 'bad' };
  const known = unread === 0 ? '' : `; ${unread} of ${plural(rows.length, 'row')} could not be read`;
  if (over > 0) {
    return {
      kind: 'line',
      text: `${month}: ${plural(over, 'row')} beyond the free limit, ${cost}${known}.`,
      tone: 'bad',
    };
  }
  if (totals.projectedCostUsd > 0) return { kind: 'line', text: `${month}: ${cost}${known}.`, tone: 'warn' };
  const isWhole = unread === 0;
  return {
    kind: 'line',
    text: `${isWhole ? '✓ ' : ''}${month}: inside the free limits, nothing to pay${known}.`,
    tone: isWhole ? 'good' : 'warn',
  };
}

function measured({ period }: UsageReport): string {
  return period.isOver
    ? 'The whole month, in UTC.'
    : `Measured until ${momentName(period.until)}: ${percent(period.elapsed)} of the month.`;
}

const LABELS = ['ROW', 'USED', 'FREE', 'NOW', 'END', 'COST', ''];

function rowsTable(rows: readonly UsageRow[]): TableView {
  return {
    columns: LABELS.map((label, index) => ({ label, align: index === 0 || label === '' ? 'left' : 'right' })),
    rows: rows.flatMap((row) => [mainRow(row), ...partRows(row)]),
  };
}

function mainRow(row: UsageRow): readonly Cell[] {
  return [
    { raw: row.id },
    usedCell(row),
    { raw: row.limit, text: row.limit === null ? '–' : compact(row.limit) },
    shareCell(row.utilisation),
    shareCell(row.projectedUtilisation),
    costCell(row.projectedCostUsd),
    barCell(row),
  ];
}

function usedCell({ used, range, gap }: UsageRow): Cell {
  if (used === null) return { raw: null, text: 'not read', tone: 'bad' };
  const sign = gap !== null ? '≥ ' : range !== null ? '~' : '';
  return { raw: used, text: `${sign}${short(used)}`, ...(gap === null ? {} : { tone: 'warn' }) };
}

/** What it consists of, where that is more than one thing; and the account, where others use it, too. */
function partRows({ id, used, parts, account }: UsageRow): readonly (readonly Cell[])[] {
  const empty = { raw: null, text: '' };
  const sub = (name: string, value: number, share: Cell): readonly Cell[] => [
    { raw: `${id}/${name}`, text: `  ${name}`, tone: 'dim' },
    { raw: value, text: short(value), tone: 'dim' },
    empty,
    share,
    empty,
    empty,
    empty,
  ];
  const isSplit = parts.filter((part) => part.used > 0).length > 1;
  const isShared = account !== null && used !== null && account.used > used * 1.005;
  return [
    ...(isSplit ? parts.map((part) => sub(part.name, part.used, empty)) : []),
    ...(isShared ? [sub('account', account.used, shareCell(account.utilisation))] : []),
  ];
}

function shareCell(share: number | null): Cell {
  if (share === null) return { raw: null, text: '–', tone: 'dim' };
  return { raw: share, text: percent(share).replace('under ', '<'), ...toneOf(share) };
}

function toneOf(share: number): Pick<Cell, 'tone'> {
  if (share > 1) return { tone: 'bad' };
  return share >= NEAR ? { tone: 'warn' } : {};
}

function barCell(row: UsageRow): Cell {
  const { utilisation, projectedUtilisation } = row;
  if (utilisation === null) return { raw: null, text: '' };
  const end = projectedUtilisation ?? utilisation;
  const tone = end > 1 ? 'bad' : end >= NEAR ? 'warn' : 'good';
  return { raw: null, text: shareBar(utilisation, end), tone };
}

function costCell(usd: number | null): Cell {
  if (usd === null) return { raw: null, text: '–', tone: 'dim' };
  if (usd === 0) return { raw: 0, text: '$0.00', tone: 'dim' };
  return { raw: usd, text: usd < 0.01 ? '<$0.01' : formatUsd(usd), tone: 'warn' };
}

/** An amount; one that is too small for a narrow column is still something. */
function short(value: number): string {
  return value > 0 && value < 0.001 ? '<0.001' : amount(value);
}

/** `400K`, `14M`. */
function compact(limit: number): string {
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 }).format(limit);
}

/** How the month went, of the rows that something happened in. */
function daysTable({ rows, period }: UsageReport): TableView | null {
  const moved = rows.filter(({ daily }) => daily.length > 1 && Math.max(...daily) > 0);
  if (moved.length === 0) return null;
  const fromMs = Date.parse(period.from);
  const last = Math.max(...moved.map(({ daily }) => daily.length));
  return {
    columns: [{ label: 'BY DAY' }, { label: `1–${last}` }, { label: 'BUSIEST' }],
    rows: moved.map((row) => {
      const most = Math.max(...row.daily);
      const day = fromMs + row.daily.indexOf(most) * DAY_MS;
      return [
        { raw: row.id },
        { raw: row.daily.join(','), text: sparkline(row.daily), tone: 'accent' },
        { raw: most, text: `${short(most)} on ${dayName(day, 'short')}`, tone: 'dim' },
      ];
    }),
  };
}

function remarks({ rows, period, totals }: UsageReport): readonly Block[] {
  const { display, projectedCostUsd } = totals;
  const isYoung = !period.isOver && period.elapsed * period.days < YOUNG_DAYS;
  const isRange = rows.some(({ range, used }) => range !== null && used !== null);
  const money =
    display === null
      ? null
      : `${formatUsd(projectedCostUsd)} is ${inCurrency(projectedCostUsd, display)} (a dollar is ${display.rate}, ${display.asOf}).`;
  return [
    ...gapLines(rows),
    ...(isYoung ? [dim('The month is young: where it ends is little more than a guess.')] : []),
    ...(isRange ? [dim('~ lies within a range; --explain ROW tells it.')] : []),
    ...(money === null ? [] : [dim(money)]),
  ];
}

/** What one missing permission or one failure keeps from many rows is said once. */
function gapLines(rows: readonly UsageRow[]): readonly Block[] {
  const byCause = new Map<string, UsageRow[]>();
  for (const row of rows) {
    if (row.gap === null) continue;
    const cause = `${row.used === null} ${row.gap.code} ${row.gap.hint}`;
    byCause.set(cause, [...(byCause.get(cause) ?? []), row]);
  }
  return [...byCause.values()].map((alike) => {
    const { used, gap } = alike[0]!;
    const names = alike.map(({ id }) => id).join(', ');
    const verb = `${alike.length === 1 ? 'was' : 'were'}${used === null ? '' : ', in part,'}`;
    return { kind: 'line', text: gapWords(`${names} ${verb}`, gap!), tone: 'warn' };
  });
}

function dim(text: string): Block {
  return { kind: 'line', text, tone: 'dim' };
}

function footer({ self, tariff }: UsageReport): Block {
  return dim(
    `This report: ${plural(self.apiCalls, 'call')}, ${self.paidCalls} paid, ${formatUsd(self.costUsd)}. COST is the whole month’s, before credits, by the prices of ${tariff.asOf} (${tariff.region}).`,
  );
}
