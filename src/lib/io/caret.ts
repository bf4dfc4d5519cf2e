import { printable } from './printable.ts';

const INDENT = '  ';
const CUT = '…';

/**
 * An expression with a caret under the character that is wrong, in two lines; of a long one, what is around it.
 * @param position of the character, from 1
 * @param columns of the terminal
 */
export function caretLines(expression: string, position: number, columns: number): string {
  // A character a column: line feeds and tabs become blanks.
  const text = printable(expression.replace(/\s/g, ' '));
  const room = Math.max(20, columns - INDENT.length - 1);
  const at = Math.min(position - 1, text.length);
  const from = text.length <= room ? 0 : Math.max(0, Math.min(at - Math.floor(room / 2), text.length - room));
  const head = from > 0 ? CUT : '';
  const tail = from + room < text.length ? CUT : '';
  const shown = head + text.slice(from + head.length, from + room - tail.length) + tail;
  return `${INDENT}${shown}\n${INDENT}${' '.repeat(at - from)}^\n`;
}
