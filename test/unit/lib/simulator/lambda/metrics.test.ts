import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateAliasCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dimensions, MetricSink } from '../../../../../src/lib/simulator/kernel/region.ts';
import { recordInvocation, recordThrottle } from '../../../../../src/lib/simulator/lambda/invocation-metrics.ts';
import { archive, LambdaUnderTest } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

interface Observation {
  readonly metric: string;
  readonly dimensions: Dimensions;
  readonly value: number;
  readonly unit: string;
  readonly at: number | undefined;
}

function notebook(): { observations: Observation[]; sink: MetricSink } {
  const observations: Observation[] = [];
  return {
    observations,
    sink: {
      record: (_, metric, dimensions, value, unit, options) =>
        void observations.push({ metric, dimensions, value, unit, at: options?.at }),
    },
  };
}

const VALUES = { at: 1000, durationMs: 12.5, failed: true, concurrency: 2, accountConcurrency: 5 };

describe('the metrics of an invocation', () => {
  it('stand under all three sets of dimensions for an alias, and under no name for the account', () => {
    const { observations, sink } = notebook();
    recordInvocation(sink, { functionName: 'fn', qualifier: 'live', aliasVersion: '7' }, VALUES);
    const sets = observations.filter(({ metric }) => metric === 'Errors').map(({ dimensions }) => dimensions);
    expect(sets).toEqual([
      {},
      { FunctionName: 'fn' },
      { FunctionName: 'fn', Resource: 'fn:live' },
      { FunctionName: 'fn', Resource: 'fn:live', ExecutedVersion: '7' },
    ]);
  });

  it('know no executed version when a version or nothing was named', () => {
    const { observations, sink } = notebook();
    recordThrottle(sink, { functionName: 'fn', qualifier: '7', aliasVersion: undefined }, 0);
    recordThrottle(sink, { functionName: 'fn', qualifier: undefined, aliasVersion: undefined }, 0);
    expect(observations.map(({ dimensions }) => dimensions)).toEqual([
      {},
      { FunctionName: 'fn' },
      { FunctionName: 'fn', Resource: 'fn:7' },
      {},
      { FunctionName: 'fn' },
    ]);
  });

  it('count an error as an invocation too, all at the time of the start', () => {
    const { observations, sink } = notebook();
    recordInvocation(sink, { functionName: 'fn', qualifier: undefined, aliasVersion: undefined }, VALUES);
    const own = observations.filter(({ dimensions }) => 'FunctionName' in dimensions);
    expect(own.map(({ metric, value, unit, at }) => [metric, value, unit, at])).toEqual([
      ['Invocations', 1, 'Count', 1000],
      ['Errors', 1, 'Count', 1000],
      ['Throttles', 0, 'Count', 1000],
      ['Duration', 12.5, 'Milliseconds', 1000],
      ['ConcurrentExecutions', 2, 'Count', 1000],
    ]);
  });

  it('count a throttle as neither invocation nor error', () => {
    const { observations, sink } = notebook();
    recordThrottle(sink, { functionName: 'fn', qualifier: undefined, aliasVersion: undefined }, 5);
    expect(new Set(observations.map(({ metric }) => metric))).toEqual(new Set(['Throttles']));
  });
});

describe('CloudWatch, asked about a function', () => {
  let lambda: LambdaUnderTest;
  let cloudwatch: CloudWatchClient;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    cloudwatch = new CloudWatchClient({
      endpoint: lambda.simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  });
  afterEach(async () => {
    cloudwatch.destroy();
    await lambda.close();
  });

  async function sum(MetricName: string, dimensions: Record<string, string>) {
    const now = lambda.simulator.clock.now();
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(now - 3_600_000),
        EndTime: new Date(now + 60_000),
        Period: 7200,
        Statistics: ['Sum'],
      }),
    );
    return Datapoints!.reduce((total, point) => total + point.Sum!, 0);
  }

  it('tells the two sides of a split apart', async () => {
    const fails = archive(`export const handler = async () => {
      if (process.env.BROKEN) throw new Error('broken');
    };`);
    const FunctionName = await lambda.createRunning(fails);
    await lambda.client.send(new PublishVersionCommand({ FunctionName }));
    await lambda.setEnvironment(FunctionName, { BROKEN: 'yes' });
    await lambda.client.send(new PublishVersionCommand({ FunctionName }));
    const RoutingConfig = { AdditionalVersionWeights: { '2': 0.5 } };
    await lambda.client.send(
      new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1', RoutingConfig }),
    );
    const executed: string[] = [];
    for (let i = 0; i < 20; i++) {
      const { ExecutedVersion } = await lambda.client.send(new InvokeCommand({ FunctionName, Qualifier: 'live' }));
      executed.push(ExecutedVersion!);
    }
    const broken = executed.filter((version) => version === '2').length;
    expect(broken).toBeGreaterThan(0);
    const live = { FunctionName, Resource: `${FunctionName}:live` };
    expect(await sum('Invocations', live)).toBe(20);
    expect(await sum('Errors', live)).toBe(broken);
    expect(await sum('Invocations', { ...live, ExecutedVersion: '1' })).toBe(20 - broken);
    expect(await sum('Errors', { ...live, ExecutedVersion: '1' })).toBe(0);
    expect(await sum('Errors', { ...live, ExecutedVersion: '2' })).toBe(broken);
  });

  it('counts throttles apart', async () => {
    const FunctionName = await lambda.createRunning(archive('export const handler = async () => 1;'));
    await lambda.client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
    await expect(lambda.client.send(new InvokeCommand({ FunctionName }))).rejects.toThrow('Rate Exceeded.');
    expect(await sum('Throttles', { FunctionName })).toBe(1);
    expect(await sum('Invocations', { FunctionName })).toBe(0);
    expect(await sum('Errors', { FunctionName })).toBe(0);
  });
});
