import type { Timer } from '../kernel/clock.ts';
import type { Region } from '../kernel/region.ts';
import type { Input } from '../kernel/service.ts';
import { sqsErrors } from './errors.ts';
import type { Message } from './message.ts';
import type { Queue } from './queue.ts';

/** The fastest rate that can be asked for; also what the simulator takes when none is, where AWS chooses for itself. */
const MAX_RATE = 500;
const STEP_MS = 1000;
const MAX_RESULTS = 10;

interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly rate: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  moved: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failure: string | undefined;
  timer: Timer | undefined;
}

interface Surroundings {
  readonly region: Region;
  queueByArn(arn: string): Queue | undefined;
  /** Whether some queue has this one as its dead-letter queue. */
  isDeadLetterQueue(arn: string): boolean;
}

/**
 * Message move tasks
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html). A task moves what
 * was in the queue when it began, at its rate, once a second.
 */
export class MoveTasks {
  readonly #tasks = new Map<string, MoveTask[]>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  start(input: Input): Record<string, unknown> {
    const source = this.#source(input.SourceArn);
    if (!this.#around.isDeadLetterQueue(source.arn)) {
      throw sqsErrors.invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    }
    const destinationArn: string | undefined = input.DestinationArn;
    const destination = destinationArn === undefined ? undefined : this.#around.queueByArn(destinationArn);
    if (destinationArn !== undefined && destination === undefined) {
      throw sqsErrors.resourceNotFound(
        "The resource that you specified for the DestinationArn parameter doesn't exist.",
      );
    }
    if (destination !== undefined && destination.fifo !== source.fifo) {
      throw sqsErrors.invalidParameter('Source and destination queues must be of the same type.');
    }
    const rate = input.MaxNumberOfMessagesPerSecond;
    if (rate !== undefined && !(Number.isInteger(Number(rate)) && Number(rate) >= 1 && Number(rate) <= MAX_RATE)) {
      throw sqsErrors.invalidValue(
        rate,
        'MaxNumberOfMessagesPerSecond',
        `Must be between 1 and ${MAX_RATE}, if provided.`,
      );
    }
    const tasks = this.#tasks.get(source.arn) ?? [];
    if (tasks.some((task) => task.status === 'RUNNING')) {
      throw sqsErrors.invalidParameter(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const now = this.#around.region.clock.now();
    source.touch(now);
    const task: MoveTask = {
      id: this.#around.region.uuid(),
      sourceArn: source.arn,
      destinationArn,
      rate: rate === undefined ? undefined : Number(rate),
      startedAt: now,
      toMove: source.counts.visible,
      moved: 0,
      status: 'RUNNING',
      failure: undefined,
      timer: undefined,
    };
    this.#tasks.set(source.arn, [task, ...tasks].slice(0, MAX_RESULTS));
    this.#stepAt(task, now);
    return { TaskHandle: handleOf(task) };
  }

  cancel(input: Input): Record<string, unknown> {
    const { taskId, sourceArn } = readHandle(input.TaskHandle);
    this.#source(sourceArn);
    const task = this.#tasks.get(sourceArn)?.find((known) => known.id === taskId);
    if (task === undefined || task.status !== 'RUNNING') throw sqsErrors.resourceNotFound('Task does not exist.');
    this.#end(task, 'CANCELLED');
    return { ApproximateNumberOfMessagesMoved: task.moved };
  }

  list(input: Input): Record<string, unknown> {
    const source = this.#source(input.SourceArn);
    const count = input.MaxResults === undefined ? 1 : Number(input.MaxResults);
    if (!(count >= 1 && count <= MAX_RESULTS)) {
      throw sqsErrors.invalidValue(
        input.MaxResults,
        'MaxResults',
        `Must be between 1 and ${MAX_RESULTS}, if provided.`,
      );
    }
    return { Results: (this.#tasks.get(source.arn) ?? []).slice(0, count).map(resultOf) };
  }

  close(): void {
    for (const task of [...this.#tasks.values()].flat()) task.timer?.cancel();
  }

  #source(arn: unknown): Queue {
    if (typeof arn !== 'string') throw sqsErrors.missingParameter('SourceArn');
    const queue = this.#around.queueByArn(arn);
    if (queue !== undefined) return queue;
    throw sqsErrors.resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
  }

  #stepAt(task: MoveTask, at: number): void {
    task.timer = this.#around.region.clock.schedule(at, () => this.#step(task));
  }

  #step(task: MoveTask): void {
    if (task.status !== 'RUNNING') return;
    const now = this.#around.region.clock.now();
    const source = this.#around.queueByArn(task.sourceArn);
    if (source === undefined) {
      this.#end(task, 'FAILED', 'AWS.SimpleQueueService.NonExistentQueue');
      return;
    }
    source.touch(now);
    const reached = new Set<Queue>();
    for (let i = 0; i < (task.rate ?? MAX_RATE) && task.moved < task.toMove && task.status === 'RUNNING'; i++) {
      const message = source.peek();
      if (message === undefined) break;
      const destination = this.#destination(task, message);
      if (destination === undefined) break;
      if (!reached.has(destination)) destination.touch(now);
      reached.add(destination);
      source.moveOut(message, now);
      this.#send(message, destination, now);
      task.moved++;
    }
    for (const destination of reached) destination.deliver(now);
    if (task.status !== 'RUNNING') return;
    if (task.moved >= task.toMove || source.peek() === undefined) this.#end(task, 'COMPLETED');
    else this.#stepAt(task, now + STEP_MS);
  }

  /** Where this message goes; ends the task when there is no telling. */
  #destination(task: MoveTask, message: Message): Queue | undefined {
    const arn = task.destinationArn ?? message.content.deadLetterSource;
    const queue = arn === undefined ? undefined : this.#around.queueByArn(arn);
    if (arn === undefined) this.#end(task, 'FAILED', 'CouldNotDetermineMessageSource');
    else if (queue === undefined) this.#end(task, 'FAILED', 'AWS.SimpleQueueService.NonExistentQueue');
    return queue;
  }

  /**
   * Moved messages are new ones, with a new id and time of sending
   * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html).
   */
  #send(message: Message, destination: Queue, now: number): void {
    const id = this.#around.region.uuid();
    destination.send({ ...message.content, id, sentAt: now, deadLetterSource: undefined }, 0, now);
    destination.charge(now, message.content.size);
  }

  #end(task: MoveTask, status: 'COMPLETED' | 'CANCELLED' | 'FAILED', failure?: string): void {
    task.status = status;
    task.failure = failure;
    task.timer?.cancel();
  }
}

function handleOf(task: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: task.id, sourceArn: task.sourceArn })).toString('base64');
}

function readHandle(handle: unknown): { readonly taskId: string; readonly sourceArn: string } {
  try {
    const read: unknown = JSON.parse(Buffer.from(String(handle), 'base64').toString('utf8'));
    const { taskId, sourceArn } = read as { taskId?: unknown; sourceArn?: unknown };
    if (typeof taskId === 'string' && typeof sourceArn === 'string') return { taskId, sourceArn };
  } catch {
    // Falls through to the error for handles that cannot be read.
  }
  throw sqsErrors.invalidParameter('Value for parameter TaskHandle is invalid.');
}

/** AWS leaves the handle of a task that ended out. */
function resultOf(task: MoveTask): Record<string, unknown> {
  return {
    TaskHandle: task.status === 'RUNNING' ? handleOf(task) : undefined,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.rate,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failure,
    StartedTimestamp: task.startedAt,
  };
}
