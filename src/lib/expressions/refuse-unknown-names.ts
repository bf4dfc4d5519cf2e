import { closest } from '../errors/closest.ts';
import type { Expression } from './compile-expression.ts';
import { ExpressionError } from './expression-error.ts';
import { comparisons, fieldName, walk } from './syntax-tree.ts';
import { type Token, tokens } from './tokens.ts';

/**
 * A document whose top-level fields are fixed has no others: a name that is none of them is never anything but null. It is text
 * without quotes, or a path without its beginning. `null` itself means what it says.
 * @param names of the document's top-level fields
 * @throws ExpressionError
 */
export function refuseUnknownNames(expression: Expression, names: readonly string[]): void {
  const values = new Set(comparisons(expression.tree).map(([, right]) => right));
  walk(expression.tree, (node, root) => {
    const name = fieldName(node);
    if (!root || name === null || name === 'null' || names.includes(name)) return;
    const position = placeOf(name, tokens(expression.text));
    const where = position === null ? '' : ` at character ${position}`;
    throw new ExpressionError(`there is no field ${name}${where}`, position, hint(name, values.has(node), names));
  });
}

function hint(name: string, isValue: boolean, names: readonly string[]): string {
  if (name === 'true' || name === 'false') return `write \`${name}\`.`;
  if (isValue) return `text stands in quotes: '${name}'.`;
  const near = closest(name, names);
  const path = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
  return near === undefined
    ? `is body.${path} meant? The fields are ${names.join(', ')}.`
    : `is ${near} meant, or body.${path}? The fields are ${names.join(', ')}.`;
}

/** Of the first word that is this name at the beginning of a path; from 1. */
function placeOf(name: string, words: readonly Token[]): number | null {
  const word = words.find(({ kind, text }, index) => {
    const next = words[index + 1]?.text;
    const named = text === name || (kind === 'quoted' && JSON.parse(text) === name);
    return named && words[index - 1]?.text !== '.' && next !== ':' && next !== '(';
  });
  return word === undefined ? null : word.start + 1;
}
