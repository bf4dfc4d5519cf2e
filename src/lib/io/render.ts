import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { Block, Cell, Outcome, TableView } from './outcome.ts';
import type { Paint } from './paint.ts';

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
    },
  };
}

/** Text for stdout in the format asked for, ending with a line feed unless empty. */
export async function render(
  outcome: Outcome,
  format: OutputFormat,
  query: string | undefined,
  paint: Paint,
): Promise<string> {
  switch (format) {
    case 'json':
      return renderJson(toDocument(outcome), query);
    case 'ndjson': {
      const items = outcome.items ?? [outcome.data];
      return items.map((item) => `${JSON.stringify(item)}\n`).join('');
    }
    case 'tsv':
      return renderTsv(outcome.view());
    case 'markdown':
      return renderMarkdown(outcome.view());
    case 'table':
      return renderTerminal(outcome.view(), paint);
  }
}

/** A JSON document, narrowed by a JMESPath expression (https://jmespath.org). */
async function renderJson(document: object, query: string | undefined): Promise<string> {
  if (query === undefined) return `${JSON.stringify(document, null, 2)}\n`;
  const { default: jmespath } = await import('jmespath');
  try {
    return `${JSON.stringify(jmespath.search(document, query), null, 2)}\n`;
  } catch (cause) {
    throw queryError(query, cause);
  }
}

/** Refuses a JMESPath expression with a syntax error before any work is done. */
export async function checkQuery(query: string): Promise<void> {
  const { default: jmespath } = await import('jmespath');
  try {
    // Missing from the package's types: parses without a document.
    (jmespath as unknown as { compile(expression: string): unknown }).compile(query);
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
      hint: 'see https://jmespath.org/specification.html',
      cause,
    },
  );
}

function renderTsv(blocks: readonly Block[]): string {
  const table = blocks.find((block) => block.kind === 'table');
  if (table !== undefined) return table.table.rows.map((row) => `${row.map(tsvCell).join('\t')}\n`).join('');
  return blocks
    .flatMap((block) => (block.kind === 'fields' ? block.fields : []))
    .map(([label, cell]) => `${label}\t${tsvCell(cell)}\n`)
    .join('');
}

function tsvCell(cell: Cell): string {
  return cell.raw === null ? '' : String(cell.raw).replace(/[\t\r\n]+/g, ' ');
}

function renderMarkdown(blocks: readonly Block[]): string {
  return blocks.map((block) => `${markdownBlock(block)}\n`).join('\n');
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'line':
      return block.text;
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
  return shown(cell).replace(/\|/g, '\\|').replace(/\n/g, '<br>');
}

async function renderTerminal(blocks: readonly Block[], paint: Paint): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) {
    if (block.kind === 'line') parts.push(paint(block.tone, block.text));
    else if (block.kind === 'fields') parts.push(fieldLines(block.fields, paint));
    // A table stands apart from what is above it.
    else parts.push(`${parts.length > 0 ? '\n' : ''}${await terminalTable(block.table, paint)}`);
  }
  return parts.length === 0 ? '' : `${parts.join('\n')}\n`;
}

function fieldLines(fields: readonly (readonly [string, Cell])[], paint: Paint): string {
  const width = Math.max(...fields.map(([label]) => label.length));
  return fields
    .map(([label, cell]) => `${paint('dim', label.padEnd(width))}  ${paint(cell.tone, shown(cell))}`)
    .join('\n');
}

async function terminalTable(table: TableView, paint: Paint): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const view = new Table({
    head: table.columns.map((column) => paint('dim', column.label)),
    colAligns: table.columns.map((column) => column.align ?? 'left'),
    // cli-table3 colours its borders and heads by itself, pipes included, unless told not to.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: BORDERLESS,
  });
  for (const row of table.rows) view.push(row.map((cell) => paint(cell.tone, shown(cell))));
  return view.toString().replace(/[ \t]+$/gm, '');
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
  return cell.text ?? (cell.raw === null ? '–' : String(cell.raw));
}
