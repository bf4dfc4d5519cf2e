/** The example system's names, as infra/terraform and the built-in configuration have them. */
export const SYSTEM = {
  region: 'us-east-1',
  queue: 'cv-analytics-queue.fifo',
  dlq: 'cv-analytics-dlq.fifo',
  table: 'cv-analytics-events',
  releaseTable: 'cv-analytics-releases',
  processor: 'cv-analytics-processor',
  reporter: 'cv-analytics-reporter',
  alias: 'live',
  topic: 'cv-analytics-alerts',
  /** The Worker's IAM user, below the path `/cvops/`. */
  sender: 'cv-analytics-sender',
  depthAlarm: 'cv-analytics-dlq-depth',
  mailTo: 'ops@example.com',
  /** Deliveries before a message is dead. */
  maxReceiveCount: 3,
  processorTimeoutSeconds: 10,
  /** At least 6 × the function's timeout: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
  visibilityTimeoutSeconds: 60,
  /** The release that is live on the first day. */
  firstRelease: 5,
} as const;
