import { parseEvent } from '../shared/event.ts';
import { toStoredEvent } from '../shared/events-table.ts';
import { errorField, type Log } from '../shared/log.ts';
import type { EventTable } from './event-table.ts';

/** A record as Lambda hands it over (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting */
export interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface ProcessorOptions {
  readonly table: EventTable;
  readonly retentionDays: number;
  readonly normaliseQuery: (query: string) => string;
  readonly log: Log;
}

/** What is left of the function's time when no further record is begun, ms: enough for the answer to get out. */
const RESERVE_MS = 1_000;

/**
 * Writes a batch. Records of one message group are taken in order; at its first failure a group stops, and that record
 * with all that follow it in the group is reported as failed, so that the queue delivers them again in order. Other
 * groups go on, beside one another.
 * @param remainingMs the time that the function has left.
 */
export async function processBatch(
  records: readonly QueueRecord[],
  options: ProcessorOptions,
  remainingMs: () => number,
): Promise<BatchResponse> {
  const failures = new Set<string>();
  await Promise.all(
    byGroup(records).map(async ([groupId, group]) => {
      let failed: string | undefined;
      for (const record of group) {
        const context = {
          messageId: record.messageId,
          groupId,
          receiveCount: Number(record.attributes['ApproximateReceiveCount'] ?? 1),
        };
        if (failed !== undefined) {
          failures.add(record.messageId);
          options.log('WARN', 'left for the next delivery: its group has failed', { ...context, cause: failed });
        } else if (!(await processRecord(record, context, options, remainingMs))) {
          failed = record.messageId;
          failures.add(record.messageId);
        }
      }
    }),
  );
  // In the order of the batch, whichever group ended first.
  return {
    batchItemFailures: records
      .filter(({ messageId }) => failures.has(messageId))
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
}

/** Writes one record and logs its outcome; whether it succeeded. */
async function processRecord(
  record: QueueRecord,
  context: Readonly<Record<string, unknown>>,
  options: ProcessorOptions,
  remainingMs: () => number,
): Promise<boolean> {
  let eventId: string | undefined;
  try {
    if (remainingMs() < RESERVE_MS) throw new OutOfTimeError(RESERVE_MS);
    const parsed = parseEvent(parseBody(record.body));
    if ('problem' in parsed) throw new MalformedEventError(parsed.problem);
    eventId = parsed.event.id;
    const stored = toStoredEvent(parsed.event, options.retentionDays, options.normaliseQuery);
    const outcome = await options.table.putOnce(stored);
    options.log('INFO', outcome === 'written' ? 'event written' : 'event was written before', {
      ...context,
      eventId,
      outcome,
    });
    return true;
  } catch (cause) {
    options.log('ERROR', 'event failed', { ...context, eventId, outcome: 'failed', error: errorField(cause) });
    return false;
  }
}

/** The message is no event of ours; no further delivery will change that. */
class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}

class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';

  constructor(reserveMs: number) {
    super(`Less than ${reserveMs} ms are left; the record was not begun.`);
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The engine's message quotes the body, and a visitor's words do not belong into the log.
    throw new MalformedEventError('the body is not JSON');
  }
}

/** Records by message group, in order. A standard queue has no groups: each record stands alone. */
function byGroup(records: readonly QueueRecord[]): [string | undefined, QueueRecord[]][] {
  const groups = new Map<string, [string | undefined, QueueRecord[]]>();
  for (const record of records) {
    const groupId = record.attributes['MessageGroupId'];
    const fifo = record.attributes['SequenceNumber'] !== undefined && groupId !== undefined;
    const key = fifo ? `group ${groupId}` : `record ${record.messageId}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [groupId, [record]]);
    else known[1].push(record);
  }
  return [...groups.values()];
}
