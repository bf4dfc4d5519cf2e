import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';
import { keepErrorTypes } from '../recorded-case.ts';

/** The account that the recordings name. */
export const ACCOUNT = '111111111111';

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** A simulator with a frozen clock, a client for it, and the steps that most cases share. */
export class QueuesUnderTest {
  readonly simulator: Simulator;
  readonly clock: SimulatedClock;
  readonly client: SQSClient;
  #queues = 0;

  private constructor(simulator: Simulator, clock: SimulatedClock) {
    this.simulator = simulator;
    this.clock = clock;
    this.client = new SQSClient({
      endpoint: simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      // The SDK's own digest check would hide a wrong digest behind an error of its own.
      md5: false,
      maxAttempts: 1,
    });
    keepErrorTypes(this.client);
  }

  static async start(): Promise<QueuesUnderTest> {
    const clock = new SimulatedClock({ rate: 0 });
    return new QueuesUnderTest(await Simulator.start({ accountId: ACCOUNT, clock }), clock);
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.simulator.close();
  }

  /** Creates a queue and answers its URL. Each has its own name; FIFO where an attribute says so. */
  async queue(attributes: Attributes = {}, name?: string): Promise<string> {
    const fifo = attributes.FifoQueue !== undefined;
    const QueueName = name ?? `queue-${++this.#queues}${fifo ? '.fifo' : ''}`;
    const { QueueUrl } = await this.client.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
    return QueueUrl!;
  }

  async arn(queueUrl: string): Promise<string> {
    const { Attributes } = await this.attributes(queueUrl, ['QueueArn']);
    return Attributes!.QueueArn!;
  }

  attributes(queueUrl: string, names: QueueAttributeName[] = ['All']) {
    return this.client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: names }));
  }

  /** A queue whose messages die on their second receive: [queue, its dead-letter queue]. */
  async withDeadLetters(): Promise<[string, string]> {
    const dead = await this.queue();
    const policy = { deadLetterTargetArn: await this.arn(dead), maxReceiveCount: 1 };
    return [await this.queue({ RedrivePolicy: JSON.stringify(policy) }), dead];
  }

  send(queueUrl: string, body: string, more: Partial<SendMessageCommandInput> = {}) {
    return this.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, ...more }));
  }

  receive(queueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) {
    return this.client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, ...more }));
  }

  /** Receives, lets all come back at once, and receives again: what is in `queueUrl` dies. */
  async kill(queueUrl: string, times: number): Promise<Message[]> {
    const seen: Message[] = [];
    for (let i = 0; i < times; i++) {
      const { Messages } = await this.receive(queueUrl, {
        VisibilityTimeout: 0,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      seen.push(...(Messages ?? []));
    }
    return seen;
  }
}
