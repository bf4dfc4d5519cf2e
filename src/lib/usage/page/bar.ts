import { shareOf } from '../figures.ts';
import type { UsageRow } from '../usage-row.ts';
import { type Markup, markup } from './markup.ts';

/** From this many limits on a bar is cut off; its words have the figure. */
const MOST_LIMITS = 2.5;
/** Something is never drawn as nothing: percent of the bar's width. */
const LEAST_WIDTH = 0.4;

/**
 * A row against its limit: what is used, what is projected, the range of both, and the limit itself. What lies beyond the
 * limit is hatched, and the limit's mark stands within the bar then, so that it is seen without colour. All in percent of
 * the width, so that the bar takes any.
 */
export function bar(row: UsageRow): Markup | null {
  const { limit, used, projected } = row;
  if (limit === null || limit <= 0 || used === null) return null;
  const now = used / limit;
  const end = Math.max(now, (projected ?? used) / limit);
  const range = row.projectedRange ?? row.range;
  const furthest = Math.max(end, (range?.high ?? 0) / limit);
  const full = furthest <= 1 ? 1 : Math.min(MOST_LIMITS, furthest * 1.04);
  const at = (share: number) => Math.min(100, (share / full) * 100);
  const piece = (kind: string, from: number, to: number): Markup | null =>
    to <= from
      ? null
      : markup`<rect class="${kind}" x="${at(from)}%" y="5" width="${Math.max(LEAST_WIDTH, at(to) - at(from))}%" height="16"/>`;
  return markup`<svg class="bar" height="${furthest > 1 ? 42 : 26}" role="img" aria-label="${words(row, now, end)}">
<rect class="track" x="0" y="5" width="${at(1)}%" height="16"/>
${piece('projected', Math.min(now, 1), Math.min(end, 1))}${piece('used', 0, Math.min(now, 1))}
${piece('over-projected', Math.max(now, 1), end)}${piece('over', 1, now)}
${range === null || range.high <= range.low ? null : whisker(at(range.low / limit), at(range.high / limit))}
<line class="limit" x1="${at(1)}%" x2="${at(1)}%" y1="0" y2="26"/>
${furthest > 1 ? markup`<text x="${at(1)}%" y="38" text-anchor="middle">limit</text>` : null}
${furthest > MOST_LIMITS ? markup`<text x="100%" y="38" text-anchor="end">cut off ▸</text>` : null}
</svg>`;
}

function whisker(low: number, high: number): Markup {
  return markup`<g class="range"><line x1="${low}%" x2="${high}%" y1="13" y2="13"/><line x1="${low}%" x2="${low}%" y1="9" y2="17"/><line x1="${high}%" x2="${high}%" y1="9" y2="17"/></g>`;
}

function words({ limit, range, projectedRange }: UsageRow, now: number, end: number): string {
  const span = projectedRange ?? range;
  return [
    `${shareOf(now)} of the limit used`,
    end > now ? `${shareOf(end)} projected` : null,
    span === null || span.high <= span.low
      ? null
      : `range ${shareOf(span.low / limit!)} to ${shareOf(span.high / limit!)}`,
    end > 1 ? 'over the limit' : null,
  ]
    .filter((each) => each !== null)
    .join(', ');
}
