import { createHash, randomUUID } from 'node:crypto';
import type {
  BatchResult,
  MessageAttribute,
  OutgoingMessage,
  Queue,
  Queues,
  ReceivedMessage,
  SentMessage,
} from '../../../../../src/lib/aws/ports/queues.ts';
import type { Clock } from '../../../../../src/lib/clock.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';

export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly traceHeader: string | undefined;
  readonly sequence: string;
  sentAt: number;
  receives: number;
  visibleAt: number;
  handle: string;
}

interface StoredQueue {
  readonly name: string;
  readonly fifo: boolean;
  messages: StoredMessage[];
  /** Deduplication id → first send. */
  readonly recent: Map<string, { at: number; sent: SentMessage }>;
  readonly deleted: Set<string>;
  readonly settings: QueueSettings;
}

export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number;
  readonly maximumMessageSize: number;
  readonly redrive: { readonly to: string; readonly maxReceiveCount: number } | null;
}

export type Operation = 'describe' | 'receive' | 'send' | 'delete' | 'changeVisibility';

/** What a call meets. `before` and `after` throw; `entry` fails single entries of a batch. */
export interface Faults {
  before?(operation: Operation): void;
  /** The work is done, the answer is lost. */
  after?(operation: Operation): void;
  /** Seconds that pass on the way to the queue, and on the way back. */
  slow?(operation: Operation): readonly [to: number, back: number];
  entry?(operation: Operation, index: number): { code: string; senderFault: boolean } | undefined;
}

/**
 * SQS in memory, after the rules that a replay depends on: FIFO group blocking (at most ten of one group, none while one is in
 * flight), visibility and stale handles, five-minute deduplication that answers the first send, redrive with kept ids,
 * batches whose entries fail alone. Written from AWS's documentation, to be judged by the same tests as the simulator.
 */
export class FakeQueues implements Queues {
  faults: Faults = {};
  readonly calls: { operation: Operation; queue: string; count: number }[] = [];
  readonly #clock: Clock;
  readonly #queues = new Map<string, StoredQueue>();
  #sequence = 10n ** 19n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(name: string, settings: Partial<QueueSettings> = {}): void {
    this.#queues.set(name, {
      name,
      fifo: name.endsWith('.fifo'),
      messages: [],
      recent: new Map(),
      deleted: new Set(),
      settings: { visibilityTimeoutSeconds: 30, maximumMessageSize: 1_048_576, redrive: null, ...settings },
    });
  }

  /** Puts a message in without any rule; answers its id. */
  put(name: string, message: Partial<StoredMessage> & { body: string }): string {
    return this.#store(this.#at(name), message).messageId;
  }

  /** Takes everything out that can be received now, as another consumer would. */
  takeVisible(name: string): readonly string[] {
    const queue = this.#at(name);
    const taken = queue.messages.filter((message) => message.visibleAt <= this.#clock.now());
    queue.messages = queue.messages.filter((message) => !taken.includes(message));
    return taken.map(({ body }) => body);
  }

  /** What a queue holds, in order, whether visible or not. */
  messages(name: string): readonly StoredMessage[] {
    return this.#at(name).messages;
  }

  /** Messages that nobody can receive now. */
  inFlight(name: string): number {
    return this.#at(name).messages.filter((message) => message.visibleAt > this.#clock.now()).length;
  }

  async describe(nameOrUrl: string): Promise<Queue> {
    return this.#call('describe', nameOrUrl.replace('fake:', ''), 1, (queue) => {
      const hidden = queue.messages.filter((message) => message.visibleAt > this.#clock.now()).length;
      const { redrive, ...settings } = queue.settings;
      return {
        name: queue.name,
        url: `fake:${queue.name}`,
        arn: `arn:aws:sqs:us-east-1:000000000000:${queue.name}`,
        fifo: queue.fifo,
        attributes: {
          visible: queue.messages.length - hidden,
          inFlight: hidden,
          delayed: 0,
          retentionSeconds: 1_209_600,
          contentBasedDeduplication: false,
          deduplicationScope: 'queue',
          kmsKeyId: null,
          managedEncryption: true,
          policy: null,
          redriveAllow: null,
          ...settings,
          redrive:
            redrive === null
              ? null
              : {
                  deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${redrive.to}`,
                  maxReceiveCount: redrive.maxReceiveCount,
                },
        },
      };
    });
  }

  async sourcesOf(queue: Queue): Promise<readonly string[]> {
    return [...this.#queues.values()]
      .filter((other) => other.settings.redrive?.to === queue.name)
      .map((other) => other.name);
  }

  async receive(
    queue: Queue,
    options: { max: number; waitSeconds: number; visibilitySeconds?: number },
  ): Promise<readonly ReceivedMessage[]> {
    const look = () => this.#call('receive', queue.name, 1, (stored) => this.#receive(stored, options));
    const found = await look();
    if (found.length > 0 || options.waitSeconds === 0) return found;
    await this.#clock.sleep(options.waitSeconds * 1000);
    return look();
  }

  async send(queue: Queue, messages: readonly OutgoingMessage[]): Promise<readonly BatchResult<SentMessage>[]> {
    return this.#call('send', queue.name, messages.length, (stored) =>
      messages.map((message, index) => this.#entry('send', index) ?? this.#send(stored, message)),
    );
  }

  async delete(queue: Queue, handles: readonly string[]): Promise<readonly BatchResult<object>[]> {
    return this.#call('delete', queue.name, handles.length, (stored) =>
      handles.map((handle, index) => {
        const fault = this.#entry('delete', index);
        if (fault !== undefined) return fault;
        const message = stored.messages.find((other) => other.handle === handle);
        // Deleting again what is deleted says success; so does a stale handle on a standard queue, and deletes nothing.
        if (message === undefined) {
          return stored.fifo && !stored.deleted.has(handle) ? failure('ReceiptHandleIsInvalid', true) : { ok: true };
        }
        if (stored.fifo && message.visibleAt <= this.#clock.now()) return failure('InvalidParameterValue', true);
        stored.messages = stored.messages.filter((other) => other !== message);
        stored.deleted.add(handle);
        return { ok: true };
      }),
    );
  }

  async changeVisibility(
    queue: Queue,
    handles: readonly string[],
    seconds: number,
  ): Promise<readonly BatchResult<object>[]> {
    return this.#call('changeVisibility', queue.name, handles.length, (stored) =>
      handles.map((handle, index) => {
        const fault = this.#entry('changeVisibility', index);
        if (fault !== undefined) return fault;
        const message = stored.messages.find((other) => other.handle === handle);
        if (message === undefined || message.visibleAt <= this.#clock.now()) {
          return failure('MessageNotInflight', true);
        }
        message.visibleAt = this.#clock.now() + seconds * 1000;
        return { ok: true };
      }),
    );
  }

  async oldestAgeSeconds(): Promise<number | null> {
    return null;
  }

  async #call<T>(operation: Operation, name: string, count: number, work: (queue: StoredQueue) => T): Promise<T> {
    const [to, back] = this.faults.slow?.(operation) ?? [0, 0];
    await (to > 0 ? this.#clock.sleep(to * 1000) : Promise.resolve());
    this.calls.push({ operation, queue: name, count });
    this.faults.before?.(operation);
    const result = work(this.#at(name));
    if (back > 0) await this.#clock.sleep(back * 1000);
    this.faults.after?.(operation);
    return result;
  }

  #entry(operation: Operation, index: number): BatchResult<never> | undefined {
    const fault = this.faults.entry?.(operation, index);
    return fault === undefined ? undefined : failure(fault.code, fault.senderFault);
  }

  #at(name: string): StoredQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      throw new CvopsError('QueueNotFound', ExitCode.notFound, `queue "${name}" does not exist here.`);
    }
    return queue;
  }

  #receive(queue: StoredQueue, options: { max: number; visibilitySeconds?: number }): ReceivedMessage[] {
    const now = this.#clock.now();
    const taken: ReceivedMessage[] = [];
    const locked = new Set<string>();
    if (queue.fifo) {
      for (const message of queue.messages) if (message.visibleAt > now) locked.add(message.groupId ?? '');
    }
    for (const message of [...queue.messages]) {
      if (taken.length >= options.max) break;
      if (message.visibleAt > now || (queue.fifo && locked.has(message.groupId ?? ''))) continue;
      const redrive = queue.settings.redrive;
      if (redrive !== null && message.receives >= redrive.maxReceiveCount) {
        queue.messages = queue.messages.filter((other) => other !== message);
        this.#at(redrive.to).messages.push({ ...message, visibleAt: 0, handle: '' });
        continue;
      }
      message.receives++;
      message.visibleAt = now + (options.visibilitySeconds ?? queue.settings.visibilityTimeoutSeconds) * 1000;
      message.handle = randomUUID();
      taken.push(received(message));
    }
    return taken;
  }

  #send(queue: StoredQueue, message: OutgoingMessage): BatchResult<SentMessage> {
    const now = this.#clock.now();
    const size = Buffer.byteLength(message.body);
    if (size > queue.settings.maximumMessageSize) return failure('InvalidParameterValue', true);
    if (queue.fifo && (message.groupId === undefined || message.deduplicationId === undefined)) {
      return failure('MissingParameter', true);
    }
    const known = queue.fifo ? queue.recent.get(message.deduplicationId!) : undefined;
    if (known !== undefined && now - known.at < 300_000) return { ok: true, ...known.sent };
    const stored = this.#store(queue, message);
    const sent: SentMessage = {
      messageId: stored.messageId,
      sequenceNumber: queue.fifo ? stored.sequence : null,
      md5OfBody: md5(message.body),
      md5OfAttributes: null,
    };
    if (queue.fifo) queue.recent.set(message.deduplicationId!, { at: now, sent });
    return { ok: true, ...sent };
  }

  #store(queue: StoredQueue, message: Partial<StoredMessage> & { body: string }): StoredMessage {
    const stored: StoredMessage = {
      messageId: message.messageId ?? randomUUID(),
      body: message.body,
      attributes: message.attributes ?? {},
      groupId: message.groupId,
      deduplicationId: message.deduplicationId,
      traceHeader: message.traceHeader,
      sequence: String(this.#sequence++),
      sentAt: message.sentAt ?? this.#clock.now(),
      receives: message.receives ?? 0,
      visibleAt: 0,
      handle: '',
    };
    queue.messages.push(stored);
    return stored;
  }
}

function received(message: StoredMessage): ReceivedMessage {
  return {
    messageId: message.messageId,
    receiptHandle: message.handle,
    body: message.body,
    md5OfBody: md5(message.body),
    md5OfAttributes: null,
    attributes: message.attributes,
    system: {
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receives),
      ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
      ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
    },
  };
}

function failure(code: string, senderFault: boolean): BatchResult<never> {
  return { ok: false, code, message: code, senderFault };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
