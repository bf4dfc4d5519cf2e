import { DAY_MS } from '../../durations.ts';
import { amount, dayName } from '../figures.ts';
import { sumOf } from '../rows/hours.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';
import { type Markup, markup } from './markup.ts';

const WIDTH = 240;
const HEIGHT = 92;
const TOP = 8;
const BASE = 74;
const LEFT = 2;
const RIGHT = 236;
/** The limit is drawn when the month comes this near to it; else it would press the curve flat. */
const LIMIT_IN_SIGHT = 2.2;

/**
 * The month of one row: what was used up to each day, and the way to its projected end with its range; for rows that are
 * counted by the day a column for each. Null for levels, which have no days.
 *
 * Days are counted from one metric, `used` may hold more (requests without a metric of their own): the days give the
 * curve its shape and `used` its height.
 */
export function curve(row: UsageRow, period: UsageReport['period']): Markup | null {
  if (row.used === null || row.daily.length === 0) return null;
  const daily = row.projection === 'daily';
  const ends = daily ? row.daily : [row.used, row.projected ?? 0, row.projectedRange?.high ?? 0];
  const highest = Math.max(...ends, Number.MIN_VALUE);
  const limit = row.limit !== null && row.limit > 0 && row.limit <= highest * LIMIT_IN_SIGHT ? row.limit : null;
  const top = Math.max(highest, limit ?? 0);
  const x = (day: number) => LEFT + (Math.min(day, period.days) / period.days) * (RIGHT - LEFT);
  const y = (value: number) => BASE - (value / top) * (BASE - TOP);
  const fromMs = Date.parse(period.from);
  const first = dayName(fromMs, 'short');
  const last = dayName(fromMs + (period.days - 1) * DAY_MS, 'short');
  return markup`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words(row, period, last)}">
${daily ? columns(row.daily, x, y) : way(row, row.used, period, x, y)}
<line class="base" x1="${LEFT}" x2="${RIGHT}" y1="${BASE}" y2="${BASE}"/>
${limit === null ? null : markup`<line class="limit-way" x1="${LEFT}" x2="${RIGHT}" y1="${y(limit)}" y2="${y(limit)}"/><text x="${LEFT + 2}" y="${y(limit) + (y(limit) < TOP + 12 ? 12 : -4)}">limit</text>`}
<text x="${LEFT}" y="${HEIGHT - 4}">${first}</text><text x="${RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${last}</text>
</svg>`;
}

type Scale = (value: number) => number;

function way(row: UsageRow, used: number, period: UsageReport['period'], x: Scale, y: Scale): Markup {
  const measured = sumOf(row.daily);
  const share = measured === 0 ? 0 : used / measured;
  const elapsed = period.elapsed * period.days;
  let sum = 0;
  const points = row.daily.map((each, day) => {
    sum += each * share;
    return [x(Math.min(day + 1, elapsed)), y(sum)] as const;
  });
  // Where nothing was counted by day, what is used is known all the same.
  const now = [x(elapsed), y(used)] as const;
  const line = [[x(0), y(0)] as const, ...points, now].map(pair).join(' ');
  const { projected, projectedRange: range } = row;
  const end = x(period.days);
  return markup`<polygon class="area" points="${`${line} ${pair([now[0], y(0)])}`}"/>
${range === null || period.isOver ? null : markup`<polygon class="fan" points="${[now, [end, y(range.low)] as const, [end, y(range.high)] as const].map(pair).join(' ')}"/>`}
<polyline class="line" points="${line}"/>
${projected === null || period.isOver ? null : markup`<line class="ahead" x1="${now[0]}" y1="${now[1]}" x2="${end}" y2="${y(projected)}"/>`}
<circle class="now" cx="${now[0]}" cy="${now[1]}" r="3"/>`;
}

function columns(daily: readonly number[], x: Scale, y: Scale): readonly Markup[] {
  return daily.map((each, day) => {
    const top = y(each);
    return markup`<rect class="column" x="${x(day) + 0.75}" y="${top}" width="${x(day + 1) - x(day) - 1.5}" height="${BASE - top}"/>`;
  });
}

function pair([x, y]: readonly [number, number]): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}

function words(row: UsageRow, period: UsageReport['period'], last: string): string {
  const day = dayName(Date.parse(period.until), 'short');
  if (row.projection === 'daily') return `Day by day: at most ${amount(Math.max(...row.daily))} ${row.unit} a day`;
  const ahead =
    row.projected === null || period.isOver ? '' : `, on the way to ${amount(row.projected)} by the end of ${last}`;
  return `Curve of the month: ${amount(row.used!)} ${row.unit} up to ${period.isOver ? last : day}${ahead}`;
}
