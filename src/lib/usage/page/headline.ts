import { DAY_MS } from '../../durations.ts';
import { formatUsd, plural } from '../../io/format.ts';
import { dayName, inCurrency, momentName, monthName, rowName, shareOf } from '../figures.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';
import { growth } from './growth.ts';
import { type Markup, markup } from './markup.ts';

/** The page's head: the month, the answer in one sentence, and the three figures behind it. */
export function headline(report: UsageReport): Markup {
  const { period, totals, region } = report;
  const { display } = totals;
  const headroom = growth(report);
  const nearest = report.rows.find(({ id }) => id === totals.nearest?.id);
  const measured = period.isOver
    ? 'the whole month'
    : `measured until ${momentName(period.until)}, ${shareOf(period.elapsed)} of the month`;
  const sum = (usd: number) =>
    markup`${formatUsd(usd)}${display === null ? null : markup` <span class="beside">${inCurrency(usd, display)}</span>`}`;
  return markup`<header>
<p class="eyebrow">Free-tier usage</p>
<h1>${monthName(period.month)}</h1>
<p class="measured">${region} · ${measured}</p>
<p class="verdict">${verdict(report)}</p>
<dl class="keys">
<div><dt>${period.isOver ? 'Cost' : 'Cost so far'}</dt><dd>${sum(totals.costUsd)}</dd></div>
${period.isOver ? null : markup`<div><dt>Cost projected</dt><dd>${sum(totals.projectedCostUsd)}</dd></div>`}
<div><dt>Nearest limit</dt><dd>${near(nearest, totals.nearest?.projectedUtilisation)}</dd></div>
</dl>
${headroom === null ? null : markup`<p class="headroom">${headroom}</p>`}
${cautions(report)}
</header>`;
}

function near(row: UsageRow | undefined, utilisation: number | undefined): Markup {
  if (row === undefined || utilisation === undefined) return markup`none`;
  return markup`${shareOf(utilisation)} <span class="beside"><a href="#${row.id}">${rowName(row)}</a></span>`;
}

/** What somebody wants to know who reads one sentence of the page. */
function verdict({ period, totals }: UsageReport): string {
  const { costUsd, projectedCostUsd, unread } = totals;
  const known = unread.length === 0 ? '' : `, as far as could be read`;
  if (period.isOver) return costUsd > 0 ? `The month cost ${formatUsd(costUsd)}${known}.` : `Nothing to pay${known}.`;
  const end = dayName(Date.parse(period.from) + (period.days - 1) * DAY_MS);
  const so = costUsd > 0 ? `${formatUsd(costUsd)} to pay so far` : 'Nothing to pay so far';
  if (projectedCostUsd > costUsd) return `${so}, on the way to ${formatUsd(projectedCostUsd)} by ${end}${known}.`;
  return `${so}, and nothing ${costUsd > 0 ? 'more ' : ''}on the way until ${end}${known}.`;
}

function cautions({ rows, totals, tariff }: UsageReport): Markup | null {
  const names = totals.unread.map((id) => {
    const row = rows.find((each) => each.id === id);
    return row === undefined ? id : rowName(row);
  });
  const cautions = [
    names.length === 0
      ? null
      : `${plural(names.length, 'row')} could not be read and ${names.length === 1 ? 'is' : 'are'} in no sum: ${names.join(', ')}.`,
    tariff.stale
      ? `Limits and prices are of ${tariff.asOf} and may have changed; cvops usage prices --refresh reads new ones.`
      : null,
  ].filter((each) => each !== null);
  return cautions.length === 0
    ? null
    : markup`<ul class="cautions" aria-label="What to mind">${cautions.map((each) => markup`<li>${each}</li>`)}</ul>`;
}
