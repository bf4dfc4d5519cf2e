import { SYSTEM } from './system.ts';

/**
 * The table as infra/terraform makes it: a partition for each day, and inside the 25 write and 25 read units that are
 * always free (https://aws.amazon.com/dynamodb/pricing/provisioned/).
 */
export const TABLE = {
  ttlAttribute: 'expiresAt',
  definition: {
    TableName: SYSTEM.table,
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 20 },
    KeySchema: [
      { AttributeName: 'day', KeyType: 'HASH' },
      { AttributeName: 'id', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'day', AttributeType: 'S' },
      { AttributeName: 'id', AttributeType: 'S' },
    ],
  },
} as const;
