import { SQS_CHUNK_BYTES } from '../billed-units.ts';
import { LAMBDA_POLLERS } from '../lambda-pollers.ts';
import { mapped } from '../mapped.ts';
import { projectFlow, projectRecent } from '../projection.ts';
import type { FunctionReadings, Gap, QueueReadings, Reading, Readings } from '../readings.ts';
import { costUsd } from '../tariff/cost.ts';
import type { Term, UsageRow } from '../usage-row.ts';
import { flow, straightLineTerm } from './amounts.ts';
import { both, gathered } from './gathered.ts';
import { added, type Hours, hoursOf, scaled, sumOf, total, totalOf } from './hours.ts';
import { type Range, type RowInput, rowOf } from './row-of.ts';

/** Messages of one request, at most. */
const BATCH = 10;

const POLLS_AN_HOUR = 3_600 / LAMBDA_POLLERS.waitSeconds;

/** Requests that the metrics do not count but let one tell: by hour, and the bounds of their sum. */
interface Requests {
  readonly hours: Hours;
  readonly range: Range;
}

/** The requests to every configured queue, a queue of two services once. */
export function sqsRows(input: RowInput): readonly UsageRow[] {
  const { queues, period } = input.readings;
  if (queues.length === 0) return [];
  const read = queues.map((queue) => ({ queue, usage: usageOf(queue, input.readings) }));
  const { values, gap } = gathered(read.map(({ usage }) => usage));
  const traffic = added(...values.map((each) => each.traffic.hours));
  const polling = added(...values.map((each) => each.polling));
  const [sent, empty] = [total(traffic), total(polling)];
  const receipts = sumOf(values.map((each) => each.receipts));
  const low = sumOf(values.map((each) => each.traffic.range.low)) + empty;
  const high = sumOf(values.map((each) => each.traffic.range.high)) + empty;
  const fifo = sumOf(values.filter((each) => each.fifo).map((each) => total(each.traffic.hours) + total(each.polling)));
  const fifoShare = sent + empty === 0 ? 1 : fifo / (sent + empty);
  const trafficEnd = projectFlow(traffic, period);
  const pollingEnds = values.map((each) => projectRecent(each.polling, period, each.mostPolls));
  const pollingEnd = pollingEnds.includes(null) ? null : sumOf(pollingEnds.map((each) => each ?? 0));
  const end = trafficEnd === null || pollingEnd === null ? null : trafficEnd + pollingEnd;
  const amount = flow(added(traffic, polling), period, low === high ? null : { low, high }, end);
  return [
    rowOf(
      {
        id: 'sqs-requests',
        service: 'SQS',
        metric: 'requests',
        unit: 'requests',
        limit: 'sqs-requests',
        projection: 'flow',
        basis: 'sent + 2 × consumer invocations + empty receives',
        amount:
          values.length === 0
            ? null
            : {
                ...amount,
                // Polling is counted; only the traffic has bounds.
                projectedRange:
                  amount.range === null || trafficEnd === null || pollingEnd === null
                    ? null
                    : {
                        low: pollingEnd + grown(low - empty, sent, trafficEnd),
                        high: pollingEnd + grown(high - empty, sent, trafficEnd),
                      },
              },
        cost: ({ beyond }) =>
          costUsd(input.tariff, 'sqs-fifo-request', beyond * fifoShare) +
          costUsd(input.tariff, 'sqs-request', beyond * (1 - fifoShare)),
        parts:
          values.length === 0
            ? []
            : [
                { name: 'traffic', used: sent },
                { name: 'polling', used: empty },
              ],
        gap: gap ?? values.find((each) => each.gap !== null)?.gap ?? null,
        summands: [sent - receipts, receipts, empty],
        formula: 'Σ sends + receives + deletes (2 × invocations of the consumer) + empty receives, of each queue once',
        terms: [
          ...values.flatMap((each) => each.terms),
          {
            name: 'traffic at the end of the month',
            value: trafficEnd,
            unit: 'requests',
            source: 'by the rhythm of the week',
          },
          {
            name: 'polling at the end of the month',
            value: pollingEnd,
            unit: 'requests',
            source: 'at the pace of the last 7 days',
          },
          straightLineTerm(sent + empty, period, 'requests'),
        ],
        notes: [
          'Metrics count messages, not requests: the figure has each message sent alone, the lower bound ten in a request.',
          'Reads of attributes, changes of visibility and duplicates that a FIFO queue swallows are requests, too, and are not counted.',
          empty > sent &&
            'Most requests are empty receives of idle pollers: they cost the same with no traffic at all.',
          ...new Set(values.flatMap((each) => each.notes)),
        ],
      },
      input,
    ),
  ];
}

function grown(bound: number, used: number, end: number): number {
  return used === 0 ? bound : (bound * end) / used;
}

interface QueueUsage {
  readonly fifo: boolean;
  readonly traffic: Requests;
  readonly polling: Hours;
  /** Empty receives an hour that Lambda's pollers come to; null where no mapping keeps asking. */
  readonly mostPolls: number | null;
  /** Receives and deletes among the traffic. */
  readonly receipts: number;
  readonly terms: readonly Term[];
  readonly notes: readonly string[];
  /** Who takes from the queue is not known. */
  readonly gap: Gap | null;
}

function usageOf(queue: QueueReadings, readings: Readings): Reading<QueueUsage> {
  return mapped(both(both(queue.sent, queue.received), queue.emptyReceives), ([[sent, received], empty]) => {
    const sizes =
      mapped(queue.sizes, (series) => ({
        bytes: new Map(series.map(({ at, sum }) => [at, sum])),
        total: totalOf(series),
        largest: Math.max(0, ...series.map(({ maximum }) => maximum)),
      })).value ?? null;
    const messages = hoursOf(sent);
    const sends = sendRequests(messages, sizes);
    const consumer = consumerOf(queue.name, readings);
    const taken = hoursOf(received);
    const bytesEach = sizes === null || total(messages) === 0 ? 0 : sizes.total / total(messages);
    const receipts = receiptRequests(taken, consumer, bytesEach, sizes?.largest ?? 0);
    const name = queue.name;
    const term = (label: string, value: number, metric: string): Term => ({
      name: `${label} ${name}`,
      value,
      unit: '',
      source: `AWS/SQS ${metric}, Sum, QueueName=${name}`,
    });
    return {
      fifo: queue.fifo,
      traffic: {
        hours: added(sends.hours, receipts.hours),
        range: { low: sends.range.low + receipts.range.low, high: sends.range.high + receipts.range.high },
      },
      polling: hoursOf(empty),
      mostPolls: consumer === null || consumer.pollers === 0 ? null : consumer.pollers * POLLS_AN_HOUR,
      receipts: total(receipts.hours),
      terms: [
        term('messages sent to', total(messages), 'NumberOfMessagesSent'),
        ...(total(sends.hours) === total(messages)
          ? []
          : [
              {
                name: `send requests to ${name}`,
                value: total(sends.hours),
                unit: '',
                source: 'a request for each begun 64 KiB, by SentMessageSize',
              },
            ]),
        term('messages received from', total(taken), 'NumberOfMessagesReceived'),
        ...(consumer === null
          ? []
          : [
              {
                name: `invocations by ${name}`,
                value: total(consumer.invocations),
                unit: '',
                source: 'AWS/Lambda Invocations, Sum, of the functions mapped to it',
              },
            ]),
        ...(total(taken) === 0
          ? []
          : [
              {
                name: `receives and deletes of ${name}`,
                value: total(receipts.hours),
                unit: 'requests',
                source: consumer === null ? '2 × messages received' : '2 × invocations, no more than messages',
              },
            ]),
        term('empty receives of', totalOf(empty), 'NumberOfEmptyReceives'),
      ],
      notes: [
        ...(sizes === null
          ? [`The sizes of the messages in ${name} could not be read: each is taken to be under 64 KiB.`]
          : []),
        ...(consumer === null && total(taken) > 0
          ? [
              `No configured function is mapped to ${name}: its ${Math.round(total(taken))} received messages are taken to have come one by one.`,
            ]
          : []),
      ],
      gap: consumer?.gap ?? null,
    };
  });
}

/** Messages by hour, and their bytes where they are known. */
function sendRequests(
  messages: Hours,
  sizes: { readonly bytes: ReadonlyMap<number, number>; readonly largest: number } | null,
): Requests {
  const mostEach = Math.max(1, Math.ceil((sizes?.largest ?? 0) / SQS_CHUNK_BYTES));
  const chunks = ({ at }: { at: number }) => (sizes?.bytes.get(at) ?? 0) / SQS_CHUNK_BYTES;
  // A sum of begun chunks is less than the chunks and the messages together.
  const most = (hour: Hours[number]) =>
    mostEach === 1 ? hour.value : Math.min(hour.value + chunks(hour), hour.value * mostEach);
  return {
    hours: messages.map((hour) => {
      const average = hour.value === 0 ? 1 : Math.max(1, Math.ceil(chunks(hour) / hour.value));
      return { at: hour.at, value: Math.min(most(hour), hour.value * average) };
    }),
    range: {
      low: sumOf(messages.map((hour) => Math.max(hour.value / BATCH, chunks(hour)))),
      high: sumOf(messages.map(most)),
    },
  };
}

interface Consumer {
  readonly invocations: Hours;
  /** It takes no more than one request's messages at a time, and is invoked by this queue alone: its invocations are requests. */
  readonly isCounted: boolean;
  /** Of Lambda, that ask without end. */
  readonly pollers: number;
  readonly gap: Gap | null;
}

/** The functions that are mapped to a queue; null: none is. */
function consumerOf(queueName: string, { functions, queues }: Readings): Consumer | null {
  const unknown = functions.find(({ sources }) => sources.gap !== undefined)?.sources.gap ?? null;
  const mappedTo = functions.filter(({ sources }) => sources.value?.some((each) => each.queueName === queueName));
  if (mappedTo.length === 0)
    return unknown === null ? null : { invocations: [], isCounted: false, pollers: 0, gap: unknown };
  const read = gathered(
    mappedTo.map((each) =>
      mapped(each.invocations, (series) => scaled(hoursOf(series), shareOf(each, queueName, queues))),
    ),
  );
  return {
    invocations: added(...read.values),
    isCounted: mappedTo.every(
      ({ sources }) => sources.value!.length === 1 && sources.value!.every(({ batchSize }) => batchSize <= BATCH),
    ),
    pollers:
      LAMBDA_POLLERS.count *
      mappedTo.filter(({ sources }) => sources.value!.some((each) => each.enabled && each.queueName === queueName))
        .length,
    gap: read.gap ?? unknown,
  };
}

/** Of a function with several queues: the part of its invocations that a queue brings, by the messages received. */
function shareOf({ sources }: FunctionReadings, queueName: string, queues: readonly QueueReadings[]): number {
  const names = new Set((sources.value ?? []).map((each) => each.queueName));
  if (names.size === 1) return 1;
  const receivedFrom = (name: string) => {
    const series = queues.find((each) => each.name === name)?.received.value;
    return series === undefined ? 0 : totalOf(series);
  };
  const all = sumOf([...names].map(receivedFrom));
  return all === 0 ? 1 / names.size : receivedFrom(queueName) / all;
}

/**
 * Receives that brought messages, and deletes. A receive brings one to ten messages; a Lambda poller takes one batch for
 * an invocation and deletes it with one request.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
function receiptRequests(received: Hours, consumer: Consumer | null, bytesEach: number, largest: number): Requests {
  const messages = total(received);
  if (messages === 0) return { hours: [], range: { low: 0, high: 0 } };
  const payload = largest * BATCH <= SQS_CHUNK_BYTES ? 0 : (messages * bytesEach) / SQS_CHUNK_BYTES;
  const invocations = consumer === null ? 0 : total(consumer.invocations);
  const fewest = Math.max(messages / BATCH, payload);
  if (consumer === null || invocations === 0) {
    // Not everything that is taken is deleted.
    return {
      hours: scaled(received, (2 * messages + payload) / messages),
      range: { low: fewest, high: 2 * messages + payload },
    };
  }
  const receives = Math.max(Math.min(invocations, messages), fewest);
  const deletes = Math.min(invocations, messages);
  const best = receives + deletes;
  return {
    hours: scaled(consumer.invocations, best / invocations),
    range: consumer.isCounted
      ? { low: best, high: best + payload }
      : { low: Math.min(best, fewest + deletes), high: Math.max(best, messages + deletes + payload) },
  };
}
