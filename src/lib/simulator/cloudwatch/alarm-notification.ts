import type { Input } from '../kernel/service.ts';
import { type Alarm, type AlarmState, alarmPeriod } from './alarm.ts';
import { stamp } from './alarm-evaluation.ts';
import { Double, javaJson } from './double.ts';
import { regionName } from './region-name.ts';

/** The state that an alarm left. */
export interface PreviousState {
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData: string | undefined;
  readonly at: number;
}

const MAX_SUBJECT = 100;
const STATISTIC_NAMES: Readonly<Record<string, string>> = { SampleCount: 'SAMPLE_COUNT' };

/** `ALARM: "name" in US East (N. Virginia)`. SNS takes 100 characters; a longer name is cut. */
export function alarmSubject(alarm: Alarm, region: string): string {
  const name = alarm.configuration.AlarmName;
  const frame = `${alarm.state}: "" in ${regionName(region)}`;
  const room = MAX_SUBJECT - frame.length;
  const shown = name.length > room ? `${name.slice(0, room - 3)}...` : name;
  return `${alarm.state}: "${shown}" in ${regionName(region)}`;
}

/** The JSON text that CloudWatch publishes to an SNS topic (shape recorded from AWS). */
export function alarmMessage(alarm: Alarm, previous: PreviousState, region: string, accountId: string): string {
  const { configuration } = alarm;
  return javaJson({
    AlarmName: configuration.AlarmName,
    AlarmDescription: configuration.AlarmDescription ?? null,
    AWSAccountId: accountId,
    AlarmConfigurationUpdatedTimestamp: stamp(alarm.configuredAt),
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: stamp(alarm.updatedAt),
    Region: regionName(region),
    AlarmArn: alarm.arn,
    OldStateValue: previous.state,
    OKActions: configuration.OKActions,
    AlarmActions: configuration.AlarmActions,
    InsufficientDataActions: configuration.InsufficientDataActions,
    ActionExecutedAfterMuteWindow: false,
    Trigger: trigger(alarm),
  });
}

function trigger({ configuration }: Alarm): unknown {
  const shared = {
    EvaluationPeriods: configuration.EvaluationPeriods,
    DatapointsToAlarm: configuration.DatapointsToAlarm,
    ComparisonOperator: configuration.ComparisonOperator,
    Threshold: new Double(configuration.Threshold),
    TreatMissingData: configuration.TreatMissingData ?? '',
    EvaluateLowSampleCountPercentile: configuration.EvaluateLowSampleCountPercentile ?? '',
  };
  if (configuration.Metrics !== undefined) {
    return { Period: alarmPeriod(configuration), ...shared, Metrics: configuration.Metrics.map(triggerQuery) };
  }
  const extended = configuration.ExtendedStatistic;
  return {
    MetricName: configuration.MetricName,
    Namespace: configuration.Namespace,
    StatisticType: extended === undefined ? 'Statistic' : 'ExtendedStatistic',
    Statistic: extended === undefined ? statisticName(configuration.Statistic ?? '') : undefined,
    ExtendedStatistic: extended,
    Unit: configuration.Unit ?? null,
    Dimensions: configuration.Dimensions.map(lower),
    Period: configuration.Period,
    ...shared,
  };
}

function statisticName(name: string): string {
  return STATISTIC_NAMES[name] ?? name.toUpperCase();
}

function lower(dimension: Input): { value: string; name: string } {
  return { value: dimension.Value, name: dimension.Name };
}

function triggerQuery(query: Input): unknown {
  const { MetricStat } = query;
  if (MetricStat === undefined) return { ...query, ReturnData: query.ReturnData ?? true };
  const { Metric } = MetricStat;
  return {
    Id: query.Id,
    Label: query.Label,
    MetricStat: { ...MetricStat, Metric: { ...Metric, Dimensions: (Metric.Dimensions ?? []).map(lower) } },
    ReturnData: query.ReturnData ?? true,
  };
}

/**
 * The event that an alarm sends to a Lambda function (shape recorded from AWS).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
export function alarmEvent(
  alarm: Alarm,
  previous: PreviousState,
  region: string,
  accountId: string,
  uuid: () => string,
) {
  const { configuration } = alarm;
  const metrics = configuration.Metrics?.map(eventQuery) ?? [
    {
      id: uuid(),
      metricStat: {
        metric: {
          namespace: configuration.Namespace,
          name: configuration.MetricName,
          dimensions: Object.fromEntries(configuration.Dimensions.map(({ Name, Value }) => [Name, Value])),
        },
        period: configuration.Period,
        stat: configuration.Statistic ?? configuration.ExtendedStatistic,
        unit: configuration.Unit,
      },
      returnData: true,
    },
  ];
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId,
    time: stamp(alarm.updatedAt),
    region,
    alarmData: {
      alarmName: configuration.AlarmName,
      state: eventState(alarm.state, alarm.reason, alarm.reasonData, alarm.updatedAt),
      previousState: eventState(previous.state, previous.reason, previous.reasonData, previous.at),
      configuration: { description: configuration.AlarmDescription, metrics },
    },
  };
}

function eventState(value: AlarmState, reason: string, reasonData: string | undefined, at: number) {
  return { value, reason, reasonData, timestamp: stamp(at) };
}

function eventQuery(query: Input): unknown {
  const { MetricStat } = query;
  return {
    id: query.Id,
    expression: query.Expression,
    label: query.Label,
    metricStat: MetricStat && {
      metric: {
        namespace: MetricStat.Metric.Namespace,
        name: MetricStat.Metric.MetricName,
        dimensions: Object.fromEntries(
          (MetricStat.Metric.Dimensions ?? []).map((item: Input) => [item.Name, item.Value]),
        ),
      },
      period: MetricStat.Period,
      stat: MetricStat.Stat,
      unit: MetricStat.Unit,
    },
    returnData: query.ReturnData ?? true,
  };
}
