import { createHash } from 'node:crypto';
import { ARCHIVE_KIND, type ArchivedMessage } from '../dlq/archive/archived-message.ts';
import type { LedgerMessage, RunHeader } from '../dlq/ledger/ledger-record.ts';
import type { Ledgers } from '../dlq/ledger/ledgers.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { asEvent } from './dead-letter-event.ts';

/** The dead letters that the function would be given. */
export interface ReplayedFrom {
  /** For messages. */
  readonly service: string;
  readonly dlqArn: string;
}

/** What a replay sent, as events of a smoke test. */
export interface ReplayedEvents {
  readonly runId: string;
  /** JSON texts, at most {@link MOST_EVENTS}, spread evenly over the run. */
  readonly events: readonly string[];
  /** So many did the run send. */
  readonly sent: number;
  /** The run changed them on the way (`--edit`); the events are the dead letters as they were. */
  readonly edited: boolean;
}

/** Every event runs on two versions and for real: a sample is enough, and a replay may hold a million. */
const MOST_EVENTS = 20;

/**
 * The messages that a replay sent, from its ledger on this machine, each as its function would be given it. Nothing is
 * received, so no queue is touched.
 * @param runId undefined for the newest run of this dead-letter queue that sent something.
 * @throws CvopsError `NoReplayedEvents` (5) when there is nothing to take, `RunNotFound` (5), `LedgerDamaged`.
 */
export async function replayedEvents(
  ledgers: Ledgers,
  from: ReplayedFrom,
  runId: string | undefined,
): Promise<ReplayedEvents> {
  for (const id of runId === undefined ? await ledgers.list() : [runId]) {
    const { header } = await ledgers.ends(id);
    if (header.dlq.arn !== from.dlqArn) {
      if (runId === undefined) continue;
      throw nothing(`run ${id} replayed ${header.dlq.name}, which is not where dead letters of ${from.service} are.`);
    }
    // The newest replay is meant, not the newest that is convenient.
    if (header.native !== undefined) {
      throw nothing(`run ${id} was AWS's own move task, which leaves no messages on this machine.`);
    }
    const { sample, sent } = await sampleOf(ledgers, id);
    const events = sample.map((message) => JSON.stringify(asEvent(archived(message, header))));
    if (sent > 0) return { runId: id, events, sent, edited: header.options.edit != null };
    if (runId !== undefined) throw nothing(`run ${id} sent no message.`);
  }
  throw nothing(`no replay of the dead letters of ${from.service} has sent a message from this machine.`);
}

/** One pass, in little memory: whenever twice as many are held as are wanted, every other one goes. */
async function sampleOf(ledgers: Ledgers, runId: string) {
  const underWay = new Map<string, LedgerMessage>();
  let held: LedgerMessage[] = [];
  let sent = 0;
  let stride = 1;
  for await (const record of ledgers.read(runId)) {
    if (record.type === 'intent') for (const message of record.messages) underWay.set(message.id, message);
    else if (record.type === 'failed') for (const { id } of record.messages) underWay.delete(id);
    else if (record.type === 'sent') {
      for (const { id } of record.messages) {
        const message = underWay.get(id);
        // A resumed run may tell it twice.
        if (!underWay.delete(id)) continue;
        if (sent++ % stride === 0) held.push(message!);
        if (held.length < 2 * MOST_EVENTS) continue;
        held = held.filter((_, index) => index % 2 === 0);
        stride *= 2;
      }
    }
  }
  const every = held.length / Math.min(held.length, MOST_EVENTS);
  const sample = held.filter((_, index) => Math.floor(index / every) > Math.floor((index - 1) / every));
  return { sample, sent };
}

/** As an export would have written it, as far as an event needs it. */
function archived({ id, group, body, attributes, system }: LedgerMessage, { target }: RunHeader) {
  const line: Partial<ArchivedMessage> = {
    kind: ARCHIVE_KIND,
    queueArn: target.arn,
    messageId: id,
    groupId: group,
    deduplicationId: system['MessageDeduplicationId'] ?? null,
    sequenceNumber: system['SequenceNumber'] ?? null,
    sentAt: iso(system['SentTimestamp']),
    firstReceivedAt: iso(system['ApproximateFirstReceiveTimestamp']),
    senderId: system['SenderId'] ?? null,
    deadLetterQueueSourceArn: system['DeadLetterQueueSourceArn'] ?? null,
    traceHeader: system['AWSTraceHeader'] ?? null,
    attributes,
    body,
    md5OfBody: createHash('md5').update(body).digest('hex'),
  };
  return line;
}

function iso(ms: string | undefined): string | null {
  return ms === undefined || !/^\d{1,15}$/.test(ms) ? null : new Date(Number(ms)).toISOString();
}

function nothing(message: string): CvopsError {
  return new CvopsError('NoReplayedEvents', ExitCode.notFound, `--smoke: ${message}`, {
    hint: 'name a file of events, such as `cvops dlq export` writes, or another replay, run:RUN, of those that `cvops dlq runs` lists.',
  });
}
