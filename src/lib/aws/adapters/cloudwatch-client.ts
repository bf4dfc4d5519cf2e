import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';

const RULES: CallRules = { answers: { GetMetricStatistics: ['Label'] } };

/** The client that all adapters of CloudWatch share. */
export function cloudWatchClient(setup: ClientSetup): CloudWatchClient {
  return guardClient('cloudwatch', new CloudWatchClient(setup.options), setup, RULES);
}
