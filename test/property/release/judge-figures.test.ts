import { describe, expect, it } from 'vitest';
import { fisherTest } from '../../../src/lib/release/judge/fisher.ts';
import {
  failuresAmong,
  rolledBackAt,
  type SimulatedRelease,
  seeded,
  shapes,
} from '../../unit/lib/release/judge/simulated-release.ts';

// Whole releases, all looks together, dealt by a seed: the figures are the same on every machine. docs/canary.md has them.

/** Part of `releases` releases that was rolled back, and the look at which, on average. */
function rolledBack(seed: number, releases: number, release: (random: () => number) => SimulatedRelease) {
  const random = seeded(seed);
  const looks = Array.from({ length: releases }, () => rolledBackAt(random, release(random)));
  const caught = looks.filter((look) => look !== undefined);
  return { share: caught.length / releases, look: caught.reduce((sum, look) => sum + look, 0) / caught.length };
}

/** 60 to 5,000, as likely small as large. */
const size = (random: () => number) => Math.round(60 * Math.exp(random() * Math.log(5_000 / 60)));

const say = (figure: string, { share, look }: { share: number; look?: number }) =>
  console.info(
    `${figure}: ${(share * 100).toFixed(2)} % rolled back${look ? `, at look ${look.toFixed(1)} on average` : ''}`,
  );

describe('the figures of the judge', () => {
  it.each(Object.entries(shapes))('of 2,000 healthy canaries at most 5 % are rolled back: %s', (name, shape) => {
    const figures = rolledBack(1, 2_000, (random) => ({ shape, invocations: size(random), rate: () => 0.02, harm: 0 }));
    say(`healthy, 2 %, 60–5,000 invocations, ${name}`, figures);
    expect(figures.share).toBeLessThanOrEqual(0.05);
    // A judge that never fails anyone would pass too.
    expect(figures.share).toBeGreaterThan(0);
  });

  it.each(Object.entries(shapes))('of healthy ones in uneven hours as few: %s', (name, shape) => {
    const figures = rolledBack(2, 500, (random) => ({
      shape,
      invocations: size(random),
      rate: () => 0.2 * random() ** 3,
      harm: 0,
    }));
    say(`healthy, 0–20 % by the hour, ${name}`, figures);
    expect(figures.share).toBeLessThanOrEqual(0.05);
  });

  it.each(Object.entries(shapes))(
    'of canaries with 5 points more at 1,000 invocations 95 %% are caught: %s',
    (name, shape) => {
      const figures = rolledBack(3, 500, () => ({ shape, invocations: 1_000, rate: () => 0.02, harm: 0.05 }));
      say(`+5 points, 1,000 invocations, ${name}`, figures);
      expect(figures.share).toBeGreaterThanOrEqual(0.95);
    },
  );

  it('catches harm later with the budget at the end than with an even one', () => {
    const shape = shapes['10, 50 %, 5 looks each']!;
    const figures = (['pocock', 'obrien-fleming'] as const).map((spending) => {
      const one = rolledBack(4, 300, () => ({
        shape,
        invocations: 1_000,
        rate: () => 0.02,
        harm: 0.05,
        policy: { spending },
      }));
      say(`+5 points, 1,000 invocations, ${spending}`, one);
      return one;
    });
    expect(figures[0]!.look).toBeLessThan(figures[1]!.look);
  });

  it('would roll back far more than 5 % of the healthy with the whole budget at every look', () => {
    const random = seeded(5);
    let stopped = 0;
    const releases = 2_000;
    for (let release = 0; release < releases; release += 1) {
      const sums = { canary: { invocations: 0, failures: 0 }, baseline: { invocations: 0, failures: 0 } };
      let failed = false;
      for (let look = 1; look <= 5; look += 1) {
        for (const side of [sums.canary, sums.baseline]) {
          side.invocations += 1_000;
          side.failures += failuresAmong(random, 1_000, 0.02);
        }
        failed ||= fisherTest([sums]) <= 0.05;
      }
      if (failed) stopped += 1;
    }
    say('healthy, five looks at 5 % each', { share: stopped / releases });
    expect(stopped / releases).toBeGreaterThan(0.08);
  });

  it('catches what it says it would', () => {
    for (const [invocations, harm, low, high] of [
      [100, 0.05, 0.3, 0.75],
      [300, 0.05, 0.85, 1],
      [1_000, 0.02, 0.7, 1],
      [5_000, 0.005, 0, 0.2],
    ] as const) {
      const shape = shapes['10 % for 5 looks']!;
      const figures = rolledBack(6, 300, () => ({ shape, invocations, rate: () => 0.02, harm }));
      say(`+${harm * 100} points, ${invocations} invocations, 10 % for 5 looks`, figures);
      expect(figures.share).toBeGreaterThanOrEqual(low);
      expect(figures.share).toBeLessThanOrEqual(high);
    }
  });
});
