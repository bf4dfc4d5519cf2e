import type { Input } from '../kernel/service.ts';
import { Double } from './double.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: { text: 'greater than or equal to', breaches: (v: number, t: number) => v >= t },
  GreaterThanThreshold: { text: 'greater than', breaches: (v: number, t: number) => v > t },
  LessThanThreshold: { text: 'less than', breaches: (v: number, t: number) => v < t },
  LessThanOrEqualToThreshold: { text: 'less than or equal to', breaches: (v: number, t: number) => v <= t },
} as const;

/** How a configuration says to treat missing data, and how alarm reasons spell it. */
export const MISSING_DATA = {
  missing: 'Missing',
  ignore: 'Ignore',
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
} as const;

/** What PutMetricAlarm sets. Members that were not given stay absent in answers (recorded). */
export interface AlarmConfiguration {
  readonly AlarmName: string;
  readonly AlarmDescription: string | undefined;
  readonly ActionsEnabled: boolean;
  readonly OKActions: readonly string[];
  readonly AlarmActions: readonly string[];
  readonly InsufficientDataActions: readonly string[];
  readonly MetricName: string | undefined;
  readonly Namespace: string | undefined;
  readonly Statistic: string | undefined;
  readonly ExtendedStatistic: string | undefined;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Period: number | undefined;
  readonly Unit: string | undefined;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number | undefined;
  readonly Threshold: number;
  readonly ComparisonOperator: keyof typeof COMPARISONS;
  readonly TreatMissingData: keyof typeof MISSING_DATA | undefined;
  readonly EvaluateLowSampleCountPercentile: string | undefined;
  /** MetricDataQueries of a metric-maths alarm. */
  readonly Metrics: readonly Input[] | undefined;
}

export interface Alarm {
  configuration: AlarmConfiguration;
  readonly arn: string;
  configuredAt: number;
  state: AlarmState;
  reason: string;
  /** JSON text. */
  reasonData: string | undefined;
  updatedAt: number;
  transitionedAt: number;
}

/** Seconds of one datapoint. */
export function alarmPeriod(configuration: AlarmConfiguration): number {
  const periods = configuration.Metrics?.map((query) => query.MetricStat?.Period ?? query.Period ?? 0) ?? [];
  return configuration.Period ?? Math.max(10, ...periods);
}

/** The alarm as DescribeAlarms shows it. */
export function describe(alarm: Alarm): Record<string, unknown> {
  const { Threshold, Metrics, ...rest } = alarm.configuration;
  return {
    ...rest,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: new Date(alarm.updatedAt),
    StateTransitionedTimestamp: new Date(alarm.transitionedAt),
    Threshold: new Double(Threshold),
    Metrics: Metrics?.map(describeQuery),
  };
}

function describeQuery(query: Input): unknown {
  const { MetricStat } = query;
  const stat = MetricStat && {
    ...MetricStat,
    Metric: { ...MetricStat.Metric, Dimensions: MetricStat.Metric.Dimensions ?? [] },
  };
  return { ...query, MetricStat: stat, ReturnData: query.ReturnData ?? true };
}
