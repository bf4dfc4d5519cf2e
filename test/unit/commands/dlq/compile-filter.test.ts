import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../../src/commands/dlq/compile-filter.ts';
import type { DeadLetter } from '../../../../src/lib/dlq/dead-letter.ts';

const letter = (body: unknown): DeadLetter => ({
  messageId: 'm-1',
  groupId: 'g',
  body,
  attributes: { tries: 3 },
  sentAt: '2026-08-07T14:15:03.000Z',
  receiveCount: 4,
});

async function matches(filter: string, body: unknown): Promise<boolean> {
  return (await compileFilter(filter))!.matches(letter(body));
}

describe('a filter', () => {
  test.each([
    ['body.n > `3`', { n: 4 }, true],
    ['body.n > `3`', { n: 3 }, false],
    ['body.n >= `0` && receiveCount > `3`', { n: 0 }, true],
    ["sentAt > '2026-08-07'", {}, true],
    ['attributes.tries < `4`', {}, true],
    ['body.list[-1] < `3`', { list: [9, 1] }, true],
    ['body.flag', { flag: false }, false],
    ['body.list', { list: [] }, false],
    ['body.n', { n: 0 }, true],
  ])('%s on %j is %j', async (filter, body, expected) => {
    expect(await matches(filter, body)).toBe(expected);
  });

  test.each([
    'body.n < `3`',
    'body.n <= `3`',
    'body.n > `-1`',
    'body.n >= `0`',
    '`3` > body.n',
    'body.a.n < `3`',
    'body.list[0] < `3`',
    'body.n < `3` && receiveCount > `0`',
  ])('%s does not match what lacks the field', async (filter) => {
    for (const body of [{}, { n: null }, 'text', []]) expect(await matches(filter, body)).toBe(false);
  });

  test('an alternative is not held up by what another one lacks', async () => {
    expect(await matches('body.n > `3` || body.ok', { ok: true })).toBe(true);
  });
});
