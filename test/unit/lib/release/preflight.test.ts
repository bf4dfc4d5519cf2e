import { describe, expect, test } from 'vitest';
import type { FunctionVersion } from '../../../../src/lib/aws/ports/functions.ts';
import { comparePreflight } from '../../../../src/lib/release/preflight.ts';
import { madeVersion } from './support/fake-functions.ts';

const state = (over: Partial<FunctionVersion>, way: 'back' | 'forward' = 'forward') => {
  const check = comparePreflight(madeVersion('5'), madeVersion('6', over), way).find(({ id }) => id === 'state');
  return `${check?.status} ${check?.detail}`;
};

describe('the state of the version that takes over', () => {
  test('is in order when it is Active', () => {
    expect(state({})).toBe('OK version 6 is Active');
    expect(state({ snapStart: 'On' })).toBe('OK version 6 is Active');
  });

  test('is noted when SnapStart has no snapshot of it', () => {
    expect(state({ snapStart: 'Off' })).toBe(
      'NOTE version 6 is Active, but its SnapStart is Off: it starts without a snapshot',
    );
  });

  test('is noted while it is Inactive, with who pays for the waking', () => {
    const idle = { state: 'Inactive', stateReason: 'The function is idle.' };
    expect(state(idle)).toBe('NOTE version 6 is Inactive: The function is idle; it is woken before it gets traffic');
    expect(state(idle, 'back')).toBe(
      'NOTE version 6 is Inactive: The function is idle; its first invocations fail and wake it',
    );
  });

  test('is wrong when it is Failed', () => {
    expect(state({ state: 'Failed', stateReason: 'No such image.' })).toBe('NG version 6 is Failed: No such image');
  });
});
