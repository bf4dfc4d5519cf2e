import type { FunctionLogs, LogLine } from '../../aws/ports/function-logs.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { type FailureCause, failureCause, LEFT_BEHIND } from './failure-cause.ts';

export interface CauseQuery {
  readonly logs: FunctionLogs;
  readonly functionName: string;
  readonly messageIds: ReadonlySet<string>;
  /** The span in which the messages can have failed, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Up to this many messages are looked up one by one; more take one query over the span. */
const FEW = 5;
const MOST_LINES = 20_000;

/**
 * The last failure of each message in the function's logs; messages without one are missing. Null where the logs
 * cannot be read. A plain line that names no message (a timeout) is joined through its request id when a line of the
 * same request names one.
 */
export async function causesByMessage(query: CauseQuery): Promise<ReadonlyMap<string, FailureCause> | null> {
  const lines = await findLines(query).catch((cause: unknown) => {
    // A log that cannot be had (throttled, no such service at this endpoint) must not stop the look at the queue.
    if (cause instanceof CvopsError) return null;
    throw cause;
  });
  if (lines === null) return null;
  const causes = new Map<string, FailureCause>();
  const orphans = new Map<string, FailureCause>();
  const requests = new Map<string, Set<string>>();
  for (const line of lines) {
    for (const messageId of idsIn(line.message, query.messageIds)) {
      const request = requestOf(line.message);
      if (request !== null) requests.set(request, (requests.get(request) ?? new Set()).add(messageId));
    }
    const cause = failureCause(line);
    if (cause === null) continue;
    const about = cause.messageId ?? idsIn(line.message, query.messageIds)[0];
    if (about !== undefined && query.messageIds.has(about)) {
      // An error of its own says more than waiting behind another's.
      if (cause.name !== LEFT_BEHIND || !causes.has(about)) causes.set(about, { ...cause, messageId: about });
    } else if (cause.messageId === null && cause.requestId !== null) orphans.set(cause.requestId, cause);
  }
  for (const [requestId, cause] of orphans) {
    for (const messageId of requests.get(requestId) ?? []) {
      const known = causes.get(messageId);
      if (known === undefined || known.at < cause.at) causes.set(messageId, { ...cause, messageId });
    }
  }
  return causes;
}

async function findLines(query: CauseQuery): Promise<readonly LogLine[] | null> {
  const { logs, functionName, messageIds, fromMs, toMs } = query;
  if (messageIds.size > FEW) return logs.find(functionName, { text: '', fromMs, toMs, limit: MOST_LINES });
  const lines: LogLine[] = [];
  for (const messageId of messageIds) {
    const found = await logs.find(functionName, { text: messageId, fromMs, toMs, limit: 1_000 });
    if (found === null) return null;
    lines.push(...found);
  }
  return lines.sort((a, b) => a.at - b.at);
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

function idsIn(text: string, wanted: ReadonlySet<string>): readonly string[] {
  return (text.match(UUID) ?? []).filter((id) => wanted.has(id));
}

function requestOf(text: string): string | null {
  return /"requestId":\s*"([^"]+)"/.exec(text)?.[1] ?? /^\S+\t([0-9a-f-]{36})\t/.exec(text)?.[1] ?? null;
}
