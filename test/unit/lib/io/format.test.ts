import { expect, test } from 'vitest';
import { formatCount, someOf, withHint } from '../../../../src/lib/io/format.ts';
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

test('a hint is a sentence of its own behind its message', () => {
  expect(withHint('no queue "x" here.', 'check the name.')).toBe('no queue "x" here. Check the name.');
  expect(withHint('no queue "x" here.', '`cvops doctor` tells.')).toBe('no queue "x" here. `cvops doctor` tells.');
  expect(withHint('no queue "x" here.', undefined)).toBe('no queue "x" here.');
  expect(withHint('no queue "x" here.', null)).toBe('no queue "x" here.');
});

test('of a long list a few are named, and how many more there are', () => {
  expect(someOf(['a', 'b', 'c'])).toBe('a, b, c');
  expect(someOf(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more');
  expect(
    someOf(
      Array.from({ length: 1_136 }, (_, i) => `${i}`),
      1,
    ),
  ).toBe('0 and 1,135 more');
});
