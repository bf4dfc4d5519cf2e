import { expect, it } from 'vitest';
import { about, chance, count, percent, share } from '../../../../../src/lib/release/judge/words.ts';

it('writes rates with the digits that matter', () => {
  expect([0, 0.033333, 0.02, 0.1, 1, 0.00123, 0.9999, 0.00001].map(percent)).toEqual([
    '0 %',
    '3.3 %',
    '2 %',
    '10 %',
    '100 %',
    '0.12 %',
    '100 %',
    'under 0.01 %',
  ]);
});

it('writes counts, shares and chances', () => {
  expect([count(1_234_567), share(2, 60), share(0, 0), chance(0.00421), chance(1e-9), chance(1)]).toEqual([
    '1,234,567',
    '2 of 60 (3.3 %)',
    '0 of 0',
    '0.0042',
    'under 0.0001',
    '1',
  ]);
});

it('writes times in the unit that suits', () => {
  expect([0, 1, 89, 90, 1_320, 7_200, 200_000].map(about)).toEqual([
    '1 second',
    '1 second',
    '89 seconds',
    '2 minutes',
    '22 minutes',
    '2 hours',
    '2 days',
  ]);
});
