/** The rows that a report can have, in its order. */
export const ROW_IDS = [
  'lambda-requests',
  'lambda-compute',
  'sqs-requests',
  'dynamodb-write-capacity',
  'dynamodb-read-capacity',
  'dynamodb-storage',
  'dynamodb-write-units',
  'dynamodb-read-units',
  'sns-publishes',
  'sns-emails',
  'eventbridge-rules',
  'eventbridge-scheduler',
  'cloudwatch-alarms',
  'cloudwatch-api',
  'cloudwatch-metrics',
  'cloudwatch-dashboards',
  'cloudwatch-logs',
  'hcp-resources',
  'github-minutes',
  'cloudflare-requests',
] as const;

export type RowId = (typeof ROW_IDS)[number];
