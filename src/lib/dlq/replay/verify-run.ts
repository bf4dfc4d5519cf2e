import type { Queue } from '../../aws/ports/queues.ts';
import type { LedgerRecord } from '../ledger/ledger-record.ts';
import { openMessages } from '../ledger/open-messages.ts';
import { MessageIdSet } from './message-id-set.ts';
import type { ReplayPorts } from './replay.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { Verified } from './replay-result.ts';
import { FEW_COPIES, verify } from './verify.ts';

export interface VerifyRunOptions {
  readonly runId: string;
  readonly dlq: Queue;
  readonly target: Queue;
  /** Longest wait, ms; null waits until every copy can be known. */
  readonly waitMs: number | null;
}

/**
 * The verdict of an earlier run, from its ledger; written there when something was sent.
 * @throws CvopsError `RunNotFound`, `LedgerDamaged`, `LedgerNotWritable`.
 */
export async function* verifyRun(
  ports: ReplayPorts,
  options: VerifyRunOptions,
  signal: AbortSignal,
): AsyncGenerator<ReplayEvent, { readonly replayed: number; readonly verified: Verified }, undefined> {
  const { ledgers, clock } = ports;
  const newIds = new MessageIdSet();
  const copies: string[] = [];
  const open = await openMessages(ledgers.read(options.runId), (_id, newId) => {
    newIds.add(newId);
    if (copies.length < FEW_COPIES) copies.push(newId);
  });
  if (open.replayed === 0 || open.lastSentAt === null) {
    const nothing = {
      succeeded: 0,
      returned: 0,
      pending: 0,
      basis: 'none',
      pendingUntil: null,
      returnedIds: [],
    } as const;
    return { replayed: 0, verified: nothing };
  }
  const { last } = await ledgers.ends(options.runId);
  const verified = yield* verify({
    queues: ports.queues,
    clock,
    signal,
    dlq: options.dlq,
    target: options.target,
    replayed: open.replayed,
    firstSentAt: open.firstSentAt ?? open.lastSentAt,
    lastSentAt: open.lastSentAt,
    isCopy: (id) => newIds.has(id),
    returned: [],
    copies,
    // What the run left may have been mended since: any message there is looked at once.
    left: 0,
    waitMs: options.waitMs,
    ...(ports.logs === undefined ? {} : { logs: ports.logs }),
  });
  if (last.type === 'end') await keep(ports, options.runId, last, verified);
  return { replayed: open.replayed, verified };
}

async function keep(
  { ledgers, clock }: ReplayPorts,
  runId: string,
  last: Extract<LedgerRecord, { type: 'end' }>,
  { succeeded, returned, pending, basis }: Verified,
): Promise<void> {
  const ledger = await ledgers.reopen(runId);
  try {
    await ledger.commit({ ...last, at: clock.now(), verified: { succeeded, returned, pending, basis } });
  } finally {
    await ledger.close();
  }
}
