import { type AwsApi, isTransient } from '../shared/aws-api.ts';
import { type AnalyticsEvent, groupIdOf } from '../shared/event.ts';
import { errorField, type Log } from '../shared/log.ts';
import { retry } from '../shared/retry.ts';

export interface SenderOptions {
  readonly api: Pick<AwsApi, 'json'>;
  readonly queueUrl: string;
  readonly log: Log;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

const ATTEMPTS = 3;
/** A Worker may make 50 requests for one of its visitors (https://developers.cloudflare.com/workers/platform/limits/#subrequests). */
const MAX_REQUESTS = 45;
/** `waitUntil` gives 30 s after the answer (https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil). */
const DEADLINE_MS = 25_000;

/**
 * Sends events to the FIFO queue: the events of one session in order, sessions beside one another. The event's id is the
 * deduplication id, so a repeated send within five minutes is swallowed by the queue
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html).
 * What cannot be sent is logged whole, one line an event, and counted: nothing goes missing in silence. Never rejects.
 */
export async function sendEvents(
  events: readonly AnalyticsEvent[],
  options: SenderOptions,
): Promise<{ readonly sent: number; readonly lost: number }> {
  const now = options.now ?? Date.now;
  const deadline = now() + DEADLINE_MS;
  let requests = 0;
  let sent = 0;
  let lost = 0;

  const send = async (event: AnalyticsEvent) => {
    let attempts = 0;
    try {
      await retry(
        (attempt) => {
          if (requests >= MAX_REQUESTS) throw new Error(`No requests are left of ${MAX_REQUESTS}.`);
          if (now() >= deadline) throw new Error(`No time is left of ${DEADLINE_MS} ms.`);
          requests++;
          attempts = attempt;
          return options.api.json('AmazonSQS.SendMessage', {
            QueueUrl: options.queueUrl,
            MessageBody: JSON.stringify(event),
            MessageGroupId: groupIdOf(event),
            MessageDeduplicationId: event.id,
          });
        },
        {
          attempts: ATTEMPTS,
          baseMs: 300,
          maxMs: 2_000,
          retryable: (cause) => isTransient(cause) && requests < MAX_REQUESTS && now() < deadline,
          ...(options.random === undefined ? {} : { random: options.random }),
          ...(options.sleep === undefined ? {} : { sleep: options.sleep }),
        },
      );
      sent++;
    } catch (cause) {
      lost++;
      options.log('ERROR', 'event lost', { eventId: event.id, attempts, error: errorField(cause), event });
    }
  };

  await Promise.all(
    bySession(events).map(async (group) => {
      for (const event of group) await send(event);
    }),
  );
  options.log(lost === 0 ? 'INFO' : 'ERROR', 'events sent', { sent, lost, requests });
  return { sent, lost };
}

function bySession(events: readonly AnalyticsEvent[]): AnalyticsEvent[][] {
  const groups = new Map<string, AnalyticsEvent[]>();
  for (const event of events) {
    const group = groups.get(groupIdOf(event));
    if (group === undefined) groups.set(groupIdOf(event), [event]);
    else group.push(event);
  }
  return [...groups.values()];
}
