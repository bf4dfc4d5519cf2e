import { printable } from '../../io/printable.ts';

/** HTML or SVG that is safe to insert as it is: made by {@link markup} alone. */
export interface Markup {
  readonly source: string;
}

/** What may stand between pieces of markup; text is escaped, what is null or undefined leaves nothing. */
export type Content = string | number | Markup | null | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Markup with everything that is put into it escaped, for text and for quoted attributes alike. Control characters and
 * what turns the direction of text around are written out: names and messages come from AWS and from files of others.
 */
export function markup(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { source: pieces.map((piece, index) => (index === 0 ? '' : sourceOf(contents[index - 1])) + piece).join('') };
}

function sourceOf(content: Content): string {
  if (content === null || content === undefined) return '';
  if (typeof content === 'number') return String(Math.round(content * 100) / 100);
  if (typeof content === 'string') return printable(content).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
  return 'source' in content ? content.source : content.map(sourceOf).join('');
}

/** A link where the text is an address, else the text. Nothing but https is ever followed from a page. */
export function linked(text: string, label = text): Markup {
  return /^https:\/\/[^\s]+$/.test(text) ? markup`<a href="${text}" rel="noreferrer">${label}</a>` : markup`${text}`;
}
