import type { ClientSetup } from '../client-options.ts';
import { cloudWatchClient } from './cloudwatch-client.ts';
import { CloudWatchMeasurements } from './cloudwatch-measurements.ts';
import { CloudWatchMetrics } from './cloudwatch-metrics.ts';

/** Queues report once a minute; older points say nothing of now. */
const LOOK_BACK_MS = 15 * 60_000;

/** CloudWatch's last ApproximateAgeOfOldestMessage in seconds, or null when it has none. */
export async function queueAgeSeconds(setup: ClientSetup, queue: string): Promise<number | null> {
  const client = cloudWatchClient(setup);
  const now = setup.now();
  try {
    const metrics = new CloudWatchMetrics(new CloudWatchMeasurements(client));
    const readings = await metrics.queueReadings({
      queue,
      gauge: 'oldestAge',
      fromMs: now - LOOK_BACK_MS,
      toMs: now + 60_000,
    });
    return [...readings].sort((a, b) => a.at - b.at).at(-1)?.value ?? null;
  } finally {
    client.destroy();
  }
}
