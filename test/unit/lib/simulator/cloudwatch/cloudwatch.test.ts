import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsCommandInput,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const START = Date.UTC(2026, 0, 15, 12, 0, 0);
const HOUR = 3_600_000;

describe('CloudWatch through its SDK', () => {
  let clock: SimulatedClock;
  let simulator: Simulator;
  let client: CloudWatchClient;
  beforeEach(async () => {
    clock = new SimulatedClock({ start: START, rate: 0 });
    simulator = await Simulator.start({ clock });
    client = new CloudWatchClient({
      endpoint: simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  });
  afterEach(async () => {
    client.destroy();
    await simulator.close();
  });

  const record = (value: number, minutesAgo: number, dimensions: Record<string, string> = {}, metric = 'm') =>
    simulator
      .region()
      .metrics.record('ns', metric, dimensions, value, 'Count', { at: clock.now() - minutesAgo * 60_000 });
  const statistics = (more: Partial<GetMetricStatisticsCommandInput>) =>
    client.send(
      new GetMetricStatisticsCommand({
        Namespace: 'ns',
        MetricName: 'm',
        StartTime: new Date(clock.now() - HOUR),
        EndTime: new Date(clock.now() + 60_000),
        Period: 60,
        Statistics: ['Sum'],
        ...more,
      }),
    );
  const alarm = (more: Partial<PutMetricAlarmCommandInput> = {}) =>
    client.send(
      new PutMetricAlarmCommand({
        AlarmName: 'a',
        Namespace: 'ns',
        MetricName: 'm',
        Period: 60,
        EvaluationPeriods: 1,
        Statistic: 'Sum',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
        ...more,
      }),
    );
  const state = async (name = 'a') =>
    (await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms![0]!.StateValue;

  it('counts periods from the start time, rounded down to the minute', async () => {
    for (let minute = 1; minute <= 10; minute++) record(1, minute);
    const StartTime = new Date(START - 8 * 60_000 + 30_000);
    const { Datapoints = [] } = await statistics({ StartTime, EndTime: new Date(START), Period: 300 });
    // In no order of time, as on AWS.
    expect(Datapoints.map(({ Timestamp, Sum }) => [(Timestamp!.getTime() - START) / 60_000, Sum])).toEqual([
      [-3, 3],
      [-8, 5],
    ]);
  });

  it('leaves out the end time itself', async () => {
    record(1, 0);
    const { Datapoints } = await statistics({ EndTime: new Date(START) });
    expect(Datapoints).toEqual([]);
  });

  it('answers percentiles beside the unit', async () => {
    for (let value = 1; value <= 100; value++) record(value, 1);
    const { Datapoints } = await statistics({ Statistics: undefined as never, ExtendedStatistics: ['p50', 'p99.9'] });
    expect(Datapoints).toEqual([
      { Timestamp: new Date(START - 60_000), Unit: 'Count', ExtendedStatistics: { p50: 50, 'p99.9': 100 } },
    ]);
  });

  it('answers only the unit asked for', async () => {
    record(1, 1);
    expect((await statistics({ Unit: 'Count' })).Datapoints).toHaveLength(1);
    expect((await statistics({ Unit: 'Bytes' })).Datapoints).toHaveLength(0);
  });

  it('has no 60-second points left after 15 days, but five-minute ones', async () => {
    record(1, 0);
    await clock.advance(16 * 24 * HOUR);
    const window = { StartTime: new Date(START - HOUR), EndTime: new Date(START + HOUR) };
    expect((await statistics({ ...window, Period: 60 })).Datapoints).toHaveLength(0);
    expect((await statistics({ ...window, Period: 300 })).Datapoints).toHaveLength(1);
  });

  it.each([
    [{ Period: 90 }, 'InvalidParameterValueException'],
    [{ Period: 0 }, 'InvalidParameterValueException'],
    [{ Statistics: ['Median' as never] }, 'ValidationException'],
    [{ Statistics: undefined as never }, 'InvalidParameterCombinationException'],
    [{ ExtendedStatistics: ['p50'] }, 'InvalidParameterCombinationException'],
    [{ Statistics: undefined as never, ExtendedStatistics: ['x50'] }, 'InvalidParameterValueException'],
    [{ Unit: 'Apples' as never }, 'ValidationException'],
    [{ MetricName: undefined as never }, 'MissingRequiredParameterException'],
    [{ Namespace: undefined as never }, 'MissingRequiredParameterException'],
  ])('refuses GetMetricStatistics with %o', async (more, name) => {
    await expect(statistics(more)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it('refuses metric data that AWS refuses, and then stores nothing of the request', async () => {
    const put = (Namespace: string, datum: object) =>
      client.send(
        new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName: 'good', Value: 1 }, datum as never] }),
      );
    const bad: [string, object][] = [
      ['AWS/SQS', { MetricName: 'm', Value: 1 }],
      ['own', { Value: 1 }],
      ['own', { MetricName: 'm' }],
      ['own', { MetricName: 'm', Value: 1, Unit: 'Apples' }],
      ['own', { MetricName: 'm', Value: 1, Timestamp: new Date(START - 15 * 24 * HOUR) }],
      ['own', { MetricName: 'm', Value: 1, Timestamp: new Date(START + 3 * HOUR) }],
      ['own', { MetricName: 'm', Value: 1, StorageResolution: 5 }],
      ['own', { MetricName: 'm', Value: 1, Dimensions: [{ Name: 'a', Value: '' }] }],
      ['own', { MetricName: 'm', Value: 2 ** 361 }],
      ['own', { MetricName: 'm', Values: Array.from({ length: 151 }, () => 1) }],
    ];
    for (const [namespace, datum] of bad) {
      await expect(put(namespace, datum)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    }
    expect((await client.send(new ListMetricsCommand({ Namespace: 'own' }))).Metrics).toEqual([]);
  });

  it('takes bodies that the SDK compresses', async () => {
    const Dimensions = Array.from({ length: 10 }, (_, i) => ({ Name: `dimension-${i}`, Value: 'x'.repeat(200) }));
    const MetricData = Array.from({ length: 20 }, (_, i) => ({ MetricName: `m${i}`, Value: i, Dimensions }));
    await client.send(new PutMetricDataCommand({ Namespace: 'big', MetricData }));
    expect((await client.send(new ListMetricsCommand({ Namespace: 'big' }))).Metrics).toHaveLength(20);
  });

  it('lists metrics by dimension name alone, by name and value, and only recent ones', async () => {
    record(1, 0, { Queue: 'a', Kind: 'x' });
    record(1, 0, { Queue: 'b' });
    record(1, 0, {}, 'plain');
    const list = async (input: ConstructorParameters<typeof ListMetricsCommand>[0]) =>
      (await client.send(new ListMetricsCommand({ Namespace: 'ns', ...input }))).Metrics!.length;
    expect(await list({})).toBe(3);
    expect(await list({ MetricName: 'plain' })).toBe(1);
    expect(await list({ Dimensions: [{ Name: 'Queue' }] })).toBe(2);
    expect(await list({ Dimensions: [{ Name: 'Queue', Value: 'a' }] })).toBe(1);
    expect(await list({ Dimensions: [{ Name: 'Queue', Value: 'b' }, { Name: 'Kind' }] })).toBe(0);
    await clock.advance(4 * HOUR);
    record(1, 0, { Queue: 'b' });
    expect(await list({ RecentlyActive: 'PT3H' })).toBe(1);
    await clock.advance(14 * 24 * HOUR - HOUR);
    expect(await list({})).toBe(1);
  });

  it('pages through more than 500 metrics without losing or repeating one', async () => {
    for (let i = 0; i < 1_100; i++) record(1, 0, { Queue: String(i) });
    const seen = new Set<string>();
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListMetricsCommand({ Namespace: 'ns', NextToken }));
      sizes.push(page.Metrics!.length);
      for (const metric of page.Metrics!) seen.add(metric.Dimensions![0]!.Value!);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([500, 500, 100]);
    expect(seen.size).toBe(1_100);
  });

  it('pages GetMetricData by points', async () => {
    for (let minute = 1; minute <= 5; minute++) record(minute, minute);
    const values: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: [
            { Id: 'm1', MetricStat: { Metric: { Namespace: 'ns', MetricName: 'm' }, Period: 60, Stat: 'Sum' } },
          ],
          StartTime: new Date(START - HOUR),
          EndTime: new Date(START),
          ScanBy: 'TimestampAscending',
          MaxDatapoints: 2,
          NextToken,
        }),
      );
      values.push(...page.MetricDataResults![0]!.Values!);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(values).toEqual([5, 4, 3, 2, 1]);
  });

  it('asks those who count lazily before each read and each evaluation', async () => {
    const flush = vi.fn(() => record(1, 1));
    simulator.region().cloudwatch.onRead(flush);
    expect((await statistics({})).Datapoints).toHaveLength(1);
    await client.send(new ListMetricsCommand({}));
    expect(flush).toHaveBeenCalledTimes(2);
    await alarm();
    await clock.advance(60_000);
    expect(flush).toHaveBeenCalledTimes(3);
    expect(await state()).toBe('ALARM');
  });

  it('evaluates an alarm on the simulated clock: ALARM when it breaches, OK when it is over', async () => {
    await alarm();
    expect(await state()).toBe('INSUFFICIENT_DATA');
    await clock.advance(60_000);
    expect(await state()).toBe('OK');
    record(1, 0);
    await clock.advance(60_000);
    expect(await state()).toBe('ALARM');
    await clock.advance(10 * 60_000);
    expect(await state()).toBe('OK');
    const { AlarmHistoryItems = [] } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'a', HistoryItemType: 'StateUpdate', ScanBy: 'TimestampAscending' }),
    );
    expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual([
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from ALARM to OK',
    ]);
  });

  it('returns an alarm set by hand to its true state at the next evaluation', async () => {
    await alarm();
    await clock.advance(60_000);
    await client.send(new SetAlarmStateCommand({ AlarmName: 'a', StateValue: 'ALARM', StateReason: 'drill' }));
    expect(await state()).toBe('ALARM');
    await clock.advance(60_000);
    expect(await state()).toBe('OK');
  });

  it('runs actions on a change of state only', async () => {
    const publish = vi.spyOn(simulator.region().topics, 'publish').mockReturnValue(true);
    await alarm({ AlarmActions: ['arn:aws:sns:us-east-1:000000000000:t'] });
    const set = (StateReason: string) =>
      client.send(new SetAlarmStateCommand({ AlarmName: 'a', StateValue: 'ALARM', StateReason }));
    await set('one');
    await set('two');
    expect(publish).toHaveBeenCalledTimes(1);
    expect(publish.mock.calls[0]).toMatchObject([
      'arn:aws:sns:us-east-1:000000000000:t',
      { subject: 'ALARM: "a" in US East (N. Virginia)' },
    ]);
  });

  it('notes an action that fails and changes the state all the same', async () => {
    const AlarmActions = [
      'arn:aws:sns:us-east-1:000000000000:absent',
      'arn:aws:lambda:us-east-1:000000000000:function:',
    ];
    await alarm({ AlarmActions });
    await client.send(new SetAlarmStateCommand({ AlarmName: 'a', StateValue: 'ALARM', StateReason: 'x' }));
    expect(await state()).toBe('ALARM');
    const { AlarmHistoryItems = [] } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'a', HistoryItemType: 'Action', ScanBy: 'TimestampAscending' }),
    );
    expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual(
      AlarmActions.map((action) => `Failed to execute action ${action}`),
    );
  });

  it('cuts a long name so that the subject fits', async () => {
    const publish = vi.spyOn(simulator.region().topics, 'publish').mockReturnValue(true);
    const AlarmName = 'n'.repeat(255);
    await alarm({ AlarmName, AlarmActions: ['arn:aws:sns:us-east-1:000000000000:t'] });
    await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'x' }));
    const { subject } = publish.mock.calls[0]![1];
    expect(subject).toHaveLength(100);
    expect(subject).toMatch(/^ALARM: "n+\.\.\." in US East \(N\. Virginia\)$/);
  });

  it('sets no timer while there are no alarms, and none after the last is deleted', async () => {
    const schedule = vi.spyOn(clock, 'schedule');
    record(1, 0);
    await statistics({});
    expect(schedule).not.toHaveBeenCalled();
    await alarm();
    expect(schedule).toHaveBeenCalledTimes(1);
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['a'] }));
    await clock.advance(10 * 60_000);
    expect(schedule).toHaveBeenCalledTimes(1);
  });

  it('filters alarms by name, prefix, state and action, and pages them', async () => {
    for (const name of ['api-1', 'api-2', 'db-1']) await alarm({ AlarmName: name });
    await alarm({ AlarmName: 'acting', AlarmActions: ['arn:aws:sns:us-east-1:000000000000:t'] });
    await client.send(new SetAlarmStateCommand({ AlarmName: 'db-1', StateValue: 'ALARM', StateReason: 'x' }));
    const names = async (input: DescribeAlarmsCommandInput) =>
      (await client.send(new DescribeAlarmsCommand(input))).MetricAlarms!.map(({ AlarmName }) => AlarmName);
    expect(await names({})).toEqual(['acting', 'api-1', 'api-2', 'db-1']);
    expect(await names({ AlarmNamePrefix: 'api' })).toEqual(['api-1', 'api-2']);
    expect(await names({ StateValue: 'ALARM' })).toEqual(['db-1']);
    expect(await names({ ActionPrefix: 'arn:aws:sns' })).toEqual(['acting']);
    expect(await names({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 3 }));
    expect(first.MetricAlarms).toHaveLength(3);
    const second = await client.send(new DescribeAlarmsCommand({ MaxRecords: 3, NextToken: first.NextToken }));
    expect(second.MetricAlarms!.map(({ AlarmName }) => AlarmName)).toEqual(['db-1']);
    expect(second.NextToken).toBeUndefined();
  });

  it('deletes no alarm when one of the names is unknown', async () => {
    await alarm();
    const both = client.send(new DeleteAlarmsCommand({ AlarmNames: ['a', 'absent'] }));
    await expect(both).rejects.toMatchObject({ name: 'ResourceNotFound' });
    expect(await state()).toBe('INSUFFICIENT_DATA');
  });

  it('keeps the state of an alarm that is configured anew', async () => {
    await alarm();
    await clock.advance(60_000);
    await alarm({ Threshold: 10, AlarmDescription: 'changed' });
    const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['a'] }));
    expect(MetricAlarms![0]).toMatchObject({ StateValue: 'OK', Threshold: 10, AlarmDescription: 'changed' });
  });

  it.each([
    [{ ComparisonOperator: 'Above' as never }],
    [{ EvaluationPeriods: 0 }],
    [{ Period: 61 }],
    [{ DatapointsToAlarm: 2 }],
    [{ Statistic: undefined as never }],
    [{ ExtendedStatistic: 'p50' }],
    [{ TreatMissingData: 'guess' }],
    [{ Period: 60, EvaluationPeriods: 1_441 }],
    [{ AlarmActions: ['not-an-arn'] }],
    [{ Threshold: undefined as never }],
  ])('refuses an alarm with %o', async (more) => {
    await expect(alarm(more)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });

  it('counts its own API calls in AWS/Usage', async () => {
    await client.send(new ListMetricsCommand({}));
    await client.send(new ListMetricsCommand({}));
    const { Datapoints } = await statistics({
      Namespace: 'AWS/Usage',
      MetricName: 'CallCount',
      Dimensions: [
        { Name: 'Type', Value: 'API' },
        { Name: 'Resource', Value: 'ListMetrics' },
        { Name: 'Service', Value: 'CloudWatch' },
        { Name: 'Class', Value: 'None' },
      ],
    });
    expect(Datapoints).toMatchObject([{ Sum: 2 }]);
  });
});
