import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { deadLetter } from '../dead-letter.ts';
import { type Expiry, expiryOf } from '../inspect/expiry.ts';
import { signatureOf } from '../inspect/failure-cause.ts';
import { firstPossibleFailure } from '../inspect/inspect.ts';
import { LONGEST_RETENTION_MS } from '../longest-retention.ts';
import { attemptAtTime } from './attempt-at-time.ts';
import { type Attempt, type Attempts, readAttempts } from './attempts.ts';
import { callSite, type LoggedError } from './error-text.ts';
import { type FindMessageOptions, type FoundMessage, findMessage } from './find-message.ts';

export interface ExplainOptions extends Omit<FindMessageOptions, 'onSeen'> {
  /** The present as AWS has it, ms; default: the clock's. */
  readonly awsTime?: () => number;
  /** Null where the function is not known. */
  readonly logs: { readonly reader: FunctionLogs; readonly functionName: string } | null;
  readonly onStep?: (step: 'look' | 'logs', seen: number) => void;
}

export interface ExplainedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly rootCause: string | null;
  /** The first frame of the function's own code. */
  readonly callSite: string | null;
  readonly signature: string;
}

export interface ExplainedAttempt extends Omit<Attempt, 'lines' | 'error' | 'at'> {
  /** ISO 8601. */
  readonly at: string;
  readonly error: ExplainedError | null;
}

/** Why one message died. */
export interface Explanation {
  readonly queue: string;
  readonly messageId: string;
  /** False when it was not seen in the dead-letter queue: all is from the log. */
  readonly inQueue: boolean;
  readonly groupId: string | null;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly sentAt: string | null;
  /** This look included; null when it is not in the queue. */
  readonly receiveCount: number | null;
  readonly expiresAt: string | null;
  readonly expiryBasis: Expiry['basis'] | null;
  /** The failure that ended it: its own last one, else that it was left behind. */
  readonly error: ExplainedError | null;
  /** `log`: the log names the message; `time`: the only run that failed when the message was first received. */
  readonly basis: 'log' | 'time' | null;
  readonly version: string | null;
  readonly requestId: string | null;
  /** FIFO: the message of its group that failed first, when this one never failed itself. */
  readonly blockedBy: {
    readonly messageId: string;
    readonly error: ExplainedError | null;
    readonly version: string | null;
  } | null;
  /** Oldest first. */
  readonly attempts: readonly ExplainedAttempt[];
  readonly attemptsComplete: boolean;
  /** The lines of all attempts, oldest first. */
  readonly logs: readonly {
    readonly at: string;
    readonly stream: string;
    readonly requestId: string | null;
    readonly message: string;
  }[];
  /** Whether the function's log could be read; null when the function is not known. */
  readonly logsRead: boolean | null;
  /** Messages looked at to find it, and whether that was all of them. */
  readonly scanned: number;
  readonly complete: boolean;
  readonly receivesAdded: number;
  readonly notGivenBack: number;
  readonly visibleAgainAt: string | null;
}

const WHOLE_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const CLOCK_SKEW_MS = 60_000;
const MOST_LOG_LINES = 1_000;

/**
 * Joins a message with what the function logged of it. The message is given back; it need not be in the queue any more.
 * @throws CvopsError `MessageNotFound`, `MessageAmbiguous`, `OwnRedrivePolicy`.
 */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { dlq } = options;
  const found = await findMessage({
    ...options,
    onSeen: (seen) => options.onStep?.('look', seen),
  });
  const [message] = found.matches;
  if (found.matches.length > 1) throw ambiguous(options.id, found.matches);
  if (message === undefined && !WHOLE_ID.test(options.id)) throw notFound(options, found);
  options.signal.throwIfAborted();
  options.onStep?.('logs', found.scan.scanned);
  const messageId = message?.messageId ?? options.id;
  const { attempts, basis } = await attemptsOf(options, messageId, message);
  if (message === undefined && (attempts === null || attempts.attempts.length === 0)) throw notFound(options, found);

  const all = attempts?.attempts ?? [];
  const last = all.findLast(({ outcome }) => outcome === 'failed') ?? all.findLast(({ error }) => error !== null);
  const letter = message === undefined ? null : deadLetter(message);
  const expiry = message === undefined ? null : expiryOf(message, dlq, last?.at ?? null);
  const { scan } = found;
  return {
    queue: dlq.name,
    messageId,
    inQueue: message !== undefined,
    groupId: letter?.groupId ?? null,
    body: letter?.body ?? null,
    attributes: letter?.attributes ?? {},
    sentAt: letter?.sentAt ?? null,
    receiveCount: letter?.receiveCount ?? null,
    expiresAt: expiry === null ? null : new Date(expiry.at).toISOString(),
    expiryBasis: expiry?.basis ?? null,
    error: explained(last?.error ?? null),
    basis: last === undefined ? null : basis,
    version: last?.version ?? null,
    requestId: last?.requestId ?? null,
    blockedBy: await blocker(options, last, message),
    attempts: all.map(({ lines: _, ...attempt }) => ({
      ...attempt,
      at: new Date(attempt.at).toISOString(),
      error: explained(attempt.error),
    })),
    attemptsComplete: attempts?.complete ?? true,
    logs: all
      .flatMap(({ lines, requestId }) => lines.map((line) => ({ ...line, requestId })))
      .slice(-MOST_LOG_LINES)
      .map(({ at, stream, requestId, message: text }) => ({
        at: new Date(at).toISOString(),
        stream,
        requestId,
        message: text,
      })),
    logsRead: options.logs === null ? null : attempts !== null,
    scanned: scan.scanned,
    complete: scan.complete,
    receivesAdded: scan.receivesAdded,
    notGivenBack: scan.notGivenBack,
    visibleAgainAt: scan.visibleAgainAt === null ? null : new Date(scan.visibleAgainAt).toISOString(),
  };
}

async function attemptsOf(
  options: ExplainOptions,
  messageId: string,
  message: ReceivedMessage | undefined,
): Promise<{ attempts: Attempts | null; basis: 'log' | 'time' }> {
  if (options.logs === null) return { attempts: null, basis: 'log' };
  const query = {
    logs: options.logs.reader,
    functionName: options.logs.functionName,
    messageId,
    ...span(options, message),
    signal: options.signal,
  };
  try {
    const attempts = await readAttempts(query);
    if (attempts === null || attempts.attempts.length > 0 || message === undefined) return { attempts, basis: 'log' };
    const one = await attemptAtTime(query, message);
    return one === null ? { attempts, basis: 'log' } : { attempts: { attempts: [one], complete: true }, basis: 'time' };
  } catch (cause) {
    // The message itself is known: a log that cannot be had must not hide that.
    if (cause instanceof CvopsError && !options.signal.aborted) return { attempts: null, basis: 'log' };
    throw cause;
  }
}

/** When the message can have been delivered, ms. */
function span({ clock, awsTime, dlq }: ExplainOptions, message: ReceivedMessage | undefined) {
  const now = (awsTime ?? (() => clock.now()))();
  const from = message === undefined ? now - LONGEST_RETENTION_MS : firstPossibleFailure(message, dlq);
  return { fromMs: Math.min(from, now), toMs: now + CLOCK_SKEW_MS };
}

/** The first failure of a group that kept others from their turn. */
async function blocker(
  options: ExplainOptions,
  last: Attempt | undefined,
  message: ReceivedMessage | undefined,
): Promise<Explanation['blockedBy']> {
  if (last === undefined || last.blockedBy === null || options.logs === null) return null;
  const messageId = last.blockedBy;
  const { attempts } = await attemptsOf(options, messageId, message);
  const failed = attempts?.attempts.findLast(({ outcome }) => outcome === 'failed');
  return { messageId, error: explained(failed?.error ?? null), version: failed?.version ?? null };
}

function explained(error: LoggedError | null): ExplainedError | null {
  return error === null ? null : { ...error, callSite: callSite(error.stack), signature: signatureOf(error) };
}

function ambiguous(id: string, matches: readonly ReceivedMessage[]): CvopsError {
  const ids = matches.map(({ messageId }) => messageId);
  return new CvopsError('MessageAmbiguous', ExitCode.usage, `${ids.length} messages begin with "${id}".`, {
    hint: `give more of it: ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' …' : ''}`,
  });
}

function notFound({ id, dlq, logs }: ExplainOptions, { scan }: FoundMessage): CvopsError {
  const where = logs === null ? '' : `, and the log of ${logs.functionName} does not name it`;
  const unseen = scan.complete ? '' : ` About ${scan.hidden} of its messages could not be seen.`;
  const whole = WHOLE_ID.test(id);
  return new CvopsError(
    'MessageNotFound',
    ExitCode.notFound,
    whole
      ? `no message ${id} in "${dlq.name}"${where}.${unseen}`
      : `no message in "${dlq.name}" begins with "${id}".${unseen}`,
    {
      hint: whole
        ? 'list what is there with `cvops dlq inspect`; a replayed message has a new id, see `cvops dlq runs`.'
        : 'list what is there with `cvops dlq inspect`, or give the whole id to search the log too.',
    },
  );
}
