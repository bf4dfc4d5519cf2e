import { createHash } from 'node:crypto';
import { formatUsd, plural } from '../../io/format.ts';
import { amount, monthName } from '../figures.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';
import { headline } from './headline.ts';
import { type Content, type Markup, markup } from './markup.ts';
import { rowArticle } from './row-article.ts';
import { STYLE } from './style.ts';
import { type TableLine, table } from './table.ts';

/**
 * The report as one HTML page for a browser, a mail or a wall: without script, without anything from elsewhere, the same
 * bytes for the same report. Its policy lets nothing in but its own style:
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export function usagePage(report: UsageReport): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const { limited, free, unread } = inSections(report.rows);
  const rows = (which: readonly UsageRow[]) => which.map((row) => rowArticle(row, report));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="cvops">
<title>Free-tier usage, ${monthName(report.period.month)}</title>
<style>${{ source: STYLE }}</style>
</head>
<body>
<svg width="0" height="0" aria-hidden="true" class="pattern"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="5" height="5"/><rect class="hatch-line" width="2" height="5"/></pattern></defs></svg>
${headline(report)}
<main>
${section('limited', 'Against the free limits', rows(limited), legend(report))}
${section('free', 'Without a limit', rows(free))}
${section('unread', 'Not read', rows(unread))}
</main>
${footer(report)}
</body>
</html>
`.source;
}

/** Those with a limit, nearest first; those without; those that nobody knows. */
function inSections(rows: readonly UsageRow[]) {
  const share = (row: UsageRow) => Math.max(row.utilisation ?? 0, row.projectedUtilisation ?? 0);
  const read = rows.filter(({ used }) => used !== null);
  return {
    limited: read.filter(({ limit }) => limit !== null).toSorted((a, b) => share(b) - share(a)),
    free: read.filter(({ limit }) => limit === null),
    unread: rows.filter(({ used }) => used === null),
  };
}

function section(id: string, title: string, rows: readonly Markup[], before: Content = null): Markup | null {
  if (rows.length === 0) return null;
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${before}
<ul class="rows">
${rows}</ul></section>`;
}

function legend({ period }: UsageReport): Markup {
  const sample = (kind: string) =>
    markup`<svg width="22" height="12" aria-hidden="true"><rect class="${kind}" y="1" width="22" height="10"/></svg>`;
  const ahead = period.isOver ? null : markup`<li>${sample('projected')} projected</li>`;
  return markup`<ul class="legend" aria-label="How to read the bars"><li>${sample('used')} used</li>${ahead}<li><svg class="bar-sample" width="22" height="12" aria-hidden="true"><g class="range"><line x1="1" x2="21" y1="6" y2="6"/><line x1="1" x2="1" y1="2" y2="10"/><line x1="21" x2="21" y1="2" y2="10"/></g></svg> range</li><li>${sample('over')} over the limit</li></ul>`;
}

function footer({ self, tariff, totals: { display } }: UsageReport): Markup {
  const calls = Object.entries(self.calls).toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const rate = display === null ? '' : ` 1 USD is ${display.rate} ${display.currency} as of ${display.asOf}.`;
  const details =
    calls.length === 0
      ? null
      : markup`<details><summary>The calls</summary>${table(
          ['operation', 'calls'],
          calls.map(([operation, made]): TableLine => [operation, amount(made)]),
        )}</details>`;
  return markup`<footer><h2>What this report came to</h2>
<p>${plural(self.apiCalls, 'call')} to AWS, ${self.paidCalls === 0 ? 'none of them paid' : `${amount(self.paidCalls)} of them paid`}: ${formatUsd(self.costUsd)}.
Limits and prices of ${tariff.asOf} for ${tariff.region}, in US dollars before credits and taxes. Months and days are UTC.${rate}</p>
${details}
</footer>`;
}
