import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 9, 4, 12);

describe('the Free Tier API', () => {
  let clock: SimulatedClock;
  let simulator: Simulator;
  beforeEach(() => {
    clock = new SimulatedClock({ start: START, rate: 0 });
    simulator = new Simulator({ clock });
  });
  afterEach(() => simulator.close());

  const usage = (input = {}) => simulator.call('freetier', 'GetFreeTierUsage', input);
  const told = async (input = {}) =>
    (await usage(input)).freeTierUsages.map(
      ({ service, usageType, region, actualUsageAmount }: Record<string, unknown>) =>
        `${service} ${usageType} ${region} ${actualUsageAmount}`,
    );
  /** Calls SQS so often. */
  async function callSqs(times: number, region = 'us-east-1') {
    for (let i = 0; i < times; i++) await simulator.call('sqs', 'ListQueues', {}, { region });
  }
  async function publish(region: string) {
    const { TopicArn } = await simulator.call('sns', 'CreateTopic', { Name: 't' }, { region });
    await simulator.call('sns', 'Publish', { TopicArn, Message: 'x' }, { region });
  }
  const twoOffers = { usages: [{ service: 'A', limit: 10, actualUsageAmount: 9 }, { service: 'B' }, {}] };

  it('tells nothing of what was never used', async () => {
    expect(await usage()).toEqual({ freeTierUsages: [], nextToken: undefined });
  });

  it('tells what was used, hours late, in AWS words and with the forecast that AWS makes', async () => {
    await callSqs(8);
    await clock.advance(8 * HOUR);
    expect(await told()).toEqual([]);
    await clock.advance(HOUR);
    expect((await usage()).freeTierUsages).toEqual([
      {
        service: 'Amazon Simple Queue Service',
        operation: 'Requests',
        usageType: 'Requests',
        region: 'global',
        actualUsageAmount: 8,
        // Day 4 of 31.
        forecastedUsageAmount: (8 * 31) / 4,
        limit: 1_000_000,
        unit: 'Requests',
        description: '1000000.0 Requests are always free per month as part of AWS Free Usage Tier (Global-Requests)',
        freeTierType: 'Always Free',
      },
    ]);
  });

  it('pools the regions where the allowance is the account’s, and tells each where it is not', async () => {
    for (const region of ['us-east-1', 'eu-west-2']) {
      await callSqs(3, region);
      await publish(region);
    }
    simulator.freeTier.steer({ lagHours: 0 });
    await clock.advance(HOUR);
    expect(await told()).toEqual([
      'Amazon Simple Queue Service Requests global 6',
      'Amazon Simple Notification Service Requests-Tier1 us-east-1 1',
      'Amazon Simple Notification Service Requests-Tier1 eu-west-2 1',
    ]);
    const description = (await usage()).freeTierUsages.at(-1).description;
    expect(description).toContain('(EUW2-Requests-Tier1)');
  });

  it('counts by calendar months', async () => {
    await callSqs(3);
    await clock.advance(Date.UTC(2026, 10, 2) - START);
    expect(await told()).toEqual([]);
  });

  it('does not count GetMetricData among the free calls', async () => {
    simulator.freeTier.steer({ lagHours: 0 });
    await simulator.call('cloudwatch', 'ListMetrics');
    await simulator.call('cloudwatch', 'GetMetricData', {
      StartTime: START / 1000 - 60,
      EndTime: START / 1000,
      MetricDataQueries: [
        { Id: 'a', MetricStat: { Metric: { Namespace: 'n', MetricName: 'm' }, Period: 60, Stat: 'Sum' } },
      ],
    });
    await clock.advance(HOUR);
    expect(await told()).toEqual(['AmazonCloudWatch CW:Requests global 1']);
  });

  it('comes in pages', async () => {
    simulator.freeTier.steer({ ...twoOffers, pageSize: 2 });
    const first = await usage();
    expect(first.freeTierUsages).toEqual(twoOffers.usages.slice(0, 2));
    const second = await usage({ nextToken: first.nextToken });
    expect(second).toEqual({ freeTierUsages: [{}], nextToken: undefined });
    expect((await usage({ maxResults: 1 })).freeTierUsages).toHaveLength(1);
  });

  it('leaves out what is not reported', async () => {
    simulator.freeTier.steer(twoOffers);
    simulator.freeTier.steer({ notReported: ['A'] });
    expect((await usage()).freeTierUsages).toEqual([{ service: 'B' }, {}]);
    simulator.freeTier.steer({ notReported: ['*'] });
    expect((await usage()).freeTierUsages).toEqual([]);
  });

  const dimension = (Key: string, MatchOptions: string[], ...Values: string[]) => ({
    Dimensions: { Key, MatchOptions, Values },
  });
  it.each([
    [dimension('SERVICE', ['EQUALS'], 'A', 'C'), ['A']],
    [dimension('SERVICE', ['CONTAINS'], 'B'), ['B']],
    [{ Not: dimension('SERVICE', ['STARTS_WITH'], 'A') }, ['B', undefined]],
    [{ Or: [dimension('SERVICE', ['EQUALS'], 'A'), dimension('SERVICE', ['ENDS_WITH'], 'B')] }, ['A', 'B']],
    [{ And: [dimension('SERVICE', ['EQUALS'], 'A'), dimension('SERVICE', ['EQUALS'], 'B')] }, []],
    [dimension('USAGE_PERCENTAGE', ['GREATER_THAN_OR_EQUAL'], '80'), ['A']],
    [dimension('USAGE_PERCENTAGE', ['GREATER_THAN_OR_EQUAL'], '95'), []],
  ])('filters by %j', async (filter, expected) => {
    simulator.freeTier.steer(twoOffers);
    const { freeTierUsages } = await usage({ filter });
    expect(freeTierUsages.map(({ service }: { service?: string }) => service)).toEqual(expected);
  });

  it.each([
    { maxResults: 0 },
    { maxResults: 1001 },
    { nextToken: 'nonsense' },
    { filter: dimension('COST', ['EQUALS'], 'A') },
    { filter: dimension('SERVICE', ['LIKE'], 'A') },
    { filter: dimension('SERVICE', ['EQUALS']) },
    { filter: dimension('SERVICE', ['EQUALS'], 'Amazon Simple Queue Service') },
  ])('refuses %j', async (input) => {
    simulator.freeTier.steer(twoOffers);
    await expect(usage(input)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('tells the plan of the account, or that it has none', async () => {
    const plan = () => simulator.call('freetier', 'GetAccountPlanState');
    expect(await plan()).toEqual({
      accountId: '000000000000',
      accountPlanType: 'FREE',
      accountPlanStatus: 'ACTIVE',
      accountPlanRemainingCredits: { amount: 100, unit: 'USD' },
      accountPlanExpirationDate: '2027-04-04T12:00:00.000Z',
    });
    simulator.freeTier.steer({ plan: { type: 'PAID', status: 'EXPIRED' } });
    expect(await plan()).toMatchObject({ accountPlanType: 'PAID', accountPlanRemainingCredits: undefined });
    simulator.freeTier.steer({ plan: null });
    await expect(plan()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
