import type { MessageAttribute } from './topic.ts';

type Condition = unknown;

/**
 * Does a message pass a subscription's filter policy? Exact text, numbers, `prefix`, `suffix`, `anything-but`,
 * `exists`, `equals-ignore-case` and `numeric`; on attributes, or on the body when the scope says so.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export function passesFilter(
  policy: string | undefined,
  scope: string | undefined,
  attributes: Readonly<Record<string, MessageAttribute>>,
  message: string,
): boolean {
  if (policy === undefined || policy === '') return true;
  const rules = JSON.parse(policy) as Record<string, Condition>;
  if (scope === 'MessageBody') {
    const body = parse(message);
    return typeof body === 'object' && body !== null && matchesObject(rules, body as Record<string, unknown>);
  }
  return Object.entries(rules).every(([name, conditions]) => matchesAny(conditions, attributeValues(attributes[name])));
}

/** Every key of the pattern is met by the object: the rule of filter policies on bodies and of event patterns alike. */
export function matchesObject(
  pattern: Readonly<Record<string, Condition>>,
  object: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    const value = object[key];
    if (Array.isArray(rule)) return matchesAny(rule, value === undefined ? [] : Array.isArray(value) ? value : [value]);
    if (typeof rule !== 'object' || rule === null) return false;
    const inner = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    return matchesObject(rule as Record<string, Condition>, inner);
  });
}

function matchesAny(conditions: Condition, values: readonly unknown[]): boolean {
  if (!Array.isArray(conditions)) return false;
  return conditions.some((condition) => {
    if (isRule(condition) && 'exists' in condition) return condition['exists'] === values.length > 0;
    return values.some((value) => matchesOne(condition, value));
  });
}

function matchesOne(condition: Condition, value: unknown): boolean {
  if (!isRule(condition)) return condition === value;
  const text = typeof value === 'string' ? value : undefined;
  const [[name, wanted] = ['', undefined]] = Object.entries(condition);
  switch (name) {
    case 'prefix':
      return text?.startsWith(String(wanted)) ?? false;
    case 'suffix':
      return text?.endsWith(String(wanted)) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(wanted).toLowerCase();
    case 'anything-but':
      return anythingBut(wanted, value);
    case 'numeric':
      return typeof value === 'number' && numeric(wanted, value);
    default:
      return false;
  }
}

function anythingBut(wanted: unknown, value: unknown): boolean {
  const refused = Array.isArray(wanted) ? wanted : [wanted];
  return !refused.some((item) => matchesOne(item, value));
}

/** `["=", 5]`, `[">", 0, "<=", 10]` */
function numeric(wanted: unknown, value: number): boolean {
  if (!Array.isArray(wanted)) return false;
  for (let i = 0; i + 1 < wanted.length; i += 2) {
    const bound = Number(wanted[i + 1]);
    const holds = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    };
    if (holds[wanted[i] as keyof typeof holds] !== true) return false;
  }
  return wanted.length > 0;
}

function attributeValues(attribute: MessageAttribute | undefined): readonly unknown[] {
  if (attribute === undefined) return [];
  const text = attribute.StringValue ?? '';
  if (attribute.DataType.startsWith('Number')) return [Number(text)];
  if (attribute.DataType !== 'String.Array') return [text];
  const list = parse(text);
  return Array.isArray(list) ? list : [];
}

function isRule(condition: Condition): condition is Record<string, unknown> {
  return typeof condition === 'object' && condition !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
