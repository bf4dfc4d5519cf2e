import type { Billing } from '../billing/billing.ts';

const GB = 2 ** 30;
/** Paid from the first one: https://aws.amazon.com/cloudwatch/pricing/ */
const PAID_CALLS: ReadonlySet<string> = new Set([
  'cloudwatch:GetMetricData',
  'cloudwatch:GetInsightRuleReport',
  'cloudwatch:GetMetricWidgetImage',
]);

/** An always-free offer, by the names that AWS tells it by. */
export interface Offer {
  readonly service: string;
  readonly operation: string;
  readonly usageType: string;
  readonly unit: string;
  readonly limit: number;
  /** One allowance for all Regions; otherwise one for each. */
  readonly global: boolean;
  /** What was used of it in `[from, until)`; `hours` are the month's. */
  used(billing: Billing, from: number, until: number, hours: number): number;
}

/**
 * The offers that AWS lists as tracked, of the services that there are in the simulator. DynamoDB's capacity is not on the
 * list (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html#free-tier-services).
 */
export const OFFERS: readonly Offer[] = [
  {
    service: 'AWS Lambda',
    operation: 'Request',
    usageType: 'Request',
    unit: 'Request',
    limit: 1_000_000,
    global: true,
    used: (billing, from, until) => billing.total('lambda-requests', from, until),
  },
  {
    service: 'AWS Lambda',
    operation: 'Invoke',
    usageType: 'Lambda-GB-Second',
    unit: 'Second',
    limit: 400_000,
    global: true,
    used: (billing, from, until) =>
      billing.total('lambda-gb-seconds', from, until) + billing.total('lambda-gb-seconds-arm', from, until),
  },
  {
    service: 'Amazon Simple Queue Service',
    operation: 'Requests',
    usageType: 'Requests',
    unit: 'Requests',
    limit: 1_000_000,
    global: true,
    used: (billing, from, until) => billing.total('sqs-requests', from, until),
  },
  {
    service: 'Amazon Simple Notification Service',
    operation: 'Requests',
    usageType: 'Requests-Tier1',
    unit: 'Requests',
    limit: 1_000_000,
    global: false,
    used: (billing, from, until) => billing.total('sns-publishes', from, until),
  },
  {
    service: 'Amazon Simple Notification Service',
    operation: 'Notifications',
    usageType: 'DeliveryAttempts-SMTP',
    unit: 'Notifications',
    limit: 1_000,
    global: false,
    used: (billing, from, until) => billing.total('sns-emails', from, until),
  },
  {
    service: 'AmazonCloudWatch',
    operation: 'Requests',
    usageType: 'CW:Requests',
    unit: 'Requests',
    limit: 1_000_000,
    global: true,
    used: (billing, from, until) =>
      billing
        .resources('api-calls')
        .filter((call) => call.startsWith('cloudwatch:') && !PAID_CALLS.has(call))
        .reduce((sum, call) => sum + billing.total('api-calls', from, until, call), 0),
  },
  {
    service: 'AmazonCloudWatch',
    operation: 'PutLogEvents',
    usageType: 'DataProcessing-Bytes',
    unit: 'GB',
    limit: 5,
    global: true,
    used: (billing, from, until) => billing.total('logs-bytes', from, until) / GB,
  },
  {
    service: 'Amazon DynamoDB',
    operation: 'StandardStorage',
    usageType: 'TimedStorage-ByteHrs',
    unit: 'GB-Mo',
    limit: 25,
    global: false,
    used: (billing, from, until, hours) => billing.total('dynamodb-bytes', from, until) / GB / hours,
  },
];
