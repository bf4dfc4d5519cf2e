import { expect, test } from 'vitest';
import { normaliseQuery } from '../../services/processor/normalise-query.ts';
import { groupIdOf, parseEvent } from '../../services/shared/event.ts';
import { toStoredEvent } from '../../services/shared/events-table.ts';
import { queryEvent } from './helpers.ts';

const id = '0b5ec1a4-6b3c-4d5e-8f70-123456789abc';
const common = { id, sessionId: 's_1-a', occurredAt: '2026-03-04T10:15:00Z' };

test.each([
  { ...common, type: 'query', query: 'Do you work 100% remote? 🦊', answered: true, latencyMs: 12 },
  {
    ...common,
    type: 'page_view',
    path: '/',
    referrer: 'https://example.com/',
    userAgent: 'Mozilla/5.0',
    country: 'GB',
  },
  { ...common, type: 'download', path: '/cv.pdf' },
])('$type is an event', (event) => {
  expect(parseEvent(event)).toEqual({ event });
});

test.each<[string, unknown, string]>([
  ['text', 'event', 'must be an object'],
  ['nothing', null, 'must be an object'],
  ['no type', { ...common, query: 'x' }, 'type: must be query, page_view or download'],
  ['an unknown type', { ...common, type: 'click' }, 'type: must be query, page_view or download'],
  ['no id', { ...common, id: undefined, type: 'query', query: 'x' }, 'id: is missing'],
  ['an id of its own making', { ...common, id: 'abc', type: 'query', query: 'x' }, 'id: must be a UUID'],
  [
    'a session id that is no group id',
    { ...common, sessionId: 'a b', type: 'query', query: 'x' },
    'sessionId: must have 1 to 64 letters, digits, - or _',
  ],
  [
    'a local time',
    { ...common, occurredAt: '2026-03-04T10:15:00+01:00', type: 'query', query: 'x' },
    'occurredAt: must be a time in UTC such as 2026-03-02T09:30:00Z',
  ],
  [
    'a day that is none',
    { ...common, occurredAt: '2026-02-30T10:15:00Z', type: 'query', query: 'x' },
    'occurredAt: must be a time in UTC such as 2026-03-02T09:30:00Z',
  ],
  ['an empty query', { ...common, type: 'query', query: '' }, 'query: must not be empty'],
  ['a long query', { ...common, type: 'query', query: 'x'.repeat(1001) }, 'query: must be at most 1000 characters'],
  ['a number for text', { ...common, type: 'query', query: 7 }, 'query: must be a string'],
  ['a negative latency', { ...common, type: 'query', query: 'x', latencyMs: -1 }, 'latencyMs: must be at least 0'],
  ['half a millisecond', { ...common, type: 'query', query: 'x', latencyMs: 0.5 }, 'latencyMs: must be an integer'],
  [
    'a path without slash',
    { ...common, type: 'page_view', path: 'cv' },
    'path: must start with / and have no spaces, at most 500 characters',
  ],
  ['an unknown field', { ...common, type: 'query', query: 'x', mail: 'a@b.c' }, 'unknown field "mail"'],
])('%s is refused in one line that names the field', (_, value, problem) => {
  expect(parseEvent(value)).toEqual({ problem });
});

test('the message group is the session', () => {
  expect(groupIdOf(queryEvent({ sessionId: 'abc' }))).toBe('abc');
});

test('an item has its day, its expiry and its topic from the event alone', () => {
  const event = queryEvent({
    id,
    occurredAt: '2026-03-04T23:59:59.999Z',
    query: '  Do  you know\nＴｅｒｒａｆｏｒｍ?? ',
  });
  expect(toStoredEvent(event, 90, normaliseQuery)).toEqual({
    ...event,
    day: '2026-03-04',
    expiresAt: Date.parse('2026-06-02T23:59:59Z') / 1000,
    topic: 'do you know terraform',
  });
});

test('a long question is cut between characters', () => {
  expect(normaliseQuery(`${'x'.repeat(199)}🦊🦊`)).toBe(`${'x'.repeat(199)}🦊`);
});

test('the largest event stays within five write units', () => {
  const largest = {
    ...common,
    type: 'query',
    query: '語'.repeat(1000),
    userAgent: 'u'.repeat(300),
    sessionId: 's'.repeat(64),
    country: 'GB',
    answered: true,
    latencyMs: 600_000,
  };
  const parsed = parseEvent(largest);
  if (!('event' in parsed)) throw new Error(parsed.problem);
  expect(Buffer.byteLength(JSON.stringify(toStoredEvent(parsed.event, 90, normaliseQuery)))).toBeLessThan(5 * 1024);
});
