import { invalidParameter } from './errors.ts';

/** A parsed filter pattern: an object of fields, each with alternatives or a nested pattern. */
export type EventPattern = Readonly<Record<string, unknown>>;

type Condition = (value: unknown, present: boolean) => boolean;

const OPERATORS: Readonly<Record<string, (argument: unknown) => Condition | undefined>> = {
  exists: (wanted) => (typeof wanted === 'boolean' ? (_, present) => present === wanted : undefined),
  prefix: (prefix) => textTest(prefix, (value, text) => value.startsWith(text)),
  suffix: (suffix) => textTest(suffix, (value, text) => value.endsWith(text)),
  'equals-ignore-case': (other) => textTest(other, (value, text) => value.toLowerCase() === text.toLowerCase()),
  'anything-but': (argument) => {
    const unwanted = Array.isArray(argument) ? argument : [argument];
    if (unwanted.length === 0 || !unwanted.every(isScalar)) return undefined;
    return (value, present) => present && !unwanted.includes(value);
  },
  numeric: numericTest,
};

/**
 * Reads the JSON text of one filter. The rules are EventBridge's, as far as Lambda takes them
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax).
 * @throws ApiError InvalidParameterValueException
 */
export function parsePattern(text: string): EventPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalidPattern();
  }
  checkPattern(pattern);
  return pattern as EventPattern;
}

/** Whether an event meets every field of the pattern. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === '$or') return (rule as EventPattern[]).some((each) => matchesPattern(each, event));
    const holder = isObject(event) ? event : {};
    const present = key in holder;
    const value = holder[key];
    if (!Array.isArray(rule)) return isObject(value) && matchesPattern(rule as EventPattern, value);
    const values = Array.isArray(value) ? value : [value];
    return rule.some((alternative) => {
      const condition = readCondition(alternative)!;
      return values.some((each) => condition(each, present));
    });
  });
}

function checkPattern(pattern: unknown): void {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw invalidPattern();
  for (const [key, rule] of Object.entries(pattern)) {
    if (key === '$or' && Array.isArray(rule)) for (const each of rule) checkPattern(each);
    else if (Array.isArray(rule)) {
      if (rule.length === 0 || rule.some((each) => readCondition(each) === undefined)) throw invalidPattern();
    } else checkPattern(rule);
  }
}

function readCondition(alternative: unknown): Condition | undefined {
  if (isScalar(alternative)) return (value, present) => present && value === alternative;
  if (!isObject(alternative)) return undefined;
  const [[name, argument] = [], ...others] = Object.entries(alternative);
  if (name === undefined || others.length > 0) return undefined;
  return OPERATORS[name]?.(argument);
}

function textTest(argument: unknown, test: (value: string, text: string) => boolean): Condition | undefined {
  if (typeof argument !== 'string') return undefined;
  return (value) => typeof value === 'string' && test(value, argument);
}

/** `["=", 1]`, `[">", 1]`, `[">=", 1, "<", 2]`. */
function numericTest(argument: unknown): Condition | undefined {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2 === 1) return undefined;
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < argument.length; i += 2) {
    const [operator, limit] = [argument[i], argument[i + 1]];
    if (typeof limit !== 'number') return undefined;
    if (operator === '=') tests.push((value) => value === limit);
    else if (operator === '<') tests.push((value) => value < limit);
    else if (operator === '<=') tests.push((value) => value <= limit);
    else if (operator === '>') tests.push((value) => value > limit);
    else if (operator === '>=') tests.push((value) => value >= limit);
    else return undefined;
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidPattern() {
  return invalidParameter('Invalid filter pattern definition.');
}
