import { type Content, type Markup, markup } from './markup.ts';

/** The header of a row, its figure, and what else there is to say. */
export type TableLine = readonly [header: Content, figure: Content, ...others: Content[]];

/**
 * A table that a phone shows line by line. Roles are spelt out: browsers take a table that is laid out otherwise for none.
 * https://www.w3.org/WAI/ARIA/apg/patterns/table/
 */
export function table([header, figure, ...others]: TableLine, lines: readonly TableLine[]): Markup {
  const heads = [
    markup`<th role="columnheader">${header}</th><th role="columnheader" class="number">${figure}</th>`,
    ...others.map((other) => markup`<th role="columnheader">${other}</th>`),
  ];
  return markup`<table role="table"><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">${lines.map(line)}</tbody></table>`;
}

function line([header, figure, ...others]: TableLine): Markup {
  const cells = others.map((other) => markup`<td role="cell">${other}</td>`);
  return markup`<tr role="row"><th role="rowheader">${header}</th><td role="cell" class="number">${figure}</td>${cells}</tr>`;
}
