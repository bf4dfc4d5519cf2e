import type { FunctionLogs, LogLine } from '../../aws/ports/function-logs.ts';
import type { Queue, ReceivedMessage } from '../../aws/ports/queues.ts';
import { type DeadLetter, deadLetter, sentTimestamp } from '../dead-letter.ts';
import { callSite } from '../explain/error-text.ts';
import { refuseOwnRedrive } from '../own-redrive.ts';
import { type ScanOptions, scanQueue } from '../scan-queue.ts';
import { bodyShape } from './body-shape.ts';
import { type Causes, findCauses, type UnlinkedFailure } from './causes-by-message.ts';
import { type Expiry, expiryOf } from './expiry.ts';
import { type FailureCause, signatureOf } from './failure-cause.ts';
import { type FailureGroup, groupBySignature } from './group-by-signature.ts';

export interface InspectOptions extends Omit<ScanOptions, 'queue' | 'onMessage'> {
  /** The present as AWS has it, ms; default: the clock's. */
  readonly awsTime?: () => number;
  readonly dlq: Queue;
  readonly filter?: (letter: DeadLetter) => boolean;
  /** Only this message group. */
  readonly group?: string;
  /** Looks even at a queue that has dead letters of its own. */
  readonly force?: boolean;
  /** Reads all lines that name a message, not only failures, while the messages are few. */
  readonly explain?: boolean;
  /** Where the causes stand; without it messages are grouped by their shape. */
  readonly logs?: { readonly reader: FunctionLogs; readonly functionName: string };
  /** Told of what goes on, for progress. */
  readonly onStep?: (step: 'look' | 'logs', scanned: number) => void;
}

/** A dead letter with its cause and the time at which SQS drops it. */
export interface InspectedMessage extends DeadLetter {
  readonly signature: string;
  readonly error: InspectedError | null;
  /** The function version that failed it, where the log says. */
  readonly version: string | null;
  /** Of the run that failed it last. */
  readonly requestId: string | null;
  /** When it failed last, ISO 8601; null where no log says. */
  readonly failedAt: string | null;
  /** FIFO: the message of its group that failed before it, when it never had its turn. */
  readonly blockedBy: string | null;
  /** ISO 8601; null when SQS does not say when the message was sent. */
  readonly expiresAt: string | null;
  /** `earliest`: it may live longer, not shorter. */
  readonly expiryBasis: Expiry['basis'] | null;
  /** The body was too large to keep: its first 1,000 characters. */
  readonly bodyCut: boolean;
  /** The last lines of the log that name it. */
  readonly logs: readonly { readonly at: string; readonly message: string }[];
}

export interface InspectedError {
  readonly name: string;
  readonly message: string;
  /** The first frame of the function's own code. */
  readonly callSite: string | null;
}

export interface Inspection {
  readonly queue: string;
  readonly scanned: number;
  readonly matched: number;
  /** False when the limit, an abort or FIFO's locked groups hid messages. */
  readonly complete: boolean;
  /** About how many messages were not seen. */
  readonly hidden: number;
  /** What hides them: others hold them, they are delayed, or they stand behind ten of their group. */
  readonly hiddenBy: { readonly inFlight: number; readonly delayed: number; readonly groups: readonly string[] };
  /** SQS lets no more messages be in flight; the rest could not be looked at. */
  readonly inFlightLimit: boolean;
  /** Whether the function's log could be read; null when it was not asked for. */
  readonly logsRead: boolean | null;
  /** False when the log was longer than what is read of it. */
  readonly logsComplete: boolean;
  readonly groups: readonly FailureGroup[];
  readonly messages: readonly InspectedMessage[];
  /** Failures of the same time that name no message; empty when every message has its cause. */
  readonly unlinked: readonly UnlinkedFailure[];
  readonly soonestExpiry: { readonly messageId: string; readonly at: string; readonly basis: Expiry['basis'] } | null;
  /** The look counts as a receive of each message: what it added to a receive count, at most. */
  readonly receivesAdded: number;
  readonly notGivenBack: number;
  /** When those show up again by themselves, ISO 8601; null when all were given back. */
  readonly visibleAgainAt: string | null;
}

/** What is kept of a message while the look goes on. */
interface Kept {
  readonly letter: DeadLetter;
  readonly shape: string;
  readonly bodyCut: boolean;
  /** System attributes alone; the body is in the letter. */
  readonly message: ReceivedMessage;
}

/** Bodies beyond this many characters together are cut, so that a look fits into memory. */
const MOST_BODY = 32 * 1_048_576;
const CUT_BODY = 1_000;

/**
 * Looks at a dead-letter queue, gives every message back, and groups them by cause.
 * @throws CvopsError `OwnRedrivePolicy` for a dead-letter queue that could lose messages onward by being looked at.
 */
export async function inspect(options: InspectOptions): Promise<Inspection> {
  const { dlq } = options;
  if (options.force !== true) refuseOwnRedrive(dlq);
  const kept: Kept[] = [];
  let seen = 0;
  let room = MOST_BODY;
  const scan = await scanQueue({
    ...options,
    queue: dlq,
    onMessage: (message) => {
      options.onStep?.('look', ++seen);
      const letter = deadLetter(message);
      if (options.group !== undefined && letter.groupId !== options.group) return;
      if (options.filter !== undefined && !options.filter(letter)) return;
      const bodyCut = message.body.length > room;
      room -= bodyCut ? 0 : message.body.length;
      kept.push({
        letter: bodyCut ? { ...letter, body: message.body.slice(0, CUT_BODY) } : letter,
        shape: bodyShape(message),
        bodyCut,
        message: { ...message, body: '', attributes: {} },
      });
    },
  });
  options.onStep?.('logs', seen);
  const causes = options.signal.aborted ? null : await readCauses(options, kept);
  const messages = kept.map((each) => inspected(each, dlq, causes));
  const { attributes } = dlq;
  return {
    queue: dlq.name,
    scanned: scan.scanned,
    matched: messages.length,
    complete: scan.complete,
    hidden: scan.hidden,
    hiddenBy: { inFlight: attributes.inFlight, delayed: attributes.delayed, groups: scan.cutGroups },
    inFlightLimit: scan.inFlightLimit,
    logsRead: options.logs === undefined ? null : causes !== null,
    logsComplete: causes?.complete ?? true,
    groups: groupBySignature(messages),
    messages,
    unlinked: messages.every(({ error }) => error !== null) ? [] : (causes?.unlinked ?? []),
    soonestExpiry: soonest(messages),
    receivesAdded: scan.receivesAdded,
    notGivenBack: scan.notGivenBack,
    visibleAgainAt: scan.visibleAgainAt === null ? null : new Date(scan.visibleAgainAt).toISOString(),
  };
}

function inspected({ letter, shape, bodyCut, message }: Kept, dlq: Queue, causes: Causes | null): InspectedMessage {
  const cause = causes?.byMessage.get(letter.messageId);
  const expiry = expiryOf(message, dlq, cause?.at ?? null);
  return {
    ...letter,
    signature: cause === undefined ? shape : signatureOf(cause),
    error: cause === undefined ? null : inspectedError(cause),
    version: cause?.version ?? null,
    requestId: cause?.requestId ?? null,
    failedAt: cause === undefined ? null : new Date(cause.at).toISOString(),
    blockedBy: cause?.blockedBy ?? null,
    expiresAt: expiry === null ? null : new Date(expiry.at).toISOString(),
    expiryBasis: expiry?.basis ?? null,
    bodyCut,
    logs: (causes?.lines.get(letter.messageId) ?? []).map(plainLine),
  };
}

function inspectedError({ name, message, stack }: FailureCause): InspectedError {
  return { name, message, callSite: callSite(stack) };
}

function plainLine({ at, message }: LogLine): { at: string; message: string } {
  return { at: new Date(at).toISOString(), message };
}

function soonest(messages: readonly InspectedMessage[]): Inspection['soonestExpiry'] {
  let first: InspectedMessage | undefined;
  for (const message of messages) {
    if (message.expiresAt === null) continue;
    if (first === undefined || message.expiresAt < first.expiresAt!) first = message;
  }
  return first === undefined ? null : { messageId: first.messageId, at: first.expiresAt!, basis: first.expiryBasis! };
}

async function readCauses(options: InspectOptions, kept: readonly Kept[]): Promise<Causes | null> {
  if (options.logs === undefined) return null;
  if (kept.length === 0) return { byMessage: new Map(), lines: new Map(), unlinked: [], complete: true };
  const now = (options.awsTime ?? (() => options.clock.now()))();
  let earliest = now;
  for (const { message } of kept) earliest = Math.min(earliest, firstPossibleFailure(message, options.dlq));
  return findCauses({
    logs: options.logs.reader,
    functionName: options.logs.functionName,
    messageIds: new Set(kept.map(({ letter }) => letter.messageId)),
    fromMs: earliest,
    toMs: now + CLOCK_SKEW_MS,
    ...(options.explain === true ? { oneByOne: MOST_EXPLAINED } : {}),
    signal: options.signal,
  });
}

const CLOCK_SKEW_MS = 60_000;
const MOST_EXPLAINED = 20;
/** Longest time that we expect between the first failure of a FIFO message and its move. */
const LONGEST_DYING_MS = 12 * 3_600_000;

/** The earliest time at which a message can have failed, ms; a FIFO move may set its times again, after the failures. */
export function firstPossibleFailure(message: ReceivedMessage, dlq: Queue): number {
  const known = [sentTimestamp(message), Number(message.system['ApproximateFirstReceiveTimestamp'] ?? Number.NaN)];
  const earliest = Math.min(...known.filter((time): time is number => time !== null && !Number.isNaN(time)));
  const sent = Number.isFinite(earliest) ? earliest : Date.UTC(2020);
  return sent - (dlq.fifo ? LONGEST_DYING_MS : CLOCK_SKEW_MS);
}
