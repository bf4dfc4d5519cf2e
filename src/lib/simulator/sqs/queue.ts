import type { Tally } from '../billing/tally.ts';
import type { Region } from '../kernel/region.ts';
import { Deduplication } from './deduplication.ts';
import { sqsErrors } from './errors.ts';
import { LongPolls, type ReceiveOptions } from './long-polls.ts';
import { Message, type MessageContent, MessageState } from './message.ts';
import { MINUTE_MS, QueueMetrics } from './queue-metrics.ts';
import type { QueueSettings } from './queue-settings.ts';
import { ReceiptHandles } from './receipt-handle.ts';
import { ReceiveAttempts } from './receive-attempts.ts';
import { allowsRedrive } from './redrive.ts';
import { type Counts, Stock } from './stock.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const IN_FLIGHT_LIMIT = 120_000;
const MAX_VISIBILITY_MS = 43_200_000;
const ACTIVE_MS = 6 * 60 * MINUTE_MS;
const THIN_AFTER_MS = 6 * 60 * MINUTE_MS;
const THIN_STEP_MS = 5 * MINUTE_MS;
/** A request carries ten messages; each 64 KB of it is billed as one: https://aws.amazon.com/sqs/pricing/ */
const BATCH = 10;
const BILLED_BYTES = 65_536;

/** What a queue needs of the service around it. */
export interface QueueSurroundings {
  readonly region: Region;
  nextSequence(): number;
  queueByArn(arn: string): Queue | undefined;
}

/** What a send is answered. */
export interface SendResult {
  readonly messageId: string;
  readonly sequence: number;
}

/** A queue: its messages, who waits for them, and what happens to them as time goes by. Times are simulated ms. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly createdAt: number;
  modifiedAt: number;
  purgedAt = Number.NEGATIVE_INFINITY;
  tags: ReadonlyMap<string, string> = new Map();
  readonly metrics: QueueMetrics;
  readonly #requests: Tally;
  readonly #around: QueueSurroundings;
  readonly #stock: Stock;
  readonly #deduplication = new Deduplication();
  readonly #attempts = new ReceiveAttempts();
  readonly #handles: ReceiptHandles;
  readonly #polls: LongPolls;
  #minute: number;
  #activeAt: number;

  constructor(name: string, settings: QueueSettings, now: number, around: QueueSurroundings) {
    const { region } = around;
    this.name = name;
    this.settings = settings;
    this.arn = `arn:aws:sqs:${region.name}:${region.accountId}:${name}`;
    this.createdAt = now;
    this.modifiedAt = now;
    this.#around = around;
    this.#stock = new Stock(settings.fifo, IN_FLIGHT_LIMIT);
    this.#handles = new ReceiptHandles(region.uuid().replaceAll('-', ''));
    this.#polls = new LongPolls(region.clock, () => {
      this.#catchUp(region.clock.now());
      this.#serve(region.clock.now());
    });
    this.#requests = region.billing.tally('sqs-requests', name);
    this.metrics = new QueueMetrics(() => region.metrics, name);
    this.#minute = now - (now % MINUTE_MS);
    this.#activeAt = now;
  }

  get fifo(): boolean {
    return this.settings.fifo;
  }

  /** Messages by state, as of the last `touch`. */
  get counts(): Counts {
    return this.#stock.counts;
  }

  /** Brings the queue up to date; every request to it begins with this. */
  touch(now: number): void {
    this.#catchUp(now);
    this.#activeAt = now;
  }

  /** Adds a message, unless the deduplication window knows it: then answers what the first one was answered. */
  send(content: MessageContent, delayMs: number, now: number): SendResult {
    const { fifo } = this.settings;
    const id = content.deduplicationId;
    const scope = fifo && this.settings.groupScoped(now) ? content.groupId : undefined;
    if (fifo && id !== undefined) {
      const first = this.#deduplication.find(id, scope, now);
      if (first !== undefined) return first;
    }
    const sequence = this.#around.nextSequence();
    const message = new Message(content, sequence, now, 0, 0);
    if (delayMs > 0) {
      message.state = MessageState.delayed;
      message.visibleAt = now + delayMs;
    }
    this.#stock.enter(message);
    if (fifo && id !== undefined) this.#deduplication.remember(id, scope, now, content.id, sequence);
    this.metrics.countSent(content.size);
    return { messageId: content.id, sequence };
  }

  /** To be called after sends and changes of visibility: gives what is ready to those who wait. */
  deliver(now: number): void {
    if (!this.#polls.waiting) return;
    this.#stock.settle(now, this.settings.retentionMs);
    if (this.#stock.ready > 0) this.#serve(now);
    this.#arm();
  }

  /**
   * Takes up to `max` messages, waiting for the first one up to `waitMs`.
   * Throws OverLimit on a standard queue with 120,000 messages in flight; a FIFO queue then answers fewer.
   */
  receive(
    options: ReceiveOptions,
    waitMs: number,
    signal: () => AbortSignal,
    now: number,
  ): readonly Message[] | Promise<readonly Message[]> {
    if (!this.fifo && this.#stock.inFlight >= IN_FLIGHT_LIMIT) throw sqsErrors.overLimit();
    const messages = this.#take(options, now);
    if (messages.length === 0 && waitMs > 0) {
      const waiting = this.#polls.wait(options, now + waitMs, signal());
      this.#arm();
      return waiting.then((late) => this.#received(late, this.#around.region.clock.now()));
    }
    return this.#received(messages, now);
  }

  /** What a request with this payload, or for so many messages, is billed as. */
  charge(now: number, bytes = 0, messages = 1): void {
    const requests = messages > BATCH ? Math.ceil(messages / BATCH) : 1;
    this.#requests.add(bytes > BILLED_BYTES ? Math.max(requests, Math.ceil(bytes / BILLED_BYTES)) : requests, now);
  }

  handleOf(message: Message): string {
    return this.#handles.write(message.sequence, message.receipt);
  }

  /**
   * Deletes by receipt handle. A handle of an older receive says success and deletes nothing on a standard queue; on
   * FIFO an expired one is an error
   * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html).
   */
  delete(handle: string): void {
    const receipt = this.#receiptOf(handle);
    const message = this.#stock.received(receipt.sequence);
    if (message !== undefined) {
      const current = message.receipt === receipt.receipt;
      if (this.fifo && (!current || message.state !== MessageState.inFlight)) throw sqsErrors.expiredHandle(handle);
      if (current) this.#stock.remove(message);
    }
    this.metrics.deleted++;
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
  changeVisibility(handle: string, seconds: number, now: number): void {
    const receipt = this.#receiptOf(handle);
    const message = this.#stock.received(receipt.sequence);
    if (message === undefined || message.receipt !== receipt.receipt) throw sqsErrors.notInFlight(handle);
    if (this.fifo && message.state !== MessageState.inFlight) throw sqsErrors.expiredHandle(handle);
    if (now + seconds * 1000 > message.receivedAt + MAX_VISIBILITY_MS) {
      throw sqsErrors.invalidValue(
        seconds,
        'VisibilityTimeout',
        'Total VisibilityTimeout for the message is beyond the limit [43200 seconds].',
      );
    }
    this.#stock.hide(message, now + seconds * 1000);
  }

  /** Deletes everything, in flight or not. */
  purge(now: number): void {
    this.purgedAt = now;
    for (let message = this.#stock.oldest; message !== undefined; message = this.#stock.oldest) {
      this.#stock.remove(message);
    }
  }

  /** All messages in the order of arrival, as of the last `touch`. */
  content(): readonly Message[] {
    const all: Message[] = [];
    for (let message = this.#stock.oldest; message !== undefined; message = message.newer) all.push(message);
    return all;
  }

  /** Takes in a message that comes from elsewhere, with the receives that it has behind it. The caller delivers. */
  plant(content: MessageContent, receiveCount: number, firstReceivedAt: number, now: number): void {
    this.#stock.enter(new Message(content, this.#around.nextSequence(), now, receiveCount, firstReceivedAt));
  }

  /** The message that would be received next. */
  peek(): Message | undefined {
    this.#stock.begin();
    return this.#stock.next();
  }

  /** Takes a message out that a move task has sent on: counted as the receive and delete that it is. */
  moveOut(message: Message, now: number): void {
    this.#stock.remove(message);
    this.metrics.received++;
    this.metrics.deleted++;
    this.charge(now);
    this.charge(now);
  }

  /** Hands over the metrics of finished minutes, and what the running one has so far. */
  flushMetrics(now: number): void {
    this.#catchUp(now);
    this.metrics.flush(this.#minute, false);
  }

  close(): void {
    this.#polls.close();
  }

  /** Takes in a dead letter of another queue. */
  #bury(dead: Message, source: Queue, now: number): void {
    this.#catchUp(now);
    this.#activeAt = now;
    const { content } = dead;
    // The id of a FIFO dead letter becomes its deduplication id:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    const moved: MessageContent = {
      ...content,
      deadLetterSource: source.arn,
      deduplicationId: this.fifo ? content.id : content.deduplicationId,
    };
    this.plant(moved, dead.receiveCount, dead.firstReceivedAt, now);
    this.#polls.wakeAt(now);
  }

  #received(messages: readonly Message[], now: number): readonly Message[] {
    if (messages.length === 0) this.metrics.emptyReceives++;
    let bytes = 0;
    for (const { content } of messages) bytes += content.size;
    this.charge(now, bytes, messages.length);
    return messages;
  }

  #take(options: ReceiveOptions, now: number): readonly Message[] {
    const { attemptId, max, visibilityMs } = options;
    if (attemptId !== undefined) {
      const repeated = this.#attempts.find(attemptId, now);
      if (repeated !== undefined) {
        for (const message of repeated) this.#stock.hide(message, now + visibilityMs);
        return repeated;
      }
    }
    const taken: Message[] = [];
    const redrive = this.settings.redrivePolicy;
    this.#stock.begin();
    while (taken.length < max && this.#stock.inFlight < IN_FLIGHT_LIMIT) {
      const message = this.#stock.next();
      if (message === undefined) break;
      if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
        const grave = this.#graveFor(message, redrive.deadLetterTargetArn);
        if (grave !== undefined) {
          this.#stock.remove(message);
          grave.#bury(message, this, now);
          continue;
        }
      }
      this.#stock.take(message, now, now + visibilityMs);
      taken.push(message);
    }
    this.metrics.received += taken.length;
    if (attemptId !== undefined && taken.length > 0) this.#attempts.remember(attemptId, taken, now);
    return taken;
  }

  /** The dead-letter queue that takes this message; undefined where it stays, because there is none that may. */
  #graveFor(message: Message, arn: string): Queue | undefined {
    const grave = this.#around.queueByArn(arn);
    if (grave === undefined || grave === this || grave.fifo !== this.fifo) return undefined;
    // Two queues that are each other's dead-letter queue would pass a message to and fro for ever.
    if (message.content.deadLetterSource === arn) return undefined;
    return allowsRedrive(grave.settings.redriveAllowPolicy, this.arn) ? grave : undefined;
  }

  #receiptOf(handle: string) {
    const receipt = this.#handles.read(handle);
    if (receipt === 'malformed') throw sqsErrors.invalidHandle(handle);
    if (receipt === 'foreign') {
      throw sqsErrors.invalidValue(handle, 'ReceiptHandle', 'The receipt handle is not valid for this queue.');
    }
    return receipt;
  }

  /** Samples the minutes that went by since the last look, each as it stood, then brings the queue to `now`. */
  #catchUp(now: number): void {
    const { retentionMs } = this.settings;
    const minute = now - (now % MINUTE_MS);
    while (this.#minute < minute) {
      // Fourteen days shall pass in milliseconds: what nobody looked at for hours is sampled more thinly.
      const thin = minute - this.#minute > THIN_AFTER_MS;
      const end = this.#minute + (thin ? THIN_STEP_MS : MINUTE_MS);
      this.#stock.settle(end, retentionMs);
      const active = this.#stock.size > 0 || end - this.#activeAt <= ACTIVE_MS;
      this.metrics.flush(this.#minute, active && !thin);
      if (!active) {
        this.#minute = minute;
        break;
      }
      const oldest = this.#stock.oldest;
      const oldestAgeSeconds = oldest === undefined ? 0 : Math.floor((end - oldest.enqueuedAt) / 1000);
      this.metrics.sample({ ...this.counts, oldestAgeSeconds }, this.#minute);
      this.#minute = end;
    }
    this.#stock.settle(now, retentionMs);
  }

  #serve(now: number): void {
    this.#polls.serve(now, (options) => this.#take(options, now));
    this.#arm();
  }

  #arm(): void {
    if (!this.#polls.waiting) return;
    this.#polls.wakeAt(Math.min(this.#stock.nextDeadline, this.#polls.nextEnd()));
  }
}
