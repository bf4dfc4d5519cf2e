import { describe, expect, it } from 'vitest';
import { failedItems } from '../../../../../src/lib/simulator/lambda/batch-response.ts';

const IDS = new Set(['one', 'two', 'three']);
const failures = (...ids: unknown[]) =>
  JSON.stringify({ batchItemFailures: ids.map((id) => ({ itemIdentifier: id })) });

describe('a batch response', () => {
  it.each([
    ['null', 'null'],
    ['an empty object', '{}'],
    ['an empty list', '{"batchItemFailures":[]}'],
    ['a null list', '{"batchItemFailures":null}'],
  ])('is a success when the handler answers %s', (_, body) => {
    expect(failedItems(body, IDS)).toEqual(new Set());
  });

  it('fails the messages that it names', () => {
    expect(failedItems(failures('two', 'three'), IDS)).toEqual(new Set(['two', 'three']));
  });

  it.each([
    ['an unknown id', failures('one', 'four')],
    ['an empty id', failures('')],
    ['a null id', failures(null)],
    ['an id that is no text', failures(1)],
    ['a wrong key', '{"batchItemFailures":[{"foo":"one"}]}'],
    ['a null entry', '{"batchItemFailures":[null]}'],
    ['a list that is none', '{"batchItemFailures":"one"}'],
    ['text', '"done"'],
    ['a list', '[]'],
  ])('fails the whole batch for %s', (_, body) => {
    expect(failedItems(body, IDS)).toBe('all');
  });
});
