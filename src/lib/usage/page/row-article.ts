import { capital, formatUsd, withHint } from '../../io/format.ts';
import { amount, between, dayName, money, rowName, shareOf } from '../figures.ts';
import type { UsageReport, UsageRow } from '../usage-row.ts';
import { bar } from './bar.ts';
import { passesLimitAt } from './crossing.ts';
import { curve } from './curve.ts';
import { type Content, linked, type Markup, markup } from './markup.ts';
import { type TableLine, table } from './table.ts';

/** Share of a limit from which on a row is looked at. */
const NEAR = 0.5;
/** Below, a figure is said to be small; the formula has it whole. */
const LEAST = 0.001;

/** One row as a list entry: share, bar, figures, curve, and on demand how it is counted. */
export function rowArticle(row: UsageRow, report: UsageReport): Markup {
  const { period } = report;
  return markup`<li><article class="row" id="${row.id}" aria-labelledby="${row.id}-name">
<div class="what"><h3 id="${row.id}-name"><span class="service">${row.service}</span> ${row.metric}</h3>${shares(row, period)}</div>
<div class="measure">${bar(row)}
<p class="figures">${figures(row, report)}</p>
${alarm(row, period)}${gap(row)}${needsAttention(row) ? notes(row) : null}</div>
${curve(row, period)}
${explanation(row)}
</article></li>
`;
}

/** Notes on a row that is far from everything wait with its formula. */
function needsAttention({ utilisation, projectedUtilisation, costUsd, projectedCostUsd }: UsageRow): boolean {
  return Math.max(utilisation ?? 0, projectedUtilisation ?? 0) >= NEAR || (projectedCostUsd ?? costUsd ?? 0) > 0;
}

/** What stands between backticks is typed as it is. */
function notes(row: UsageRow): Content {
  const words = (note: string) =>
    note.split('`').map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part));
  return row.notes.map((note) => markup`<p class="note">${words(note)}</p>`);
}

function shares(row: UsageRow, period: UsageReport['period']): Markup | null {
  if (row.utilisation === null) return null;
  const now = shareOf(row.utilisation);
  const end = row.projectedUtilisation === null || period.isOver ? now : shareOf(row.projectedUtilisation);
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
  const sentences: Content[] = [markup`<strong>${small(row.used)}</strong>${free}${daily}${range}.`];
  if (!period.isOver) sentences.push(...ahead(row));
  if (row.parts.length > 0) {
    sentences.push(` Of it ${row.parts.map((part) => `${part.name} ${small(part.used)}`).join(', ')}.`);
  }
  if (row.account !== null && row.account.used !== row.used) {
    const share = row.account.utilisation === null ? '' : `, ${shareOf(row.account.utilisation)} of the limit`;
    sentences.push(` The whole account: ${small(row.account.used)}${share}.`);
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
  if (projected === null || (small(projected) === small(used!) && projectedRange === null)) return [];
  const range = projectedRange === null ? '' : ` (${between(projectedRange)})`;
  return [` ${small(projected)} projected${range}${confidence === 'low' ? ', with little to go by' : ''}.`];
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
  const hint = gap.hint === undefined ? undefined : sentence(gap.hint);
  return markup`<p class="gap"><span aria-hidden="true">◌</span> ${used === null ? 'Not read' : 'Not wholly read'}: ${withHint(sentence(gap.message), hint)}</p>`;
}

function small(value: number): string {
  return value > 0 && value < LEAST ? `under ${LEAST}` : amount(value);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function explanation(row: UsageRow): Markup {
  const terms = row.formula.terms.map(
    ({ name, value, unit, source }): TableLine => [
      name,
      `${value === null ? 'unknown' : amount(value)} ${unit}`,
      linked(source),
    ],
  );
  const limit = row.limit === null ? null : markup` Limit of the ${row.scope}: ${sourceOf(row.source)}.`;
  return markup`<details><summary>How it is counted<span class="hidden">: ${rowName(row)}</span></summary>
<p class="formula"><code>${row.formula.text}</code></p>
${terms.length === 0 ? null : table(['term', 'value', 'from'], terms)}${needsAttention(row) ? null : notes(row)}
<p>${capital(sentence(row.basis))} Confidence: ${row.confidence}.${limit}</p></details>`;
}

function sourceOf(source: string): Markup {
  return source === 'declared' ? markup`declared in the configuration` : linked(source);
}
