import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { parsedBody } from '../dead-letter.ts';

const MOST_PATHS = 40;

/**
 * What a message looks like without its values, e.g. `{event:{id:string,n:number}} attributes(source:String)`: groups
 * dead letters where no log tells the cause.
 */
export function bodyShape(message: ReceivedMessage): string {
  const names = Object.entries(message.attributes)
    .map(([name, value]) => `${name}:${value.dataType}`)
    .sort();
  return shape(message) + (names.length === 0 ? '' : ` attributes(${names.join(',')})`);
}

function shape(message: ReceivedMessage): string {
  const body = parsedBody(message.body);
  if (typeof body !== 'string') return describe(body, { left: MOST_PATHS });
  if (message.body.trim() === '') return 'empty body';
  return /^\s*[{[]/.test(message.body) ? 'malformed JSON' : 'text';
}

function describe(value: unknown, budget: { left: number }): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[${[...new Set(value.slice(0, 5).map((item) => describe(item, budget)))].sort().join('|')}]`;
  }
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    if (budget.left-- <= 0) {
      parts.push('…');
      break;
    }
    parts.push(`${key}:${describe((value as Record<string, unknown>)[key], budget)}`);
  }
  return `{${parts.join(',')}}`;
}
