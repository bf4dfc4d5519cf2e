import type { ExplainedAttempt, ExplainedError, Explanation } from '../../lib/dlq/explain/explain.ts';
import { LEFT_BEHIND } from '../../lib/dlq/inspect/failure-cause.ts';
import { formatDuration, instant, text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import { logWords } from './log-words.ts';
import { wrapText } from './wrap-text.ts';

const MOST_FRAMES = 4;
const MOST_LINES = 12;

/** What a person sees of one message's death: the cause, its attempts, and the log of the last one. */
export function explainView(found: Explanation, now: number, columns: number | null): readonly Block[] {
  const width = columns ?? 120;
  return [
    { kind: 'line', text: headline(found), tone: 'strong' },
    { kind: 'fields', fields: fields(found, now, width) },
    ...(found.attempts.length === 0 ? [] : [attemptTable(found.attempts, now, width)]),
    ...lastLog(found, width),
  ];
}

function headline({ messageId, error, blockedBy, attempts, inQueue }: Explanation): string {
  const done = !inQueue && attempts.at(-1)?.outcome === 'processed';
  if (done) return `${messageId} was processed in the end.`;
  if (blockedBy !== null) return `${messageId} never had its turn: it waited behind ${blockedBy.messageId}.`;
  if (error === null) return `${messageId}: no cause known.`;
  return `${messageId} died of ${error.name}.`;
}

function fields(found: Explanation, now: number, width: number): (readonly [string, Cell])[] {
  const room = Math.max(30, width - 11);
  const rows: (readonly [string, Cell | null])[] = [
    ['error', found.error === null || found.error.name === LEFT_BEHIND ? null : errorCell(found.error, room)],
    ['failed 1st', found.blockedBy === null ? null : errorCell(found.blockedBy.error, room)],
    ['cause', found.error?.rootCause == null ? null : { raw: wrapText(found.error.rootCause, room, 2) }],
    ['at', found.error?.callSite == null ? null : { raw: wrapText(found.error.callSite, room, 1) }],
    ['version', versionCell(found)],
    ['group', found.groupId === null ? null : text(found.groupId)],
    ['sent', found.sentAt === null ? null : instant(Date.parse(found.sentAt), now)],
    ['receives', found.receiveCount === null ? null : { raw: `${found.receiveCount}, this look included` }],
    ['expires', expires(found, now)],
    ['body', found.inQueue ? { raw: wrapText(bodyText(found.body), room, 2) } : null],
  ];
  return rows.flatMap(([label, cell]) => (cell === null ? [] : broken(label, cell)));
}

/** A cell of several lines as several rows, so that all stand below each other. */
function broken(label: string, cell: Cell): (readonly [string, Cell])[] {
  const lines = (cell.text ?? String(cell.raw)).split('\n');
  const tone = cell.tone === undefined ? {} : { tone: cell.tone };
  if (lines.length === 1) return [[label, cell]];
  return lines.map((line, index) => [index === 0 ? label : '', { raw: line, ...tone }]);
}

function errorCell(error: ExplainedError | null, room: number): Cell {
  if (error === null) return { raw: 'not in the log' };
  return { raw: wrapText(error.message === '' ? error.name : `${error.name}: ${error.message}`, room, 3), tone: 'bad' };
}

function versionCell(found: Explanation): Cell | null {
  const version = found.version ?? found.blockedBy?.version ?? null;
  return version === null
    ? null
    : { raw: found.requestId === null ? version : `${version}, request ${found.requestId}` };
}

function expires({ expiresAt, expiryBasis }: Explanation, now: number): Cell | null {
  if (expiresAt === null) return null;
  const cell = instant(Date.parse(expiresAt), now);
  return { ...cell, text: `${cell.text}${expiryBasis === 'earliest' ? ' at the earliest' : ''} (${expiresAt})` };
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function attemptTable(attempts: readonly ExplainedAttempt[], now: number, width: number): Block {
  const wide = width >= 95;
  return {
    kind: 'table',
    table: {
      columns: [
        { label: 'ATTEMPT', align: 'right' },
        { label: 'WHEN' },
        { label: 'VERSION' },
        { label: 'OUTCOME' },
        { label: 'DURATION', align: 'right' },
        { label: 'MEMORY', align: 'right' },
        ...(wide ? [{ label: 'COLD START', align: 'right' as const }] : []),
        { label: 'REQUEST' },
      ],
      rows: attempts.map((attempt, index) => [
        { raw: index + 1 },
        instant(Date.parse(attempt.at), now),
        text(attempt.version),
        text(attempt.outcome, attempt.outcome === 'failed' ? 'bad' : undefined),
        milliseconds(attempt.durationMs),
        attempt.usedMb === null
          ? text(null)
          : { raw: attempt.usedMb, text: `${attempt.usedMb}/${attempt.memoryMb ?? '?'} MB` },
        ...(wide ? [milliseconds(attempt.initMs)] : []),
        { raw: attempt.requestId, text: attempt.requestId?.slice(0, 8) ?? '–' },
      ]),
    },
  };
}

function milliseconds(ms: number | null): Cell {
  return ms === null ? text(null) : { raw: ms, text: ms < 1000 ? `${ms.toFixed(0)} ms` : formatDuration(ms / 1000) };
}

/** The lines of the attempt that failed last, short; `--json` has them whole. */
function lastLog({ logs, requestId, error, attempts }: Explanation, width: number): readonly Block[] {
  const lines = logs.filter((line) => line.requestId === (requestId ?? attempts.at(-1)?.requestId ?? null));
  if (lines.length === 0) return [];
  const frames = (error?.stack ?? '')
    .split('\n')
    .filter((line) => /^\s*(?:at |File ")/.test(line))
    .slice(0, MOST_FRAMES);
  return [
    { kind: 'line', text: '\nLog of that attempt:' },
    ...lines.slice(-MOST_LINES).map(
      (line): Block => ({
        kind: 'line',
        text: `  ${line.at.slice(11, 23)}  ${wrapText(logWords(line.message), Math.max(40, width - 18), 1)}`,
        tone: 'dim',
      }),
    ),
    ...frames.map(
      (frame): Block => ({ kind: 'line', text: `    ${wrapText(frame, Math.max(40, width - 6), 1)}`, tone: 'dim' }),
    ),
  ];
}
