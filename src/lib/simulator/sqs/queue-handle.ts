import { ApiError } from '../kernel/api-error.ts';
import type { PolledMessage, QueueHandle, Region } from '../kernel/region.ts';
import type { Message } from './message.ts';
import { md5OfAttributes, md5OfText } from './message-attributes.ts';
import type { Queue } from './queue.ts';
import { EVERYTHING, systemAttributes } from './receive.ts';
import { sendMessage } from './send.ts';

/** A queue as event source mappings and other services of the region use it. */
export function queueHandle(queue: Queue, region: Region, senderId: string): QueueHandle {
  const upToDate = () => {
    const now = region.clock.now();
    queue.touch(now);
    return now;
  };
  return {
    arn: queue.arn,
    name: queue.name,
    fifo: queue.fifo,
    get visibilityTimeoutSeconds() {
      return queue.settings.visibilitySeconds;
    },
    async receive({ max, waitMs, signal }) {
      const now = upToDate();
      const options = { max, visibilityMs: queue.settings.visibilitySeconds * 1000, attemptId: undefined };
      const messages = await queue.receive(options, waitMs, () => signal, now);
      return messages.map((message) => polled(queue, message, senderId));
    },
    delete(receiptHandles) {
      if (receiptHandles.length === 0) return;
      const now = upToDate();
      for (const receiptHandle of receiptHandles) {
        try {
          queue.delete(receiptHandle);
        } catch (cause) {
          if (!(cause instanceof ApiError)) throw cause;
        }
      }
      queue.charge(now, 0, receiptHandles.length);
      queue.deliver(now);
    },
    changeVisibility(receiptHandle, seconds) {
      const now = upToDate();
      queue.changeVisibility(receiptHandle, seconds, now);
      queue.charge(now);
      queue.deliver(now);
    },
    send({ body, groupId, deduplicationId, messageAttributes }) {
      const now = upToDate();
      const input = {
        MessageBody: body,
        MessageGroupId: groupId,
        MessageDeduplicationId: deduplicationId,
        MessageAttributes: messageAttributes,
      };
      const result = sendMessage(queue, input, { now, uuid: () => region.uuid(), traceId: undefined });
      queue.deliver(now);
      return { messageId: String(result['MessageId']) };
    },
  };
}

function polled(queue: Queue, message: Message, senderId: string): PolledMessage {
  const { content } = message;
  const { attributes } = content;
  return {
    messageId: content.id,
    receiptHandle: queue.handleOf(message),
    body: content.body,
    md5OfBody: md5OfText(content.body),
    attributes: systemAttributes(queue, message, EVERYTHING.system, senderId) ?? {},
    messageAttributes: attributes ?? {},
    ...(attributes === undefined ? {} : { md5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
}
