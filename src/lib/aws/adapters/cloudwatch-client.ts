import { CloudWatchClient, type Datapoint, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { ClientSetup } from '../client-options.ts';
import type { RawAnswer } from '../foreign-answer.ts';
import { type CallRules, guardClient } from '../guard-client.ts';

const RULES: CallRules = {
  answers: { GetMetricStatistics: ['Label'] },
  // A state that was set is set back, whatever happens.
  finish: [SetAlarmStateCommand],
};

/** The client that all adapters of CloudWatch share. */
export function cloudWatchClient(setup: ClientSetup): CloudWatchClient {
  const client = guardClient('cloudwatch', new CloudWatchClient(setup.options), setup, RULES);
  readStatisticsPlainly(client.config.protocol as unknown as Protocol);
  return client;
}

/** The part of the SDK's ClientProtocol that reads answers. */
interface Protocol {
  deserializeResponse(schema: unknown, context: ReadContext, response: RawAnswer): Promise<unknown>;
}

interface ReadContext {
  readonly commandName?: string;
  streamCollector(stream: unknown): Promise<Uint8Array>;
}

/** As it is on the wire, with times in seconds since the epoch. */
interface WireStatistics {
  readonly Label?: string;
  readonly Datapoints?: readonly (Omit<Datapoint, 'Timestamp'> & { Timestamp: number | Date })[];
}

/**
 * A month of a metric is up to 744 points of six members, which the SDK reads one by one along their schema: that was a
 * third of a usage report's CPU. Their JSON is read as it is; all else, errors among it, is left to the SDK.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
 */
function readStatisticsPlainly(protocol: Protocol): void {
  const bySchema = protocol.deserializeResponse.bind(protocol);
  protocol.deserializeResponse = async (schema, context, response) => {
    const isJson = response.headers['content-type']?.includes('json') === true;
    if (context.commandName !== 'GetMetricStatisticsCommand' || response.statusCode !== 200 || !isJson) {
      return bySchema(schema, context, response);
    }
    const text = new TextDecoder().decode(await context.streamCollector(response.body));
    const { Label, Datapoints = [] } = JSON.parse(text) as WireStatistics;
    for (const point of Datapoints) point.Timestamp = new Date(Number(point.Timestamp) * 1000);
    const $metadata = { httpStatusCode: response.statusCode, requestId: response.headers['x-amzn-requestid'] };
    return { $metadata, Label, Datapoints };
  };
}
