import { describe, expect, test } from 'vitest';
import { findTask } from '../../../../../src/lib/dlq/native/find-task.ts';
import { earlierTask } from './support/fake-move-tasks.ts';

describe('a move task in the list', () => {
  const old = earlierTask({ startedAt: 10 });
  const ours = earlierTask({ startedAt: 20 });
  const next = earlierTask({ startedAt: 30, status: 'RUNNING', handle: 'next' });

  test('is known by its handle while it runs', () => {
    expect(findTask([next, ours], { handle: 'next', startedAt: null, before: [] })).toBe(next);
  });

  test('is known by its start time when it has ended', () => {
    expect(findTask([next, ours, old], { handle: 'ours', startedAt: 20, before: [10] })).toBe(ours);
  });

  test('before it was seen is the first one after those that were there before', () => {
    expect(findTask([next, ours, old], { handle: null, startedAt: null, before: [10] })).toBe(ours);
    expect(findTask([old], { handle: null, startedAt: null, before: [10] })).toBeUndefined();
  });

  test('that AWS no longer lists is not taken for a later one', () => {
    expect(findTask([next], { handle: 'ours', startedAt: 20, before: [10] })).toBeUndefined();
  });
});
