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
    attributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, value]) => [
        name,
        {
          type: value.dataType,
          ...(value.stringValue === undefined ? {} : { string: value.stringValue }),
          ...(value.binaryValue === undefined ? {} : { binary: Buffer.from(value.binaryValue).toString('base64') }),
        },
      ]),
    ),
    system: message.system,
  };
}
