import { randomUUID } from 'node:crypto';
import type {
  BatchResult,
  MessageAttribute,
  OutgoingMessage,
  Queue,
  Queues,
  ReceivedMessage,
  SentMessage,
} from '../../../../src/lib/aws/ports/queues.ts';
import { classifyAwsError } from '../../../../src/lib/errors/classify-aws-error.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import type { Simulator } from '../../../../src/lib/simulator/simulator.ts';

interface WireAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}
interface WireMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MessageAttributes?: Readonly<Record<string, WireAttribute>>;
  readonly Attributes?: Readonly<Record<string, string>>;
}
interface Batch {
  readonly Successful?: readonly (Readonly<Record<string, string>> & { readonly Id: string })[];
  readonly Failed?: readonly {
    readonly Id: string;
    readonly Code: string;
    readonly Message?: string;
    readonly SenderFault: boolean;
  }[];
}

/**
 * Queues of a simulator in this process, without HTTP and without the SDK. Errors are told apart as for the real adapter;
 * `attempts` are made of every call but a send, as the SDK makes them.
 */
export class SimulatorQueues implements Queues {
  readonly #simulator: Simulator;
  readonly #attempts: number;

  constructor(simulator: Simulator, attempts = 1) {
    this.#simulator = simulator;
    this.#attempts = attempts;
  }

  async describe(nameOrUrl: string): Promise<Queue> {
    const name = nameOrUrl.slice(nameOrUrl.lastIndexOf('/') + 1);
    const found = await this.#call<{ QueueUrl: string }>(name, 'GetQueueUrl', { QueueName: name });
    const { Attributes } = await this.#call<{ Attributes: Readonly<Record<string, string>> }>(
      name,
      'GetQueueAttributes',
      { QueueUrl: found.QueueUrl, AttributeNames: ['All'] },
    );
    const number = (attribute: string) => Number(Attributes[attribute]);
    return {
      name,
      url: found.QueueUrl,
      arn: Attributes['QueueArn']!,
      fifo: Attributes['FifoQueue'] === 'true',
      attributes: {
        visible: number('ApproximateNumberOfMessages'),
        inFlight: number('ApproximateNumberOfMessagesNotVisible'),
        delayed: number('ApproximateNumberOfMessagesDelayed'),
        visibilityTimeoutSeconds: number('VisibilityTimeout'),
        retentionSeconds: number('MessageRetentionPeriod'),
        maximumMessageSize: number('MaximumMessageSize'),
        contentBasedDeduplication: Attributes['ContentBasedDeduplication'] === 'true',
        deduplicationScope: 'queue',
        kmsKeyId: null,
        managedEncryption: true,
        policy: null,
        redriveAllow: null,
        redrive: null,
      },
    };
  }

  async sourcesOf(): Promise<readonly string[]> {
    return [];
  }

  async receive(
    queue: Queue,
    options: { max: number; waitSeconds: number; visibilitySeconds?: number; onRetry?: () => void },
  ): Promise<readonly ReceivedMessage[]> {
    const input = {
      QueueUrl: queue.url,
      MaxNumberOfMessages: options.max,
      WaitTimeSeconds: options.waitSeconds,
      ...(options.visibilitySeconds === undefined ? {} : { VisibilityTimeout: options.visibilitySeconds }),
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      ...(queue.fifo ? { ReceiveRequestAttemptId: randomUUID() } : {}),
    };
    const answer = await this.#call<{ Messages?: readonly WireMessage[] }>(
      queue.name,
      'ReceiveMessage',
      input,
      this.#attempts,
      options.onRetry,
    );
    return (answer.Messages ?? []).map(received);
  }

  async send(queue: Queue, messages: readonly OutgoingMessage[]): Promise<readonly BatchResult<SentMessage>[]> {
    const Entries = messages.map(({ body, attributes, groupId, deduplicationId, traceHeader }, index) => ({
      Id: String(index),
      MessageBody: body,
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
      ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: mapped(attributes, wireAttribute) }),
      ...(traceHeader === undefined
        ? {}
        : { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } } }),
    }));
    const input = { QueueUrl: queue.url, Entries };
    const answer = await this.#call<Batch>(queue.name, 'SendMessageBatch', input, 1);
    return inOrder(messages.length, answer, (entry) => ({
      messageId: entry['MessageId']!,
      sequenceNumber: entry['SequenceNumber'] ?? null,
      md5OfBody: entry['MD5OfMessageBody']!,
      md5OfAttributes: entry['MD5OfMessageAttributes'] ?? null,
    }));
  }

  async delete(queue: Queue, handles: readonly string[]): Promise<readonly BatchResult<object>[]> {
    const Entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    const answer = await this.#call<Batch>(queue.name, 'DeleteMessageBatch', { QueueUrl: queue.url, Entries });
    return inOrder(handles.length, answer, () => ({}));
  }

  async changeVisibility(
    queue: Queue,
    handles: readonly string[],
    seconds: number,
  ): Promise<readonly BatchResult<object>[]> {
    const Entries = handles.map((ReceiptHandle, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: seconds,
    }));
    const input = { QueueUrl: queue.url, Entries };
    const answer = await this.#call<Batch>(queue.name, 'ChangeMessageVisibilityBatch', input);
    return inOrder(handles.length, answer, () => ({}));
  }

  async oldestAgeSeconds(): Promise<number | null> {
    return null;
  }

  async #call<T>(
    name: string,
    operation: string,
    input: object,
    attempts = this.#attempts,
    onRetry = () => {},
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = (await this.#simulator.call('sqs', operation, input as never)) as T;
        if (attempt > 1) onRetry();
        return answer;
      } catch (cause) {
        const error = classifyAwsError(cause, {
          action: `sqs:${operation}`,
          resource: `queue "${name}"`,
          notFound: { code: 'QueueNotFound' },
        });
        if (!(error instanceof CvopsError)) throw error;
        if (attempt < attempts) continue;
        if (attempt > 1) onRetry();
        throw error;
      }
    }
  }
}

function received(message: WireMessage): ReceivedMessage {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    md5OfBody: message.MD5OfBody,
    md5OfAttributes: message.MD5OfMessageAttributes ?? null,
    attributes: mapped(message.MessageAttributes ?? {}, ({ DataType, StringValue, BinaryValue }) => ({
      dataType: DataType,
      ...(StringValue === undefined ? {} : { stringValue: StringValue }),
      ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue, 'base64') }),
    })),
    system: message.Attributes ?? {},
  };
}

function wireAttribute({ dataType, stringValue, binaryValue }: MessageAttribute): WireAttribute {
  return {
    DataType: dataType,
    ...(stringValue === undefined ? {} : { StringValue: stringValue }),
    ...(binaryValue === undefined ? {} : { BinaryValue: Buffer.from(binaryValue).toString('base64') }),
  };
}

function mapped<V, W>(values: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function inOrder<T extends object>(
  count: number,
  { Successful = [], Failed = [] }: Batch,
  value: (entry: Readonly<Record<string, string>>) => T,
): readonly BatchResult<T>[] {
  const results = new Map<string, BatchResult<T>>();
  for (const entry of Successful) results.set(entry.Id, { ok: true, ...value(entry) });
  for (const { Id, Code, Message = '', SenderFault } of Failed) {
    results.set(Id, { ok: false, code: Code, message: Message, senderFault: SenderFault });
  }
  return Array.from({ length: count }, (_, index) => results.get(String(index))!);
}
