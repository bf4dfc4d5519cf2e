import type { Region } from '../kernel/region.ts';
import type { Call, Input } from '../kernel/service.ts';
import { sqsErrors } from './errors.ts';
import { Queue } from './queue.ts';
import { QueueSettings, readAttributes } from './queue-settings.ts';
import { allowsRedrive, type RedrivePolicy } from './redrive.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const NAME = /^[\w-]{1,80}$/;
const FIFO_NAME = /^[\w-]{1,75}\.fifo$/;
const RECREATE_AFTER_MS = 60_000;

/** The queues of a region by name, and what they know of one another. */
export class QueueRegistry {
  readonly region: Region;
  readonly #queues = new Map<string, Queue>();
  readonly #deletedAt = new Map<string, number>();
  readonly #arnPrefix: string;
  #sequence = 0;

  constructor(region: Region) {
    this.region = region;
    this.#arnPrefix = `arn:aws:sqs:${region.name}:${region.accountId}:`;
  }

  get all(): readonly Queue[] {
    return [...this.#queues.values()];
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  named(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  queueByArn(arn: string): Queue | undefined {
    return arn.startsWith(this.#arnPrefix) ? this.#queues.get(arn.slice(this.#arnPrefix.length)) : undefined;
  }

  isDeadLetterQueue(arn: string): boolean {
    for (const queue of this.#queues.values()) {
      if (queue.settings.redrivePolicy?.deadLetterTargetArn === arn) return true;
    }
    return false;
  }

  /** The queue that QueueUrl names, brought up to date. Throws ApiError. */
  byUrl(input: Input, call: Call): Queue {
    const url: unknown = input.QueueUrl;
    if (typeof url !== 'string' || url === '') throw sqsErrors.missingParameter('QueueUrl');
    const nameAt = url.lastIndexOf('/') + 1;
    const queue = this.#queues.get(url.slice(nameAt));
    const account = url.slice(url.lastIndexOf('/', nameAt - 2) + 1, nameAt - 1);
    if (queue === undefined || account !== this.region.accountId) throw sqsErrors.queueDoesNotExist(call.protocol);
    queue.touch(this.region.clock.now());
    return queue;
  }

  byName(name: unknown, call: Call): Queue {
    if (typeof name !== 'string') throw sqsErrors.missingParameter('QueueName');
    const queue = this.#queues.get(name);
    if (queue === undefined) throw sqsErrors.queueDoesNotExist(call.protocol);
    return queue;
  }

  /** CreateQueue: the same request again answers the queue that is there. */
  create(input: Input): Queue {
    const name: unknown = input.QueueName;
    if (typeof name !== 'string') throw sqsErrors.missingParameter('QueueName');
    const fifo = String(input.Attributes?.FifoQueue).toLowerCase() === 'true';
    checkName(name, fifo);
    const wanted = readAttributes(input.Attributes, fifo, true);
    const known = this.#queues.get(name);
    if (known !== undefined) {
      const differing = known.settings.differing(wanted);
      if (differing !== undefined) throw sqsErrors.queueNameExists(differing);
      return known;
    }
    const now = this.region.clock.now();
    const deletedAt = this.#deletedAt.get(name);
    if (deletedAt !== undefined && now - deletedAt < RECREATE_AFTER_MS) throw sqsErrors.queueDeletedRecently();
    const settings = new QueueSettings(fifo);
    settings.apply(wanted, now, true);
    const queue = new Queue(name, settings, now, this);
    const redrive = wanted.get('RedrivePolicy');
    if (redrive !== undefined) this.#checkRedrive(queue, settings.redrivePolicy, redrive);
    queue.tags = new Map(Object.entries((input.tags ?? {}) as Record<string, string>));
    this.#queues.set(name, queue);
    this.#deletedAt.delete(name);
    return queue;
  }

  setAttributes(queue: Queue, attributes: unknown): void {
    const changes = readAttributes(attributes, queue.fifo, false);
    const { settings } = queue;
    const redrive = changes.get('RedrivePolicy');
    if (redrive !== undefined) {
      const trial = new QueueSettings(queue.fifo);
      trial.apply(new Map([['RedrivePolicy', redrive]]), 0, true);
      this.#checkRedrive(queue, trial.redrivePolicy, redrive);
    }
    const now = this.region.clock.now();
    settings.apply(changes, now);
    queue.modifiedAt = now;
    queue.touch(now);
  }

  delete(queue: Queue): void {
    this.#queues.delete(queue.name);
    this.#deletedAt.set(queue.name, this.region.clock.now());
    queue.close();
  }

  #checkRedrive(source: Queue, policy: RedrivePolicy | undefined, text: string): void {
    if (policy === undefined) return;
    const invalid = (reason: string) => sqsErrors.invalidValue(text, 'RedrivePolicy', reason);
    const target = this.queueByArn(policy.deadLetterTargetArn);
    if (target === undefined) throw invalid('Dead letter target does not exist.');
    if (target.fifo !== source.fifo) throw invalid('Dead-letter queue must be same type of queue as the source.');
    if (!allowsRedrive(target.settings.redriveAllowPolicy, source.arn)) {
      throw invalid('The dead letter target does not allow this queue as a source: see its RedriveAllowPolicy.');
    }
  }
}

function checkName(name: string, fifo: boolean): void {
  if (fifo && !FIFO_NAME.test(name)) {
    throw sqsErrors.invalidParameter(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length',
    );
  }
  if (!fifo && !NAME.test(name)) {
    throw sqsErrors.invalidParameter(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
}
