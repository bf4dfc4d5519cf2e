import type { BackendName } from './backends/backend.ts';
import type { Divergence } from './divergences.ts';
import type { ConformanceCase } from './suite/case.ts';

export type Status = 'ok' | 'differs' | 'not run';

/** Statuses by case id, for one backend. */
export interface Column {
  readonly backend: BackendName;
  /** Heading, e.g. `ministack 1.5.33`. */
  readonly title: string;
  readonly statuses: Readonly<Record<string, Status>>;
}

/** What the table of divergences says a backend must show. */
export function expectedColumn(
  backend: BackendName,
  title: string,
  clock: boolean,
  cases: readonly ConformanceCase[],
  divergences: readonly Divergence[],
): Column {
  const known = new Set(divergences.filter((entry) => entry.backend === backend).map((entry) => entry.case));
  const status = (entry: ConformanceCase): Status => {
    if (entry.needs === 'clock' && !clock) return 'not run';
    return known.has(entry.id) ? 'differs' : 'ok';
  };
  return { backend, title, statuses: Object.fromEntries(cases.map((entry) => [entry.id, status(entry)])) };
}

export function count(column: Column, status: Status): number {
  return Object.values(column.statuses).filter((one) => one === status).length;
}

/** The matrix for a terminal: one line a case, one column a backend. */
export function matrixText(cases: readonly ConformanceCase[], columns: readonly Column[]): string {
  const width = Math.max(...cases.map((entry) => entry.id.length));
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(width), ...cells.map((cell, n) => cell.padEnd(columns[n]!.title.length))].join('  ').trimEnd();
  const cell = (column: Column, id: string) => column.statuses[id] ?? 'not run';
  return [
    line(
      'case',
      columns.map((column) => column.title),
    ),
    ...cases.map((entry) =>
      line(
        entry.id,
        columns.map((column) => cell(column, entry.id)),
      ),
    ),
    ...(['ok', 'differs', 'not run'] as const).map((status) =>
      line(
        `total ${status}`,
        columns.map((column) => String(cases.filter((entry) => cell(column, entry.id) === status).length)),
      ),
    ),
  ].join('\n');
}

const MARKS: Readonly<Record<Status, string>> = { ok: 'ok', differs: '**differs**', 'not run': '–' };

/** The matrix as Markdown, one table a service, each rule linked to AWS's page. */
export function matrixMarkdown(cases: readonly ConformanceCase[], columns: readonly Column[]): string {
  const services = [...new Set(cases.map((entry) => entry.service))];
  return services
    .map((service) => {
      const rows = cases
        .filter((entry) => entry.service === service)
        .map((entry) => {
          const marks = columns.map((column) => MARKS[column.statuses[entry.id] ?? 'not run']);
          return `| \`${entry.id}\` | [${entry.text}](${entry.link}) | ${marks.join(' | ')} |`;
        });
      const titles = columns.map((column) => column.title).join(' | ');
      return [
        `### ${service}`,
        '',
        `| case | rule | ${titles} |`,
        `|---|---|${columns.map(() => '---|').join('')}`,
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}
