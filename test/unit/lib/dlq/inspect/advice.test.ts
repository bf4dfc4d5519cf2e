import { describe, expect, test } from 'vitest';
import { judgeVersions, nearExpiry } from '../../../../../src/lib/dlq/inspect/advice.ts';
import type { Inspection } from '../../../../../src/lib/dlq/inspect/inspect.ts';

const group = (name: string | null, ...versions: string[]) => ({
  basis: name === null ? 'shape' : 'log',
  versions,
  sample: { error: name === null ? null : { name } },
});
const found = (...groups: object[]) => ({ groups }) as unknown as Inspection;
const live = (...versions: string[]) => ({ alias: 'live', versions });

describe('the versions that failed', () => {
  test.each([
    ['all served now', found(group('E', '6')), live('6'), { kind: 'served', failed: ['6'] }],
    ['all served now, in a split', found(group('E', '6')), live('5', '6'), { kind: 'served', failed: ['6'] }],
    ['not served any more', found(group('E', '6')), live('5'), { kind: 'gone', failed: ['6'] }],
    ['some of both', found(group('E', '10', '9')), live('10'), { kind: 'mixed', failed: ['9', '10'] }],
    ['not in the log', found(group(null)), live('5'), { kind: 'unknown' }],
    ['compared with nothing', found(group('E', '6')), null, { kind: 'unknown' }],
    ['those of failures, not of waiting behind them', found(group('LeftBehind', '5')), live('5'), { kind: 'unknown' }],
  ])('are %s', (_, inspection, served, verdict) => {
    expect(judgeVersions(inspection, served)).toEqual(verdict);
  });
});

test('messages that expire within a day are counted, the first of them named', () => {
  const now = Date.UTC(2026, 7, 7);
  const at = (hours: number) => ({ expiresAt: new Date(now + hours * 3_600_000).toISOString() });
  const inspection = (...messages: object[]) => ({ messages }) as unknown as Inspection;
  expect(nearExpiry(inspection(at(30), at(3), at(20), { expiresAt: null }), now)).toEqual({
    count: 2,
    at: now + 3 * 3_600_000,
  });
  expect(nearExpiry(inspection(at(25)), now)).toBeNull();
});
