import type { ReleaseEntry } from '../../../../../src/lib/release-ledger/release-entry.ts';
import type { ReleaseDraft } from '../../../../../src/lib/release-ledger/release-ledger.ts';

export const DAY_1 = Date.UTC(2026, 10, 1, 12);
export const MINUTE_MS = 60_000;

/** A release from 4 to 5, as a command tells it. */
export function draft(change: Partial<ReleaseDraft> = {}): ReleaseDraft {
  return {
    id: 'r-20261101T120000Z-0001',
    at: DAY_1,
    durationMs: 3_000,
    kind: 'promote',
    outcome: 'succeeded',
    service: 'processor',
    function: 'cv-analytics-processor',
    alias: 'live',
    aliasArn: 'arn:aws:lambda:us-east-1:111122223333:function:cv-analytics-processor:live',
    from: '4',
    to: '5',
    by: 'ana',
    revisionBefore: 'a',
    revisionAfter: 'b',
    ...change,
  };
}

/** The same as it is kept. */
export function entry(change: Partial<ReleaseEntry> = {}): ReleaseEntry {
  return {
    reason: null,
    strategy: 'all-at-once',
    steps: [],
    codeSha256: null,
    git: null,
    probe: null,
    undoes: null,
    error: null,
    actor: null,
    restores: null,
    ...draft(),
    ...change,
  } as ReleaseEntry;
}
