import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { strToU8, zipSync } from 'fflate';
import { SimulatedClock } from '../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../src/lib/simulator/simulator.ts';

export const ROLE = 'arn:aws:iam::111111111111:role/lambda-role';

/** A zip with one file, `index.mjs` unless named otherwise; times are fixed, so equal code is an equal zip. */
export function archive(code: string, name = 'index.mjs'): Uint8Array {
  return zipSync({ [name]: strToU8(code) }, { mtime: '2026-01-01T00:00:00Z' });
}

/** For cases that never run the code. */
export const SOME_CODE = archive('def handler(event, context): return event', 'index.py');
export const OTHER_CODE = archive('def handler(event, context): return "other"', 'index.py');
/** Prints the event on a line of its own, as the recorded functions do. */
export const ECHO = archive(
  'export const handler = async (event) => { process.stdout.write(JSON.stringify(event) + "\\n"); return event; };',
);

/** A simulator with a frozen clock, and clients on it. */
export class LambdaUnderTest {
  readonly simulator: Simulator;
  readonly client: LambdaClient;
  readonly sqs: SQSClient;
  readonly logs: CloudWatchLogsClient;
  #names = 0;

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
    const settings = {
      endpoint: simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    this.client = new LambdaClient(settings);
    this.sqs = new SQSClient(settings);
    this.logs = new CloudWatchLogsClient(settings);
  }

  static async start(): Promise<LambdaUnderTest> {
    const clock = new SimulatedClock({ rate: 0, start: Date.UTC(2026, 0, 15) });
    return new LambdaUnderTest(await Simulator.start({ clock, accountId: '111111111111' }));
  }

  async close(): Promise<void> {
    this.client.destroy();
    this.sqs.destroy();
    this.logs.destroy();
    await this.simulator.close();
  }

  name(kind = 'function'): string {
    return `${kind}-${++this.#names}`;
  }

  /** Moves the clock, so that what is pending settles. */
  async pass(seconds = 1): Promise<void> {
    await this.simulator.clock.advance(seconds * 1000);
  }

  /** CreateFunction with what AWS demands filled in, then time until the function is active. */
  async create(input: Partial<CreateFunctionCommandInput> = {}) {
    const answer = await this.client.send(
      new CreateFunctionCommand({
        FunctionName: this.name(),
        Handler: 'index.handler',
        Code: { ZipFile: SOME_CODE },
        PackageType: 'Zip',
        Role: ROLE,
        Runtime: 'python3.12',
        ...input,
      }),
    );
    await this.pass();
    return answer;
  }

  /** A Node.js function that runs. */
  async createRunning(code: Uint8Array, input: Partial<CreateFunctionCommandInput> = {}): Promise<string> {
    const { FunctionName } = await this.create({
      Runtime: 'nodejs22.x',
      Code: { ZipFile: code },
      Timeout: 30,
      ...input,
    });
    return FunctionName!;
  }

  get(FunctionName: string, Qualifier?: string) {
    return this.client.send(new GetFunctionCommand({ FunctionName, Qualifier }));
  }

  /** Changes the environment and lets the update finish. */
  async setEnvironment(FunctionName: string, Variables: Record<string, string>): Promise<void> {
    await this.client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    await this.pass();
  }

  async queue(name = this.name('queue'), attributes: Record<string, string> = {}) {
    const { QueueUrl } = await this.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    const { Attributes } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { url: QueueUrl!, arn: Attributes!['QueueArn']! };
  }

  send(url: string, body: string) {
    return this.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
  }

  /** The messages that can be received now; they stay in flight. */
  async receive(url: string) {
    const input = { QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
    return (await this.sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
  }

  /** The JSON lines that a function printed, parsed. */
  async printed(functionName: string): Promise<unknown[]> {
    const { events } = await this.logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${functionName}` }),
    );
    return events!.filter(({ message }) => message!.startsWith('{')).map(({ message }) => JSON.parse(message!));
  }
}
