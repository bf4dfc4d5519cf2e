import type { QueueHandle, QueuePort, Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { messageOperations } from './message-operations.ts';
import { MoveTasks } from './move-tasks.ts';
import { type PlantedMessage, plantedContent } from './planted-message.ts';
import { readSqsQuery, writeSqsQuery } from './query-form.ts';
import type { Queue } from './queue.ts';
import { type QueuedMessage, queueContent } from './queue-content.ts';
import { queueHandle } from './queue-handle.ts';
import { queueOperations } from './queue-operations.ts';
import { QueueRegistry } from './queue-registry.ts';
import { SQS_SHAPES } from './shapes.ts';

/** CloudTrail's default records none of these: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-logging-using-cloudtrail.html */
const DATA_EVENTS: ReadonlySet<string> = new Set([
  'SendMessage',
  'SendMessageBatch',
  'ReceiveMessage',
  'DeleteMessage',
  'DeleteMessageBatch',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
]);

/** Amazon SQS of one region. What it does, and where that is written: docs/simulator/sqs.md. */
export class Sqs implements Service {
  readonly id = 'sqs';
  readonly shapes = SQS_SHAPES;
  readonly jsonTargets = ['AmazonSQS'];
  readonly jsonVersion = '1.0';
  readonly errorNamespace = 'com.amazonaws.sqs';
  readonly queryCompatible = true;
  readonly queryVersion = '2012-11-05';
  readonly queryErrorDetail = true;
  readonly xmlNamespace = 'http://queue.amazonaws.com/doc/2012-11-05/';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly port: QueuePort;
  readonly #queues: QueueRegistry;
  readonly #tasks: MoveTasks;
  readonly #senderId: string;

  constructor(region: Region) {
    this.region = region;
    const queues = new QueueRegistry(region);
    const tasks = new MoveTasks(queues);
    const senderId = `AIDACVOPS${region.accountId}`;
    this.#senderId = senderId;
    this.#queues = queues;
    this.#tasks = tasks;
    this.operations = {
      ...messageOperations(queues, senderId),
      ...charged(region, {
        ...queueOperations(queues),
        StartMessageMoveTask: (input) => tasks.start(input),
        CancelMessageMoveTask: (input) => tasks.cancel(input),
        ListMessageMoveTasks: (input) => tasks.list(input),
      }),
    };
    // Pollers ask for their queue before each poll.
    const handles = new WeakMap<Queue, QueueHandle>();
    this.port = {
      byArn: (arn) => {
        const queue = queues.queueByArn(arn);
        if (queue === undefined) return undefined;
        const handle = handles.get(queue) ?? queueHandle(queue, region, senderId);
        handles.set(queue, handle);
        return handle;
      },
    };
  }

  queryInput(operation: string, parameters: URLSearchParams, path: string): Input {
    return readSqsQuery(operation, parameters, path);
  }

  queryOutput(operation: string, output: unknown): string {
    return writeSqsQuery(operation, output);
  }

  trailName(operation: string): string | undefined {
    return DATA_EVENTS.has(operation) ? undefined : operation;
  }

  /** Everything in a queue, in flight and delayed messages too, in the order of arrival; undefined = no such queue. */
  content(queueName: string): readonly QueuedMessage[] | undefined {
    const queue = this.#upToDate(queueName);
    return queue === undefined ? undefined : queueContent(queue, this.#senderId);
  }

  /**
   * Puts messages into a queue as if they had come there by themselves, dead ones for instance; answers their ids in
   * order, undefined = no such queue. Throws ApiError for attributes that SQS refuses, and then puts in none.
   */
  plant(queueName: string, messages: readonly PlantedMessage[]): readonly string[] | undefined {
    const queue = this.#upToDate(queueName);
    if (queue === undefined) return undefined;
    const now = this.region.clock.now();
    const contents = messages.map((message) => plantedContent(message, queue.fifo, () => this.region.uuid(), now));
    contents.forEach((content, i) => {
      const { receiveCount = 0, firstReceivedAt } = messages[i]!;
      queue.plant(content, receiveCount, receiveCount === 0 ? 0 : (firstReceivedAt ?? content.sentAt), now);
    });
    queue.deliver(now);
    return contents.map(({ id }) => id);
  }

  /** Hands what the queues have counted so far over to CloudWatch; to be called before its metrics are read. */
  flushMetrics(): void {
    const now = this.region.clock.now();
    for (const queue of this.#queues.all) queue.flushMetrics(now);
  }

  #upToDate(queueName: string): Queue | undefined {
    const queue = this.#queues.named(queueName);
    queue?.touch(this.region.clock.now());
    return queue;
  }

  /** Ends long polls and move tasks. */
  close(): void {
    this.#tasks.close();
    for (const queue of this.#queues.all) queue.close();
  }
}

/** Every action is a request, those that carry no message too: https://aws.amazon.com/sqs/pricing/ */
function charged(region: Region, operations: Readonly<Record<string, Operation>>): Readonly<Record<string, Operation>> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      (input, call) => {
        const output = operation(input, call);
        region.billing.count('sqs-requests', '');
        return output;
      },
    ]),
  );
}
