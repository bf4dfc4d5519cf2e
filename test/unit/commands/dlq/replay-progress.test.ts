import { beforeEach, describe, expect, test } from 'vitest';
import { replayProgress } from '../../../../src/commands/dlq/replay-progress.ts';
import type { ReplayEvent } from '../../../../src/lib/dlq/replay/replay-event.ts';

let state: string;
let milestones: string[];
let show: (event: ReplayEvent) => void;

beforeEach(() => {
  state = '';
  milestones = [];
  show = replayProgress({
    update: (line) => {
      state = line;
    },
    milestone: (line) => milestones.push(line),
    stop() {},
  });
});

function start(expected: number, resumed = false): void {
  show({ type: 'started', at: 0, runId: 'r1', dlq: 'dead', target: 'live', resumed, expected });
}

describe('the progress of a replay', () => {
  test('tells sent, rate, deleted and the time that is left', () => {
    start(1_000);
    show({ type: 'sent', at: 1_000, count: 10, total: 10 });
    show({ type: 'deleted', at: 5_000, count: 10, total: 180 });
    show({ type: 'sent', at: 10_000, count: 10, total: 200 });
    expect(state).toBe('sent 200 of about 1,000 · 20/s · deleted 180 · about 40 s left');
  });

  test('measures a resumed run from its second start', () => {
    start(100, true);
    show({ type: 'sent', at: 2_000, count: 10, total: 910 });
    expect(milestones).toEqual(['Going on with run r1: dead → live']);
    expect(state).toBe('sent 910 of about 1,000 · 5/s · deleted 0 · about 18 s left');
  });

  test('tells what came back, failed and was stopped', () => {
    start(30);
    show({ type: 'returned', at: 10, messageId: 'a' });
    show({ type: 'failed', at: 10, messageId: 'b', groupId: 'g', code: 'TooLarge', message: 'too large' });
    show({ type: 'blocked', at: 10, groupId: 'g', left: 4 });
    show({ type: 'sent', at: 1_000, count: 30, total: 30 });
    expect(state).toBe('sent 30 of about 30 · 30/s · deleted 0 · returned 1 · failed 1 · 1 group stopped');
    expect(milestones.at(-1)).toBe('b failed: too large');
  });

  test('names the first failures and only counts further ones', () => {
    start(30);
    for (let n = 0; n < 9; n++) {
      show({ type: 'failed', at: n, messageId: `m${n}`, groupId: null, code: 'X', message: 'no' });
    }
    expect(milestones.filter((line) => line.includes('failed: no'))).toHaveLength(5);
    expect(milestones.at(-1)).toBe('further failures are only counted');
  });

  test('says when the verdict is known at the latest', () => {
    show({ type: 'verdict', at: 0, succeeded: 2, returned: 0, pending: 1, basis: 'none', knownBy: 90_000 });
    expect(state).toBe('verdict: 2 succeeded, 0 returned, 1 pending; known in 1 min 30 s at the latest');
  });
});
