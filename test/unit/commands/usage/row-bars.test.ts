import { describe, expect, test } from 'vitest';
import { shareBar, sparkline } from '../../../../src/commands/usage/row-bars.ts';

describe('a bar against a limit', () => {
  test.each([
    [0, 0, '··········'],
    [0.0001, 0.0002, '▏·········'],
    [0.3, 0.62, '███▒▒▒····'],
    [1, 1, '██████████'],
    [0.9, 3, '█████████▒'],
    [12, 12, '██████████'],
    // A level that falls, as capacity that was lowered.
    [0.5, 0.2, '█████·····'],
  ])('at %f now and %f at the end', (now, end, bar) => {
    expect(shareBar(now, end)).toBe(bar);
  });
});

describe('a line of days', () => {
  test('is as high as the highest of them, and shows that a day had nothing', () => {
    expect(sparkline([0, 1, 4, 8])).toBe('·▁▄█');
    expect(sparkline([0, 0])).toBe('··');
    expect(sparkline([5])).toBe('█');
  });
});
