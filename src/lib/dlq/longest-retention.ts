import { DAY_MS } from '../durations.ts';

/** SQS keeps no message longer. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const LONGEST_RETENTION_MS = 14 * DAY_MS;
