import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryMetrics } from '../../../src/lib/release-ledger/delivery-metrics.ts';
import type { ReleaseEntry } from '../../../src/lib/release-ledger/release-entry.ts';
import { DAY_1, entry } from '../../unit/lib/release-ledger/support/entries.ts';

const DAY_MS = 86_400_000;
const WINDOW = 30 * DAY_MS;

const releases: fc.Arbitrary<readonly ReleaseEntry[]> = fc
  .array(
    fc.record({
      at: fc.integer({ min: DAY_1, max: DAY_1 + WINDOW }),
      durationMs: fc.integer({ min: 0, max: DAY_MS }),
      kind: fc.constantFrom('deploy', 'promote', 'rollback', 'abort', 'recover'),
      outcome: fc.constantFrom('succeeded', 'rolled-back', 'inconclusive', 'conflict', 'failed'),
      from: fc.constantFrom('1', '2', '3'),
      to: fc.constantFrom('1', '2', '3'),
      alias: fc.constantFrom('live', 'next'),
      probe: fc.option(fc.record({ invocations: fc.nat(3), failures: fc.nat(3), settled: fc.boolean() })),
      git: fc.option(fc.record({ sha: fc.constant('f'), committedAt: fc.integer({ min: 0, max: DAY_1 + WINDOW }) })),
      undone: fc.option(fc.nat(20)),
    }),
    { maxLength: 20 },
  )
  .map((all) =>
    all.map(({ undone, ...each }, index) =>
      entry({ ...each, id: `r-${index}`, undoes: undone === null ? null : `r-${undone}` } as Partial<ReleaseEntry>),
    ),
  );

const values = (entries: readonly ReleaseEntry[]) =>
  Object.fromEntries(deliveryMetrics(entries, WINDOW).map(({ id, value }) => [id, value]));

describe('whatever the ledger holds', () => {
  test('succeeded and failed make up the deployments, ratios are 0 to 1, times are never negative', () => {
    fc.assert(
      fc.property(releases, (entries) => {
        const found = values(entries);
        expect(found['succeeded']! + found['failed']!).toBe(found['deployments']);
        for (const { unit, value } of deliveryMetrics(entries, WINDOW)) {
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(0);
          if (unit === 'ratio') expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('the order in which the entries come tells nothing', () => {
    fc.assert(
      fc.property(
        releases.chain((entries) =>
          fc.tuple(fc.constant(entries), fc.shuffledSubarray([...entries], { minLength: entries.length })),
        ),
        ([entries, shuffled]) => {
          // Times that are alike have no order of their own.
          fc.pre(new Set(entries.map(({ at }) => at)).size === entries.length);
          const close = Object.entries(values(entries)).map(([id, value]) => [
            id,
            value === null ? null : value.toFixed(6),
          ]);
          const other = Object.entries(values(shuffled)).map(([id, value]) => [
            id,
            value === null ? null : value.toFixed(6),
          ]);
          expect(other).toEqual(close);
        },
      ),
    );
  });

  test('one more caught conflict changes the conflicts and nothing else', () => {
    fc.assert(
      fc.property(
        releases,
        fc.constantFrom('deploy', 'promote', 'rollback') as fc.Arbitrary<ReleaseEntry['kind']>,
        (entries, kind) => {
          const more = [...entries, entry({ id: 'one-more', kind, outcome: 'conflict', git: null, codeSha256: null })];
          const before = values(entries);
          expect(values(more)).toEqual({ ...before, 'conflicts-prevented': before['conflicts-prevented']! + 1 });
        },
      ),
    );
  });

  test('each failed change has a recovery time, and without one there is none', () => {
    fc.assert(
      fc.property(releases, (entries) => {
        const found = values(entries);
        expect(found['recovery-time'] === null).toBe((found['change-fail-rate'] ?? 0) === 0);
      }),
    );
  });
});
