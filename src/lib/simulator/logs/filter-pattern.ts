import { jsonFilter } from './json-filter.ts';

/** Tells whether a line passes. */
export type LineFilter = (message: string) => boolean;

/**
 * Reads a filter pattern: terms, quoted phrases, `-exclusion`, `?any`, or `{ $.field = value }` for JSON lines
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). An empty pattern takes all.
 * Patterns for space-delimited lines (`[a, b]`) and regular expressions in terms (`%…%`) are not read.
 * @throws SyntaxError when it cannot be read.
 */
export function lineFilter(pattern: string): LineFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return jsonFilter(text);
  if (text.startsWith('[')) throw new SyntaxError('patterns for space-delimited lines are not supported');
  return termFilter(text);
}

/** Case counts, and a term may stand anywhere in the line. */
function termFilter(text: string): LineFilter {
  const required: string[] = [];
  const excluded: string[] = [];
  const optional: string[] = [];
  const token = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/gy;
  let end = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, sign, quoted, bare] = match;
    const term = quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1');
    if (quoted === undefined && !/^[\w.:/@*-]+$/.test(term)) {
      throw new SyntaxError(`the term ${term} has to be quoted`);
    }
    (sign === '-' ? excluded : sign === '?' ? optional : required).push(term);
    end = token.lastIndex;
    const space = /\s*/y;
    space.lastIndex = end;
    end += space.exec(text)![0].length;
    token.lastIndex = end;
  }
  if (end < text.length) throw new SyntaxError(`unreadable at ${text.slice(end)}`);
  return (message) => {
    if (excluded.some((term) => message.includes(term))) return false;
    if (!required.every((term) => message.includes(term))) return false;
    return optional.length === 0 || optional.some((term) => message.includes(term));
  };
}
