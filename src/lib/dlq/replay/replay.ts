import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { endRecord } from '../ledger/end-record.ts';
import type { Ledger, Ledgers } from '../ledger/ledgers.ts';
import { openIds } from '../ledger/open-messages.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { queueDepth } from '../queue-depth.ts';
import { adoptUnfinished } from './adopt-unfinished.ts';
import { beginRun } from './begin-run.ts';
import { expected } from './call-failure.ts';
import { canaryOf, canaryStop, forgetLeft, unsent } from './canary.ts';
import { EventChannel } from './event-channel.ts';
import { MessageIdSet } from './message-id-set.ts';
import { Pace } from './pace.ts';
import { Price } from './price.ts';
import { pricedQueues } from './priced-queues.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { ReplayOptions } from './replay-options.ts';
import type { ReplayResult, Verified } from './replay-result.ts';
import { Replayer } from './replayer.ts';
import { LEARN_EVERY_MS, newTally } from './replayer-options.ts';
import { Selection } from './selection.ts';
import { SendRate } from './send-rate.ts';
import { stoppedBy, stoppedBySignal } from './stopped-by.ts';
import { verify } from './verify.ts';

export interface ReplayPorts {
  readonly queues: Queues;
  readonly ledgers: Ledgers;
  readonly clock: Clock;
  /** Where the consumer says what it processed: the quickest verdict. */
  readonly logs?: { readonly reader: FunctionLogs; readonly functionName: string };
}

const CONCURRENCY = 64;

/**
 * Sends dead letters back to their queue and waits for their verdict. Yields what happens; the last event, `finished`,
 * carries the result. An abort lets what is in flight finish and gives the rest back. With a canary the first few go
 * alone, and the others only after those are known to be processed.
 * @throws CvopsError before anything is sent: `OwnRedrivePolicy`, `LedgerNotWritable`, `RunNotFound`, `LedgerDamaged` …
 */
export async function* replay(
  ports: ReplayPorts,
  options: ReplayOptions,
  signal: AbortSignal,
): AsyncGenerator<ReplayEvent, ReplayResult, undefined> {
  const { clock, ledgers } = ports;
  if (!options.force) refuseOwnRedrive(options.dlq);
  const startedAt = clock.now();
  const price = new Price();
  const queues = pricedQueues(ports.queues, price);
  const sentIds = new MessageIdSet();
  const newIds = new MessageIdSet();
  const { header, ledger, before, interrupted, unresolved } = await beginRun(ledgers, options, clock, {
    sentIds,
    newIds,
  });
  let learntAt = clock.now();
  // A process that dies beside this one leaves its messages to it. Well within the deduplication window, so that what it
  // may have sent is known before a second copy could get through.
  const others = () => adoptUnfinished(ledgers, header, clock.now(), sentIds, unresolved);
  const learn = async () => {
    if (clock.now() - learntAt < LEARN_EVERY_MS) return;
    learntAt = clock.now();
    await others();
  };
  const tally = newTally(before);
  const pace = new Pace(before);
  const owed = openIds(before);
  const returned: string[] = [];
  const copies: string[] = [];

  /** Replays what `selection` chooses; answers when nothing more is to be had. */
  async function* pass(selection: Selection, first: boolean): AsyncGenerator<ReplayEvent, Replayer, undefined> {
    const channel = new EventChannel<ReplayEvent>();
    const stop = new AbortController();
    const replayer = new Replayer({
      queues,
      clock,
      signal: AbortSignal.any([signal, stop.signal]),
      ledger,
      dlq: options.dlq,
      target: options.target,
      selection,
      edit: options.edit,
      rate: new SendRate(options.rate),
      maxReturns: options.maxReturns,
      expiringFirst: options.expiringFirst,
      concurrency: options.concurrency ?? CONCURRENCY,
      visibilitySeconds: header.visibilitySeconds,
      emptyPolls: options.emptyPolls ?? 3,
      waitSeconds: options.waitSeconds ?? 1,
      resendUncertain: options.resendUncertain,
      sentIds,
      newIds,
      unresolved,
      learn,
      owed,
      interrupted: first ? interrupted : null,
      tally,
      emit: (event) => channel.push(event),
    });
    const running = replayer.run().finally(() => channel.close());
    // Its failure is seen at the await below, also when the reader of the events goes away first.
    running.catch(() => {});
    try {
      for await (const event of channel) {
        pace.take(event);
        if (event.type === 'returned') returned.push(event.messageId);
        yield event;
      }
    } finally {
      stop.abort();
      await running.catch(() => {});
    }
    await running;
    copies.push(...replayer.firstCopies);
    return replayer;
  }

  /** Waits until the copies sent so far are known to be processed or back. */
  async function* verdict(left: number): AsyncGenerator<ReplayEvent, Verified | null, undefined> {
    if (options.verify === null || tally.replayed === 0 || pace.lastSentAt === null || signal.aborted) return null;
    return yield* verify({
      queues,
      clock,
      signal,
      dlq: options.dlq,
      target: options.target,
      replayed: tally.replayed,
      firstSentAt: pace.firstSentAt ?? header.at,
      lastSentAt: pace.lastSentAt,
      isCopy: (id) => newIds.has(id),
      returned,
      copies: before.replayed > 0 ? [] : copies,
      left,
      waitMs: options.verify.waitMs,
      ...(ports.logs === undefined ? {} : { logs: ports.logs }),
    });
  }

  /** Whether others may hide messages from this run: who had some at its beginning, or runs that have not ended. */
  async function heldByOthers(): Promise<boolean> {
    if (interrupted !== null || options.dlq.attributes.inFlight > 0) return true;
    // A ledger folder that cannot be read now says nothing.
    return (await others().catch(() => null)) !== null;
  }

  /** What is left: at the end of a queue that hides nothing, what the run left itself; else the approximate count, if it is more. */
  async function remainingAfter(replayer: Replayer): Promise<number> {
    if (replayer.drained && !replayer.hides && !(await heldByOthers())) return replayer.left;
    try {
      return Math.max(replayer.left, queueDepth(await queues.describe(options.dlq.url)));
    } catch (cause) {
      expected(cause);
      return Math.max(replayer.left, replayer.owed);
    }
  }

  try {
    yield {
      type: 'started',
      at: startedAt,
      runId: header.runId,
      dlq: options.dlq.name,
      target: options.target.name,
      resumed: options.resume !== null,
      expected: queueDepth(options.dlq),
    };
    const wanted = { fifo: options.dlq.fifo, ...selectionOf(options), only: options.only ?? before.planned };
    const canary = canaryOf(options, before);
    let replayer = yield* pass(new Selection({ ...wanted, max: canary ?? wanted.max }, before.replayed), true);
    let stopped = stopReason(replayer, signal);
    let verified: Verified | null = null;
    if (canary !== null && stopped === null && !replayer.drained) {
      yield { type: 'canary', at: clock.now(), state: 'sent', count: tally.replayed };
      if (unsent(tally) === 0) verified = yield* verdict(await remainingAfter(replayer));
      stopped = canaryStop(verified, tally, header.runId) ?? stoppedBySignal(signal);
      if (stopped === null) {
        yield { type: 'canary', at: clock.now(), state: 'passed', count: tally.replayed };
        verified = null;
        forgetLeft(tally);
        replayer = yield* pass(new Selection(wanted, tally.replayed), false);
        stopped = stopReason(replayer, signal);
      } else yield { type: 'canary', at: clock.now(), state: 'failed', count: tally.replayed };
    }
    const remaining = await remainingAfter(replayer);
    const result = (): ReplayResult => ({
      runId: header.runId,
      engine: 'client',
      matched: tally.matched,
      replayed: tally.replayed,
      failed: tally.failed,
      skipped: tally.skipped,
      suppressed: tally.suppressed,
      remaining,
      blocked: tally.blocked,
      uncertain: tally.uncertain,
      undeleted: tally.undeleted,
      possibleTwins: tally.possibleTwins,
      verified,
      requests: price.requests,
      costUsd: price.costUsd,
      durationMs: clock.now() - startedAt,
      ratePerSecond: pace.perSecond,
      stopped,
    });
    await end(ledger, clock, replayer, result());
    // A run that was stopped answers at once; `dlq verify` asks later.
    if (verified === null && stopped === null) {
      verified = yield* verdict(remaining);
      if (verified !== null) await end(ledger, clock, replayer, result());
    }
    const final = result();
    yield { type: 'finished', at: clock.now(), result: final };
    return final;
  } finally {
    await ledger.close().catch(() => {});
  }
}

function selectionOf(options: ReplayOptions) {
  const { filter, group, max, only, outOfOrder } = options;
  return { filter: filter?.matches ?? null, group, max, only, outOfOrder };
}

function stopReason(replayer: Replayer, signal: AbortSignal): ReplayResult['stopped'] {
  return replayer.stopped === null ? stoppedBySignal(signal) : stoppedBy(replayer.stopped);
}

async function end(ledger: Ledger, clock: Clock, replayer: Replayer, result: ReplayResult): Promise<void> {
  // What the ledger had left open and this life never met is gone only with the last of the queue.
  const open = replayer.open + (result.remaining === 0 ? 0 : replayer.owed);
  const hidden = replayer.hiddenUntil === null ? {} : { hiddenUntil: replayer.hiddenUntil };
  // The work is done; a disk that is full now takes nothing from it.
  await ledger.commit({ ...endRecord(clock.now(), open, result), ...hidden }).catch(() => {});
}
