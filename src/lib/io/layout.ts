/** Two columns wide on a terminal: CJK, Hangul, full-width forms, emoji. https://www.unicode.org/reports/tr11/ */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const ZERO = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns that one line of text takes on a terminal. */
export function textWidth(line: string): number {
  if (/^[\x20-\x7e]*$/.test(line)) return line.length;
  let width = 0;
  for (const character of line) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Lines of at most `width` columns, broken between words; a word that is longer stays whole, so that it can be copied. */
export function wrapWords(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => {
    if (textWidth(line) <= width) return [line];
    const lines: string[] = [];
    let current: string | undefined;
    for (const word of line.split(' ')) {
      if (current === undefined) current = word;
      else if (textWidth(current) + 1 + textWidth(word) <= width) current += ` ${word}`;
      else {
        lines.push(current);
        current = word;
      }
    }
    return [...lines, current ?? ''];
  });
}

/** A cell up to this width is not broken: `in 13 d 23 h`. */
const UNBROKEN = 14;

/**
 * Widths for the columns of a table so that its lines fit, the long texts wrapped between words; undefined when they
 * cannot.
 * @param columns the cells of each column, its label first. @param gap columns between two cells.
 */
export function fitColumns(
  columns: readonly (readonly string[])[],
  available: number,
  gap: number,
): readonly number[] | undefined {
  const natural = columns.map((cells) => Math.max(...cells.flatMap((cell) => cell.split('\n').map(textWidth))));
  const room = available - gap * (columns.length - 1);
  if (sum(natural) <= room) return natural;
  const least = columns.map((cells) =>
    Math.max(
      ...cells.map((cell, index) => (index === 0 || textWidth(cell) <= UNBROKEN ? textWidth(cell) : word(cell))),
    ),
  );
  const spare = room - sum(least);
  if (spare < 0) return undefined;
  const wanted = sum(natural) - sum(least);
  return least.map((width, index) => width + Math.floor((spare * (natural[index]! - width)) / wanted));
}

/** The width of the longest word. */
function word(text: string): number {
  return Math.max(...text.split(/[ \n]/).map(textWidth));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
