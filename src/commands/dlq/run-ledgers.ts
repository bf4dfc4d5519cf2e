import { join } from 'node:path';
import type { Context } from '../../lib/context.ts';
import { FileLedgers } from '../../lib/dlq/ledger/file-ledgers.ts';

/** Where the ledgers of replays are kept on this machine. */
export function runLedgers({ folders }: Context): FileLedgers {
  return new FileLedgers(join(folders.state, 'runs'));
}
