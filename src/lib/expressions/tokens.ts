import { ExpressionError } from './expression-error.ts';

/** A word of an expression, with its place. */
export interface Token {
  readonly kind: 'name' | 'quoted' | 'text' | 'literal' | 'number' | 'sign';
  readonly text: string;
  /** From 0. */
  readonly start: number;
  readonly end: number;
}

const SKIPPED = /[ \t\n]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9]+|-/y;
const SIGN = /\[\?|\[\]|&&|\|\||[<>!=]=|[.*,:{}\][()@&|<>!]/y;
const QUOTES: Readonly<Record<string, Token['kind']>> = { "'": 'text', '`': 'literal', '"': 'quoted' };

/**
 * The words of a JMESPath expression (https://jmespath.org/specification.html#grammar). The parser that we use drops the last
 * character of a text whose quote is never closed, and stumbles over a single `=`: both end here.
 * @throws ExpressionError
 */
export function tokens(expression: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  const next = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(expression)?.[0];
  };
  while (at < expression.length) {
    const skipped = next(SKIPPED);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const first = expression[at]!;
    const quoted = QUOTES[first];
    const kind = quoted ?? (next(NAME) !== undefined ? 'name' : next(NUMBER) !== undefined ? 'number' : 'sign');
    const text =
      quoted !== undefined
        ? closed(expression, at)
        : kind === 'name'
          ? next(NAME)
          : kind === 'number'
            ? next(NUMBER)
            : next(SIGN);
    if (text === undefined) throw unknownCharacter(expression, at);
    found.push({ kind, text, start: at, end: at + text.length });
    at += text.length;
  }
  return found;
}

/** From a quote to the one that closes it. */
function closed(expression: string, start: number): string {
  const quote = expression[start]!;
  for (let at = start + 1; at < expression.length; at++) {
    if (expression[at] === '\\') at++;
    else if (expression[at] === quote) return expression.slice(start, at + 1);
  }
  throw new ExpressionError(`the ${quote} at character ${start + 1} is never closed`, start + 1);
}

function unknownCharacter(expression: string, at: number): ExpressionError {
  const character = String.fromCodePoint(expression.codePointAt(at)!);
  const where = `unexpected ${JSON.stringify(character)} at character ${at + 1}`;
  if (character === '=') return new ExpressionError(where, at + 1, 'two values are compared with ==.');
  if (/[‘’‚“”„´]/.test(character)) {
    return new ExpressionError(where, at + 1, "that is a typographic quote; text stands in '…'.");
  }
  return new ExpressionError(where, at + 1);
}
