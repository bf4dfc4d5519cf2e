import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Queue, Queues } from '../../aws/ports/queues.ts';
import type { Clock } from '../../clock.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { DeadLetter } from '../dead-letter.ts';
import type { Edit } from '../edit/edit.ts';
import type { RunHeader } from '../ledger/ledger-record.ts';
import type { Ledger, Ledgers } from '../ledger/ledgers.ts';
import { type OpenMessages, openMessages } from '../ledger/open-messages.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { adoptUnfinished } from './adopt-unfinished.ts';
import { EventChannel } from './event-channel.ts';
import { MessageIdSet } from './message-id-set.ts';
import { Pace } from './pace.ts';
import { Price } from './price.ts';
import { pricedQueues } from './priced-queues.ts';
import type { QueueEndOptions } from './queue-end.ts';
import type { ReplayEvent } from './replay-event.ts';
import type { ReplayResult, Verified } from './replay-result.ts';
import { Replayer } from './replayer.ts';
import { newTally, type Tally } from './replayer-options.ts';
import { newRunId } from './run-id.ts';
import { Selection } from './selection.ts';
import { SendRate } from './send-rate.ts';
import { verify } from './verify.ts';

export interface ReplayPorts {
  readonly queues: Queues;
  readonly ledgers: Ledgers;
  readonly clock: Clock;
  /** Where the consumer says what it processed: the quickest verdict. */
  readonly logs?: { readonly reader: FunctionLogs; readonly functionName: string };
}

export interface ReplayOptions {
  readonly dlq: Queue;
  readonly target: Queue;
  readonly service: string | null;
  /** The filter, as text for the ledger and as the test that it means. */
  readonly filter: { readonly text: string; readonly matches: (letter: DeadLetter) => boolean } | null;
  readonly group: string | null;
  readonly max: number | null;
  /** MessageIds of a saved plan: these and no others. */
  readonly only: ReadonlySet<string> | null;
  /** Changes each copy before it is sent. */
  readonly edit: Edit | null;
  /** Messages a second; null for as fast as it goes. */
  readonly rate: number | null;
  /** Replays so many first, and goes on only when their verdict is good. */
  readonly canary: number | null;
  /** Stops when more than this share (0–1) of the copies came back. */
  readonly maxReturns: number | null;
  /** Replays those that expire first before the others. */
  readonly expiringFirst: boolean;
  /** FIFO: replay what matches even when messages before it in its group do not. */
  readonly outOfOrder: boolean;
  /** Replays even from a dead-letter queue that has a redrive policy of its own. */
  readonly force: boolean;
  /** FIFO: sends again what a crashed run may have sent, though the deduplication window has passed. */
  readonly resendUncertain: boolean;
  /** Wait for a verdict; null when none is wanted. `waitMs: null` waits until every copy can be known. */
  readonly verify: { readonly waitMs: number | null } | null;
  /** Goes on with this run instead of starting one; its header gives the filter, group and maximum. */
  readonly resume: RunHeader | null;
  /** Calls at the same time; default 64. */
  readonly concurrency?: number;
  /** Seconds of one visibility; default 60. After a crash messages show up again within this time. */
  readonly visibilitySeconds?: number;
  readonly emptyPolls?: number;
  readonly waitSeconds?: number;
}

const VISIBILITY_SECONDS = 60;
const CONCURRENCY = 64;
const LEARN_EVERY_MS = 60_000;

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
  const header = options.resume ?? newHeader(options, startedAt);
  const before = options.resume === null ? NOTHING : await earlier(ledgers, header.runId, sentIds, newIds);
  const unresolved = new Map(before.unresolved);
  const hidden = await adoptUnfinished(ledgers, header, clock.now(), sentIds, unresolved);
  let learntAt = clock.now();
  // A process that dies beside this one leaves its messages to it. Well within the deduplication window, so that what it
  // may have sent is known before a second copy could get through.
  const learn = async () => {
    if (clock.now() - learntAt < LEARN_EVERY_MS) return;
    learntAt = clock.now();
    await adoptUnfinished(ledgers, header, learntAt, sentIds, unresolved);
  };
  const ledger = await openLedger(ledgers, header, options, clock);
  const tally = newTally(before);
  const pace = new Pace(before);
  const owed = new Set([...before.sent.keys(), ...before.unresolved.keys()]);
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
      interrupted: first ? interruptedBy(before, hidden) : null,
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

  try {
    yield {
      type: 'started',
      at: startedAt,
      runId: header.runId,
      dlq: options.dlq.name,
      target: options.target.name,
      resumed: options.resume !== null,
      expected: depth(options.dlq),
    };
    const wanted = { fifo: options.dlq.fifo, ...selectionOf(options), only: options.only ?? before.planned };
    const canary = canaryOf(options, before);
    let replayer = yield* pass(new Selection({ ...wanted, max: canary ?? wanted.max }, before.replayed), true);
    let stopped = stopReason(replayer, signal);
    let verified: Verified | null = null;
    if (canary !== null && stopped === null && !replayer.drained) {
      yield { type: 'canary', at: clock.now(), state: 'sent', count: tally.replayed };
      if (unsent(tally) === 0) verified = yield* verdict(await remainingOf(queues, options.dlq, replayer));
      stopped = canaryStop(verified, tally, header.runId) ?? abortReason(signal);
      if (stopped === null) {
        yield { type: 'canary', at: clock.now(), state: 'passed', count: tally.replayed };
        verified = null;
        forgetLeft(tally);
        replayer = yield* pass(new Selection(wanted, tally.replayed), false);
        stopped = stopReason(replayer, signal);
      } else yield { type: 'canary', at: clock.now(), state: 'failed', count: tally.replayed };
    }
    const remaining = await remainingOf(queues, options.dlq, replayer);
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

/** What the run that this one resumes, or another one that was cut off not long ago, may still hide. */
function interruptedBy(before: OpenMessages, hidden: QueueEndOptions['interrupted']): QueueEndOptions['interrupted'] {
  if (before.ended) return hidden;
  const open = new Set([...before.sent.keys(), ...before.unresolved.keys(), ...(hidden?.open ?? [])]);
  return { lastAt: Math.max(before.lastAt, hidden?.lastAt ?? 0), open };
}

/** How many go first and alone; null when the run goes through in one pass. A resumed run that was past them is. */
function canaryOf({ canary, max, verify: judged }: ReplayOptions, before: OpenMessages): number | null {
  if (canary === null || judged === null || before.replayed > canary) return null;
  return max !== null && max <= canary ? null : canary;
}

/** Why the run does not go on after its canary; null when all of it was processed. */
function canaryStop(verified: Verified | null, tally: Tally, runId: string): ReplayResult['stopped'] {
  const canary = `the canary of ${tally.replayed}`;
  const left = unsent(tally);
  if (left > 0 || (verified?.returned ?? 0) > 0) {
    const what = left > 0 ? `${left} could not be sent` : `${verified!.returned} came back`;
    return {
      code: 'CanaryFailed',
      message: `${canary}: ${what}; the others were left.`,
      hint: '`cvops dlq inspect` shows why.',
      exitCode: ExitCode.gate,
    };
  }
  if (verified === null || verified.pending === 0) return null;
  return {
    code: 'CanaryPending',
    message: `${canary} is not known to be processed yet; the others were left.`,
    hint: `\`cvops dlq replay --resume ${runId}\` asks again and goes on.`,
    exitCode: ExitCode.pending,
  };
}

function unsent({ failed, suppressed, uncertain }: Tally): number {
  return failed + suppressed + uncertain;
}

/** What one pass left, the next sees again. */
function forgetLeft(tally: Tally): void {
  Object.assign(tally, { matched: tally.replayed, skipped: 0, blocked: 0, returned: 0, undeleted: 0 });
}

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

function newHeader(options: ReplayOptions, now: number): RunHeader {
  return {
    type: 'run',
    format: 1,
    runId: newRunId(now),
    at: now,
    dlq: { name: options.dlq.name, arn: options.dlq.arn },
    target: { name: options.target.name, arn: options.target.arn, fifo: options.target.fifo },
    service: options.service,
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
  };
}

function selectionOf(options: ReplayOptions) {
  const { filter, group, max, only, outOfOrder } = options;
  return { filter: filter?.matches ?? null, group, max, only, outOfOrder };
}

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
  if (resume === null) {
    const created = await ledgers.create(header);
    if (only !== null) await created.commit({ type: 'planned', at: clock.now(), ids: [...only] });
    return created;
  }
  const ledger = await ledgers.reopen(header.runId);
  await ledger.commit({ type: 'resumed', at: clock.now() });
  return ledger;
}

/** At the end of a queue that hides nothing, what the run left itself; else the approximate count, if it is more. */
async function remainingOf(queues: Queues, dlq: Queue, replayer: Replayer): Promise<number> {
  if (replayer.drained && !replayer.hides) return replayer.left;
  try {
    return Math.max(replayer.left, depth(await queues.describe(dlq.url)));
  } catch {
    return Math.max(replayer.left, replayer.owed);
  }
}

function stopReason(replayer: Replayer, signal: AbortSignal): ReplayResult['stopped'] {
  return replayer.stopped === null ? abortReason(signal) : stopped(replayer.stopped);
}

function abortReason(signal: AbortSignal): ReplayResult['stopped'] {
  if (!signal.aborted) return null;
  if (signal.reason instanceof CvopsError) return stopped(signal.reason);
  return { code: 'Interrupted', message: 'stopped on request.', hint: null, exitCode: ExitCode.interrupted };
}

function stopped({ code, message, hint, exitCode }: CvopsError): ReplayResult['stopped'] {
  return { code, message, hint: hint ?? null, exitCode };
}

async function end(ledger: Ledger, clock: Clock, replayer: Replayer, result: ReplayResult): Promise<void> {
  const { matched, replayed, failed, skipped, suppressed, remaining, verified } = result;
  await ledger
    .commit({
      type: 'end',
      at: clock.now(),
      // What the ledger had left open and this life never met is gone only with the last of the queue.
      open: replayer.open + (remaining === 0 ? 0 : replayer.owed),
      ...(replayer.hiddenUntil === null ? {} : { hiddenUntil: replayer.hiddenUntil }),
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
    })
    // The work is done; a disk that is full now takes nothing from it.
    .catch(() => {});
}

function depth({ attributes }: Queue): number {
  return attributes.visible + attributes.inFlight + attributes.delayed;
}
