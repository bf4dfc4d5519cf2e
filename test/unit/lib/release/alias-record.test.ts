import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AliasRecord, formatAliasRecord, parseAliasRecord } from '../../../../src/lib/release/alias-record.ts';

const record: AliasRecord = {
  releaseId: 'r-20261123T030405Z-1f2e',
  kind: 'rollback',
  version: '5',
  previous: '6',
  step: 100,
  at: Date.UTC(2026, 10, 23, 3, 4, 5),
  by: 'ana',
  quarantined: ['6'],
  reason: null,
};

const version = fc.integer({ min: 1, max: 2_000_000_000 }).map(String);
const anyRecord: fc.Arbitrary<AliasRecord> = fc.record(
  {
    releaseId: fc.constant(record.releaseId),
    kind: fc.constantFrom('promote', 'rollback', 'canary', 'abort'),
    version,
    previous: fc.option(version),
    step: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
    canary: version,
    at: fc.integer({ min: 0, max: 4e12 }),
    by: fc.string({ unit: 'grapheme', maxLength: 80 }),
    quarantined: fc.uniqueArray(version, { maxLength: 60 }),
    reason: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 })),
  },
  { requiredKeys: ['releaseId', 'kind', 'version', 'previous', 'step', 'at', 'by', 'quarantined', 'reason'] },
);

describe('the record in an alias description', () => {
  test('reads back what was written', () => {
    expect(parseAliasRecord(formatAliasRecord(record))).toEqual(record);
  });

  test('is absent where nobody wrote one', () => {
    expect(parseAliasRecord('')).toBeUndefined();
    expect(parseAliasRecord('live traffic, do not touch')).toBeUndefined();
    expect(parseAliasRecord('cvops/1 version=5')).toBeUndefined();
  });

  test('is read even where somebody cut it in the middle of a character', () => {
    const cut = formatAliasRecord({ ...record, by: 'Zoë', reason: 'größer' }).replace(/%B6.*$/, '');
    expect(parseAliasRecord(cut)).toMatchObject({ version: '5', by: 'Zoë', reason: 'gr%C3' });
  });

  test('keeps the text of others, once', () => {
    const first = formatAliasRecord(record, 'owned by data');
    const second = formatAliasRecord({ ...record, version: '4' }, first);
    expect(second).toMatch(/^owned by data cvops\/1 /);
    expect(second.match(/cvops\/1/g)).toHaveLength(1);
    expect(parseAliasRecord(second)?.version).toBe('4');
  });

  test('always fits into 256 characters, and the way back survives', () => {
    fc.assert(
      fc.property(anyRecord, fc.string({ maxLength: 256 }), (each, before) => {
        const written = formatAliasRecord(each, before);
        expect(written.length).toBeLessThanOrEqual(256);
        const read = parseAliasRecord(written)!;
        expect(read).toMatchObject({
          releaseId: each.releaseId,
          kind: each.kind,
          version: each.version,
          previous: each.previous,
          step: each.step,
          ...(each.canary === undefined ? {} : { canary: each.canary }),
          at: each.at,
        });
        // When room is short the newest bad versions stay.
        expect(each.quarantined.slice(0, read.quarantined.length)).toEqual(read.quarantined);
      }),
      { numRuns: 2000 },
    );
  });
});
