import { expect, test } from 'vitest';
import { formatCount } from '../../../../src/lib/io/format.ts';
import { amount } from '../../../../src/lib/usage/figures.ts';

test.each([0, 7, 999, 1_000, 10_000, 999_999, 1_234_567, 1e15, -1, -999, -1_000, -1_234_567, 1_234.5])(
  '%d is written as Intl would write it',
  (value) => {
    expect(formatCount(value)).toBe(value.toLocaleString('en-US'));
  },
);

test.each([0.5, 0.012_345, 1.234, 99.96, -2.345_6, 0.000_001_234, 0.000_000_123_4])(
  '%d is written with three digits, as Intl would',
  (value) => {
    expect(amount(value)).toBe(value.toLocaleString('en-US', { maximumSignificantDigits: 3 }));
  },
);
