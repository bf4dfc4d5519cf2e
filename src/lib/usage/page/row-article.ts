import { formatUsd } from '../../io/format.ts';
import { percent } from '../../release/judge/words.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';
import { bar } from './bar.ts';
import { passesLimitAt } from './crossing.ts';
import { curve } from './curve.ts';
import { amount, between, dayName, money, rowName } from './figures.ts';
import { type Content, linked, type Markup, markup } from './markup.ts';

/** One row as a list entry: share, bar, figures, curve, and on demand how it is counted. */
export function rowArticle(row: UsageRow, report: UsageReport): Markup {
  const { period } = report;
  return markup`<li><article class="row" id="${row.id}" aria-labelledby="${row.id}-name">
<div class="what"><h3 id="${row.id}-name"><span class="service">${row.service}</span> ${row.metric}</h3>${shares(row, period)}</div>
<div class="measure">${bar(row)}
<p class="figures">${figures(row, report)}</p>
${alarm(row, period)}${gap(row)}${row.notes.map((note) => markup`<p class="note">${note}</p>`)}</div>
${curve(row, period)}
${explanation(row)}
</article></li>
`;
}

function shares(row: UsageRow, period: UsageReport['period']): Markup | null {
  if (row.utilisation === null) return null;
  const now = percent(row.utilisation);
  const end = row.projectedUtilisation === null || period.isOver ? now : percent(row.projectedUtilisation);
  const ahead =
    end === now
      ? null
      : markup` <span class="ahead"><span aria-hidden="true">→</span><span class="hidden">projected</span> ${end}</span>`;
  return markup`<p class="share"><strong>${now}</strong>${ahead}</p>`;
}

/** What the bar and the curve show, in words and figures. */
function figures(row: UsageRow, report: UsageReport): readonly Content[] {
  const { period, totals } = report;
  if (row.used === null) return ['Unknown.'];
  const free = row.limit === null ? ` ${row.unit}` : ` of ${amount(row.limit)} ${row.unit}`;
  const daily = row.projection === 'daily' ? ' a day' : '';
  const range = row.range === null ? '' : ` (${between(row.range)})`;
  const sentences: Content[] = [markup`<strong>${amount(row.used)}</strong>${free}${daily}${range}.`];
  if (!period.isOver) sentences.push(...ahead(row));
  if (row.parts.length > 0) {
    sentences.push(` Of it ${row.parts.map((part) => `${part.name} ${amount(part.used)}`).join(', ')}.`);
  }
  if (row.account !== null) {
    const share = row.account.utilisation === null ? '' : `, ${percent(row.account.utilisation)} of the limit`;
    sentences.push(` The whole account: ${amount(row.account.used)}${share}.`);
  }
  const now = row.costUsd ?? 0;
  const end = period.isOver ? now : (row.projectedCostUsd ?? now);
  if (now > 0 || end > 0) {
    const then = end > now ? `, ${money(end, totals.display)} by the end of the month` : '';
    sentences.push(markup` <strong>${now > 0 ? money(now, totals.display) : formatUsd(0)}</strong> so far${then}.`);
  }
  return sentences;
}

function ahead({ used, projected, projectedRange, confidence }: UsageRow): readonly string[] {
  if (projected === null || (amount(projected) === amount(used!) && projectedRange === null)) return [];
  const range = projectedRange === null ? '' : ` (${between(projectedRange)})`;
  return [` ${amount(projected)} projected${range}${confidence === 'low' ? ', with little to go by' : ''}.`];
}

function alarm(row: UsageRow, period: UsageReport['period']): Markup | null {
  const now = row.utilisation ?? 0;
  const end = Math.max(now, row.projectedUtilisation ?? 0);
  if (end <= 1) return null;
  const at = passesLimitAt(row, period);
  const when =
    now > 1
      ? `Over the limit${at === null ? '' : ` since ${dayName(at)}`}`
      : `On the way over the limit${at === null ? '' : `, about ${dayName(at)}`}`;
  return markup`<p class="alarm"><span aria-hidden="true">▲</span> ${when}.</p>`;
}

function gap({ gap, used }: UsageRow): Markup | null {
  if (gap === null) return null;
  const hint = gap.hint === undefined ? '' : ` ${sentence(gap.hint).replace(/^./u, (first) => first.toUpperCase())}`;
  return markup`<p class="gap"><span aria-hidden="true">◌</span> ${used === null ? 'Not read' : 'Not wholly read'}: ${sentence(gap.message)}${hint}</p>`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function explanation(row: UsageRow): Markup {
  const terms = row.formula.terms.map(
    (term) =>
      markup`<tr><th scope="row">${term.name}</th><td class="number">${term.value === null ? 'unknown' : amount(term.value)} ${term.unit}</td><td>${linked(term.source)}</td></tr>`,
  );
  const table =
    terms.length === 0
      ? null
      : markup`<table><thead><tr><th scope="col">term</th><th scope="col" class="number">value</th><th scope="col">from</th></tr></thead><tbody>${terms}</tbody></table>`;
  const limit = row.limit === null ? null : markup` Limit of the ${row.scope}: ${sourceOf(row.source)}.`;
  return markup`<details><summary>How it is counted<span class="hidden">: ${rowName(row)}</span></summary>
<p class="formula"><code>${row.formula.text}</code></p>
${table}
<p>${sentence(row.basis)} Confidence: ${row.confidence}.${limit}</p></details>`;
}

function sourceOf(source: string): Markup {
  return source === 'declared' ? markup`declared in the configuration` : linked(source);
}
