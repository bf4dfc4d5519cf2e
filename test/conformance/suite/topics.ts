import { CreateTopicCommand, DeleteTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import type { World } from './case.ts';
import { Queue } from './queues.ts';

export async function makeTopic(world: World): Promise<string> {
  const { TopicArn } = await world.sns.send(new CreateTopicCommand({ Name: world.name('topic') }));
  world.cleanUp(() => world.sns.send(new DeleteTopicCommand({ TopicArn })));
  return TopicArn!;
}

/** A topic with a queue that receives what is published; the queue's policy allows it, as on AWS. */
export async function queueTopic(world: World, attributes: Record<string, string> = {}) {
  const topicArn = await makeTopic(world);
  const queue = await Queue.create(world);
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue.arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  };
  await queue.setAttributes({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) });
  const { SubscriptionArn } = await world.sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queue.arn,
      Attributes: attributes,
      ReturnSubscriptionArn: true,
    }),
  );
  return { topicArn, queue, subscriptionArn: SubscriptionArn! };
}
