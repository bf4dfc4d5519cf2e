import { randomUUID } from 'node:crypto';
import { Billing } from '../../../../../src/lib/simulator/billing/billing.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import type { Region } from '../../../../../src/lib/simulator/kernel/region.ts';
import type { Call, Input } from '../../../../../src/lib/simulator/kernel/service.ts';
import { Sqs } from '../../../../../src/lib/simulator/sqs/sqs.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Recorded {
  readonly metric: string;
  readonly queue: string | undefined;
  readonly value: number;
  readonly count: number;
  readonly at: number;
}

// biome-ignore lint/suspicious/noExplicitAny: outputs differ by operation; tests look at what they expect
export type Output = any;

/** SQS of one region behind a frozen clock, called without HTTP. */
export class SqsUnderTest {
  readonly clock = new SimulatedClock({ start: Date.UTC(2026, 0, 1), rate: 0 });
  readonly metrics: Recorded[] = [];
  readonly sqs: Sqs;

  constructor() {
    const region: Partial<Region> = {
      name: 'us-east-1',
      accountId: '000000000000',
      clock: this.clock,
      uuid: randomUUID,
      endpoint: 'http://127.0.0.1:1',
      billing: new Billing(this.clock),
      metrics: {
        record: (_namespace, metric, dimensions, value, _unit, options) => {
          const { at = 0, count = 1 } = options ?? {};
          this.metrics.push({ metric, queue: dimensions['QueueName'], value, count, at });
        },
      },
    };
    this.sqs = new Sqs(region as Region);
  }

  /** Calls an operation as a JSON client does; a promise only where the operation waits. */
  call(operation: string, input: Input = {}, signal: AbortSignal = new AbortController().signal): Output {
    const call = { protocol: 'json', headers: {}, signal } as unknown as Call;
    return this.sqs.operations[operation]!(input, call);
  }

  queue(name: string, attributes: Record<string, string> = {}): string {
    const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    return this.call('CreateQueue', { QueueName: name, Attributes: { ...fifo, ...attributes } }).QueueUrl;
  }

  arn(QueueUrl: string): string {
    return this.attributes(QueueUrl).QueueArn!;
  }

  attributes(QueueUrl: string): Record<string, string> {
    return this.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }).Attributes;
  }

  /** [visible, in flight, delayed] */
  counts(queue: string): number[] {
    const all = this.attributes(queue);
    return ['', 'NotVisible', 'Delayed'].map((suffix) => Number(all[`ApproximateNumberOfMessages${suffix}`]));
  }

  redriveTo(dead: string, maxReceiveCount: number): { RedrivePolicy: string } {
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: this.arn(dead), maxReceiveCount }) };
  }

  send(QueueUrl: string, MessageBody: string, more: Input = {}): Output {
    return this.call('SendMessage', { QueueUrl, MessageBody, ...more });
  }

  /** Sends to a FIFO queue; the body is the deduplication id unless told otherwise. */
  sendTo(queue: string, group: string, body: string, MessageDeduplicationId = body): Output {
    return this.send(queue, body, { MessageGroupId: group, MessageDeduplicationId });
  }

  receive(QueueUrl: string, more: Input = {}): Output[] {
    const input = {
      QueueUrl,
      MaxNumberOfMessages: 10,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...more,
    };
    return this.call('ReceiveMessage', input).Messages ?? [];
  }

  bodies(queue: string, more: Input = {}): string[] {
    return this.receive(queue, more).map((message) => message.Body);
  }

  /** Sends `count` small messages in tens. */
  fill(QueueUrl: string, count: number, groupOf?: (i: number) => string): void {
    for (let first = 0; first < count; first += 10) {
      const Entries = Array.from({ length: Math.min(10, count - first) }, (_, i) => ({
        Id: String(i),
        MessageBody: String(first + i),
        ...(groupOf === undefined
          ? {}
          : { MessageGroupId: groupOf(first + i), MessageDeduplicationId: String(first + i) }),
      }));
      this.call('SendMessageBatch', { QueueUrl, Entries });
    }
  }

  delete(QueueUrl: string, message: Output): void {
    this.call('DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
  }

  hide(QueueUrl: string, message: Output, VisibilityTimeout: number): void {
    this.call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout });
  }

  set(QueueUrl: string, Attributes: Record<string, string>): void {
    this.call('SetQueueAttributes', { QueueUrl, Attributes });
  }

  /** The sum of a metric's observations. */
  sum(metric: string, queue: string): number {
    this.sqs.flushMetrics();
    return this.metrics
      .filter((entry) => entry.metric === metric && entry.queue === queue)
      .reduce((total, entry) => total + entry.value * entry.count, 0);
  }
}
