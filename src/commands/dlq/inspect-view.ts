import { NEAR_EXPIRY_MS } from '../../lib/dlq/inspect/advice.ts';
import type { FailureGroup } from '../../lib/dlq/inspect/group-by-signature.ts';
import type { InspectedMessage, Inspection } from '../../lib/dlq/inspect/inspect.ts';
import { count, formatCount, formatDuration, instant, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import { logWords } from './log-words.ts';
import { shortIdLength, wrapText } from './wrap-text.ts';

export interface ViewOptions {
  readonly explain: boolean;
  readonly now: number;
  /** Width of the terminal; null where there is none: every column, no line broken. */
  readonly columns: number | null;
}

interface Column<T> {
  readonly label: string;
  readonly align?: 'right';
  /** Left out on terminals narrower than this. */
  readonly from?: number;
  cell(item: T): Cell;
}

const MOST_MESSAGES = 5;
const MOST_EXPLAINED = 10;

/** What a person sees of a look at a dead-letter queue: the causes, then some of the messages. */
export function inspectView(found: Inspection, options: ViewOptions): readonly Block[] {
  if (found.messages.length === 0) return [{ kind: 'line', text: nothing(found) }];
  const groups = groupTable(found.groups, options);
  const most = options.columns === null ? found.messages.length : options.explain ? MOST_EXPLAINED : MOST_MESSAGES;
  const shown =
    options.explain || options.columns !== null ? found.messages.slice(0, most) : found.messages.slice(0, 10);
  const messages = messageTable(shown, found, options);
  const more = found.messages.length - shown.length;
  const rest: Block[] =
    more > 0 && options.columns !== null
      ? [{ kind: 'line', text: `… and ${plural(more, 'more message')}; --json lists all.`, tone: 'dim' }]
      : [];
  const lines =
    options.explain && options.columns !== null ? shown.flatMap((message) => logLines(message, options)) : [];
  return [
    { kind: 'line', text: headline(found, options.now), tone: 'strong' },
    ...(options.explain ? [messages, ...lines, ...rest, groups] : [groups, messages, ...rest]),
    ...unlinked(found),
  ];
}

/** An empty answer, told apart from one that could not see. */
function nothing(found: Inspection): string {
  if (found.scanned > 0) return `No dead letters match in ${found.queue}.`;
  if (found.hidden > 0) return `No dead letters can be seen in ${found.queue} now; about ${found.hidden} cannot.`;
  return `No dead letters in ${found.queue}.`;
}

function headline(found: Inspection, now: number): string {
  const { soonestExpiry, matched, scanned, hidden, groups, queue } = found;
  const all = hidden > 0 ? `about ${formatCount(scanned + hidden)}` : formatCount(scanned);
  const letters =
    matched === scanned && hidden === 0
      ? plural(matched, 'dead letter')
      : `${formatCount(matched)} of ${all} dead letters`;
  const kinds = plural(groups.length, groups.every(({ basis }) => basis === 'shape') ? 'shape' : 'cause');
  return `${letters} in ${queue}, ${kinds}.${expiryWords(soonestExpiry, now)}`;
}

function expiryWords(soonest: Inspection['soonestExpiry'], now: number): string {
  if (soonest === null) return '';
  const leftMs = Date.parse(soonest.at) - now;
  if (leftMs <= 0) return ' The first may expire any moment.';
  return ` The first expires in ${formatDuration(leftMs / 1000)}${soonest.basis === 'earliest' ? ' at the earliest' : ''}.`;
}

function groupTable(groups: readonly FailureGroup[], { now, columns }: ViewOptions): Block {
  const all: readonly Column<FailureGroup>[] = [
    { label: 'COUNT', align: 'right', cell: (group) => count(group.count, 'strong') },
    {
      label: 'CAUSE',
      cell: (group) =>
        wrapped(
          group.signature,
          columns,
          columns !== null && columns >= 120 ? 78 : columns !== null && columns >= 110 ? 68 : 52,
        ),
    },
    { label: 'VERSION', cell: (group) => text(group.versions.length === 0 ? null : group.versions.join(',')) },
    { label: 'FIRST', from: 110, cell: (group) => time(group.first, now) },
    { label: 'LAST', cell: (group) => time(group.last, now) },
    { label: 'RECEIVES', cell: ({ receiveCounts: { min, max } }) => text(min === max ? `${min}` : `${min}–${max}`) },
    { label: 'EXPIRES', cell: (group) => expires(group.expiresAt, now) },
    { label: 'GROUPS', align: 'right', from: 120, cell: (group) => count(group.messageGroupCount) },
  ];
  return table(all, groups, columns);
}

function messageTable(messages: readonly InspectedMessage[], found: Inspection, { now, columns }: ViewOptions): Block {
  const length = shortIdLength(found.messages.map(({ messageId }) => messageId));
  const all: readonly Column<InspectedMessage>[] = [
    {
      label: 'MESSAGE',
      cell: ({ messageId }) => ({ raw: messageId, ...(columns === null ? {} : { text: messageId.slice(0, length) }) }),
    },
    {
      label: 'GROUP',
      cell: ({ groupId }) => ({
        ...text(groupId),
        ...(columns === null || groupId === null ? {} : { text: wrapText(groupId, 16, 1) }),
      }),
    },
    { label: 'SENT', cell: ({ sentAt }) => time(sentAt, now) },
    { label: 'RECEIVES', align: 'right', cell: ({ receiveCount }) => count(receiveCount) },
    { label: 'EXPIRES', cell: ({ expiresAt }) => expires(expiresAt, now) },
    { label: 'ERROR', cell: (message) => wrapped(errorOf(message), columns, 54 + length, 1) },
  ];
  return table(all, messages, columns);
}

function errorOf({ error, blockedBy }: InspectedMessage): string | null {
  if (error === null) return null;
  return blockedBy === null ? `${error.name}: ${error.message}` : `waits behind ${blockedBy}`;
}

/** With `--explain`: the run that failed it, and the last lines that name it. */
function logLines(message: InspectedMessage, { columns }: ViewOptions): readonly Block[] {
  if (message.logs.length === 0) return [];
  const width = Math.max(40, (columns ?? 120) - 4);
  const run = message.requestId === null ? '' : `, request ${message.requestId}`;
  return [
    {
      kind: 'line',
      text: `\n${message.messageId}${message.version === null ? '' : `, version ${message.version}`}${run}`,
    },
    ...message.logs.slice(-2).map(
      (line): Block => ({
        kind: 'line',
        text: `  ${line.at.slice(11, 19)}  ${wrapText(logWords(line.message), width - 10, 1)}`,
        tone: 'dim',
      }),
    ),
  ];
}

/** Failures that could be the cause of messages without one; more cannot be said. */
function unlinked(found: Inspection): readonly Block[] {
  if (found.unlinked.length === 0) return [];
  return [
    { kind: 'line', text: '\nIn that time the function also failed like this, without naming a message:' },
    ...found.unlinked.slice(0, 3).map(
      ({ signature, count: times, versions }): Block => ({
        kind: 'line',
        text: `  ${times} × ${signature}${versions.length === 0 ? '' : ` (version ${versions.join(', ')})`}`,
      }),
    ),
  ];
}

function table<T>(all: readonly Column<T>[], items: readonly T[], width: number | null): Block {
  const columns = all.filter(({ from = 0 }) => width === null || width >= from);
  return {
    kind: 'table',
    table: {
      columns: columns.map(({ label, align }) => (align === undefined ? { label } : { label, align })),
      rows: items.map((item) => columns.map((column) => column.cell(item))),
    },
  };
}

/** @param taken characters of the other columns. */
function wrapped(value: string | null, columns: number | null, taken: number, lines = 3): Cell {
  const cell = text(value);
  return columns === null || value === null
    ? cell
    : { ...cell, text: wrapText(value, Math.max(20, columns - taken), lines) };
}

function time(iso: string | null, now: number): Cell {
  return instant(iso === null ? null : Date.parse(iso), now);
}

function expires(iso: string | null, now: number): Cell {
  const cell = time(iso, now);
  return iso !== null && Date.parse(iso) - now < NEAR_EXPIRY_MS ? { ...cell, tone: 'bad' } : cell;
}
