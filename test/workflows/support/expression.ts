/** What an expression can name: contexts by name (`github`, `needs` …) and the status functions of where it stands. */
export interface Scope {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<'success' | 'failure' | 'cancelled', boolean>>;
}

const TOKEN = /\s*(?:(&&|\|\||==|!=|[()[\],.!*])|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*))/y;
const STATUS = /\b(success|failure|cancelled|always)\s*\(/;

type Token = { readonly kind: 'sign' | 'text' | 'number' | 'name' | 'end'; readonly value: string };

/**
 * Evaluates one expression of GitHub Actions, as far as our workflows go; anything else throws.
 * {@link https://docs.github.com/en/actions/reference/workflows-and-actions/expressions}
 */
export function evaluate(source: string, scope: Scope): unknown {
  const tokens = tokenize(source);
  let at = 0;
  const peek = () => tokens[at]!;
  const take = (sign: string): boolean => {
    if (peek().kind !== 'sign' || peek().value !== sign) return false;
    at += 1;
    return true;
  };
  const need = (sign: string) => {
    if (!take(sign)) throw new Error(`expected ${sign} before "${peek().value}" in: ${source}`);
  };

  // Each part is read into what evaluates it, since GitHub never evaluates the right side of a settled && or ||.
  const or = (): Lazy => {
    let left = and();
    while (take('||')) left = choose(left, and(), true);
    return left;
  };
  const and = (): Lazy => {
    let left = equality();
    while (take('&&')) left = choose(left, equality(), false);
    return left;
  };
  const equality = (): Lazy => {
    let left = unary();
    for (;;) {
      const [one, same] = [left, take('==')];
      if (!same && !take('!=')) return left;
      const other = unary();
      left = () => equal(one(), other()) === same;
    }
  };
  const unary = (): Lazy => {
    if (!take('!')) return deref();
    const value = unary();
    return () => !truthy(value());
  };
  const deref = (): Lazy => {
    let value = primary();
    for (;;) {
      const of = value;
      if (take('.')) {
        if (take('*')) value = () => Object.values(of() ?? {});
        else {
          const { value: key } = tokens[at++]!;
          value = () => member(of(), key);
        }
      } else if (take('[')) {
        const key = or();
        need(']');
        value = () => member(of(), String(key()));
      } else return value;
    }
  };
  const primary = (): Lazy => {
    if (take('(')) {
      const value = or();
      need(')');
      return value;
    }
    const { kind, value } = tokens[at++]!;
    if (kind === 'text') return () => value;
    if (kind === 'number') return () => Number(value);
    if (kind !== 'name') throw new Error(`unexpected "${value}" in: ${source}`);
    if (take('(')) {
      const args: Lazy[] = [];
      while (!take(')')) {
        args.push(or());
        take(',');
      }
      return () =>
        call(
          value,
          args.map((arg) => arg()),
          scope,
        );
    }
    if (value === 'true' || value === 'false') return () => value === 'true';
    if (value === 'null') return () => null;
    if (!(value in scope.contexts)) throw new Error(`no context "${value}" here: ${source}`);
    return () => scope.contexts[value];
  };

  const value = or();
  if (peek().kind !== 'end') throw new Error(`left over: "${peek().value}" in: ${source}`);
  return value();
}

type Lazy = () => unknown;

/** `left || right` where `settles` is true, else `left && right`. */
function choose(left: Lazy, right: Lazy, settles: boolean): Lazy {
  return () => {
    const value = left();
    return truthy(value) === settles ? value : right();
  };
}

/** A value with its `${{ … }}`: what one expression alone gives, or a text with all of them put in. */
export function fill(value: unknown, scope: Scope): unknown {
  if (typeof value !== 'string') return value;
  const whole = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(value);
  if (whole) return evaluate(whole[1]!, scope);
  return value.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, source: string) => asText(evaluate(source, scope)));
}

/**
 * Whether a job's `if` lets it run. Without a status function in it, `success()` is asked first.
 * {@link https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions}
 */
export function holds(condition: string | boolean | undefined, scope: Scope): boolean {
  const source = String(condition ?? true).replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  return truthy(evaluate(STATUS.test(source) ? source : `success() && (${source})`, scope));
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const text = source.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`cannot read "${text.slice(from)}"`);
    const [, sign, quoted, number, name] = match;
    if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', value: number });
    else tokens.push({ kind: 'name', value: name! });
  }
  return [...tokens, { kind: 'end', value: 'the end' }];
}

function call(name: string, args: readonly unknown[], { status }: Scope): unknown {
  switch (name) {
    case 'always':
      return true;
    case 'success':
    case 'failure':
    case 'cancelled':
      if (status === undefined) throw new Error(`${name}() is not to be had here`);
      return status[name];
    case 'contains': {
      const [where, what] = args;
      if (Array.isArray(where)) return where.some((item) => equal(item, what));
      return asText(where).toLowerCase().includes(asText(what).toLowerCase());
    }
    case 'fromJSON':
      return JSON.parse(asText(args[0]));
    case 'join':
      return (args[0] as unknown[]).map(asText).join(asText(args[1] ?? ','));
    default:
      throw new Error(`no function ${name} is known here`);
  }
}

function member(value: unknown, key: string): unknown {
  // Of a filtered list (`needs.*`) the member of each.
  if (Array.isArray(value) && !/^\d+$/.test(key)) return value.map((item) => member(item, key));
  return (value as Record<string, unknown> | null | undefined)?.[key] ?? null;
}

function truthy(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== 0 && value !== '';
}

/** Texts are equal whatever their case; values of two kinds are compared as numbers. */
function equal(left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right && (left === null) === (right === null)) return left === right;
  return asNumber(left) === asNumber(right);
}

function asNumber(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'object') return Number.NaN;
  return Number(value);
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return Array.isArray(value) ? 'Array' : 'Object';
  return String(value);
}
