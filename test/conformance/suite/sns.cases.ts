import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { ConformanceCase } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { makeTopic, queueTopic } from './topics.ts';

const API = 'https://docs.aws.amazon.com/sns/latest/api';

export const snsCases: readonly ConformanceCase[] = [
  {
    id: 'sns.email-pending',
    service: 'SNS',
    text: 'A mail subscription is pending until its owner confirms it',
    link: `${API}/API_Subscribe.html`,
    async run(world) {
      const TopicArn = await makeTopic(world);
      const answer = await world.sns.send(
        new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'operator@example.com' }),
      );
      equal(answer.SubscriptionArn, 'pending confirmation', 'SubscriptionArn that Subscribe answers');
      const { Subscriptions = [] } = await world.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      equal(
        Subscriptions.map(({ SubscriptionArn, Protocol, Endpoint }) => [SubscriptionArn, Protocol, Endpoint]),
        [['PendingConfirmation', 'email', 'operator@example.com']],
        'subscriptions listed',
      );
      const { Attributes = {} } = await world.sns.send(new GetTopicAttributesCommand({ TopicArn }));
      equal(
        [Attributes['SubscriptionsPending'], Attributes['SubscriptionsConfirmed']],
        ['1', '0'],
        'pending and confirmed',
      );
    },
  },
  {
    id: 'sns.create-again',
    service: 'SNS',
    text: 'Creating a topic again answers the same ARN',
    link: `${API}/API_CreateTopic.html`,
    async run(world) {
      const arn = await makeTopic(world);
      const again = await world.sns.send(new CreateTopicCommand({ Name: arn.split(':').at(-1) }));
      equal(again.TopicArn, arn, 'TopicArn');
    },
  },
  {
    id: 'sns.publish-to-queue',
    service: 'SNS',
    text: 'A published message reaches a subscribed queue in an envelope with topic, subject and message id',
    link: 'https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html',
    async run(world) {
      const { topicArn, queue } = await queueTopic(world);
      const { MessageId } = await world.sns.send(
        new PublishCommand({ TopicArn: topicArn, Subject: 'Weekly report', Message: 'numbers' }),
      );
      const envelope = JSON.parse((await queue.takeOne()).Body ?? '{}') as Record<string, string>;
      equal(
        [envelope['Type'], envelope['MessageId'], envelope['TopicArn'], envelope['Subject'], envelope['Message']],
        ['Notification', MessageId, topicArn, 'Weekly report', 'numbers'],
        'type, id, topic, subject, message',
      );
    },
  },
  {
    id: 'sns.raw-delivery',
    service: 'SNS',
    text: 'With raw delivery a queue gets the message alone, its attributes as message attributes',
    link: 'https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html',
    async run(world) {
      const { topicArn, queue } = await queueTopic(world, { RawMessageDelivery: 'true' });
      await world.sns.send(
        new PublishCommand({
          TopicArn: topicArn,
          Message: 'numbers',
          MessageAttributes: { kind: { DataType: 'String', StringValue: 'report' } },
        }),
      );
      const message = await queue.takeOne();
      equal(message.Body, 'numbers', 'body');
      equal(message.MessageAttributes?.['kind']?.StringValue, 'report', 'attribute');
    },
  },
  {
    id: 'sns.unsubscribe',
    service: 'SNS',
    text: 'Nothing is delivered after Unsubscribe',
    link: `${API}/API_Unsubscribe.html`,
    async run(world) {
      const { topicArn, queue, subscriptionArn } = await queueTopic(world);
      await world.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn }));
      await world.sns.send(new PublishCommand({ TopicArn: topicArn, Message: 'x' }));
      await queue.expectNothing('the subscription has ended');
    },
  },
  {
    id: 'sns.no-such-topic',
    service: 'SNS',
    text: 'A publish to an absent topic is NotFound (404)',
    link: `${API}/API_Publish.html`,
    async run(world) {
      const arn = await makeTopic(world);
      await refused(
        world.sns.send(new PublishCommand({ TopicArn: `${arn}-absent`, Message: 'x' })),
        { name: 'NotFoundException', status: 404 },
        'the publish',
      );
    },
  },
  {
    id: 'sns.size',
    service: 'SNS',
    text: 'A message over 256 KiB is refused',
    link: `${API}/API_Publish.html`,
    async run(world) {
      const TopicArn = await makeTopic(world);
      const { MessageId } = await world.sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(262_144) }));
      holds(MessageId, '262,144 bytes are accepted');
      await refused(
        world.sns.send(new PublishCommand({ TopicArn, Message: 'x'.repeat(262_145) })),
        { name: 'InvalidParameterException', status: 400 },
        'a message of 262,145 bytes',
      );
    },
  },
];
