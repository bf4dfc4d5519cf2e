import { randomUUID } from 'node:crypto';
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandInput,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsCallSite } from '../../errors/classify-aws-error.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type {
  BatchResult,
  MessageAttribute,
  OutgoingMessage,
  Queue,
  QueueAttributes,
  Queues,
  ReceivedMessage,
  SentMessage,
} from '../ports/queues.ts';
import { awsCall, awsPages } from './aws-call.ts';
import { SqsWire } from './sqs-wire.ts';

const OF_MESSAGES = [
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  DeleteMessageBatchCommand,
  ChangeMessageVisibilityBatchCommand,
];

const RULES: CallRules = {
  answers: { GetQueueUrl: ['QueueUrl'], GetQueueAttributes: ['Attributes.QueueArn'] },
  // A send whose answer is not awaited would be sent again.
  slow: OF_MESSAGES,
  // A receive has a signal of its own: its caller gives back what it holds.
  finish: OF_MESSAGES,
};

/** {@link Queues} over the SQS API; CloudWatch is loaded only when an age is asked for. */
export class SqsQueues implements Queues {
  readonly #setup: ClientSetup;
  readonly #client: SQSClient;
  readonly #wire: SqsWire;
  #sender: SQSClient | undefined;

  constructor(setup: ClientSetup) {
    this.#setup = setup;
    this.#client = client(setup);
    this.#wire = new SqsWire(this.#client, setup);
  }

  async describe(nameOrUrl: string): Promise<Queue> {
    const isUrl = /^https?:\/\//.test(nameOrUrl);
    const name = isUrl ? nameOfUrl(nameOrUrl) : nameOrUrl;
    const url = isUrl
      ? nameOrUrl
      : await awsCall(queueSite('sqs:GetQueueUrl', name), async () => {
          const answer = await this.#client.send(new GetQueueUrlCommand({ QueueName: name }));
          return answer.QueueUrl!;
        });
    return awsCall(queueSite('sqs:GetQueueAttributes', name), async () => {
      const answer = await this.#client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
      const attributes = answer.Attributes ?? {};
      return {
        name,
        url,
        arn: attributes['QueueArn'] ?? '',
        fifo: attributes['FifoQueue'] === 'true',
        attributes: queueAttributes(attributes),
      };
    });
  }

  async sourcesOf(queue: Queue): Promise<readonly string[]> {
    return awsPages(queueSite('sqs:ListDeadLetterSourceQueues', queue.name), async (NextToken) => {
      // NextToken comes only when MaxResults is set.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html
      const answer = await this.#client.send(
        new ListDeadLetterSourceQueuesCommand({ QueueUrl: queue.url, MaxResults: 1000, NextToken }),
      );
      return { items: (answer.queueUrls ?? []).map(nameOfUrl), next: answer.NextToken };
    });
  }

  async receive(
    queue: Queue,
    options: {
      max: number;
      waitSeconds: number;
      visibilitySeconds?: number;
      signal?: AbortSignal;
      onRetry?: () => void;
    },
  ): Promise<readonly ReceivedMessage[]> {
    const input: ReceiveMessageCommandInput = {
      QueueUrl: queue.url,
      MaxNumberOfMessages: options.max,
      WaitTimeSeconds: options.waitSeconds,
      VisibilityTimeout: options.visibilitySeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      // The SDK's retry of a receive whose answer was lost repeats that receive instead of leaving its groups locked.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html
      ...(queue.fifo ? { ReceiveRequestAttemptId: randomUUID() } : {}),
    };
    return awsCall(queueSite('sqs:ReceiveMessage', queue.name), async () => {
      const ends = options.signal === undefined ? {} : { abortSignal: options.signal };
      const bySdk = async (again: boolean) => {
        const tell = (attempts = 1) => {
          if (again || attempts > 1) options.onRetry?.();
        };
        try {
          const answer = await this.#client.send(new ReceiveMessageCommand(input), ends);
          tell(answer.$metadata?.attempts);
          return answer;
        } catch (cause) {
          // Refused at last; an attempt before that may have been answered, and the answer lost.
          tell((cause as { $metadata?: { attempts?: number } }).$metadata?.attempts);
          throw cause;
        }
      };
      const answer = await this.#wire.call('ReceiveMessage', input, bySdk, { signal: options.signal });
      return (answer.Messages ?? []).map(received);
    });
  }

  async send(queue: Queue, messages: readonly OutgoingMessage[]): Promise<readonly BatchResult<SentMessage>[]> {
    return awsCall(queueSite('sqs:SendMessage', queue.name), async () => {
      const input: SendMessageBatchCommandInput = {
        QueueUrl: queue.url,
        Entries: messages.map((message, index) => ({
          Id: String(index),
          MessageBody: message.body,
          MessageGroupId: message.groupId,
          MessageDeduplicationId: message.deduplicationId,
          MessageAttributes: sendable(message.attributes),
          // The only system attribute that can be sent.
          // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
          MessageSystemAttributes:
            message.traceHeader === undefined
              ? undefined
              : { AWSTraceHeader: { DataType: 'String', StringValue: message.traceHeader } },
        })),
      };
      const bySdk = () => this.#sending.send(new SendMessageBatchCommand(input));
      const answer = await this.#wire.call('SendMessageBatch', input, bySdk, { once: true });
      return inOrder(messages.length, answer.Successful, answer.Failed, (entry) => ({
        messageId: entry.MessageId ?? '',
        sequenceNumber: entry.SequenceNumber ?? null,
        md5OfBody: entry.MD5OfMessageBody ?? '',
        md5OfAttributes: entry.MD5OfMessageAttributes ?? null,
      }));
    });
  }

  async delete(queue: Queue, receiptHandles: readonly string[]): Promise<readonly BatchResult<object>[]> {
    return awsCall(queueSite('sqs:DeleteMessage', queue.name), async () => {
      const input: DeleteMessageBatchCommandInput = {
        QueueUrl: queue.url,
        Entries: receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
      };
      const bySdk = () => this.#client.send(new DeleteMessageBatchCommand(input));
      const answer = await this.#wire.call('DeleteMessageBatch', input, bySdk);
      return inOrder(receiptHandles.length, answer.Successful, answer.Failed, () => ({}));
    });
  }

  async changeVisibility(
    queue: Queue,
    receiptHandles: readonly string[],
    seconds: number,
  ): Promise<readonly BatchResult<object>[]> {
    return awsCall(queueSite('sqs:ChangeMessageVisibility', queue.name), async () => {
      const input: ChangeMessageVisibilityBatchCommandInput = {
        QueueUrl: queue.url,
        Entries: receiptHandles.map((ReceiptHandle, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: seconds,
        })),
      };
      const bySdk = () => this.#client.send(new ChangeMessageVisibilityBatchCommand(input));
      const answer = await this.#wire.call('ChangeMessageVisibilityBatch', input, bySdk);
      return inOrder(receiptHandles.length, answer.Successful, answer.Failed, () => ({}));
    });
  }

  async oldestAgeSeconds(queue: Queue): Promise<number | null> {
    const { queueAgeSeconds } = await import('./cloudwatch-queue-age.ts');
    return queueAgeSeconds(this.#setup, queue.name);
  }

  /** Never tries again by itself: a send whose answer was lost may have arrived, and who sends must know of it. */
  get #sending(): SQSClient {
    this.#sender ??= client(this.#setup, { maxAttempts: 1 });
    return this.#sender;
  }
}

function queueSite(action: string, name: string): AwsCallSite {
  return {
    action,
    resource: `queue "${name}"`,
    notFound: {
      code: 'QueueNotFound',
      hint: 'check the name, the region and the account: `cvops dlq list`, `cvops doctor`.',
    },
  };
}

function client(setup: ClientSetup, options: { readonly maxAttempts?: number } = {}): SQSClient {
  return guardClient(
    'sqs',
    new SQSClient({
      ...setup.options,
      ...options,
      // The SDK throws a whole batch away when one MD5 differs, after the others were stored. The replay compares the
      // MD5 of each entry itself, so the SDK's check is off.
      md5: false,
    }),
    setup,
    RULES,
  );
}

function nameOfUrl(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function queueAttributes(raw: Readonly<Record<string, string>>): QueueAttributes {
  const number = (name: string, fallback = 0) => (raw[name] === undefined ? fallback : Number(raw[name]));
  return {
    visible: number('ApproximateNumberOfMessages'),
    inFlight: number('ApproximateNumberOfMessagesNotVisible'),
    delayed: number('ApproximateNumberOfMessagesDelayed'),
    visibilityTimeoutSeconds: number('VisibilityTimeout', 30),
    retentionSeconds: number('MessageRetentionPeriod', 345_600),
    maximumMessageSize: number('MaximumMessageSize', 1_048_576),
    contentBasedDeduplication: raw['ContentBasedDeduplication'] === 'true',
    deduplicationScope: raw['DeduplicationScope'] === 'messageGroup' ? 'messageGroup' : 'queue',
    kmsKeyId: raw['KmsMasterKeyId'] ?? null,
    managedEncryption: raw['SqsManagedSseEnabled'] === undefined ? null : raw['SqsManagedSseEnabled'] === 'true',
    policy: raw['Policy'] || null,
    redrive: redrive(raw['RedrivePolicy']),
    redriveAllow: redriveAllow(raw['RedriveAllowPolicy']),
  };
}

function redriveAllow(policy: string | undefined): QueueAttributes['redriveAllow'] {
  if (policy === undefined || policy === '') return null;
  const { redrivePermission, sourceQueueArns = [] } = JSON.parse(policy) as {
    redrivePermission?: NonNullable<QueueAttributes['redriveAllow']>['permission'];
    sourceQueueArns?: readonly string[];
  };
  return { permission: redrivePermission ?? 'allowAll', sources: sourceQueueArns };
}

function redrive(policy: string | undefined): QueueAttributes['redrive'] {
  if (policy === undefined || policy === '') return null;
  const parsed = JSON.parse(policy) as { deadLetterTargetArn?: string; maxReceiveCount?: number | string };
  if (parsed.deadLetterTargetArn === undefined) return null;
  // AWS keeps the count as it was given: a number, or a number in quotes.
  return { deadLetterTargetArn: parsed.deadLetterTargetArn, maxReceiveCount: Number(parsed.maxReceiveCount) };
}

function received(message: Message): ReceivedMessage {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    md5OfBody: message.MD5OfBody ?? '',
    md5OfAttributes: message.MD5OfMessageAttributes ?? null,
    attributes: receivedAttributes(message.MessageAttributes),
    system: message.Attributes ?? {},
  };
}

/** Made with fromEntries: `__proto__` is a name that SQS takes. */
function receivedAttributes(attributes: Message['MessageAttributes']): Readonly<Record<string, MessageAttribute>> {
  return Object.fromEntries(
    Object.entries(attributes ?? {}).map(([name, value]) => [
      name,
      // Received attributes carry empty StringListValues and BinaryListValues, which a send refuses: they end here.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html
      {
        dataType: value.DataType ?? 'String',
        ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
        ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
      },
    ]),
  );
}

function sendable(
  attributes: Readonly<Record<string, MessageAttribute>>,
): Record<string, MessageAttributeValue> | undefined {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      {
        DataType: value.dataType,
        ...(value.stringValue === undefined ? {} : { StringValue: value.stringValue }),
        ...(value.binaryValue === undefined ? {} : { BinaryValue: value.binaryValue }),
      },
    ]),
  );
}

/** A batch answer lists what succeeded and what failed in any order; callers get it in the order of their entries. */
function inOrder<E extends { Id: string | undefined }, T extends object>(
  count: number,
  successful: readonly E[] | undefined,
  failed: readonly BatchResultErrorEntry[] | undefined,
  value: (entry: E) => T,
): readonly BatchResult<T>[] {
  // An entry that the answer does not name counts as failed: nothing may be deleted on its account.
  const results: BatchResult<T>[] = Array.from({ length: count }, () => ({
    ok: false,
    code: 'NoResult',
    message: 'the answer names no result for this entry',
    senderFault: false,
  }));
  for (const entry of successful ?? []) results[Number(entry.Id)] = { ok: true, ...value(entry) };
  for (const entry of failed ?? []) {
    results[Number(entry.Id)] = {
      ok: false,
      code: entry.Code ?? 'Unknown',
      message: entry.Message ?? '',
      senderFault: entry.SenderFault ?? false,
    };
  }
  return results;
}
