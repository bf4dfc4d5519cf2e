import type { AuditCheck } from '../lib/audit/audit.ts';
import type { AuditStatus } from '../lib/audit/verdict.ts';
import { plural, text } from '../lib/io/format.ts';
import type { Block, Cell } from '../lib/io/outcome.ts';
import type { Tone } from '../lib/io/paint.ts';

const TONES: Readonly<Record<AuditStatus, Tone>> = { OK: 'good', NOTE: 'accent', SKIP: 'dim', NG: 'bad' };

/**
 * Pillar after pillar, what is wrong first.
 * @param columns of the terminal, on which what is well takes one line each; without it all of it is told.
 */
export function auditView(checks: readonly AuditCheck[], columns = Number.POSITIVE_INFINITY): readonly Block[] {
  return [
    {
      kind: 'table',
      table: {
        columns: ['PILLAR', 'STATUS', 'CHECK', 'FOUND'].map((label) => ({ label })),
        rows: checks.map((check, index) => [
          // Once for all its checks; a pipe has it in each line.
          { raw: check.pillar, text: check.pillar === checks[index - 1]?.pillar ? '' : check.pillar },
          text(check.status, TONES[check.status]),
          text(check.id),
          found(check, checks[index + 1], columns - BESIDE),
        ]),
      },
    },
    headline(checks),
  ];
}

/** What the other columns take. */
const BESIDE = 42;

function found({ status, evidence, mend }: AuditCheck, next: AuditCheck | undefined, room: number): Cell {
  if (status === 'OK') return { raw: evidence, text: shortened(evidence, room) };
  // What mends several is told after the last of them.
  return text(mend === null || mend === next?.mend ? evidence : `${evidence}\nMend: ${mend}`);
}

function shortened(words: string, room: number): string {
  return words.length <= room ? words : `${words.slice(0, Math.max(1, room - 1)).trimEnd()}…`;
}

function headline(checks: readonly AuditCheck[]): Block {
  const of = (status: AuditStatus) => checks.filter((check) => check.status === status).length;
  const rest = (['NOTE', 'SKIP'] as const).flatMap((status) => (of(status) === 0 ? [] : [`${of(status)} ${status}`]));
  const wrong = of('NG');
  const others = rest.length === 0 ? '' : ` (${rest.join(', ')})`;
  return wrong === 0
    ? { kind: 'line', text: `✓ nothing is wrong in ${plural(checks.length, 'check')}${others}`, tone: 'good' }
    : { kind: 'line', text: `${wrong} of ${plural(checks.length, 'check')} NG${others}`, tone: 'bad' };
}
