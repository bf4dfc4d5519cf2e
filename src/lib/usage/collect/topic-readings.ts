import type { TopicReadings } from '../readings.ts';
import type { Inventory } from './inventory.ts';
import type { Reader } from './reader.ts';

/** One topic: three series. https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
export async function readTopic(reader: Reader, topic: Inventory['topics'][number]): Promise<TopicReadings> {
  const series = (metric: string) => reader.series('AWS/SNS', metric, { TopicName: topic.name });
  const [published, delivered, failed] = await Promise.all([
    series('NumberOfMessagesPublished'),
    series('NumberOfNotificationsDelivered'),
    series('NumberOfNotificationsFailed'),
  ]);
  return { ...topic, published, delivered, failed };
}
