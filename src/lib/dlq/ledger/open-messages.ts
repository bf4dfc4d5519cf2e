import type { LedgerRecord } from './ledger-record.ts';

/** What a ledger leaves open, and what it has counted. */
export interface OpenMessages {
  /** Sent, but not known as deleted: delete on the next sight. MessageId → id of the copy. */
  readonly sent: ReadonlyMap<string, string>;
  /** Meant to be sent, outcome unknown. MessageId → time of the first try, ms since the epoch. */
  readonly unresolved: ReadonlyMap<string, number>;
  /** All copies sent. */
  readonly replayed: number;
  /** Those of them that may have a twin, on a standard queue. */
  readonly possibleTwins: number;
  /** The messages of the saved plan that the run keeps to; null without one. */
  readonly planned: ReadonlySet<string> | null;
  /** Times of the first and the last send, ms since the epoch; null before any. */
  readonly firstSentAt: number | null;
  readonly lastSentAt: number | null;
  /** Time of the last record, ms since the epoch. */
  readonly lastAt: number;
  /** Whether the run came to its end and gave everything back. */
  readonly ended: boolean;
}

/** Dead letters that are not settled: sent and not known as deleted, or perhaps sent. */
export function openIds({ sent, unresolved }: Pick<OpenMessages, 'sent' | 'unresolved'>): Set<string> {
  return new Set([...sent.keys(), ...unresolved.keys()]);
}

/**
 * Reads a ledger to the state that its run was in. Only what is open is kept, so memory follows what was in flight,
 * not the length of the run.
 * @param onSent is called for each copy that was sent
 */
export async function openMessages(
  records: AsyncIterable<LedgerRecord>,
  onSent: (id: string, newId: string) => void = () => {},
): Promise<OpenMessages> {
  const sent = new Map<string, string>();
  const unresolved = new Map<string, number>();
  let planned: Set<string> | null = null;
  let replayed = 0;
  let possibleTwins = 0;
  let firstSentAt: number | null = null;
  let lastSentAt: number | null = null;
  let lastAt = 0;
  let ended = false;
  for await (const record of records) {
    lastAt = record.at;
    ended = record.type === 'end' && record.hiddenUntil === undefined;
    switch (record.type) {
      case 'planned':
        planned = new Set([...(planned ?? []), ...record.ids]);
        break;
      case 'intent':
        // A resumed run writes the intent again: the first time counts, for that is when the copy may have arrived.
        for (const { id } of record.messages) if (!unresolved.has(id)) unresolved.set(id, record.at);
        break;
      case 'sent':
        for (const { id, newId, twin } of record.messages) {
          unresolved.delete(id);
          sent.set(id, newId);
          replayed++;
          if (twin === true) possibleTwins++;
          onSent(id, newId);
        }
        firstSentAt ??= record.at;
        lastSentAt = record.at;
        break;
      case 'failed':
        for (const { id } of record.messages) unresolved.delete(id);
        break;
      case 'done':
        for (const id of record.ids) sent.delete(id);
        break;
      default:
    }
  }
  return { sent, unresolved, planned, replayed, possibleTwins, firstSentAt, lastSentAt, lastAt, ended };
}
