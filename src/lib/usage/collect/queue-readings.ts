import type { QueueReadings } from '../readings.ts';
import type { InventoryQueue } from './inventory.ts';
import type { Reader } from './reader.ts';

/** One queue: four series, three for a dead-letter queue. */
export async function readQueue(reader: Reader, queue: InventoryQueue): Promise<QueueReadings> {
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  const series = (metric: string) => reader.series('AWS/SQS', metric, { QueueName: queue.name });
  const [sent, received, emptyReceives, sizes] = await Promise.all([
    series('NumberOfMessagesSent'),
    series('NumberOfMessagesReceived'),
    series('NumberOfEmptyReceives'),
    queue.isDeadLetterQueue ? { value: [] } : series('SentMessageSize'),
  ]);
  return { ...queue, sent, received, emptyReceives, sizes };
}
