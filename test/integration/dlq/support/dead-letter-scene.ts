import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { ClientSetup } from '../../../../src/lib/aws/client-options.ts';
import type { Clock } from '../../../../src/lib/clock.ts';
import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';
import { endpointEnv } from '../../../support/endpoint-env.ts';

export interface SceneOptions {
  /** Default true. */
  readonly fifo?: boolean;
  /** Simulated seconds in a real one; default 20, so that long polls and verdicts take no time. */
  readonly rate?: number;
  /** Visibility timeout of the source queue, seconds; default 30. */
  readonly visibilitySeconds?: number;
}

/** A simulator with a source queue and its dead-letter queue, named as cvops expects them without a configuration. */
export class DeadLetterScene {
  readonly simulator: Simulator;
  readonly client: SQSClient;
  readonly clock: Clock;
  readonly sourceName: string;
  readonly dlqName: string;
  sourceUrl = '';
  dlqUrl = '';

  private constructor(simulator: Simulator, fifo: boolean) {
    const suffix = fifo ? '.fifo' : '';
    this.simulator = simulator;
    this.sourceName = `cv-analytics-queue${suffix}`;
    this.dlqName = `cv-analytics-dlq${suffix}`;
    this.client = new SQSClient({ ...this.setup.options, md5: false });
    this.clock = simulatedTime(simulator.clock);
  }

  static async start({ fifo = true, rate = 20, visibilitySeconds = 30 }: SceneOptions = {}): Promise<DeadLetterScene> {
    const scene = new DeadLetterScene(await Simulator.start({ clock: new SimulatedClock({ rate }) }), fifo);
    const type = fifo ? { FifoQueue: 'true' } : {};
    scene.dlqUrl = await scene.create(scene.dlqName, { ...type, MessageRetentionPeriod: '1209600' });
    const { Attributes } = await scene.client.send(
      new GetQueueAttributesCommand({ QueueUrl: scene.dlqUrl, AttributeNames: ['QueueArn'] }),
    );
    scene.sourceUrl = await scene.create(scene.sourceName, {
      ...type,
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes!['QueueArn'], maxReceiveCount: 2 }),
    });
    return scene;
  }

  /** Credentials, region and endpoint for `runCli`. */
  get env(): Record<string, string> {
    return endpointEnv(this.simulator.endpoint);
  }

  /** What an adapter is made with. */
  get setup(): ClientSetup {
    return {
      options: {
        region: 'us-east-1',
        endpoint: this.simulator.endpoint,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 3,
        customUserAgent: 'cvops/test',
      },
      observe() {},
      now: () => this.simulator.clock.now(),
    };
  }

  async create(name: string, attributes: Record<string, string>): Promise<string> {
    const answer = await this.client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return answer.QueueUrl!;
  }

  /** Sends `count` numbered messages over `groups` groups. */
  async send(queueUrl: string, count: number, groups = 1, body = (n: number) => JSON.stringify({ n })): Promise<void> {
    const fifo = queueUrl.endsWith('.fifo');
    for (let from = 0; from < count; from += 10) {
      const numbers = Array.from({ length: Math.min(10, count - from) }, (_, k) => from + k);
      await this.client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: numbers.map((n) => ({
            Id: String(n),
            MessageBody: body(n),
            MessageAttributes: { number: { DataType: 'Number', StringValue: String(n) } },
            ...(fifo ? { MessageGroupId: `g${n % groups}`, MessageDeduplicationId: `first-${n}` } : {}),
          })),
        }),
      );
    }
  }

  /** Receives everything that can be received, in order, and deletes it. */
  async take(queueUrl: string): Promise<readonly Message[]> {
    const taken: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return taken;
      taken.push(...Messages);
      await this.client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: Messages.map((message, k) => ({ Id: String(k), ReceiptHandle: message.ReceiptHandle! })),
        }),
      );
    }
  }

  /** Visible and in-flight messages. */
  async depth(queueUrl: string): Promise<{ visible: number; inFlight: number }> {
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    return {
      visible: Number(Attributes['ApproximateNumberOfMessages']),
      inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
    };
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.simulator.close();
  }
}

/** The simulator's time as a domain sees it. */
export function simulatedTime(clock: SimulatedClock): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const aborted = () => {
          timer.cancel();
          reject(signal!.reason);
        };
        const timer = clock.schedule(clock.now() + ms, () => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        });
        signal?.addEventListener('abort', aborted, { once: true });
      }),
  };
}
