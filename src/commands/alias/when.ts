import { instant } from '../../lib/io/format.ts';
import type { Cell } from '../../lib/io/outcome.ts';

/** A time in the past, in one unit, so that the tables of aliases fit a narrow terminal: `5 min ago`. */
export function when(ms: number | null, nowMs: number): Cell {
  const cell = instant(ms, nowMs);
  return cell.text === undefined ? cell : { ...cell, text: cell.text.replace(/^(\d+ \S+) \d+ \S+ ago$/, '$1 ago') };
}
