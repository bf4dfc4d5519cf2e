import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ClientSetup } from '../client-options.ts';
import { guardClient } from '../guard-client.ts';

/** Queues report once a minute; older points say nothing of now. */
const LOOK_BACK_MS = 15 * 60_000;

/**
 * CloudWatch's last ApproximateAgeOfOldestMessage in seconds, or null when it has none or may not be read.
 * GetMetricStatistics is within the free tier; GetMetricData is billed from the first metric.
 * https://aws.amazon.com/cloudwatch/pricing/
 */
export async function queueAgeSeconds(setup: ClientSetup, queueName: string): Promise<number | null> {
  const client = guardClient('cloudwatch', new CloudWatchClient(setup.options), setup);
  const now = setup.now();
  try {
    const answer = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Dimensions: [{ Name: 'QueueName', Value: queueName }],
        StartTime: new Date(now - LOOK_BACK_MS),
        EndTime: new Date(now + 60_000),
        Period: 60,
        Statistics: ['Maximum'],
      }),
    );
    const points = [...(answer.Datapoints ?? [])].sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
    return points.at(-1)?.Maximum ?? null;
  } catch (cause) {
    const error = classifyAwsError(cause, {
      action: 'cloudwatch:GetMetricStatistics',
      resource: `the metrics of queue "${queueName}"`,
    });
    if (!(error instanceof CvopsError) || error.code === 'Interrupted') throw error;
    if (error.exitCode === ExitCode.setup && error.code !== 'AccessDenied') throw error;
    return null;
  } finally {
    client.destroy();
  }
}
