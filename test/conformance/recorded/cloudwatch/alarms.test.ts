import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCase } from '../recorded-case.ts';
import { CloudWatchUnderTest, PROTOCOLS } from './three-protocols.ts';

type Members = Record<string, unknown>;

const ALARM_ARN = 'arn:<partition>:cloudwatch:<region>:111111111111:alarm:<alarm-name:1>';
const TOPIC_ARN = 'arn:<partition>:sns:<region>:111111111111:<topic-arn>';
const INITIAL = 'Unchecked: Initial alarm creation';

/** DescribeAlarms with one alarm; members given here differ from a fresh minimal alarm. */
const described = (alarm: Members) => ({
  CompositeAlarms: [],
  MetricAlarms: [
    {
      ActionsEnabled: true,
      AlarmActions: [],
      AlarmArn: ALARM_ARN,
      AlarmConfigurationUpdatedTimestamp: 'timestamp',
      AlarmName: '<alarm-name:1>',
      ComparisonOperator: 'GreaterThanThreshold',
      Dimensions: [],
      EvaluationPeriods: 1,
      InsufficientDataActions: [],
      MetricName: '<metric-name:1>',
      Namespace: '<namespace:1>',
      OKActions: [],
      Period: 60,
      StateReason: INITIAL,
      StateTransitionedTimestamp: 'timestamp',
      StateUpdatedTimestamp: 'timestamp',
      StateValue: 'INSUFFICIENT_DATA',
      Statistic: 'Sum',
      Threshold: 30,
      ...alarm,
    },
  ],
  ResponseMetadata: { HTTPStatusCode: 200 },
});
const OK_200 = { ResponseMetadata: { HTTPStatusCode: 200 } };

/** What most notification cases set. */
const WATCH = {
  AlarmDescription: 'testing cloudwatch alarms',
  ComparisonOperator: 'GreaterThanThreshold',
  Dimensions: [{ Name: 'InstanceId', Value: 'abc' }],
  EvaluationPeriods: 2,
  MetricName: 'my-metric101',
  Period: 10,
  Statistic: 'Average',
  Threshold: 2,
  Unit: 'Seconds',
};
const WATCHED = { ...WATCH, AlarmActions: [TOPIC_ARN], OKActions: [TOPIC_ARN] };

/** The message to SNS, by recording. `ActionExecutedAfterMuteWindow` is in the newest recording only: AWS added it. */
const message = (trigger: Members, members: Members) => ({
  AWSAccountId: '111111111111',
  ActionExecutedAfterMuteWindow: false,
  AlarmActions: [TOPIC_ARN],
  AlarmArn: ALARM_ARN,
  AlarmConfigurationUpdatedTimestamp: 'date',
  AlarmDescription: 'testing cloudwatch alarms',
  AlarmName: '<alarm-name:1>',
  InsufficientDataActions: [],
  NewStateValue: 'ALARM',
  OKActions: [TOPIC_ARN],
  OldStateValue: 'INSUFFICIENT_DATA',
  Region: '<region-name-full:1>',
  StateChangeTime: 'date',
  Trigger: {
    ComparisonOperator: 'GreaterThanThreshold',
    Dimensions: [{ name: 'InstanceId', value: 'abc' }],
    EvaluateLowSampleCountPercentile: '',
    EvaluationPeriods: 2,
    MetricName: 'my-metric101',
    Namespace: '<namespace:1>',
    Period: 10,
    Statistic: 'AVERAGE',
    StatisticType: 'Statistic',
    Threshold: 2,
    Unit: 'Seconds',
    ...trigger,
  },
  ...members,
});

describe.each(PROTOCOLS)('CloudWatch alarms answer as AWS did [%s]', (protocol) => {
  let aws: CloudWatchUnderTest;
  beforeEach(async () => {
    aws = await CloudWatchUnderTest.start(protocol);
  });
  afterEach(() => aws.close());

  const minimal = (more: Members = {}) =>
    aws.call('PutMetricAlarm', {
      AlarmName: 'test-alarm',
      Namespace: 'my-namespace',
      MetricName: 'metric1',
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Period: 60,
      Statistic: 'Sum',
      Threshold: 30,
      ...more,
    });
  const show = () => aws.call('DescribeAlarms', { AlarmNames: ['test-alarm'] });
  const setState = (StateValue: string, StateReason: string) =>
    aws.call('SetAlarmState', { AlarmName: 'test-alarm', StateValue, StateReason });
  const queryCode = (name: string) => (protocol === 'query' ? {} : { QueryErrorCode: name });

  it('test_delete_alarm', async () => {
    const recorded = recordedCase();
    await minimal();
    recorded.expectAnswer(await show(), described({ MetricName: 'metric1' }));
    recorded.expectAnswer(await aws.call('DeleteAlarms', { AlarmNames: ['test-alarm'] }), OK_200);
    recorded.expectAnswer(await show(), { CompositeAlarms: [], MetricAlarms: [], ...OK_200 });
  });

  it('test_describe_alarms_converts_date_format_correctly', async () => {
    const recorded = recordedCase();
    await minimal({ AlarmName: 'a-1:test' });
    recorded.expectAnswer(await aws.call('DescribeAlarms', { AlarmNames: ['a-1:test'] }), described({}));
  });

  it('test_describe_minimal_metric_alarm', async () => {
    const recorded = recordedCase();
    await minimal({ Period: 10 });
    recorded.expectAnswer(await show(), described({ Period: 10 }));
  });

  it('test_put_metric_alarm_escape_character', async () => {
    const recorded = recordedCase();
    await minimal({
      Period: 600,
      Threshold: 1,
      AlarmDescription: '<',
      AlarmActions: ['arn:aws:sns:us-east-1:111122223333:MyTopic'],
    });
    recorded.expectAnswer(
      await show(),
      described({
        AlarmActions: ['arn:<partition>:sns:<region>:111122223333:MyTopic'],
        AlarmDescription: '<',
        Period: 600,
        Threshold: 1,
      }),
    );
  });

  it('test_store_tags', async () => {
    const recorded = recordedCase();
    recorded.expectAnswer(await minimal({ MetricName: 'store_tags' }), OK_200);
    recorded.expectAnswer(await show(), described({ MetricName: 'store_tags' }));
    const ResourceARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:test-alarm';
    const tags = () => aws.call('ListTagsForResource', { ResourceARN });
    recorded.expectAnswer(await tags(), { Tags: [], ...OK_200 });
    const Tags = [
      { Key: 'tag1', Value: 'foo' },
      { Key: 'tag2', Value: 'bar' },
    ];
    await aws.call('TagResource', { ResourceARN, Tags });
    recorded.expectAnswer(await tags(), { Tags, ...OK_200 });
    await aws.call('UntagResource', { ResourceARN, TagKeys: ['tag1'] });
    recorded.expectAnswer(await tags(), { Tags: [{ Key: 'tag2', Value: 'bar' }], ...OK_200 });
  });

  it('test_tagging_metric_alarm', async () => {
    const recorded = recordedCase();
    const Environment = { Key: 'Environment', Value: 'Production' };
    recorded.expectAnswer(await minimal({ Tags: [Environment] }), OK_200);
    const ResourceARN = 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:test-alarm';
    const tags = () => aws.call('ListTagsForResource', { ResourceARN });
    recorded.expectAnswer(await tags(), { Tags: [Environment], ...OK_200 });
    const Tags = [
      { Key: 'tag1', Value: 'foo' },
      { Key: 'tag2', Value: 'bar' },
    ];
    await aws.call('TagResource', { ResourceARN, Tags });
    recorded.expectAnswer(await tags(), { Tags: [Environment, ...Tags], ...OK_200 });
    await aws.call('UntagResource', { ResourceARN, TagKeys: ['tag1'] });
    recorded.expectAnswer(await tags(), { Tags: [Environment, { Key: 'tag2', Value: 'bar' }], ...OK_200 });
    await aws.call('DeleteAlarms', { AlarmNames: ['test-alarm'] });
    recorded.expectAnswer(await tags(), { Tags: [], ...OK_200 });
  });

  it('test_set_alarm', async () => {
    const recorded = recordedCase();
    const [alarmTopic, okTopic] = [await aws.topic('topic-alarm'), await aws.topic('topic-ok')];
    const settings = {
      AlarmDescription: 'Test Alarm when CPU exceeds 50 percent',
      Dimensions: [{ Name: 'InstanceId', Value: 'i-0317828c84edbe100' }],
      EvaluationPeriods: 2,
      MetricName: 'CPUUtilization-3',
      Period: 300,
      Statistic: 'Average',
      Threshold: 50,
      TreatMissingData: 'ignore',
      Unit: 'Percent',
    };
    await minimal({ ...settings, Namespace: 'AWS/EC2', OKActions: [okTopic], AlarmActions: [alarmTopic] });
    const actions = {
      AlarmActions: ['arn:<partition>:sns:<region>:111111111111:<topic-alarm>'],
      OKActions: ['<topic-ok>'],
    };
    await setState('ALARM', 'testing alarm');
    recorded.expectAnswer(
      await show(),
      described({ ...settings, ...actions, StateReason: 'testing alarm', StateValue: 'ALARM' }),
    );
    expect(aws.alarmMails.map(({ subject }) => subject)).toEqual(['ALARM: "test-alarm" in US East (N. Virginia)']);
    await setState('OK', 'resetting alarm');
    recorded.expectAnswer(
      await show(),
      described({ ...settings, ...actions, StateReason: 'resetting alarm', StateValue: 'OK' }),
    );
    expect(aws.alarmMails.at(-1)!.subject).toBe('OK: "test-alarm" in US East (N. Virginia)');
  });

  it('test_set_alarm_invalid_input', async () => {
    const recorded = recordedCase();
    recorded.expectAnswer(await setState('INVALID', 'test'), {
      Error: {
        Code: 'ValidationError',
        Message:
          "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
        Type: 'Sender',
        ...queryCode('ValidationException'),
      },
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
    recorded.expectAnswer(await setState('OK', 'test'), {
      Error: {
        Code: 'ResourceNotFound',
        Type: 'Sender',
        ...(protocol === 'query' ? {} : { Message: '', QueryErrorCode: 'ResourceNotFound' }),
      },
      ResponseMetadata: { HTTPStatusCode: 404 },
    });
  });

  it('test_exception_serializing_with_no_shape_in_spec', async () => {
    const recorded = recordedCase();
    const ask = (StateValue: string, headers: Record<string, string> = {}) =>
      aws.send('SetAlarmState', { AlarmName: 'absent', StateValue, StateReason: 'test' }, headers);
    const Message =
      "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]";
    const xml = (error: Members, id: string) => ({
      ErrorResponse: {
        '@xmlns': 'http://monitoring.amazonaws.com/doc/2010-08-01/',
        Error: { ...error, Type: 'Sender' },
        RequestId: id,
      },
    });
    const isQuery = protocol === 'query';
    const invalid = await ask('INVALID');
    expect(invalid.status).toBe(400);
    recorded.expectAnswer(
      invalid.body,
      isQuery
        ? xml({ Code: 'ValidationError', Message }, '<uuid:1>')
        : { __type: 'com.amazon.coral.validate#ValidationException', message: Message },
    );
    const absent = (id: string) =>
      isQuery
        ? xml({ Code: 'ResourceNotFound' }, id)
        : { __type: 'com.amazonaws.cloudwatch.v2010_08_01#ResourceNotFound' };
    const plain = await ask('OK');
    expect(plain.status).toBe(isQuery ? 404 : 400);
    recorded.expectAnswer(plain.body, absent('<uuid:2>'));
    const asQuery = await ask('OK', { 'x-amzn-query-mode': 'true' });
    expect(asQuery.status).toBe(404);
    recorded.expectAnswer(asQuery.body, absent('<uuid:3>'));
  });

  it('test_enable_disable_alarm_actions', async () => {
    const recorded = recordedCase();
    const topic = await aws.topic('topic');
    await minimal({ ...WATCH, TreatMissingData: 'ignore', OKActions: [topic], AlarmActions: [topic] });
    const alarm = { ...WATCHED, TreatMissingData: 'ignore' };
    recorded.expectAnswer(await show(), described(alarm));

    await setState('ALARM', 'testing alarm');
    expect(aws.alarmMails).toHaveLength(1);
    recorded.expectAnswer(
      JSON.parse(aws.alarmMails[0]!.body),
      message({ TreatMissingData: 'ignore' }, { NewStateReason: 'testing alarm' }),
    );
    recorded.expectAnswer(await show(), described({ ...alarm, StateReason: 'testing alarm', StateValue: 'ALARM' }));

    await aws.call('DisableAlarmActions', { AlarmNames: ['test-alarm'] });
    await setState('OK', 'testing OK state');
    const ok = { ...alarm, StateReason: 'testing OK state', StateValue: 'OK' };
    recorded.expectAnswer(await show(), described({ ...ok, ActionsEnabled: false }));
    expect(aws.alarmMails).toHaveLength(1);

    await aws.call('EnableAlarmActions', { AlarmNames: ['test-alarm'] });
    recorded.expectAnswer(await show(), described(ok));
  });

  it('test_breaching_alarm_actions', async () => {
    const recorded = recordedCase();
    const topic = await aws.topic('topic');
    await minimal({ ...WATCH, TreatMissingData: 'breaching', OKActions: [topic], AlarmActions: [topic] });
    await aws.clock.advance(60_000);
    const reason =
      'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].';
    recorded.expectAnswer(
      JSON.parse(aws.alarmMails[0]!.body),
      message({ TreatMissingData: 'breaching' }, { NewStateReason: reason }),
    );
    recorded.expectAnswer(
      await show(),
      described({
        ...WATCHED,
        TreatMissingData: 'breaching',
        StateReason: reason,
        StateReasonData: {
          version: '1.0',
          queryDate: 'date',
          unit: 'Seconds',
          statistic: 'Average',
          period: 10,
          recentDatapoints: [],
          threshold: 2,
          evaluatedDatapoints: [{ timestamp: 'date' }, { timestamp: 'date' }],
        },
        StateValue: 'ALARM',
      }),
    );
  });

  // Recorded in one protocol; the others must not differ.
  it('test_put_metric_alarm', async () => {
    const recorded = recordedCase();
    const topic = await aws.topic('topic');
    const settings = {
      ...WATCH,
      EvaluationPeriods: 1,
      MetricName: 'my-metric1',
      Threshold: 21,
      TreatMissingData: 'ignore',
    };
    await minimal({ ...settings, OKActions: [topic], AlarmActions: [topic] });
    const alarm = { ...settings, AlarmActions: [TOPIC_ARN], OKActions: [TOPIC_ARN] };
    recorded.expectAnswer(await show(), described(alarm));

    const { MetricName, Dimensions } = settings;
    await aws.call('PutMetricData', {
      Namespace: 'my-namespace',
      MetricData: [21, 22].map((Value) => ({ MetricName, Dimensions, Value, Timestamp: aws.at(0), Unit: 'Seconds' })),
    });
    await aws.clock.advance(10_000);
    const reason = 'Threshold Crossed: 1 datapoint [21.5 (15/01/26 10:00:00)] was greater than the threshold (21.0).';
    recorded.expectAnswer(
      JSON.parse(aws.alarmMails[0]!.body),
      message(
        { EvaluationPeriods: 1, MetricName: 'my-metric1', Threshold: 21, TreatMissingData: 'ignore' },
        { NewStateReason: reason },
      ),
    );
    const data = {
      version: '1.0',
      queryDate: 'date',
      startDate: 'date',
      unit: 'Seconds',
      statistic: 'Average',
      period: 10,
      recentDatapoints: [21.5],
      threshold: 21,
      evaluatedDatapoints: [{ timestamp: 'date', sampleCount: 2, value: 21.5 }],
    };
    recorded.expectAnswer(
      await aws.call('DescribeAlarmHistory', { AlarmName: 'test-alarm', HistoryItemType: 'StateUpdate' }),
      {
        AlarmHistoryItems: [
          {
            AlarmName: '<alarm-name:1>',
            AlarmType: 'MetricAlarm',
            HistoryData: {
              version: '1.0',
              oldState: { stateValue: 'INSUFFICIENT_DATA', stateReason: INITIAL },
              newState: { stateValue: 'ALARM', stateReason: reason, stateReasonData: data },
            },
            HistoryItemType: 'StateUpdate',
            HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM',
            Timestamp: 'timestamp',
          },
        ],
        ...OK_200,
      },
    );
    const shown = described({ ...alarm, StateReason: reason, StateReasonData: data, StateValue: 'ALARM' });
    recorded.expectAnswer(
      await aws.call('DescribeAlarmsForMetric', {
        MetricName,
        Namespace: 'my-namespace',
        Dimensions,
        Statistic: 'Average',
      }),
      { MetricAlarms: shown.MetricAlarms, ...OK_200 },
    );
  });

  it('test_dashboard_lifecycle', async () => {
    const recorded = recordedCase();
    const body = {
      widgets: [
        {
          type: 'metric',
          x: 0,
          y: 0,
          width: 6,
          height: 6,
          properties: {
            metrics: [['AWS/EC2', 'CPUUtilization', 'InstanceId', 'i-12345678']],
            region: 'us-east-1',
            view: 'timeSeries',
            stacked: false,
          },
        },
      ],
    };
    // The recorded client wrote a space after each colon and comma, which the size counts.
    const DashboardBody = JSON.stringify(body).replace(/[:,](?=["[{\d\w])/g, '$& ');
    await aws.call('PutDashboard', { DashboardName: 'test-1', DashboardBody });
    const DashboardArn = 'arn:<partition>:cloudwatch::111111111111:dashboard/<dashboard-name:1>';
    recorded.expectAnswer(await aws.call('GetDashboard', { DashboardName: 'test-1' }), {
      DashboardArn,
      DashboardBody: body,
      DashboardName: '<dashboard-name:1>',
      ...OK_200,
    });
    const listed = {
      DashboardEntries: [
        {
          DashboardArn,
          DashboardName: '<dashboard-name:1>',
          LastModified: 'datetime',
          Size: Buffer.byteLength(DashboardBody),
        },
      ],
      ...OK_200,
    };
    const none = { DashboardEntries: [], ...OK_200 };
    recorded.expectAnswer(await aws.call('ListDashboards'), listed);
    recorded.expectAnswer(await aws.call('ListDashboards', { DashboardNamePrefix: 'no-valid' }), none);
    recorded.expectAnswer(await aws.call('ListDashboards', { DashboardNamePrefix: 'test' }), listed);
    await aws.call('DeleteDashboards', { DashboardNames: ['test-1'] });
    recorded.expectAnswer(await aws.call('ListDashboards'), none);
  });

  it('test_invalid_dashboard_name', async () => {
    const recorded = recordedCase();
    recorded.expectAnswer(await aws.call('PutDashboard', { DashboardName: 'test-1:invalid', DashboardBody: '{}' }), {
      Error: {
        Code: 'InvalidParameterValue',
        Message:
          'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n',
        Type: 'Sender',
        ...queryCode('InvalidParameterValueException'),
      },
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
  });
});
