import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { World } from './case.ts';
import { equal, NotConformant } from './check.ts';

export interface SendOptions {
  readonly group?: string;
  readonly dedup?: string;
  readonly attributes?: Record<string, MessageAttributeValue>;
  readonly delaySeconds?: number;
}

/** A queue of one case. */
export class Queue {
  readonly url: string;
  readonly arn: string;
  readonly #world: World;

  private constructor(world: World, url: string, arn: string) {
    this.#world = world;
    this.url = url;
    this.arn = arn;
  }

  static async create(world: World, attributes: Partial<Record<QueueAttributeName, string>> = {}): Promise<Queue> {
    const fifo = attributes.FifoQueue === 'true';
    const name = world.name('queue') + (fifo ? '.fifo' : '');
    const { QueueUrl: url } = await world.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    world.cleanUp(() => world.sqs.send(new DeleteQueueCommand({ QueueUrl: url })));
    const answer = await world.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
    return new Queue(world, url!, answer.Attributes!['QueueArn']!);
  }

  static fifo(world: World, attributes: Partial<Record<QueueAttributeName, string>> = {}): Promise<Queue> {
    return Queue.create(world, { FifoQueue: 'true', ...attributes });
  }

  /** A queue with a dead-letter queue behind it. */
  static async withDeadLetters(
    world: World,
    { fifo = false, maxReceiveCount = 1, source = {}, dead = {} }: DeadLetterOptions = {},
  ): Promise<{ readonly source: Queue; readonly dlq: Queue }> {
    const kind = fifo ? { FifoQueue: 'true' } : {};
    const dlq = await Queue.create(world, { ...kind, ...dead });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount });
    return { source: await Queue.create(world, { ...kind, ...source, RedrivePolicy }), dlq };
  }

  get name(): string {
    return this.arn.split(':').at(-1)!;
  }

  send(body: string, { group, dedup, attributes, delaySeconds }: SendOptions = {}) {
    return this.#world.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.url,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: dedup,
        MessageAttributes: attributes,
        DelaySeconds: delaySeconds,
      }),
    );
  }

  sendBatch(entries: readonly SendMessageBatchRequestEntry[]) {
    return this.#world.sqs.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries: [...entries] }));
  }

  /** One call; everything about the messages is asked for. */
  async poll({ max = 10, visibility, attempt }: PollOptions = {}): Promise<readonly Message[]> {
    const { Messages = [] } = await this.#world.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: max,
        VisibilityTimeout: visibility,
        ReceiveRequestAttemptId: attempt,
        WaitTimeSeconds: this.#world.pollSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  /** Receives until there are `count` messages, and answers them in the order of their arrival. */
  async take(count: number, options: PollOptions = {}): Promise<readonly Message[]> {
    const taken: Message[] = [];
    return this.#world.eventually(`${count} messages arrive`, async () => {
      taken.push(...(await this.poll({ max: Math.min(10, count - taken.length), ...options })));
      return taken.length >= count ? taken : undefined;
    });
  }

  async takeOne(options: PollOptions = {}): Promise<Message> {
    return (await this.take(1, options))[0]!;
  }

  /** Throws when a poll answers a message. */
  async expectNothing(why: string): Promise<void> {
    const messages = await this.poll();
    if (messages.length > 0) {
      throw new NotConformant(
        `${why}, yet received: ${messages.map((message) => message.Body?.slice(0, 40)).join(', ')}`,
      );
    }
  }

  delete(message: Message) {
    return this.#world.sqs.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: message.ReceiptHandle }));
  }

  setVisibility(message: Message, seconds: number) {
    return this.#world.sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.url,
        ReceiptHandle: message.ReceiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  }

  setAttributes(attributes: Partial<Record<QueueAttributeName, string>>) {
    return this.#world.sqs.send(new SetQueueAttributesCommand({ QueueUrl: this.url, Attributes: attributes }));
  }

  async attributes(...names: readonly QueueAttributeName[]): Promise<Readonly<Record<string, string>>> {
    const { Attributes = {} } = await this.#world.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: names.length > 0 ? [...names] : ['All'] }),
    );
    return Attributes;
  }

  /** Receives one message and gives it back at once; throws when it is not the one. Counts one receive. */
  async fail(body: string): Promise<void> {
    const message = await this.takeOne();
    equal(message.Body, body, 'the message received');
    await this.setVisibility(message, 0);
  }
}

export interface DeadLetterOptions {
  readonly fifo?: boolean;
  readonly maxReceiveCount?: number;
  readonly source?: Partial<Record<QueueAttributeName, string>>;
  readonly dead?: Partial<Record<QueueAttributeName, string>>;
}

export interface PollOptions {
  readonly max?: number;
  readonly visibility?: number;
  readonly attempt?: string;
}
