import { validation } from './errors.ts';

/** Values by the start of their period, in seconds since the epoch. */
export type Points = Map<number, number>;

export interface TimeSeries {
  readonly points: ReadonlyMap<number, number>;
  readonly period: number;
}

export interface Scope {
  resolve(id: string): TimeSeries | undefined;
  /** All plain metrics of the request, for `METRICS()`. */
  metrics(): readonly TimeSeries[];
  /** Starts of all periods asked for, ascending: what `FILL` fills and where a plain number holds. */
  times(): readonly number[];
}

type Value = number | TimeSeries | readonly TimeSeries[];

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|"([^"]*)"|'([^']*)'|(==|!=|<=|>=|&&|\|\||[-+*/^()<>,[\]]))/y;

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'sign';
  readonly text: string;
}

/**
 * The part of metric maths that alarms and dashboards of small systems use: arithmetic, comparisons, AND/OR, IF, FILL,
 * SUM, AVG, MIN, MAX, ABS, CEIL, FLOOR, DIFF, RATE, PERIOD, METRICS. Other functions are refused.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluate(text: string, scope: Scope): TimeSeries {
  const parser = new Parser(tokens(text), scope, text);
  return asSeries(parser.parse(), scope);
}

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const pattern = new RegExp(TOKEN.source, 'y');
  while (pattern.lastIndex < text.trimEnd().length) {
    const match = pattern.exec(text);
    if (match === null) throw bad(text);
    const [, number, name, double, single, sign] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (name !== undefined) found.push({ kind: 'name', text: name });
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign });
    else found.push({ kind: 'text', text: double ?? single ?? '' });
  }
  return found;
}

function bad(text: string) {
  return validation(`Error in expression '${text}': not supported by the simulator, or a syntax error.`);
}

const PRECEDENCE: readonly (readonly string[])[] = [
  ['OR', '||'],
  ['AND', '&&'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/'],
];

class Parser {
  readonly #tokens: readonly Token[];
  readonly #scope: Scope;
  readonly #text: string;
  #at = 0;

  constructor(list: readonly Token[], scope: Scope, text: string) {
    this.#tokens = list;
    this.#scope = scope;
    this.#text = text;
  }

  parse(): Value {
    const value = this.#level(0);
    if (this.#at < this.#tokens.length) throw bad(this.#text);
    return value;
  }

  #level(level: number): Value {
    const signs = PRECEDENCE[level];
    if (signs === undefined) return this.#power();
    let left = this.#level(level + 1);
    for (let sign = this.#take(signs); sign !== undefined; sign = this.#take(signs)) {
      left = combine(sign, left, this.#level(level + 1), this.#text);
    }
    return left;
  }

  #power(): Value {
    const negative = this.#take(['-']) !== undefined;
    let value = this.#primary();
    if (this.#take(['^']) !== undefined) value = combine('^', value, this.#power(), this.#text);
    return negative ? combine('*', value, -1, this.#text) : value;
  }

  #primary(): Value {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw bad(this.#text);
    if (token.kind === 'number') return Number(token.text);
    if (token.text === '(') {
      const value = this.#level(0);
      this.#expect(')');
      return value;
    }
    if (token.text === '[') {
      const items = this.#list(']');
      return items.map((item) => asSeries(item, this.#scope));
    }
    if (token.kind !== 'name') throw bad(this.#text);
    if (this.#take(['(']) !== undefined) return this.#call(token.text.toUpperCase());
    const series = this.#scope.resolve(token.text);
    if (series === undefined) throw bad(this.#text);
    return series;
  }

  #call(name: string): Value {
    if (name === 'FILL') return this.#fill();
    if (name === 'METRICS') {
      this.#expect(')');
      return this.#scope.metrics();
    }
    return apply(name, this.#list(')'), this.#text);
  }

  #fill(): Value {
    const value = this.#level(0);
    this.#expect(',');
    const next = this.#tokens[this.#at];
    const repeat = next?.kind === 'name' && next.text.toUpperCase() === 'REPEAT';
    if (repeat) this.#at++;
    const filler = repeat ? undefined : this.#level(0);
    this.#expect(')');
    if (filler !== undefined && typeof filler !== 'number') throw bad(this.#text);
    return mapEach(value, (series) => fill(series, filler, this.#scope.times()));
  }

  #list(end: string): readonly Value[] {
    const items: Value[] = [];
    if (this.#take([end]) !== undefined) return items;
    do items.push(this.#level(0));
    while (this.#take([',']) !== undefined);
    this.#expect(end);
    return items;
  }

  #take(signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'number' || token.kind === 'text') return undefined;
    const text = token.text.toUpperCase();
    if (!signs.includes(text)) return undefined;
    this.#at++;
    return text;
  }

  #expect(sign: string): void {
    if (this.#take([sign]) === undefined) throw bad(this.#text);
  }
}

function combine(sign: string, left: Value, right: Value, text: string): Value {
  const operate = (a: number, b: number): number => {
    switch (sign) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '/':
        return a / b;
      case '^':
        return a ** b;
      case '==':
        return Number(a === b);
      case '!=':
        return Number(a !== b);
      case '<':
        return Number(a < b);
      case '>':
        return Number(a > b);
      case '<=':
        return Number(a <= b);
      case '>=':
        return Number(a >= b);
      case 'AND':
      case '&&':
        return Number(a !== 0 && b !== 0);
      default:
        return Number(a !== 0 || b !== 0);
    }
  };
  if (isList(left) || isList(right)) {
    if (isList(left)) return left.map((item) => combine(sign, item, right, text) as TimeSeries);
    return (right as readonly TimeSeries[]).map((item) => combine(sign, left, item, text) as TimeSeries);
  }
  if (typeof left === 'number' && typeof right === 'number') return operate(left, right);
  if (typeof left === 'number') return each(right as TimeSeries, (b) => operate(left, b));
  if (typeof right === 'number') return each(left, (a) => operate(a, right));
  return each(left, (a, at) => {
    const b = right.points.get(at);
    return b === undefined ? undefined : operate(a, b);
  });
}

function apply(name: string, args: readonly Value[], text: string): Value {
  const [first] = args;
  if (first === undefined) throw bad(text);
  switch (name) {
    case 'SUM':
      return reduce(first, (values) => values.reduce((sum, value) => sum + value, 0));
    case 'AVG':
      return reduce(first, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
    case 'MIN':
      return reduce(first, (values) => Math.min(...values));
    case 'MAX':
      return reduce(first, (values) => Math.max(...values));
    case 'ABS':
      return mapEach(first, (series) => each(series, Math.abs));
    case 'CEIL':
      return mapEach(first, (series) => each(series, (value) => Math.ceil(value)));
    case 'FLOOR':
      return mapEach(first, (series) => each(series, (value) => Math.floor(value)));
    case 'DIFF':
      return mapEach(first, (series) => steps(series, (change) => change));
    case 'RATE':
      return mapEach(first, (series) => steps(series, (change, seconds) => change / seconds));
    case 'PERIOD':
      return typeof first === 'number' || isList(first) ? fail(text) : first.period;
    case 'IF':
      return choose(args, text);
    default:
      throw bad(text);
  }
}

function choose([condition, yes, no]: readonly Value[], text: string): Value {
  if (condition === undefined || yes === undefined) throw bad(text);
  const at = (value: Value | undefined, time: number): number | undefined => {
    if (value === undefined || typeof value === 'number') return value;
    return isList(value) ? fail(text) : value.points.get(time);
  };
  if (typeof condition === 'number') return condition !== 0 ? yes : (no ?? fail(text));
  if (isList(condition)) throw bad(text);
  return each(condition, (value, time) => at(value !== 0 ? yes : no, time));
}

function fail(text: string): never {
  throw bad(text);
}

function isList(value: Value): value is readonly TimeSeries[] {
  return Array.isArray(value);
}

function each(series: TimeSeries, change: (value: number, at: number) => number | undefined): TimeSeries {
  const points: Points = new Map();
  for (const [at, value] of series.points) {
    const changed = change(value, at);
    // Division by zero leaves no point.
    if (changed !== undefined && Number.isFinite(changed)) points.set(at, changed);
  }
  return { points, period: series.period };
}

function mapEach(value: Value, change: (series: TimeSeries) => TimeSeries): Value {
  if (typeof value === 'number') return value;
  return isList(value) ? value.map(change) : change(value);
}

/** A series becomes one number; a list of series becomes one series, point by point. */
function reduce(value: Value, join: (values: readonly number[]) => number): Value {
  if (typeof value === 'number') return value;
  if (!isList(value)) return value.points.size === 0 ? value : join([...value.points.values()]);
  const at = new Map<number, number[]>();
  for (const series of value) {
    for (const [time, number] of series.points) {
      const known = at.get(time);
      if (known === undefined) at.set(time, [number]);
      else known.push(number);
    }
  }
  const points: Points = new Map();
  for (const [time, values] of at) points.set(time, join(values));
  return { points, period: value[0]?.period ?? 60 };
}

function steps(series: TimeSeries, change: (by: number, seconds: number) => number): TimeSeries {
  const points: Points = new Map();
  const ordered = [...series.points].sort((a, b) => a[0] - b[0]);
  ordered.slice(1).forEach(([at, value], i) => {
    const [before, previous] = ordered[i]!;
    points.set(at, change(value - previous, at - before));
  });
  return { points, period: series.period };
}

function fill(series: TimeSeries, filler: number | undefined, all: readonly number[]): TimeSeries {
  const points: Points = new Map();
  let last: number | undefined;
  for (const at of all) {
    const value = series.points.get(at) ?? filler ?? last;
    if (value === undefined) continue;
    points.set(at, value);
    last = value;
  }
  return { points, period: series.period };
}

/** The answer of a whole expression must be one series; a number holds in every period. */
function asSeries(value: Value, scope: Scope): TimeSeries {
  if (typeof value === 'number') {
    const points: Points = new Map(scope.times().map((at) => [at, value]));
    return { points, period: scope.metrics()[0]?.period ?? 60 };
  }
  if (!isList(value)) return value;
  const [only] = value;
  if (only === undefined || value.length > 1) throw validation('The expression must return a single time series.');
  return only;
}
