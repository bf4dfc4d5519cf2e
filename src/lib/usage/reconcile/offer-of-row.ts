import type { FreeTierOffer } from '../../aws/ports/free-tier.ts';

interface RowOffer {
  /** A part of the service's name: AWS writes it with `Amazon`, `AWS`, or as one word. */
  readonly service: RegExp;
  /** Behind the prefix of a Region or `Global-`. */
  readonly usageType: RegExp;
}

/**
 * Which offers make up a row.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html#free-tier-services
 */
const OFFERS: Readonly<Record<string, RowOffer>> = {
  'lambda-requests': { service: /Lambda/, usageType: /^Request(-ARM)?$/ },
  'lambda-compute': { service: /Lambda/, usageType: /^Lambda-GB-Second(-ARM)?$/ },
  'sqs-requests': { service: /Simple Queue Service|SQS/, usageType: /^Requests/ },
  'dynamodb-write-capacity': { service: /DynamoDB/, usageType: /^WriteCapacityUnit-Hrs$/ },
  'dynamodb-read-capacity': { service: /DynamoDB/, usageType: /^ReadCapacityUnit-Hrs$/ },
  'dynamodb-storage': { service: /DynamoDB/, usageType: /^TimedStorage-ByteHrs$/ },
  'sns-publishes': { service: /Simple Notification Service|SNS/, usageType: /^Requests/ },
  'sns-emails': { service: /Simple Notification Service|SNS/, usageType: /^DeliveryAttempts-SMTP$/ },
  'eventbridge-scheduler': { service: /Scheduler|EventBridge/, usageType: /Schedule/ },
  'cloudwatch-alarms': { service: /CloudWatch/, usageType: /^CW:AlarmMonitorUsage$/ },
  'cloudwatch-api': { service: /CloudWatch/, usageType: /^CW:Requests$/ },
  'cloudwatch-metrics': { service: /CloudWatch/, usageType: /^CW:MetricMonitorUsage$/ },
  'cloudwatch-dashboards': { service: /CloudWatch/, usageType: /^DashboardsUsageHour/ },
  'cloudwatch-logs': {
    service: /CloudWatch/,
    usageType: /^(DataProcessing-Bytes|TimedStorage-ByteHrs|DataScanned-Bytes)$/,
  },
};

/** Offers of other kinds end after a year or a trial, and are no part of our limits. */
const OTHER_KINDS = /12 months|trial/i;

/** Whether AWS tells of such usage at all. */
export function hasOffer(rowId: string): boolean {
  return Object.hasOwn(OFFERS, rowId);
}

/** The offers that a row is compared with: those of its Region, and those of all Regions. */
export function offersOfRow(rowId: string, offers: readonly FreeTierOffer[], region: string): readonly FreeTierOffer[] {
  const wanted = OFFERS[rowId];
  if (wanted === undefined) return [];
  return offers.filter(
    (offer) =>
      wanted.service.test(offer.service) &&
      wanted.usageType.test(offer.usageType.replace(PREFIX, '')) &&
      !OTHER_KINDS.test(offer.type) &&
      (offer.region === region || offer.region === '' || /^global$/i.test(offer.region)),
  );
}

/** `Global-`, `EUW2-`, `EU-`, `USE1-`. */
const PREFIX = /^(Global|[A-Z]{2,4}\d?)-/;
