import { describe, expect, test } from 'vitest';
import { type EngineQuestion, recommendEngine } from '../../../../../src/lib/dlq/replay/recommend-engine.ts';

const backlog: EngineQuestion = {
  fifo: false,
  messages: 400_000,
  toSource: true,
  chooses: false,
  edits: false,
  rate: null,
  steers: false,
  verifies: false,
  resumes: false,
};
const advise = (change: Partial<EngineQuestion> = {}) => recommendEngine({ ...backlog, ...change });

describe('which engine fits', () => {
  test('a large unfiltered standard backlog without a verdict is left to AWS', () => {
    expect(advise()).toMatchObject({ engine: 'native', possible: true, nativeIsBetter: true });
  });

  test('with a verdict asked for, the client does it, and the plan says that AWS could', () => {
    const advice = advise({ verifies: true });
    expect(advice).toMatchObject({ engine: 'client', possible: true, nativeIsBetter: true });
    expect(advice.reasons.join()).toContain('--engine native');
  });

  test('a small backlog and a FIFO queue stay with the client, though a task could move them', () => {
    expect(advise({ messages: 100_000 })).toMatchObject({ engine: 'client', possible: true, nativeIsBetter: false });
    expect(advise({ fifo: true })).toMatchObject({ engine: 'client', possible: true, nativeIsBetter: false });
  });

  test.each<[string, Partial<EngineQuestion>]>([
    ['a filter', { chooses: true }],
    ['an edit', { edits: true }],
    ['a canary', { steers: true }],
    ['another target', { toSource: false }],
    ['a resumed run', { resumes: true }],
    ['a rate beyond 500 a second', { rate: 501 }],
    ['half a message a second', { rate: 0.5 }],
  ])('%s is beyond a move task', (_, change) => {
    const advice = advise(change);
    expect(advice).toMatchObject({ engine: 'client', possible: false, nativeIsBetter: false });
    expect(advice.reasons).toHaveLength(1);
  });

  test('a whole rate up to 500 is not', () => {
    expect(advise({ rate: 500 }).engine).toBe('native');
  });
});
