import type { PriceId } from '../tariff.ts';
import type { PriceListService } from './price-list.ts';

/** Where the price list has a price. */
export interface PriceListRow {
  readonly service: PriceListService;
  /** Usage types without the prefix of their Region: `Request` for `EUW2-Request`. */
  readonly usageTypes: readonly string[];
  /** What else tells it from others of the same usage type. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const cloudWatch = (usageType: string): PriceListRow => ({ service: 'AmazonCloudWatch', usageTypes: [usageType] });
const dynamoDb = (usageType: string): PriceListRow => ({ service: 'AmazonDynamoDB', usageTypes: [usageType] });
const lambda = (usageType: string, group: string): PriceListRow => ({
  service: 'AWSLambda',
  usageTypes: [usageType],
  attributes: { group },
});

/**
 * Every price's place in AWS's price list; null: no file of a Region has it, or it is not
 * AWS's. N. Virginia names SQS requests otherwise
 * than the other Regions do.
 */
export const PRICE_LIST_ROWS: Readonly<Record<PriceId, PriceListRow | null>> = {
  'lambda-request': lambda('Request', 'AWS-Lambda-Requests'),
  'lambda-gb-second-x86': lambda('Lambda-GB-Second', 'AWS-Lambda-Duration'),
  'lambda-gb-second-arm': lambda('Lambda-GB-Second-ARM', 'AWS-Lambda-Duration-ARM'),
  'sqs-request': { service: 'AWSQueueService', usageTypes: ['Requests-Tier1', 'Requests-RBP'] },
  'sqs-fifo-request': { service: 'AWSQueueService', usageTypes: ['Requests-FIFO-Tier1', 'Requests-FIFO-RBP'] },
  'dynamodb-wcu-hour': dynamoDb('WriteCapacityUnit-Hrs'),
  'dynamodb-rcu-hour': dynamoDb('ReadCapacityUnit-Hrs'),
  'dynamodb-write-unit': dynamoDb('WriteRequestUnits'),
  'dynamodb-read-unit': dynamoDb('ReadRequestUnits'),
  'dynamodb-gb-month': dynamoDb('TimedStorage-ByteHrs'),
  'sns-publish': { service: 'AmazonSNS', usageTypes: ['Requests-Tier1'] },
  'sns-email': { service: 'AmazonSNS', usageTypes: ['DeliveryAttempts-SMTP'] },
  // Partners' events have the same usage type.
  'events-custom-event': {
    service: 'AWSEvents',
    usageTypes: ['Event-64K-Chunks'],
    attributes: { eventType: 'Custom Event' },
  },
  'scheduler-invocation': { service: 'AWSEvents', usageTypes: ['ScheduledInvocation'] },
  'cloudwatch-alarm-metric': cloudWatch('CW:AlarmMonitorUsage'),
  'cloudwatch-high-resolution-alarm-metric': cloudWatch('CW:HighResAlarmMonitorUsage'),
  'cloudwatch-composite-alarm': cloudWatch('CW:CompositeAlarmMonitorUsage'),
  'cloudwatch-api-call': cloudWatch('CW:Requests'),
  'cloudwatch-get-metric-data': cloudWatch('CW:GMD-Metrics'),
  'cloudwatch-custom-metric': cloudWatch('CW:MetricMonitorUsage'),
  'cloudwatch-dashboard': null,
  'logs-ingested-gb': cloudWatch('DataProcessing-Bytes'),
  'logs-stored-gb-month': cloudWatch('TimedStorage-ByteHrs'),
  'cloudflare-paid-plan': null,
  'cloudflare-request': null,
};

/** `EUW2-`, `EU-`, `USE1-`; `IA-` is a table class. */
const REGION_PREFIX = /^(?!IA-)[A-Z]{2,3}\d?-/;

/** A product's usage type without the prefix of its Region. */
export function bareUsageType(usageType: unknown): string {
  return String(usageType).replace(REGION_PREFIX, '');
}
