import type { Clock } from '../../clock.ts';
import type { Ledger, Ledgers } from './ledgers.ts';

/** Opens the ledger of a run that is gone on with, and says so in it. Throws as {@link Ledgers.reopen} and `commit` do. */
export async function resumeLedger(ledgers: Ledgers, runId: string, clock: Clock): Promise<Ledger> {
  const ledger = await ledgers.reopen(runId);
  await ledger.commit({ type: 'resumed', at: clock.now() });
  return ledger;
}
