import { encodeAttributes } from '../archive/encoded-attributes.ts';
import { groupOf } from '../dead-letter.ts';
import type { LedgerMessage } from '../ledger/ledger-record.ts';
import type { Chosen } from './chosen.ts';

/** A chosen message as its ledger keeps it. */
export function ledgerMessage({ message, copy }: Chosen): LedgerMessage {
  return {
    id: message.messageId,
    group: groupOf(message),
    dedup: copy.deduplicationId ?? null,
    body: message.body,
    attributes: encodeAttributes(message.attributes),
    system: message.system,
  };
}
