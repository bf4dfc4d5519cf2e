import type { Clock } from '../../clock.ts';
import type { RunHeader } from '../ledger/ledger-record.ts';
import type { Ledger, Ledgers } from '../ledger/ledgers.ts';
import { newHeader } from '../ledger/new-header.ts';
import { type OpenMessages, openIds, openMessages } from '../ledger/open-messages.ts';
import { resumeLedger } from '../ledger/resume-ledger.ts';
import { adoptUnfinished } from './adopt-unfinished.ts';
import type { MessageIdSet } from './message-id-set.ts';
import type { QueueEndOptions } from './queue-end.ts';
import type { ReplayOptions } from './replay-options.ts';

const VISIBILITY_SECONDS = 60;

/** A run that is about to begin or to go on. */
export interface BegunRun {
  readonly header: RunHeader;
  readonly ledger: Ledger;
  /** What the run did before it was interrupted. */
  readonly before: OpenMessages;
  /** What a run that was cut off may still hide; null when there was none. */
  readonly interrupted: QueueEndOptions['interrupted'];
  /** Dead letters that an earlier try may have sent. MessageId → time of that try. */
  readonly unresolved: Map<string, number>;
}

/**
 * Reads what the run to be resumed, and others that never ended, have left open, and opens the ledger.
 * @param known ids of dead letters that are sent, and of their copies; grow with what is found
 * @throws CvopsError `LedgerNotWritable`, `LedgerDamaged`, `RunNotFound`
 */
export async function beginRun(
  ledgers: Ledgers,
  options: ReplayOptions,
  clock: Clock,
  known: { readonly sentIds: MessageIdSet; readonly newIds: MessageIdSet },
): Promise<BegunRun> {
  const now = clock.now();
  const header = options.resume ?? headerOf(options, now);
  const before = options.resume === null ? NOTHING : await earlier(ledgers, header.runId, known.sentIds, known.newIds);
  const unresolved = new Map(before.unresolved);
  const hidden = await adoptUnfinished(ledgers, header, now, known.sentIds, unresolved);
  const ledger = await openLedger(ledgers, header, options, clock);
  return { header, ledger, before, interrupted: interruptedBy(before, hidden), unresolved };
}

/** What the run that this one resumes, or another one that was cut off not long ago, may still hide. */
function interruptedBy(before: OpenMessages, hidden: QueueEndOptions['interrupted']): QueueEndOptions['interrupted'] {
  if (before.ended) return hidden;
  const open = new Set([...openIds(before), ...(hidden?.open ?? [])]);
  return { lastAt: Math.max(before.lastAt, hidden?.lastAt ?? 0), open };
}

/** Before a new run there is nothing. */
const NOTHING: OpenMessages = {
  sent: new Map(),
  unresolved: new Map(),
  planned: null,
  replayed: 0,
  possibleTwins: 0,
  firstSentAt: null,
  lastSentAt: null,
  lastAt: 0,
  ended: true,
};

function headerOf(options: ReplayOptions, now: number): RunHeader {
  return newHeader(options, now, {
    options: {
      filter: options.filter?.text ?? null,
      group: options.group,
      max: options.max,
      outOfOrder: options.outOfOrder,
      edit: options.edit?.text ?? null,
      canary: options.canary,
      maxReturns: options.maxReturns,
      expiringFirst: options.expiringFirst,
    },
    visibilitySeconds: options.visibilitySeconds ?? VISIBILITY_SECONDS,
  });
}

/** What a resumed run did before it was interrupted; its ids are added to those known. */
async function earlier(
  ledgers: Ledgers,
  runId: string,
  sentIds: MessageIdSet,
  newIds: MessageIdSet,
): Promise<OpenMessages> {
  return openMessages(ledgers.read(runId), (id, newId) => {
    sentIds.add(id);
    newIds.add(newId);
  });
}

async function openLedger(
  ledgers: Ledgers,
  header: RunHeader,
  { resume, only }: ReplayOptions,
  clock: Clock,
): Promise<Ledger> {
  if (resume !== null) return resumeLedger(ledgers, header.runId, clock);
  const created = await ledgers.create(header);
  if (only !== null) await created.commit({ type: 'planned', at: clock.now(), ids: [...only] });
  return created;
}
