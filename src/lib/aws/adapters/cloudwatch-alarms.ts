import {
  type AlarmType,
  type CloudWatchClient,
  type CompositeAlarm,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  type DescribeAlarmsCommandOutput,
  ListDashboardsCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { AwsCallSite } from '../../errors/classify-aws-error.ts';
import type { Alarm, AlarmAction, AlarmControls, AlarmRule, AlarmState, Alarms } from '../ports/alarms.ts';
import type { AlarmSettings, Monitoring } from '../ports/usage-source.ts';
import { awsCall, awsPages } from './aws-call.ts';

/** The most that an answer holds: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const PAGE = 100;
/** An anomaly detection is billed as its metric and the two bounds of its band. https://aws.amazon.com/cloudwatch/pricing/ */
const BAND_METRICS = 2;

const NO_ALARM = { code: 'AlarmNotFound' } as const;

/** {@link Alarms}, {@link AlarmControls} and {@link Monitoring} over the CloudWatch API. */
export class CloudWatchAlarms implements Alarms, AlarmControls, Monitoring {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  async states(names: readonly string[]): Promise<readonly AlarmState[]> {
    const { MetricAlarms = [], CompositeAlarms = [] } = await awsCall(describeSite(`alarm "${names.join(', ')}"`), () =>
      this.#describe({ AlarmNames: [...names] }),
    );
    return [...MetricAlarms, ...CompositeAlarms].map(stateOf);
  }

  async list(): Promise<readonly Alarm[]> {
    const { metricAlarms, compositeAlarms } = await this.#describeAll();
    return [
      ...metricAlarms.map((alarm) => ({
        ...described(alarm),
        composite: false,
        values: recentValues(alarm.StateReasonData),
        rule: ruleOf(alarm),
      })),
      ...compositeAlarms.map((alarm) => ({ ...described(alarm), composite: true, values: null, rule: null })),
    ];
  }

  async setState(name: string, state: AlarmState['state'], reason: string): Promise<void> {
    await awsCall(alarmSite('cloudwatch:SetAlarmState', name), () =>
      this.#client.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: state, StateReason: reason })),
    );
  }

  async lastActions(name: string): Promise<readonly AlarmAction[]> {
    const { AlarmHistoryItems = [] } = await awsCall(alarmSite('cloudwatch:DescribeAlarmHistory', name), () =>
      this.#client.send(
        new DescribeAlarmHistoryCommand({
          AlarmName: name,
          HistoryItemType: 'Action',
          ScanBy: 'TimestampDescending',
          MaxRecords: PAGE,
        }),
      ),
    );
    return AlarmHistoryItems.map(({ Timestamp, HistorySummary = '' }) => ({
      at: Timestamp?.getTime() ?? 0,
      // "Successfully executed action arn:…", "Failed to execute action arn:… . Received error: …".
      arn: /\baction (arn:\S+?)[.,]?(\s|$)/.exec(HistorySummary)?.[1] ?? '',
      succeeded: HistorySummary.startsWith('Successfully'),
    }));
  }

  async allAlarms(): Promise<readonly AlarmSettings[]> {
    const { metricAlarms, compositeAlarms } = await this.#describeAll();
    return [
      ...metricAlarms.map(metricAlarm),
      ...compositeAlarms.map(({ AlarmName: name = '' }) => ({
        name,
        metrics: 0,
        highResolution: false,
        composite: true,
      })),
    ];
  }

  async dashboards(): Promise<number> {
    const site = { action: 'cloudwatch:ListDashboards', resource: 'the dashboards of this account' };
    const dashboards = await awsPages(site, async (NextToken) => {
      const page = await this.#client.send(new ListDashboardsCommand({ NextToken }));
      return { items: page.DashboardEntries ?? [], next: page.NextToken };
    });
    return dashboards.length;
  }

  async #describeAll(): Promise<{
    readonly metricAlarms: readonly MetricAlarm[];
    readonly compositeAlarms: readonly CompositeAlarm[];
  }> {
    const pages = await awsPages(describeSite('the alarms of this account'), async (NextToken) => {
      const page = await this.#describe({ MaxRecords: PAGE, NextToken });
      return { items: [page], next: page.NextToken };
    });
    return {
      metricAlarms: pages.flatMap(({ MetricAlarms = [] }) => MetricAlarms),
      compositeAlarms: pages.flatMap(({ CompositeAlarms = [] }) => CompositeAlarms),
    };
  }

  #describe(filter: Omit<DescribeAlarmsCommandInput, 'AlarmTypes'>): Promise<DescribeAlarmsCommandOutput> {
    // Without the types only metric alarms are answered.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    const AlarmTypes: AlarmType[] = ['MetricAlarm', 'CompositeAlarm'];
    return this.#client.send(new DescribeAlarmsCommand({ ...filter, AlarmTypes }));
  }
}

function describeSite(resource: string): AwsCallSite {
  return { action: 'cloudwatch:DescribeAlarms', resource, notFound: NO_ALARM };
}

function alarmSite(action: string, name: string): AwsCallSite {
  return { action, resource: `alarm "${name}"`, notFound: NO_ALARM };
}

function stateOf(alarm: MetricAlarm | CompositeAlarm): AlarmState {
  return {
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue ?? 'INSUFFICIENT_DATA',
    reason: alarm.StateReason ?? '',
  };
}

function described(alarm: MetricAlarm | CompositeAlarm): Omit<Alarm, 'composite' | 'values' | 'rule'> {
  return {
    ...stateOf(alarm),
    description: alarm.AlarmDescription ?? '',
    // Without the first one, an update of the reason alone would count as a change.
    since: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime() ?? null,
    actionsEnabled: alarm.ActionsEnabled ?? true,
    actions: {
      alarm: alarm.AlarmActions ?? [],
      ok: alarm.OKActions ?? [],
      insufficientData: alarm.InsufficientDataActions ?? [],
    },
  };
}

function ruleOf(alarm: MetricAlarm): AlarmRule | null {
  const { Namespace: namespace, MetricName: metric, Threshold: threshold } = alarm;
  if (namespace === undefined || metric === undefined || threshold === undefined) return null;
  return {
    namespace,
    metric,
    dimensions: Object.fromEntries((alarm.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
    statistic: alarm.Statistic ?? alarm.ExtendedStatistic ?? '',
    comparison: alarm.ComparisonOperator ?? '',
    threshold,
    periodSeconds: alarm.Period ?? 60,
    periods: alarm.EvaluationPeriods ?? 1,
    missing: (alarm.TreatMissingData as AlarmRule['missing'] | undefined) ?? 'missing',
  };
}

/** AWS writes them as JSON for machines; where it does not, or somebody set the state by hand, there are none. */
function recentValues(reasonData: string | undefined): readonly number[] | null {
  if (reasonData === undefined) return null;
  try {
    const { recentDatapoints } = JSON.parse(reasonData) as { recentDatapoints?: unknown };
    return Array.isArray(recentDatapoints) && recentDatapoints.every((value) => typeof value === 'number')
      ? recentDatapoints
      : null;
  } catch {
    return null;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html */
function metricAlarm({
  AlarmName: name = '',
  Metrics = [],
  Period = 60,
  ThresholdMetricId,
}: MetricAlarm): AlarmSettings {
  const read = Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat]));
  return {
    name,
    // A query of Metrics Insights names no metric; it reads one at least.
    metrics: Math.max(1, read.length) + (ThresholdMetricId === undefined ? 0 : BAND_METRICS),
    highResolution: Metrics.length === 0 ? Period < 60 : read.some((each) => (each.Period ?? 60) < 60),
    composite: false,
  };
}
