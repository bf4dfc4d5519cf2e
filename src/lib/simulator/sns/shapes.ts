import type { Shapes, Structure } from '../kernel/shape.ts';

const tag: Structure = { Key: 'text', Value: 'text' };

const messageAttributeValue: Structure = { DataType: 'text', StringValue: 'text', BinaryValue: 'blob' };

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/sns/latest/api/). */
export const SNS_SHAPES: Shapes = {
  CreateTopic: { Name: 'text', Attributes: ['map', 'text'], Tags: ['list', tag], DataProtectionPolicy: 'text' },
  DeleteTopic: { TopicArn: 'text' },
  ListTopics: { NextToken: 'text' },
  GetTopicAttributes: { TopicArn: 'text' },
  SetTopicAttributes: { TopicArn: 'text', AttributeName: 'text', AttributeValue: 'text' },
  Publish: {
    Message: 'text',
    TopicArn: 'text',
    TargetArn: 'text',
    PhoneNumber: 'text',
    Subject: 'text',
    MessageStructure: 'text',
    MessageAttributes: ['map', messageAttributeValue],
    MessageDeduplicationId: 'text',
    MessageGroupId: 'text',
  },
  PublishBatch: {
    TopicArn: 'text',
    PublishBatchRequestEntries: [
      'list',
      {
        Id: 'text',
        Message: 'text',
        Subject: 'text',
        MessageStructure: 'text',
        MessageAttributes: ['map', messageAttributeValue],
        MessageDeduplicationId: 'text',
        MessageGroupId: 'text',
      },
    ],
  },
  TagResource: { ResourceArn: 'text', Tags: ['list', tag] },
  UntagResource: { ResourceArn: 'text', TagKeys: ['list', 'text'] },
  ListTagsForResource: { ResourceArn: 'text' },
  Subscribe: {
    TopicArn: 'text',
    Protocol: 'text',
    Endpoint: 'text',
    Attributes: ['map', 'text'],
    ReturnSubscriptionArn: 'flag',
  },
  ConfirmSubscription: { TopicArn: 'text', Token: 'text', AuthenticateOnUnsubscribe: 'text' },
  Unsubscribe: { SubscriptionArn: 'text' },
  ListSubscriptions: { NextToken: 'text' },
  ListSubscriptionsByTopic: { TopicArn: 'text', NextToken: 'text' },
  GetSubscriptionAttributes: { SubscriptionArn: 'text' },
  SetSubscriptionAttributes: { SubscriptionArn: 'text', AttributeName: 'text', AttributeValue: 'text' },
};
