import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCase } from '../recorded-case.ts';
import { CloudWatchUnderTest, PROTOCOLS } from './three-protocols.ts';

describe.each(PROTOCOLS)('CloudWatch metrics answer as AWS did [%s]', (protocol) => {
  let aws: CloudWatchUnderTest;
  beforeEach(async () => {
    aws = await CloudWatchUnderTest.start(protocol);
  });
  afterEach(() => aws.close());

  const put = (Namespace: string, ...MetricData: Record<string, unknown>[]) =>
    aws.call('PutMetricData', { Namespace, MetricData });
  const stat = (
    Id: string,
    Namespace: string,
    MetricName: string,
    Stat: string,
    more: Record<string, unknown> = {},
  ) => {
    const { Dimensions, ...rest } = more;
    const Metric = { Namespace, MetricName, ...(Dimensions === undefined ? {} : { Dimensions }) };
    return { Id, MetricStat: { Metric, Period: 60, Stat, ...rest } };
  };
  const data = (...MetricDataQueries: unknown[]) =>
    aws.call('GetMetricData', { MetricDataQueries, StartTime: aws.at(-60), EndTime: aws.at(60) });
  const result = (Id: string, Label: string, Values: number[]) => ({
    Id,
    Label,
    StatusCode: 'Complete',
    Timestamps: Values.map(() => 'timestamp'),
    Values,
  });

  it('test_put_metric_data_values_list', async () => {
    const recorded = recordedCase();
    await put('ns-values', {
      MetricName: 'test-metric',
      Timestamp: aws.at(0),
      Values: [1, 10],
      Counts: [2, 4],
      Unit: 'Count',
    });
    recorded.expectAnswer(
      await aws.call('GetMetricStatistics', {
        Namespace: 'ns-values',
        MetricName: 'test-metric',
        StartTime: aws.at(-60),
        EndTime: aws.at(60),
        Period: 60,
        Statistics: ['SampleCount', 'Sum', 'Maximum'],
      }),
      {
        Datapoints: [{ Maximum: 10, SampleCount: 6, Sum: 42, Timestamp: 'timestamp', Unit: 'Count' }],
        Label: 'test-metric',
        ResponseMetadata: { HTTPStatusCode: 200 },
      },
    );
  });

  it('test_put_metric_data_validation', async () => {
    const recorded = recordedCase();
    const queryCode = (name: string) => (protocol === 'query' ? {} : { QueryErrorCode: name });
    const datum = { MetricName: 'mymetric', Unit: 'Count', Timestamp: aws.at(0) };
    const set = { SampleCount: 10, Sum: 55, Minimum: 1, Maximum: 10 };
    recorded.expectAnswer(await put('ns-invalid', { ...datum, Value: 1.5, Values: [1, 10] }), {
      Error: {
        Code: 'InvalidParameterCombination',
        Message:
          'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
        Type: 'Sender',
        ...queryCode('InvalidParameterCombinationException'),
      },
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
    recorded.expectAnswer(await put('ns-invalid', { ...datum, Values: [1, 10], Counts: [2, 4, 5] }), {
      Error: {
        Code: 'InvalidParameterValue',
        Message: 'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.',
        Type: 'Sender',
        ...queryCode('InvalidParameterValueException'),
      },
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
    recorded.expectAnswer(await put('ns-invalid', { ...datum, Value: 1.5, StatisticValues: set }), {
      Error: {
        Code: 'InvalidParameterCombination',
        Message:
          'The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.',
        Type: 'Sender',
        ...queryCode('InvalidParameterCombinationException'),
      },
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
    recorded.expectAnswer(await put('ns-invalid', { ...datum, Values: [1, 10], StatisticValues: set }), {
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_get_metric_statistics', async () => {
    const recorded = recordedCase();
    for (let Value = 0; Value < 10; Value++) await put('ns', { MetricName: 'metric', Value, Timestamp: aws.at(1) });
    recorded.expectAnswer(
      await aws.call('GetMetricStatistics', {
        Namespace: 'ns',
        MetricName: 'metric',
        StartTime: aws.at(-60),
        EndTime: aws.at(60),
        Period: 60,
        Statistics: ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'],
      }),
      {
        Datapoints: [
          { Average: 4.5, Maximum: 9, Minimum: 0, SampleCount: 10, Sum: 45, Timestamp: 'timestamp', Unit: 'None' },
        ],
        Label: 'metric',
        ResponseMetadata: { HTTPStatusCode: 200 },
      },
    );
  });

  it('test_handle_different_units', async () => {
    const recorded = recordedCase();
    const datum = { MetricName: 'm-test', Timestamp: aws.at(0) };
    await put(
      'ns',
      { ...datum, Value: 1, Unit: 'Seconds' },
      { ...datum, Value: 5, Unit: 'Count' },
      { ...datum, Value: 10 },
    );
    const answer = await aws.call('GetMetricStatistics', {
      Namespace: 'ns',
      MetricName: 'm-test',
      StartTime: aws.at(-60),
      EndTime: aws.at(60),
      Period: 60,
      Statistics: ['Average'],
    });
    // Points come in no order; the recording sorts them by value.
    (answer['Datapoints'] as { Average: number }[]).sort((a, b) => b.Average - a.Average);
    recorded.expectAnswer(answer, {
      Datapoints: [
        { Average: 10, Timestamp: 'timestamp', Unit: 'None' },
        { Average: 5, Timestamp: 'timestamp', Unit: 'Count' },
        { Average: 1, Timestamp: 'timestamp', Unit: 'Seconds' },
      ],
      Label: 'm-test',
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_invalid_amount_of_datapoints', async () => {
    const recorded = recordedCase();
    const ask = (EndTime: Date, Period: number) =>
      aws.call('GetMetricStatistics', {
        Namespace: 'namespace',
        MetricName: 'metric_name',
        StartTime: aws.at(0),
        EndTime,
        Period,
        Statistics: ['SampleCount'],
      });
    const error = (Code: string, Message: string) => ({
      Error: { Code, Message, Type: 'Sender', ...(protocol === 'query' ? {} : { QueryErrorCode: `${Code}Exception` }) },
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
    recorded.expectAnswer(
      await ask(aws.at(86_400), 1),
      error(
        'InvalidParameterCombination',
        'You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
      ),
    );
    recorded.expectAnswer(
      await ask(aws.at(0), 1),
      error('InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.'),
    );
    recorded.expectAnswer(await ask(aws.at(86_400), 60), {
      Datapoints: [],
      Label: 'metric_name',
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_get_metric_data_for_multiple_metrics', async () => {
    const recorded = recordedCase();
    const datum = { Unit: 'Seconds', Timestamp: aws.at(0) };
    await put('ns', { ...datum, MetricName: 'metric1', Value: 50 });
    await put('ns', { ...datum, MetricName: 'metric2', Value: 25 });
    const StatisticValues = { SampleCount: 10, Sum: 55, Minimum: 1, Maximum: 10 };
    await put('ns', { ...datum, MetricName: 'metric3', StatisticValues });
    recorded.expectAnswer(
      await data(
        stat('result1', 'ns', 'metric1', 'Sum'),
        stat('result2', 'ns', 'metric2', 'Sum'),
        stat('result3', 'ns', 'metric3', 'Sum'),
      ),
      {
        Messages: [],
        MetricDataResults: [
          result('result1', 'metric1', [50]),
          result('result2', 'metric2', [25]),
          result('result3', 'metric3', [55]),
        ],
        ResponseMetadata: { HTTPStatusCode: 200 },
      },
    );
  });

  it.each([
    ['Sum', 66],
    ['SampleCount', 11],
    ['Minimum', 1],
    ['Maximum', 11],
    ['Average', 6],
  ])('test_get_metric_data_stats[%s]', async (name, value) => {
    const recorded = recordedCase();
    const datum = { MetricName: 'metric1', Unit: 'Seconds', Timestamp: aws.at(0) };
    await put('ns', { ...datum, Value: 11 });
    await put('ns', { ...datum, StatisticValues: { SampleCount: 10, Sum: 55, Minimum: 1, Maximum: 10 } });
    recorded.expectAnswer(await data(stat('result1', 'ns', 'metric1', name)), {
      Messages: [],
      MetricDataResults: [result('result1', 'metric1', [value])],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_get_metric_data_with_dimensions', async () => {
    const recorded = recordedCase();
    const datum = { MetricName: 'metric1', Unit: 'Seconds', Timestamp: aws.at(0) };
    const instance = (Value: string) => [{ Name: 'InstanceId', Value }];
    await put('ns', { ...datum, Value: 11, Dimensions: instance('one') });
    await put('ns', { ...datum, Value: 12, Dimensions: instance('two') });
    const StatisticValues = { SampleCount: 10, Sum: 55, Minimum: 1, Maximum: 10 };
    await put('ns', { ...datum, StatisticValues, Dimensions: instance('two') });
    recorded.expectAnswer(await data(stat('result1', 'ns', 'metric1', 'Sum', { Dimensions: instance('one') })), {
      Messages: [],
      MetricDataResults: [result('result1', 'metric1', [11])],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_get_metric_data_with_zero_and_labels', async () => {
    const recorded = recordedCase();
    await put('ns', ...[0, 2, 4, 3.5, 7, 100].map((Value) => ({ MetricName: 'metric1', Value, Unit: 'Seconds' })));
    const stats = ['Average', 'Sum', 'Minimum', 'Maximum'];
    recorded.expectAnswer(await data(...stats.map((name) => stat(`result_${name}`, 'ns', 'metric1', name))), {
      Messages: [],
      MetricDataResults: [
        result('result_Average', 'metric1 Average', [19.416666666666668]),
        result('result_Sum', 'metric1 Sum', [116.5]),
        result('result_Minimum', 'metric1 Minimum', [0]),
        result('result_Maximum', 'metric1 Maximum', [100]),
      ],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  type Pair = readonly [stat: string, period: number, unit: string, label: string, values: readonly number[]];
  it.each<[string, Pair, Pair]>([
    [
      'input_pairs0',
      ['Sum', 60, 'Seconds', 'metric1 Sum 60', [109]],
      ['Minimum', 30, 'Seconds', 'metric1 Minimum 30', [0]],
    ],
    ['input_pairs1', ['Sum', 60, 'Seconds', 'metric1 Sum', [109]], ['Minimum', 60, 'Seconds', 'metric1 Minimum', [0]]],
    ['input_pairs2', ['Sum', 60, 'Seconds', 'metric1 60', [109]], ['Sum', 30, 'Seconds', 'metric1 30', [109]]],
    [
      'input_pairs3',
      ['Sum', 60, 'Seconds', 'metric1 Sum 60', [109]],
      ['Minimum', 30, 'Milliseconds', 'metric1 Minimum 30', []],
    ],
    [
      'input_pairs4',
      ['Sum', 60, 'Seconds', 'metric1 Sum', [109]],
      ['Minimum', 60, 'Milliseconds', 'metric1 Minimum', []],
    ],
    ['input_pairs5', ['Sum', 60, 'Seconds', 'metric1 60', [109]], ['Sum', 30, 'Milliseconds', 'metric1 30', []]],
    ['input_pairs6', ['Sum', 60, 'Seconds', 'metric1', [109]], ['Sum', 60, 'Milliseconds', 'metric1', []]],
  ])('test_label_generation[%s]', async (_name, ...pairs) => {
    const recorded = recordedCase();
    await put('ns', ...[0, 2, 7, 100].map((Value) => ({ MetricName: 'metric1', Value, Unit: 'Seconds' })));
    const id = (name: string, period: number, unit: string) => `result_${name}_${period}_${unit}`;
    recorded.expectAnswer(
      await data(
        ...pairs.map(([name, Period, Unit]) => stat(id(name, Period, Unit), 'ns', 'metric1', name, { Period, Unit })),
      ),
      {
        Messages: [],
        MetricDataResults: pairs.map(([name, period, unit, label, values]) =>
          result(id(name, period, unit), label, [...values]),
        ),
        ResponseMetadata: { HTTPStatusCode: 200 },
      },
    );
  });

  it('test_get_metric_data_with_different_units', async () => {
    const recorded = recordedCase();
    const datum = { MetricName: 'm-test', Timestamp: aws.at(0), Value: 1 };
    await put('ns', { ...datum, Unit: 'Seconds' }, { ...datum, Unit: 'Count' });
    recorded.expectAnswer(await data(stat('m1', 'ns', 'm-test', 'Sum', { Unit: 'Seconds' })), {
      Messages: [],
      MetricDataResults: [result('m1', 'm-test', [1])],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  const base = [
    { MetricName: 'm-test', Value: 60_000, Unit: 'Milliseconds' },
    { MetricName: 'm-test', Value: 60, Unit: 'Seconds' },
  ];
  it.each([
    ['metric_data0', base, '[Milliseconds, Seconds]', 60_000],
    ['metric_data1', [...base, ...base], '[Milliseconds, Seconds]', 120_000],
    [
      'metric_data2',
      [...base, ...base, { MetricName: 'm-test', Value: 5, Unit: 'Count' }],
      '[Count, Milliseconds, Seconds]',
      5,
    ],
  ] as const)('test_get_metric_data_different_units_no_unit_in_query[%s]', async (_name, sent, units, value) => {
    const recorded = recordedCase();
    await put('ns', ...sent.map((datum) => ({ ...datum, Timestamp: aws.at(0) })));
    recorded.expectAnswer(await data(stat('m1', 'ns', 'm-test', 'Sum')), {
      Messages: [],
      MetricDataResults: [
        {
          ...result('m1', 'm-test', [value]),
          Messages: [{ Code: 'MultipleUnits', Value: `Multiple units returned: '${units}'` }],
        },
      ],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_get_metric_with_null_dimensions', async () => {
    const recorded = recordedCase();
    await put('ns', { MetricName: 'm-test', Value: 1, Dimensions: [{ Name: 'foo', Value: 'bar' }] });
    recorded.expectAnswer(await data(stat('m1', 'ns', 'm-test', 'Sum', { Dimensions: [] })), {
      Messages: [],
      MetricDataResults: [result('<id:1>', '<label:1>', [])],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_get_metric_with_no_results', async () => {
    const recorded = recordedCase();
    await put('ns', { MetricName: 'metric', Value: 1 });
    const Dimensions = [{ Name: 'foo', Value: 'bar' }];
    recorded.expectAnswer(await data(stat('result', 'ns', 'metric', 'Sum', { Dimensions })), {
      Messages: [],
      MetricDataResults: [result('result', '<label:1>', [])],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_multiple_dimensions_statistics', async () => {
    const recorded = recordedCase();
    const Dimensions = [
      { Name: 'error', Value: 'none' },
      { Name: 'exception', Value: 'none' },
      { Name: 'method', Value: 'GET' },
      { Name: 'outcome', Value: 'SUCCESS' },
      { Name: 'uri', Value: '/greetings' },
      { Name: 'status', Value: '200' },
    ];
    const MetricName = 'http.server.requests.count';
    for (const Value of [0, 5]) {
      await put('ns', { MetricName, Value, Unit: 'Count', StorageResolution: 1, Dimensions, Timestamp: aws.at(0) });
    }
    recorded.expectAnswer(
      await data(stat('result1', 'ns', MetricName, 'Maximum', { Dimensions, Period: 10, Unit: 'Count' })),
      {
        Messages: [],
        MetricDataResults: [result('result1', MetricName, [5])],
        ResponseMetadata: { HTTPStatusCode: 200 },
      },
    );
    const listed = await aws.call('ListMetrics', { Namespace: 'ns', MetricName, Dimensions });
    const sorted = [...Dimensions].sort((a, b) => a.Name.localeCompare(b.Name));
    // The recording sorts the dimensions.
    for (const metric of listed['Metrics'] as { Dimensions: { Name: string }[] }[]) {
      metric.Dimensions.sort((a, b) => a.Name.localeCompare(b.Name));
    }
    recorded.expectAnswer(listed, {
      Metrics: [{ Dimensions: sorted, MetricName, Namespace: '<namespace:1>' }],
      ResponseMetadata: { HTTPStatusCode: 200 },
    });
  });

  it('test_basic_operations_multiple_protocols', async () => {
    const recorded = recordedCase();
    const xmlns = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
    const lists = { CompositeAlarms: [], LogAlarms: [], MetricAlarms: [] };
    const empty = { CompositeAlarms: null, LogAlarms: null, MetricAlarms: null };
    const described = await aws.send('DescribeAlarms', {});
    recorded.expectAnswer(
      withoutMetadata(described.body),
      protocol === 'query' ? { DescribeAlarmsResponse: { '@xmlns': xmlns, DescribeAlarmsResult: empty } } : lists,
    );
    await put('test/one', { MetricName: 'someMetric', Value: 23 });
    await put('test/one', { MetricName: 'someMetric', Value: 18 });
    await put('test/two', { MetricName: 'ug', Value: 23, Timestamp: aws.at(0) });
    const answer = await aws.send('GetMetricData', {
      MetricDataQueries: [stat('some', 'test/one', 'someMetric', 'Sum'), stat('part', 'test/two', 'ug', 'Sum')],
      StartTime: aws.at(-60),
      EndTime: aws.at(300),
    });
    const one = (Id: string, Label: string, value: unknown) =>
      protocol === 'query'
        ? { Id, Label, StatusCode: 'Complete', Timestamps: { member: 'timestamp' }, Values: { member: value } }
        : { Id, Label, StatusCode: 'Complete', Timestamps: ['timestamp'], Values: [Number(value)] };
    const results = [one('some', '<label:1>', '41.0'), one('part', '<label:2>', '23.0')];
    recorded.expectAnswer(
      withoutMetadata(answer.body),
      protocol === 'query'
        ? {
            GetMetricDataResponse: {
              '@xmlns': xmlns,
              GetMetricDataResult: { Messages: null, MetricDataResults: { member: results } },
            },
          }
        : { Messages: [], MetricDataResults: results },
    );
  });

  it('writes times and content types as each protocol of AWS does', async () => {
    await put('ns', { MetricName: 'm', Value: 41 });
    const answer = await aws.send('GetMetricData', {
      MetricDataQueries: [stat('m1', 'ns', 'm', 'Sum')],
      StartTime: aws.at(-60),
      EndTime: aws.at(60),
    });
    const text = answer.bytes.toString('latin1');
    if (protocol === 'query') {
      expect(answer.headers.get('content-type')).toBe('text/xml');
      expect(text).toContain('<Timestamps><member>2026-01-15T10:00:00Z</member></Timestamps>');
    } else if (protocol === 'json') {
      expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.0');
      expect(text).toContain('"Timestamps":[1768471200]');
    } else {
      expect(answer.headers.get('content-type')).toBe('application/cbor');
      expect(answer.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
      // Tag 1 with a 64-bit float, and 41.0 as a float too.
      expect(text).toContain('\xc1\xfbA');
      expect(text).toContain('\xfb\x40\x44\x80');
    }
  });
});

/** Request ids differ; the recording leaves them out. */
function withoutMetadata(body: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(body, (key, value) => (key === 'ResponseMetadata' ? undefined : value)));
}
