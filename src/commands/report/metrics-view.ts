import { count, formatDuration, text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import type { ReportedMetric } from '../../lib/reported-metric.ts';

/** Figures of so many days, each beside the article's and with its basis. */
export function metricsView(metrics: readonly ReportedMetric[], days: number): readonly Block[] {
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'METRIC' },
          { label: `LAST ${days} DAYS`, align: 'right' },
          { label: 'ARTICLE', align: 'right' },
          { label: 'BASIS' },
        ],
        rows: metrics.map((metric) => [
          text(metric.label),
          cell(metric, metric.value),
          metric.article === null ? text(null) : cell(metric, metric.article),
          text(metric.basis, 'dim'),
        ]),
      },
    },
  ];
}

function cell({ unit }: ReportedMetric, value: number | null): Cell {
  if (value === null) return { raw: null, text: 'unknown', tone: 'dim' };
  switch (unit) {
    case 'ratio':
      return { raw: value, text: share(value) };
    case 'ms':
      return { raw: value, text: formatDuration(value / 1000) };
    case 'per day':
      return { raw: value, text: `${Math.round(value * 100) / 100} a day` };
    case 'per 10,000':
      return { raw: value, text: `${Math.round(value * 100) / 100} per 10,000` };
    default:
      return count(value);
  }
}

/** `99.97 %`; what is less than all never reads as all. */
function share(value: number): string {
  const percent = Math.round(value * 10_000) / 100;
  return percent === 100 && value < 1 ? 'over 99.99 %' : `${percent} %`;
}
