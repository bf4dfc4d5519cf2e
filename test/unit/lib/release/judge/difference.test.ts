import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../../../../src/lib/release/judge/difference.ts';
import type { TwoByTwo } from '../../../../../src/lib/release/judge/fisher.ts';

const table = (n: number, a: number, m: number, b: number): TwoByTwo => ({
  canary: { invocations: n, failures: a },
  baseline: { invocations: m, failures: b },
});

describe('the difference of the rates', () => {
  it.each([
    [table(70, 56, 80, 48), 0.2, 0.0524, 0.3339],
    [table(10, 9, 10, 3), 0.6, 0.1705, 0.809],
    [table(56, 5, 29, 0), 0.0893, -0.0381, 0.1926],
    [table(10, 10, 20, 0), 1, 0.6791, 1],
  ])("has the interval of Newcombe's examples (%#)", (one, value, low, high) => {
    const difference = differenceOf([one]);
    expect(difference?.value).toBeCloseTo(value, 4);
    expect(difference?.low).toBeCloseTo(low, 3);
    expect(difference?.high).toBeCloseTo(high, 3);
  });

  it('compares every step with itself before it adds them up', () => {
    const difference = differenceOf([table(100, 1, 900, 9), table(500, 100, 500, 100)]);
    expect(difference?.value).toBeCloseTo(0, 12);
    expect(difference?.low).toBeLessThan(0);
    expect(difference?.high).toBeGreaterThan(0);
  });

  it('gives a step the say that its smaller side earns', () => {
    const difference = differenceOf([table(100, 10, 100, 0), table(50, 0, 450, 0)]);
    expect(difference?.value).toBeCloseTo((50 * 0.1) / (50 + 45), 12);
  });

  it('leaves out a step that one side had no invocation in', () => {
    const some = table(100, 10, 100, 0);
    expect(differenceOf([table(0, 0, 900, 9), some, table(5, 5, 0, 0)])).toEqual(differenceOf([some]));
  });

  it('is the same whether a step is given whole or in two equal halves', () => {
    const whole = differenceOf([table(200, 10, 800, 16)]);
    const halves = differenceOf([table(100, 5, 400, 8), table(100, 5, 400, 8)]);
    expect(halves?.value).toBeCloseTo(whole?.value ?? Number.NaN, 12);
    expect(halves?.low).toBeCloseTo(whole?.low ?? Number.NaN, 12);
  });

  it('says nothing where one side had no invocation', () => {
    expect(differenceOf([])).toBeUndefined();
    expect(differenceOf([table(10, 1, 0, 0), table(0, 0, 9, 1)])).toBeUndefined();
  });
});
