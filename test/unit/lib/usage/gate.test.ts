import { describe, expect, test } from 'vitest';
import { gateShare } from '../../../../src/lib/usage/gate.ts';
import { usageRow } from '../../../support/usage-reports.ts';

const HOUR_MS = 3_600_000;

describe('what a gate holds against its threshold', () => {
  const twoMails = usageRow({ id: 'sns-emails', limit: 1_000, used: 2, projected: 2_880, confidence: 'low' });

  test('in the first hours counts an uncertain projection as if the day were over', () => {
    expect(gateShare(twoMails, HOUR_MS / 2)).toBeCloseTo(0.06);
    expect(gateShare(twoMails, 0)).toBe(0.002);
  });

  test('after a day takes it as it is', () => {
    expect(gateShare(twoMails, 24 * HOUR_MS)).toBeCloseTo(2.88);
  });

  test('takes one that is no guess as it is from the first minute', () => {
    expect(gateShare({ ...twoMails, confidence: 'medium' }, HOUR_MS / 2)).toBeCloseTo(2.88);
  });

  test('is never less than what is used already, nor than the account', () => {
    expect(gateShare({ ...twoMails, utilisation: 0.9 }, HOUR_MS / 2)).toBe(0.9);
    expect(gateShare({ ...twoMails, account: { used: 1_100, utilisation: 1.1 } }, HOUR_MS / 2)).toBe(1.1);
  });

  test('is nothing where nothing is limited', () => {
    const free = usageRow({ id: 'sns-publishes', limit: null, confidence: 'low' });
    expect(gateShare(free, HOUR_MS)).toBeNull();
  });
});
