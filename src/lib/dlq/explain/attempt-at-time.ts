import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { type Attempt, type AttemptQuery, describeAttempt } from './attempts.ts';
import { invocationError, readInvocations } from './invocations.ts';
import { searchLog } from './search-log.ts';

/** A run begins this soon after the receive that its messages come from, unless a batching window holds them. */
const SOON_MS = 3_000;
const BEFORE_MS = 1_000;
/** Longest run whose end is looked for. */
const READ_MS = 120_000;
const MOST_LINES = 5_000;

/**
 * For functions that log no message ids: the run that began when the message was first received, if it failed and was
 * the only one to begin then. Null where there is none, or more than one.
 */
export async function attemptAtTime(query: AttemptQuery, message: ReceivedMessage): Promise<Attempt | null> {
  const received = Number(message.system['ApproximateFirstReceiveTimestamp'] ?? Number.NaN);
  if (!Number.isFinite(received)) return null;
  const lines = await searchLog(query, {
    text: '',
    fromMs: received - BEFORE_MS,
    toMs: received + READ_MS,
    limit: MOST_LINES,
  });
  const began = readInvocations(lines ?? []).filter(
    ({ startedAt, records }) =>
      startedAt >= received - BEFORE_MS &&
      startedAt <= received + SOON_MS &&
      records.some(({ kind }) => kind === 'start'),
  );
  const [only] = began;
  if (only === undefined || began.length > 1 || invocationError(only) === null) return null;
  return describeAttempt(only, query.messageId);
}
