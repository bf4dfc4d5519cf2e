import { describe, expect, test } from 'vitest';
import { type ClientOnlyFlags, refuseForNative } from '../../../../../src/lib/dlq/native/refuse-native.ts';

const none: ClientOnlyFlags = {
  filter: false,
  group: false,
  max: false,
  edit: false,
  canary: false,
  maxReturns: false,
  plan: false,
  savePlan: false,
  expiringFirst: false,
  outOfOrder: false,
  resendUncertain: false,
  concurrency: false,
};

describe('the native engine', () => {
  test.each([
    ['filter', '--filter'],
    ['group', '--group'],
    ['max', '--max'],
    ['edit', '--edit'],
    ['canary', '--canary'],
    ['maxReturns', '--max-returns'],
    ['plan', '--plan'],
    ['savePlan', '--save-plan'],
    ['expiringFirst', '--expiring-first'],
    ['outOfOrder', '--out-of-order'],
    ['resendUncertain', '--resend-uncertain'],
    ['concurrency', '--concurrency'],
  ] as const)('refuses %s and names the flag', (name, flag) => {
    const error = { code: 'UsageError', exitCode: 2, message: expect.stringContaining(`does not go with ${flag}: `) };
    expect(() => refuseForNative({ ...none, [name]: true }, null)).toThrow(expect.objectContaining(error));
  });

  test.each([501, 0.5, 1.5])('refuses a rate of %s a second', (rate) => {
    expect(() => refuseForNative(none, rate)).toThrow(
      `--rate ${rate}/s does not go with --engine native: a move task takes a whole number from 1 to 500.`,
    );
  });

  test.each([null, 1, 500])('takes a rate of %s', (rate) => {
    expect(() => refuseForNative(none, rate)).not.toThrow();
  });
});
