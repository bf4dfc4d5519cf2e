import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { readRecord } from '../explain/log-record.ts';
import { queueDepth } from '../queue-depth.ts';
import type { Consumer } from './consumer.ts';
import { ng, ok, type ReplayCheck, skip } from './replay-check.ts';

export interface TrafficQuestion {
  readonly target: Queue;
  readonly consumers: readonly Consumer[];
  readonly logs: FunctionLogs | null;
  /** Some of the groups, each with the time at which its first dead letter came (ms since the epoch). */
  readonly groups: readonly { readonly groupId: string; readonly deadSince: number }[];
  /** Whether this message is one of the dead letters. */
  readonly isDead: (messageId: string) => boolean;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

const MOST_LINES = 200;
/** Longest time that we expect between the first failure of a message and its move to the dead-letter queue. */
export const LONGEST_DYING_MS = 3_600_000;

/**
 * Have newer messages of the same groups gone past the dead ones? SQS opens a group again as soon as its failed message is
 * in the dead-letter queue, so a replay comes after whatever was sent since. Only the function's log can tell, and only
 * where its lines name the group.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export async function liveTrafficCheck(question: TrafficQuestion): Promise<ReplayCheck | null> {
  const { target, groups } = question;
  if (!target.fifo) return null;
  const waiting = queueDepth(target);
  const queued = waiting === 0 ? '' : `; about ${waiting} wait in ${target.name} now`;
  const seen = await passages(question);
  if (seen === null || seen.named === 0) {
    const why = seen === null ? 'there is no log to tell' : 'the log does not name the groups';
    return skip('live-traffic', `whether newer messages went past cannot be known: ${why}${queued}`);
  }
  const looked = `${seen.named} of ${groups.length} ${groups.length === 1 ? 'group' : 'groups'} looked up`;
  return seen.passed === 0
    ? ok('live-traffic', `the log shows none that went past (${looked})${queued}`)
    : ng(
        'live-traffic',
        `newer messages went past the dead ones in ${seen.passed} of ${looked}: these come after them${queued}`,
      );
}

/** In how many groups the log names anything, and in how many a newer message that was processed. */
async function passages(question: TrafficQuestion): Promise<{ named: number; passed: number } | null> {
  const { consumers, logs, groups, isDead, nowMs, signal } = question;
  const functionName = consumers[0]?.functionName;
  if (logs === null || functionName === undefined || groups.length === 0) return null;
  const lines = async (groupId: string, fromMs: number, toMs: number, limit: number) =>
    logs.find(functionName, { text: groupId, fromMs, toMs, limit, signal }).catch((cause: unknown) => {
      if (cause instanceof CvopsError && !signal.aborted) return null;
      throw cause;
    });
  let named = 0;
  let passed = 0;
  for (const { groupId, deadSince } of groups) {
    const since = await lines(groupId, deadSince + 1, nowMs + 60_000, MOST_LINES);
    if (since === null) return null;
    const past = since.some((line) => {
      const { messageId, error, blockedBy, kind } = readRecord(line);
      return kind === 'entry' && messageId !== null && error === null && blockedBy === null && !isDead(messageId);
    });
    if (past) passed++;
    // The failures themselves show whether the log names its groups.
    const before = since.length > 0 ? since : await lines(groupId, deadSince - LONGEST_DYING_MS, deadSince, 1);
    if ((before?.length ?? 0) > 0) named++;
  }
  return { named, passed };
}
