import type { Shapes, Structure } from '../kernel/shape.ts';

const messageAttributeValue: Structure = {
  DataType: 'text',
  StringValue: 'text',
  BinaryValue: 'blob',
  StringListValues: ['list', 'text'],
  BinaryListValues: ['list', 'blob'],
};

const messageSystemAttributeValue: Structure = {
  DataType: 'text',
  StringValue: 'text',
  BinaryValue: 'blob',
  StringListValues: ['list', 'text'],
  BinaryListValues: ['list', 'blob'],
};

/** The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/). */
export const SQS_SHAPES: Shapes = {
  CreateQueue: { QueueName: 'text', Attributes: ['map', 'text'], tags: ['map', 'text'] },
  GetQueueUrl: { QueueName: 'text', QueueOwnerAWSAccountId: 'text' },
  ListQueues: { QueueNamePrefix: 'text', NextToken: 'text', MaxResults: 'number' },
  DeleteQueue: { QueueUrl: 'text' },
  GetQueueAttributes: { QueueUrl: 'text', AttributeNames: ['list', 'text'] },
  SetQueueAttributes: { QueueUrl: 'text', Attributes: ['map', 'text'] },
  PurgeQueue: { QueueUrl: 'text' },
  TagQueue: { QueueUrl: 'text', Tags: ['map', 'text'] },
  UntagQueue: { QueueUrl: 'text', TagKeys: ['list', 'text'] },
  ListQueueTags: { QueueUrl: 'text' },
  AddPermission: { QueueUrl: 'text', Label: 'text', AWSAccountIds: ['list', 'text'], Actions: ['list', 'text'] },
  RemovePermission: { QueueUrl: 'text', Label: 'text' },
  ListDeadLetterSourceQueues: { QueueUrl: 'text', NextToken: 'text', MaxResults: 'number' },
  SendMessage: {
    QueueUrl: 'text',
    MessageBody: 'text',
    DelaySeconds: 'number',
    MessageAttributes: ['map', messageAttributeValue],
    MessageSystemAttributes: ['map', messageSystemAttributeValue],
    MessageDeduplicationId: 'text',
    MessageGroupId: 'text',
  },
  SendMessageBatch: {
    QueueUrl: 'text',
    Entries: [
      'list',
      {
        Id: 'text',
        MessageBody: 'text',
        DelaySeconds: 'number',
        MessageAttributes: ['map', messageAttributeValue],
        MessageSystemAttributes: ['map', messageSystemAttributeValue],
        MessageDeduplicationId: 'text',
        MessageGroupId: 'text',
      },
    ],
  },
  ReceiveMessage: {
    QueueUrl: 'text',
    AttributeNames: ['list', 'text'],
    MessageSystemAttributeNames: ['list', 'text'],
    MessageAttributeNames: ['list', 'text'],
    MaxNumberOfMessages: 'number',
    VisibilityTimeout: 'number',
    WaitTimeSeconds: 'number',
    ReceiveRequestAttemptId: 'text',
  },
  DeleteMessage: { QueueUrl: 'text', ReceiptHandle: 'text' },
  DeleteMessageBatch: { QueueUrl: 'text', Entries: ['list', { Id: 'text', ReceiptHandle: 'text' }] },
  ChangeMessageVisibility: { QueueUrl: 'text', ReceiptHandle: 'text', VisibilityTimeout: 'number' },
  ChangeMessageVisibilityBatch: {
    QueueUrl: 'text',
    Entries: ['list', { Id: 'text', ReceiptHandle: 'text', VisibilityTimeout: 'number' }],
  },
  StartMessageMoveTask: { SourceArn: 'text', DestinationArn: 'text', MaxNumberOfMessagesPerSecond: 'number' },
  CancelMessageMoveTask: { TaskHandle: 'text' },
  ListMessageMoveTasks: { SourceArn: 'text', MaxResults: 'number' },
};
