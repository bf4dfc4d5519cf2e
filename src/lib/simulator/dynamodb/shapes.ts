import type { Shapes, Structure } from '../kernel/shape.ts';

const attributeDefinition: Structure = { AttributeName: 'text', AttributeType: 'text' };

const keySchemaElement: Structure = { AttributeName: 'text', KeyType: 'text' };

const projection: Structure = { ProjectionType: 'text', NonKeyAttributes: ['list', 'text'] };

const provisionedThroughput: Structure = { ReadCapacityUnits: 'number', WriteCapacityUnits: 'number' };

const streamSpecification: Structure = { StreamEnabled: 'flag', StreamViewType: 'text' };

const sseSpecification: Structure = { Enabled: 'flag', SSEType: 'text', KMSMasterKeyId: 'text' };

const tag: Structure = { Key: 'text', Value: 'text' };

const attributeValue: Structure = {
  S: 'text',
  N: 'text',
  B: 'blob',
  SS: ['list', 'text'],
  NS: ['list', 'text'],
  BS: ['list', 'blob'],
  M: ['map', () => attributeValue],
  L: ['list', () => attributeValue],
  NULL: 'flag',
  BOOL: 'flag',
};

/**
 * The inputs of the operations, as AWS's API model types them (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/);
 * those of legacy parameters, which are refused, and of settings that the simulator never looks at are left out.
 */
export const DYNAMODB_SHAPES: Shapes = {
  CreateTable: {
    TableName: 'text',
    AttributeDefinitions: ['list', attributeDefinition],
    KeySchema: ['list', keySchemaElement],
    LocalSecondaryIndexes: [
      'list',
      { IndexName: 'text', KeySchema: ['list', keySchemaElement], Projection: projection },
    ],
    GlobalSecondaryIndexes: [
      'list',
      {
        IndexName: 'text',
        KeySchema: ['list', keySchemaElement],
        Projection: projection,
        ProvisionedThroughput: provisionedThroughput,
      },
    ],
    BillingMode: 'text',
    ProvisionedThroughput: provisionedThroughput,
    StreamSpecification: streamSpecification,
    SSESpecification: sseSpecification,
    Tags: ['list', tag],
    TableClass: 'text',
    DeletionProtectionEnabled: 'flag',
  },
  DescribeTable: { TableName: 'text' },
  UpdateTable: {
    TableName: 'text',
    AttributeDefinitions: ['list', attributeDefinition],
    BillingMode: 'text',
    ProvisionedThroughput: provisionedThroughput,
    GlobalSecondaryIndexUpdates: [
      'list',
      {
        Update: { IndexName: 'text', ProvisionedThroughput: provisionedThroughput },
        Create: {
          IndexName: 'text',
          KeySchema: ['list', keySchemaElement],
          Projection: projection,
          ProvisionedThroughput: provisionedThroughput,
        },
        Delete: { IndexName: 'text' },
      },
    ],
    StreamSpecification: streamSpecification,
    SSESpecification: sseSpecification,
    TableClass: 'text',
    DeletionProtectionEnabled: 'flag',
    DisassociationProtectionEnabled: 'flag',
  },
  DeleteTable: { TableName: 'text' },
  ListTables: { ExclusiveStartTableName: 'text', Limit: 'number' },
  DescribeTimeToLive: { TableName: 'text' },
  UpdateTimeToLive: { TableName: 'text', TimeToLiveSpecification: { Enabled: 'flag', AttributeName: 'text' } },
  DescribeContinuousBackups: { TableName: 'text' },
  UpdateContinuousBackups: {
    TableName: 'text',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'flag', RecoveryPeriodInDays: 'number' },
  },
  TagResource: { ResourceArn: 'text', Tags: ['list', tag] },
  UntagResource: { ResourceArn: 'text', TagKeys: ['list', 'text'] },
  ListTagsOfResource: { ResourceArn: 'text', NextToken: 'text' },
  PutItem: {
    TableName: 'text',
    Item: ['map', attributeValue],
    ReturnValues: 'text',
    ReturnConsumedCapacity: 'text',
    ReturnItemCollectionMetrics: 'text',
    ConditionalOperator: 'text',
    ConditionExpression: 'text',
    ExpressionAttributeNames: ['map', 'text'],
    ExpressionAttributeValues: ['map', attributeValue],
    ReturnValuesOnConditionCheckFailure: 'text',
  },
  GetItem: {
    TableName: 'text',
    Key: ['map', attributeValue],
    AttributesToGet: ['list', 'text'],
    ConsistentRead: 'flag',
    ReturnConsumedCapacity: 'text',
    ProjectionExpression: 'text',
    ExpressionAttributeNames: ['map', 'text'],
  },
  UpdateItem: {
    TableName: 'text',
    Key: ['map', attributeValue],
    ConditionalOperator: 'text',
    ReturnValues: 'text',
    ReturnConsumedCapacity: 'text',
    ReturnItemCollectionMetrics: 'text',
    UpdateExpression: 'text',
    ConditionExpression: 'text',
    ExpressionAttributeNames: ['map', 'text'],
    ExpressionAttributeValues: ['map', attributeValue],
    ReturnValuesOnConditionCheckFailure: 'text',
  },
  DeleteItem: {
    TableName: 'text',
    Key: ['map', attributeValue],
    ConditionalOperator: 'text',
    ReturnValues: 'text',
    ReturnConsumedCapacity: 'text',
    ReturnItemCollectionMetrics: 'text',
    ConditionExpression: 'text',
    ExpressionAttributeNames: ['map', 'text'],
    ExpressionAttributeValues: ['map', attributeValue],
    ReturnValuesOnConditionCheckFailure: 'text',
  },
  Query: {
    TableName: 'text',
    IndexName: 'text',
    Select: 'text',
    AttributesToGet: ['list', 'text'],
    Limit: 'number',
    ConsistentRead: 'flag',
    ConditionalOperator: 'text',
    ScanIndexForward: 'flag',
    ExclusiveStartKey: ['map', attributeValue],
    ReturnConsumedCapacity: 'text',
    ProjectionExpression: 'text',
    FilterExpression: 'text',
    KeyConditionExpression: 'text',
    ExpressionAttributeNames: ['map', 'text'],
    ExpressionAttributeValues: ['map', attributeValue],
  },
  Scan: {
    TableName: 'text',
    IndexName: 'text',
    AttributesToGet: ['list', 'text'],
    Limit: 'number',
    Select: 'text',
    ConditionalOperator: 'text',
    ExclusiveStartKey: ['map', attributeValue],
    ReturnConsumedCapacity: 'text',
    TotalSegments: 'number',
    Segment: 'number',
    ProjectionExpression: 'text',
    FilterExpression: 'text',
    ExpressionAttributeNames: ['map', 'text'],
    ExpressionAttributeValues: ['map', attributeValue],
    ConsistentRead: 'flag',
  },
  BatchWriteItem: {
    RequestItems: [
      'map',
      ['list', { PutRequest: { Item: ['map', attributeValue] }, DeleteRequest: { Key: ['map', attributeValue] } }],
    ],
    ReturnConsumedCapacity: 'text',
    ReturnItemCollectionMetrics: 'text',
  },
  BatchGetItem: {
    RequestItems: [
      'map',
      {
        Keys: ['list', ['map', attributeValue]],
        AttributesToGet: ['list', 'text'],
        ConsistentRead: 'flag',
        ProjectionExpression: 'text',
        ExpressionAttributeNames: ['map', 'text'],
      },
    ],
    ReturnConsumedCapacity: 'text',
  },
  TransactWriteItems: {
    TransactItems: [
      'list',
      {
        ConditionCheck: {
          Key: ['map', attributeValue],
          TableName: 'text',
          ConditionExpression: 'text',
          ExpressionAttributeNames: ['map', 'text'],
          ExpressionAttributeValues: ['map', attributeValue],
          ReturnValuesOnConditionCheckFailure: 'text',
        },
        Put: {
          Item: ['map', attributeValue],
          TableName: 'text',
          ConditionExpression: 'text',
          ExpressionAttributeNames: ['map', 'text'],
          ExpressionAttributeValues: ['map', attributeValue],
          ReturnValuesOnConditionCheckFailure: 'text',
        },
        Delete: {
          Key: ['map', attributeValue],
          TableName: 'text',
          ConditionExpression: 'text',
          ExpressionAttributeNames: ['map', 'text'],
          ExpressionAttributeValues: ['map', attributeValue],
          ReturnValuesOnConditionCheckFailure: 'text',
        },
        Update: {
          Key: ['map', attributeValue],
          UpdateExpression: 'text',
          TableName: 'text',
          ConditionExpression: 'text',
          ExpressionAttributeNames: ['map', 'text'],
          ExpressionAttributeValues: ['map', attributeValue],
          ReturnValuesOnConditionCheckFailure: 'text',
        },
      },
    ],
    ReturnConsumedCapacity: 'text',
    ReturnItemCollectionMetrics: 'text',
    ClientRequestToken: 'text',
  },
  TransactGetItems: {
    TransactItems: [
      'list',
      {
        Get: {
          Key: ['map', attributeValue],
          TableName: 'text',
          ProjectionExpression: 'text',
          ExpressionAttributeNames: ['map', 'text'],
        },
      },
    ],
    ReturnConsumedCapacity: 'text',
  },
};
