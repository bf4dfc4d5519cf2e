import type { ApiError } from '../../kernel/api-error.ts';
import { validation } from '../errors.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'index' | 'symbol' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>()[\],.+-])|([^\s]))/y;
const KINDS = ['word', 'name', 'value', 'index', 'symbol'] as const;

/** The tokens of one expression, with a place in them. */
export class TokenStream {
  readonly #source: string;
  readonly #field: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @param field the request member, e.g. `ConditionExpression`; it opens every error. */
  constructor(source: string, field: string) {
    this.#source = source;
    this.#field = field;
    this.#tokens = this.#read();
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes the next token when it is this symbol. */
  takes(symbol: string): boolean {
    if (this.peek().kind !== 'symbol' || this.peek().text !== symbol) return false;
    this.#at++;
    return true;
  }

  /** Takes the next token when it is this keyword, in any case. */
  takesWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at++;
    return true;
  }

  isWord(word: string): boolean {
    return this.peek().kind === 'word' && this.peek().text.toUpperCase() === word;
  }

  expect(symbol: string): void {
    if (!this.takes(symbol)) throw this.unexpected();
  }

  /** The syntax error at the next token; AWS shows it between its neighbours. */
  unexpected(): ApiError {
    return this.#syntaxError(this.#at, this.#tokens);
  }

  error(detail: string): ApiError {
    return validation(`Invalid ${this.#field}: ${detail}`);
  }

  #read(): Token[] {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    let match = TOKEN.exec(this.#source);
    while (match !== null) {
      const kind = KINDS.find((_, i) => match![i + 1] !== undefined);
      const text = match[0].trimStart();
      const end = TOKEN.lastIndex;
      tokens.push({ kind: kind ?? 'symbol', text, start: end - text.length, end });
      if (kind === undefined) throw this.#syntaxError(tokens.length - 1, tokens);
      match = TOKEN.exec(this.#source);
    }
    if (tokens.length === 0) throw this.error('The expression can not be empty;');
    const length = this.#source.length;
    tokens.push({ kind: 'end', text: '<EOF>', start: length, end: length });
    return tokens;
  }

  #syntaxError(at: number, tokens: readonly Token[]): ApiError {
    const place = Math.min(at, tokens.length - 1);
    const first = tokens[Math.max(0, place - 1)]!;
    const last = tokens[Math.min(tokens.length - 1, place + 1)]!;
    const near = this.#source.slice(first.start, last.end);
    return this.error(`Syntax error; token: "${tokens[place]!.text}", near: "${near}"`);
  }
}
