import { isDeepStrictEqual } from 'node:util';
import { applyEdits, modify } from 'jsonc-parser';
import { BadEdit } from './bad-edit.ts';
import { valueChanges } from './value-changes.ts';

/**
 * The text of a body that is to mean `after`, written as the producer wrote it: compact stays compact, indented stays
 * indented, and where neither gives back the text as it was, only what changes is replaced within it. So numbers that are
 * too long for JavaScript stay as they are.
 * @param before what `text` means: the parsed JSON, or the text itself when it is none
 * @throws BadEdit
 */
export function rewriteBody(text: string, before: unknown, after: unknown): string {
  if (typeof after === 'string') return after;
  if (after === undefined || after === null) throw new BadEdit('the body would be empty');
  if (typeof after !== 'object') throw new BadEdit(`the body would be ${JSON.stringify(after)}, neither text nor JSON`);
  if (typeof before !== 'object') throw new BadEdit('the body is text, not JSON: give the whole text instead');
  const indent = /^[[{]\r?\n([ \t]+)/.exec(text)?.[1];
  if (JSON.stringify(before, null, indent) === text) return JSON.stringify(after, null, indent);
  const exact = /\d{16}/.test(text);
  const changes = valueChanges(before, after);
  if (exact && changes.some(({ after: value }) => losesDigits(value))) {
    throw new BadEdit('it sets a number that has more digits than can be kept; give it as text');
  }
  const formattingOptions =
    indent === undefined
      ? undefined
      : { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 1 : indent.length };
  let edited = text;
  for (const change of changes) {
    // An undefined value removes.
    edited = applyEdits(
      edited,
      modify(edited, [...change.path], change.after, formattingOptions === undefined ? {} : { formattingOptions }),
    );
  }
  if (isDeepStrictEqual(JSON.parse(edited), after)) return edited;
  // A name that stands twice in the same object: JSON means the last, and only writing all anew sets it.
  if (exact) throw new BadEdit('the body holds a name twice and numbers with more digits than can be kept');
  return JSON.stringify(after);
}

function losesDigits(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  return typeof value === 'object' && value !== null && Object.values(value).some(losesDigits);
}
