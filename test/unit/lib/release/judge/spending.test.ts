import { describe, expect, it } from 'vitest';
import { normalQuantile, normalTail } from '../../../../../src/lib/release/judge/normal.ts';
import { alphaOfLook, alphaSpendable, type Spending } from '../../../../../src/lib/release/judge/spending.ts';

describe('the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1.6448536269514722, 0.05],
    [1.959963984540054, 0.025],
    [3.090232306167813, 0.001],
    [6, 9.865876450376981e-10],
    [-1.959963984540054, 0.975],
    [20, 2.753624118606234e-89],
  ])('has the tail that tables give at %d', (z, tail) => {
    expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-9);
  });

  it('finds back the point of a tail', () => {
    for (const z of [-3, -0.5, 0, 0.7, 2.9, 3.1, 8]) expect(normalQuantile(normalTail(z))).toBeCloseTo(z, 9);
  });
});

describe('the error budget', () => {
  it('is laid out as Lan and DeMets give it', () => {
    expect(alphaSpendable('pocock', 0.05, 0.5)).toBeCloseTo(0.031, 4);
    expect(alphaSpendable('pocock', 0.05, 0.2)).toBeCloseTo(0.01477, 5);
    expect(alphaSpendable('obrien-fleming', 0.05, 0.5)).toBeCloseTo(0.005575, 6);
    expect(alphaSpendable('obrien-fleming', 0.05, 0.2)).toBeCloseTo(0.0000117, 7);
  });

  it.each<Spending>(['pocock', 'obrien-fleming'])(
    'is spent to the end and no further over the looks (%s)',
    (spending) => {
      for (const looks of [1, 2, 5, 30]) {
        let alphaSpent = 0;
        for (let look = 1; look <= looks; look += 1) {
          const level = alphaOfLook(spending, 0.05, { look, looksLeft: looks - look, alphaSpent });
          expect(level).toBeGreaterThan(0);
          alphaSpent += level;
        }
        expect(alphaSpent).toBeCloseTo(0.05, 12);
      }
    },
  );

  it('keeps the share of a look that could not test for the next', () => {
    const kept = alphaOfLook('pocock', 0.05, { look: 3, looksLeft: 2, alphaSpent: 0 });
    expect(kept).toBe(alphaSpendable('pocock', 0.05, 0.6));
  });

  it('does not grow when looks are added after it is spent', () => {
    expect(alphaOfLook('pocock', 0.05, { look: 6, looksLeft: 0, alphaSpent: 0.05 })).toBe(0);
    expect(alphaOfLook('pocock', 0.05, { look: 6, looksLeft: 4, alphaSpent: 0.05 })).toBe(0);
  });
});
