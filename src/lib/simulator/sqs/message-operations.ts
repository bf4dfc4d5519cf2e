import type { Call, Input, Operation } from '../kernel/service.ts';
import { batchOutput, forEachEntry, readBatch } from './batch.ts';
import { sqsErrors } from './errors.ts';
import type { Message } from './message.ts';
import type { Queue } from './queue.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { messageOutput, readReceive, type Selection } from './receive.ts';
import { type SendContext, sendMessage, sendMessageBatch } from './send.ts';

const MAX_VISIBILITY_SECONDS = 43_200;

/** The operations on messages, for all protocols. */
export function messageOperations(queues: QueueRegistry, senderId: string): Readonly<Record<string, Operation>> {
  const { region } = queues;
  const sendContext = (call: Call): SendContext => {
    const trace = call.headers['x-amzn-trace-id'];
    return {
      now: region.clock.now(),
      uuid: () => region.uuid(),
      traceId: typeof trace === 'string' ? trace : undefined,
    };
  };
  const output = (queue: Queue, messages: readonly Message[], selection: Selection) =>
    messages.length === 0
      ? {}
      : { Messages: messages.map((message) => messageOutput(queue, message, selection, senderId)) };
  return {
    SendMessage: (input, call) => {
      const queue = queues.byUrl(input, call);
      const context = sendContext(call);
      const result = sendMessage(queue, input, context);
      queue.deliver(context.now);
      return result;
    },
    SendMessageBatch: (input, call) => {
      const queue = queues.byUrl(input, call);
      const entries = readBatch(input, 'SendMessageBatchRequestEntry');
      const context = sendContext(call);
      const { sent, failed } = sendMessageBatch(queue, entries, context, call.entryFault);
      queue.deliver(context.now);
      return batchOutput(sent, failed);
    },
    ReceiveMessage: (input, call) => {
      const queue = queues.byUrl(input, call);
      const { options, waitMs, selection } = readReceive(queue, input);
      const messages = queue.receive(options, waitMs, () => call.signal, region.clock.now());
      return messages instanceof Promise
        ? messages.then((late) => output(queue, late, selection))
        : output(queue, messages, selection);
    },
    DeleteMessage: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      const now = region.clock.now();
      queue.delete(handleOf(input));
      queue.charge(now);
      queue.deliver(now);
    },
    DeleteMessageBatch: (input, call) => {
      const queue = queues.byUrl(input, call);
      const result = forEachEntry(readBatch(input, 'DeleteMessageBatchRequestEntry'), call.entryFault, (entry) =>
        queue.delete(handleOf(entry)),
      );
      const now = region.clock.now();
      queue.charge(now);
      queue.deliver(now);
      return result;
    },
    ChangeMessageVisibility: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      const now = region.clock.now();
      queue.changeVisibility(handleOf(input), visibilityOf(input), now);
      queue.charge(now);
      queue.deliver(now);
    },
    ChangeMessageVisibilityBatch: (input, call) => {
      const queue = queues.byUrl(input, call);
      const now = region.clock.now();
      const entries = readBatch(input, 'ChangeMessageVisibilityBatchRequestEntry');
      const result = forEachEntry(entries, call.entryFault, (entry) =>
        queue.changeVisibility(handleOf(entry), visibilityOf(entry), now),
      );
      queue.charge(now);
      queue.deliver(now);
      return result;
    },
  };
}

function handleOf(input: Input): string {
  if (input.ReceiptHandle === undefined || input.ReceiptHandle === '')
    throw sqsErrors.missingParameter('ReceiptHandle');
  return input.ReceiptHandle;
}

function visibilityOf(input: Input): number {
  if (input.VisibilityTimeout === undefined) throw sqsErrors.missingParameter('VisibilityTimeout');
  const seconds = Number(input.VisibilityTimeout);
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_VISIBILITY_SECONDS) return seconds;
  throw sqsErrors.invalidValue(
    input.VisibilityTimeout,
    'VisibilityTimeout',
    `Must be between 0 and ${MAX_VISIBILITY_SECONDS}, if provided.`,
  );
}
