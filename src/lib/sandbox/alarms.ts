import { SYSTEM } from './system.ts';

const DLQ = { QueueName: SYSTEM.dlq };
const QUEUE = { QueueName: SYSTEM.queue };
const PROCESSOR = { FunctionName: SYSTEM.processor, Resource: `${SYSTEM.processor}:${SYSTEM.alias}` };
const REPORTER = { FunctionName: SYSTEM.reporter, Resource: `${SYSTEM.reporter}:${SYSTEM.alias}` };
const TABLE = { TableName: SYSTEM.table };

/** An alarm as PutMetricAlarm takes it, but for its actions and with its dimensions by name. */
export interface SystemAlarm {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Maximum`, or a percentile such as `p95`. */
  readonly statistic: string;
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
  readonly missing: 'breaching' | 'notBreaching';
}

const above = { comparison: 'GreaterThanThreshold', threshold: 0, periods: 1, missing: 'notBreaching' } as const;

/**
 * The alarms of the example system, as infra/terraform/modules/reporter/alarms.tf has them: eight of the ten alarm metrics
 * that are free (https://aws.amazon.com/cloudwatch/pricing/). A test holds that the two are the same.
 */
export const ALARMS: readonly SystemAlarm[] = [
  {
    ...above,
    name: SYSTEM.depthAlarm,
    description: 'Messages are dead. Next: cvops dlq inspect',
    namespace: 'AWS/SQS',
    metric: 'ApproximateNumberOfMessagesVisible',
    dimensions: DLQ,
    statistic: 'Maximum',
    periodSeconds: 60,
  },
  {
    ...above,
    name: 'cv-analytics-queue-age',
    description: 'The oldest message has waited for 15 minutes: the processor is stuck or too slow. Next: cvops status',
    namespace: 'AWS/SQS',
    metric: 'ApproximateAgeOfOldestMessage',
    dimensions: QUEUE,
    statistic: 'Maximum',
    threshold: 900,
    periodSeconds: 60,
  },
  {
    ...above,
    name: 'cv-analytics-processor-errors',
    description: 'The processor fails as a whole. Next: cvops alias rollback processor',
    namespace: 'AWS/Lambda',
    metric: 'Errors',
    dimensions: PROCESSOR,
    statistic: 'Sum',
    periodSeconds: 60,
  },
  {
    ...above,
    name: 'cv-analytics-processor-throttles',
    description: "Lambda turns the processor's invocations away: the account's concurrency is used up.",
    namespace: 'AWS/Lambda',
    metric: 'Throttles',
    dimensions: PROCESSOR,
    statistic: 'Sum',
    periodSeconds: 60,
  },
  {
    ...above,
    name: 'cv-analytics-processor-duration',
    description: "One run in twenty takes over 80 % of the processor's timeout.",
    namespace: 'AWS/Lambda',
    metric: 'Duration',
    dimensions: PROCESSOR,
    statistic: 'p95',
    threshold: 0.8 * SYSTEM.processorTimeoutSeconds * 1000,
    periodSeconds: 300,
  },
  {
    ...above,
    name: 'cv-analytics-reporter-errors',
    description: 'The weekly report failed. Next: cvops logs reporter',
    namespace: 'AWS/Lambda',
    metric: 'Errors',
    dimensions: REPORTER,
    statistic: 'Sum',
    periodSeconds: 300,
  },
  {
    ...above,
    name: 'cv-analytics-table-write-throttles',
    description: 'The table of events takes no more writes than its provisioned units. Next: cvops usage report',
    namespace: 'AWS/DynamoDB',
    metric: 'WriteThrottleEvents',
    dimensions: TABLE,
    statistic: 'Sum',
    periodSeconds: 60,
  },
  {
    name: 'cv-analytics-reporter-did-not-run',
    description: 'The weekly report has not run for seven days.',
    namespace: 'AWS/Lambda',
    metric: 'Invocations',
    dimensions: REPORTER,
    statistic: 'Sum',
    comparison: 'LessThanThreshold',
    threshold: 1,
    periodSeconds: 86_400,
    periods: 7,
    missing: 'breaching',
  },
];

/** The input of PutMetricAlarm that makes the alarm and tells the topic when it goes off and when it is over. */
export function alarmInput(alarm: SystemAlarm, topicArn: string): Readonly<Record<string, unknown>> {
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description,
    Namespace: alarm.namespace,
    MetricName: alarm.metric,
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
    [alarm.statistic.startsWith('p') ? 'ExtendedStatistic' : 'Statistic']: alarm.statistic,
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.periods,
    TreatMissingData: alarm.missing,
    AlarmActions: [topicArn],
    OKActions: [topicArn],
  };
}
