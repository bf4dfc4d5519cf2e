import type { LedgerRecord } from './ledger-record.ts';

type EndRecord = Extract<LedgerRecord, { type: 'end' }>;

/** The last line of a run's ledger, from its result. @param open messages whose sending or deleting is not settled */
export function endRecord(
  at: number,
  open: number,
  result: EndRecord['counts'] & { readonly verified: EndRecord['verified'] },
): EndRecord {
  const { matched, replayed, failed, skipped, suppressed, remaining, verified } = result;
  return {
    type: 'end',
    at,
    open,
    counts: { matched, replayed, failed, skipped, suppressed, remaining },
    verified:
      verified === null
        ? null
        : {
            succeeded: verified.succeeded,
            returned: verified.returned,
            pending: verified.pending,
            basis: verified.basis,
          },
  };
}
