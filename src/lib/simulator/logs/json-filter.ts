type Predicate = (document: unknown) => boolean;
/** Steps of a selector: member names, indexes, or `*` for every element. */
type Step = string | number;

const OPERATORS = ['!=', '>=', '<=', '=', '>', '<'] as const;
type Operator = (typeof OPERATORS)[number];

/**
 * A filter on JSON lines: `{ $.level = "ERROR" && ($.count > 3 || $.user NOT EXISTS) }`. Lines that are no JSON object
 * never pass (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html#metric-filters-extract-json).
 * @throws SyntaxError when it cannot be read.
 */
export function jsonFilter(text: string): (message: string) => boolean {
  if (!text.endsWith('}')) throw new SyntaxError('a JSON pattern ends with }');
  const predicate = new Parser(text.slice(1, -1)).parse();
  return (message) => {
    if (!message.includes('{')) return false;
    let document: unknown;
    try {
      document = JSON.parse(message);
    } catch {
      return false;
    }
    return predicate(document);
  };
}

/** Recursive descent over `or`, `and`, parentheses and comparisons; `&&` binds tighter than `||`. */
class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Predicate {
    const predicate = this.#or();
    this.#space();
    if (this.#at < this.#text.length) throw this.#error();
    return predicate;
  }

  #or(): Predicate {
    let left = this.#and();
    while (this.#take('||')) {
      const [a, b] = [left, this.#and()];
      left = (document) => a(document) || b(document);
    }
    return left;
  }

  #and(): Predicate {
    let left = this.#term();
    while (this.#take('&&')) {
      const [a, b] = [left, this.#term()];
      left = (document) => a(document) && b(document);
    }
    return left;
  }

  #term(): Predicate {
    if (this.#take('(')) {
      const inner = this.#or();
      if (!this.#take(')')) throw this.#error();
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Predicate {
    const steps = this.#selector();
    const word = this.#match(/(NOT\s+EXISTS|IS\s+(?:TRUE|FALSE|NULL))/iy);
    if (word !== undefined) return wordPredicate(steps, word.toUpperCase().replace(/\s+/g, ' '));
    const operator = OPERATORS.find((each) => this.#take(each));
    if (operator === undefined) throw this.#error();
    return compare(steps, operator, this.#value());
  }

  #selector(): readonly Step[] {
    if (!this.#take('$')) throw this.#error();
    const steps: Step[] = [];
    for (;;) {
      const name = this.#match(/\.([A-Za-z0-9_-]+)/y, false);
      const index = name === undefined ? this.#match(/\[(\d+|\*|'[^']*'|"[^"]*")\]/y, false) : undefined;
      if (name === undefined && index === undefined) break;
      if (name !== undefined) steps.push(name);
      else if (/^\d+$/.test(index!)) steps.push(Number(index));
      else steps.push(index!.replace(/^['"]|['"]$/g, ''));
    }
    if (steps.length === 0) throw this.#error();
    return steps;
  }

  #value(): string | number | RegExp {
    const quoted = this.#match(/"((?:[^"\\]|\\.)*)"/y);
    if (quoted !== undefined) return wildcard(quoted.replace(/\\(.)/g, '$1'));
    const regex = this.#match(/%((?:[^%\\]|\\.)+)%/y);
    if (regex !== undefined) return new RegExp(regex);
    const bare = this.#match(/([^\s()&|]+)/y);
    if (bare === undefined) throw this.#error();
    return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(bare) ? Number(bare) : wildcard(bare);
  }

  #take(text: string): boolean {
    this.#space();
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** The first group of a sticky pattern, or undefined. */
  #match(pattern: RegExp, skipSpace = true): string | undefined {
    if (skipSpace) this.#space();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[1];
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #error(): SyntaxError {
    return new SyntaxError(`unreadable at ${this.#text.slice(this.#at)}`);
  }
}

function wordPredicate(steps: readonly Step[], word: string): Predicate {
  if (word === 'NOT EXISTS') return (document) => select(document, steps).length === 0;
  const wanted = word === 'IS TRUE' ? true : word === 'IS FALSE' ? false : null;
  return (document) => select(document, steps).some((value) => value === wanted);
}

function compare(steps: readonly Step[], operator: Operator, wanted: string | number | RegExp): Predicate {
  const test = comparison(operator, wanted);
  return (document) => select(document, steps).some(test);
}

function comparison(operator: Operator, wanted: string | number | RegExp): (value: unknown) => boolean {
  const equal = (value: unknown): boolean => {
    if (wanted instanceof RegExp) return typeof value === 'string' && wanted.test(value);
    if (typeof wanted === 'number') return value === wanted;
    return typeof value === 'string' && value === wanted;
  };
  if (operator === '=') return equal;
  // A line without the field does not differ from the value: it has none.
  if (operator === '!=') return (value) => !equal(value);
  if (typeof wanted !== 'number') throw new SyntaxError(`${operator} compares numbers`);
  return (value) => {
    if (typeof value !== 'number') return false;
    if (operator === '>') return value > wanted;
    if (operator === '>=') return value >= wanted;
    return operator === '<' ? value < wanted : value <= wanted;
  };
}

/** `*` stands for any text. */
function wildcard(text: string): string | RegExp {
  if (!text.includes('*')) return text;
  const escaped = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}

function select(document: unknown, steps: readonly Step[]): readonly unknown[] {
  let found: unknown[] = [document];
  for (const step of steps) {
    const next: unknown[] = [];
    for (const value of found) {
      if (typeof value !== 'object' || value === null) continue;
      if (step === '*' && Array.isArray(value)) next.push(...value);
      else if (Object.hasOwn(value, step)) next.push((value as Record<Step, unknown>)[step]);
    }
    found = next;
  }
  return found;
}
