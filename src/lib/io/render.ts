import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { fitColumns, wrapWords } from './layout.ts';
import type { Block, Cell, Outcome, TableView } from './outcome.ts';
import type { Paint, Tone } from './paint.ts';
import { printable, printableJson } from './printable.ts';

export const OUTPUT_FORMATS = ['table', 'json', 'ndjson', 'tsv', 'markdown'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The one JSON document of a command. */
export function toDocument(outcome: Outcome): object {
  return {
    kind: `cvops/${outcome.kind}`,
    version: 1,
    data: outcome.data,
    warnings: outcome.warnings ?? [],
    next: outcome.next ?? [],
  };
}

/** The JSON document of a failure. */
export function toErrorDocument(error: CvopsError): object {
  return {
    kind: 'cvops/error',
    version: 1,
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      exitCode: error.exitCode,
      ...error.details,
    },
  };
}

/**
 * Text for stdout in the format asked for, ending with a line feed unless empty.
 * @param width columns of the terminal; without it lines are as long as they are.
 */
export async function render(
  outcome: Outcome,
  format: OutputFormat,
  query: string | undefined,
  paint: Paint,
  width = Number.POSITIVE_INFINITY,
): Promise<string> {
  if (outcome.toldIn?.includes(format) === true) return '';
  switch (format) {
    case 'json':
      return renderJson(toDocument(outcome), query);
    case 'ndjson': {
      const items = outcome.items ?? [outcome.data];
      return items.map((item) => `${printableJson(item)}\n`).join('');
    }
    case 'tsv':
      return renderTsv(outcome);
    case 'markdown':
      return renderMarkdown(outcome.view());
    case 'table':
      return renderTerminal(outcome.view(), paint, width);
  }
}

/** A JSON document, narrowed by a JMESPath expression (https://jmespath.org). */
async function renderJson(document: object, query: string | undefined): Promise<string> {
  if (query === undefined) return `${printableJson(document, 2)}\n`;
  const { default: jmespath } = await import('jmespath');
  try {
    return `${printableJson(jmespath.search(document, query), 2)}\n`;
  } catch (cause) {
    throw queryError(query, cause);
  }
}

/** Refuses a JMESPath expression with a syntax error before any work is done. */
export async function checkQuery(query: string): Promise<void> {
  const { compileExpression } = await import('../expressions/compile-expression.ts');
  try {
    await compileExpression(query);
  } catch (cause) {
    throw queryError(query, cause);
  }
}

function queryError(query: string, cause: unknown): CvopsError {
  return new CvopsError(
    'InvalidQuery',
    ExitCode.usage,
    `--query ${JSON.stringify(query)} is not a JMESPath expression: ${(cause as Error).message}`,
    {
      hint: (cause as { hint?: string }).hint ?? 'see https://jmespath.org/specification.html',
      details: { expression: query, position: (cause as { position?: number | null }).position ?? null },
      cause,
    },
  );
}

/**
 * A list is its first table, a line an item, and nothing when it is empty. Everything else is its data: a line a field,
 * `verified.succeeded<TAB>3`, by the names that it has in JSON.
 */
function renderTsv(outcome: Outcome): string {
  if (outcome.items?.length === 0) return '';
  const table = outcome.items === undefined ? undefined : outcome.view().find((block) => block.kind === 'table');
  if (table === undefined) return fieldsOf(outcome.data, '').join('');
  return table.table.rows.map((row) => `${row.map((cell) => tsvCell(cell.raw)).join('\t')}\n`).join('');
}

function fieldsOf(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) {
    const isFlat = value.every((each) => typeof each !== 'object' || each === null);
    return [`${path}\t${tsvCell(isFlat ? value.join(',') : JSON.stringify(value))}\n`];
  }
  if (typeof value !== 'object' || value === null) return [`${path}\t${tsvCell(value)}\n`];
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return [`${path}\t\n`];
  return entries.flatMap(([name, each]) => fieldsOf(each, path === '' ? name : `${path}.${name}`));
}

function tsvCell(value: unknown): string {
  return value === null ? '' : printable(String(value).replace(/[\t\r\n]+/g, ' '));
}

function renderMarkdown(blocks: readonly Block[]): string {
  return blocks.map((block) => `${markdownBlock(block)}\n`).join('\n');
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'line':
      return markdownText(printable(block.text));
    case 'fields':
      return block.fields.map(([label, cell]) => `- **${label}**: ${markdownCell(cell)}`).join('\n');
    case 'table': {
      const { columns, rows } = block.table;
      const head = `| ${columns.map((column) => column.label).join(' | ')} |`;
      const rule = `| ${columns.map((column) => (column.align === 'right' ? '--:' : '---')).join(' | ')} |`;
      return [head, rule, ...rows.map((row) => `| ${row.map(markdownCell).join(' | ')} |`)].join('\n');
    }
  }
}

function markdownCell(cell: Cell): string {
  return markdownText(shown(cell)).replace(/\|/g, '\\|').replace(/\n/g, '<br>');
}

/** What begins a tag, and what begins a link whose text is not endless. */
const MARK = /<(?=[a-z/!?])|\[(?=[^\]]{0,200}\]\()/.source;
const MARKS = new RegExp(`\`[^\`]*\`|(\\\\*)(${MARK})|\\\\+`, 'gi');

/**
 * Text in which no tag and no link begins: `Map<string>` of somebody's error would be gone from the page. What stands
 * between backticks is code. https://github.github.com/gfm/#backslash-escapes
 */
function markdownText(text: string): string {
  return text.replace(MARKS, (all, slashes: string | undefined, mark: string | undefined) =>
    mark === undefined ? all : `${slashes}${slashes}\\${mark}`,
  );
}

async function renderTerminal(blocks: readonly Block[], paint: Paint, width: number): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) {
    if (block.kind === 'line') parts.push(lines(block.text, block.tone, paint, width));
    else if (block.kind === 'fields') parts.push(fieldLines(block.fields, paint, width));
    // A table stands apart from what is above it.
    else parts.push(`${parts.length > 0 ? '\n' : ''}${await terminalTable(block.table, paint, width)}`);
  }
  return parts.length === 0 ? '' : `${parts.join('\n').trimEnd()}\n`;
}

/** Continued below its words where it begins with a status: `NG    the queue …`. */
function lines(text: string, tone: Tone | undefined, paint: Paint, width: number): string {
  const indent = /^\S+ {2,}/.exec(text)?.[0].length ?? 0;
  const [first = '', ...rest] = wrapWords(printable(text).slice(indent), width - indent);
  return [text.slice(0, indent) + first, ...rest.map((line) => ' '.repeat(indent) + line)]
    .map((line) => paint(tone, line))
    .join('\n');
}

function fieldLines(fields: readonly (readonly [string, Cell])[], paint: Paint, width: number): string {
  const labels = Math.max(...fields.map(([label]) => label.length));
  return fields
    .map(([label, cell]) => {
      const value = wrapWords(shown(cell), width - labels - GAP).map((line) => paint(cell.tone, line));
      return `${paint('dim', label.padEnd(labels))}  ${value.join(`\n${' '.repeat(labels + GAP)}`)}`;
    })
    .join('\n');
}

/** Columns between two cells. */
const GAP = 2;

async function terminalTable(whole: TableView, paint: Paint, width: number): Promise<string> {
  const table = withoutEmptyColumns(whole);
  const widths = fitColumns(
    table.columns.map(({ label }, index) => [label, ...table.rows.map((row) => shown(row[index]!))]),
    width,
    GAP,
  );
  if (widths === undefined) return stacked(table, paint, width);
  const { default: Table } = await import('cli-table3');
  const view = new Table({
    head: table.columns.map((column) => paint('dim', column.label)),
    colAligns: table.columns.map((column) => column.align ?? 'left'),
    // cli-table3 colours its borders and heads by itself, pipes included, unless told not to.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    chars: BORDERLESS,
  });
  for (const row of table.rows) {
    view.push(
      row.map((cell, index) =>
        wrapWords(shown(cell), widths[index]!)
          .map((line) => paint(cell.tone, line))
          .join('\n'),
      ),
    );
  }
  return view.toString().replace(/[ \t]+$/gm, '');
}

/** A table that is too wide, row after row as fields; what follows stands apart from them. */
function stacked({ columns, rows }: TableView, paint: Paint, width: number): string {
  const records = rows.map((row) =>
    fieldLines(
      columns
        .map(({ label }, index): readonly [string, Cell] => [fieldName(label), row[index]!])
        .filter(([, cell]) => shown(cell) !== ''),
      paint,
      width,
    ),
  );
  return `${records.join('\n\n')}\n`;
}

/** A column's label as the name of a field; what holds a number stays, for 1m is no million. */
function fieldName(label: string): string {
  return label.replace(/\S+/g, (word) => (/\d/.test(word) ? word : word.toLowerCase()));
}

/** A column in which no row has anything to show. */
function withoutEmptyColumns({ columns, rows }: TableView): TableView {
  const keep = columns.map((_, index) => rows.length === 0 || rows.some((row) => shown(row[index]!) !== ''));
  return {
    columns: columns.filter((_, index) => keep[index]),
    rows: rows.map((row) => row.filter((_, index) => keep[index])),
  };
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

function shown(cell: Cell): string {
  return printable(cell.text ?? (cell.raw === null ? '–' : String(cell.raw)));
}
