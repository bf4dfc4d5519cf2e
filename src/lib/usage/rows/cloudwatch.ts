import { formatCount, plural } from '../../io/format.ts';
import { mapped } from '../mapped.ts';
import { paidOperation } from '../paid-operations.ts';
import { projectFlow } from '../projection.ts';
import type { AlarmSettings } from '../readings.ts';
import { costUsd } from '../tariff/cost.ts';
import type { UsageRow } from '../usage-row.ts';
import { flow, level, pastLevelNote, straightLineTerm } from './amounts.ts';
import { added, hoursOf, sumOf, total, totalOf } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';

/** Alarms, calls, metrics and dashboards: all of the account and Region, since CloudWatch's allowances are the account's. */
export function cloudWatchRows(input: RowInput): readonly UsageRow[] {
  return [alarms(input), calls(input), customMetrics(input), dashboards(input)];
}

function alarms(input: RowInput): UsageRow {
  const { period, cloudwatch } = input.readings;
  const { value = [], gap = null } = cloudwatch.alarms;
  const metricsOf = (which: (alarm: AlarmSettings) => boolean) =>
    sumOf(value.filter(which).map(({ metrics }) => metrics));
  const standard = metricsOf(({ composite, highResolution }) => !composite && !highResolution);
  const fine = metricsOf(({ composite, highResolution }) => !composite && highResolution);
  const composite = value.filter((alarm) => alarm.composite).length;
  const amount = gap === null ? level(standard, period) : null;
  return rowOf(
    {
      id: 'cloudwatch-alarms',
      service: 'CloudWatch',
      metric: 'alarm metrics',
      unit: 'alarm metrics',
      limit: 'cloudwatch-alarm-metrics',
      projection: 'level',
      basis: 'metrics of every alarm of standard resolution',
      amount,
      account: amount,
      cost: ({ beyond, monthShare }) =>
        monthShare *
        (costUsd(input.tariff, 'cloudwatch-alarm-metric', beyond) +
          costUsd(input.tariff, 'cloudwatch-high-resolution-alarm-metric', fine) +
          costUsd(input.tariff, 'cloudwatch-composite-alarm', composite)),
      parts:
        fine + composite === 0
          ? []
          : [
              { name: 'standard resolution', used: standard },
              { name: 'high resolution', used: fine },
              { name: 'composite alarms', used: composite },
            ],
      gap,
      formula: 'Σ metrics of each alarm: 1, those of a maths expression, 3 for an anomaly detection',
      summands: value.filter((alarm) => !alarm.composite && !alarm.highResolution).map(({ metrics }) => metrics),
      terms: value.map((alarm) => ({
        name: alarm.name,
        value: alarm.composite ? 0 : alarm.metrics,
        unit: alarm.composite ? 'composite' : alarm.highResolution ? 'metrics, high resolution' : 'metrics',
        source: 'cloudwatch:DescribeAlarms',
      })),
      notes: [
        ACCOUNT_WIDE,
        fine > 0 &&
          `${plural(fine, 'metric')} of high-resolution alarms ${fine === 1 ? 'is' : 'are'} paid from the first on.`,
        composite > 0 &&
          `${plural(composite, 'composite alarm')} ${composite === 1 ? 'is' : 'are'} paid from the first on.`,
        pastLevelNote(period),
      ],
    },
    input,
  );
}

const ACCOUNT_WIDE = 'All of the account in this Region, other systems’ too.';

function calls(input: RowInput): UsageRow {
  const { period, cloudwatch } = input.readings;
  const { value = [], gap = null } = cloudwatch.calls;
  const free = value.filter(({ operation }) => !isPaid(operation));
  const hours = added(...free.map((each) => hoursOf(each.calls)));
  const amount = gap === null ? flow(hours, period) : null;
  const paidHours = added(...value.filter(({ operation }) => isPaid(operation)).map((each) => hoursOf(each.calls)));
  const paid = total(paidHours);
  const paidEnd = projectFlow(paidHours, period) ?? paid;
  return rowOf(
    {
      id: 'cloudwatch-api',
      service: 'CloudWatch',
      metric: 'API calls',
      unit: 'requests',
      limit: 'cloudwatch-api-calls',
      projection: 'flow',
      basis: 'calls of every operation with an allowance',
      amount,
      account: amount,
      cost: ({ beyond, monthShare }) =>
        costUsd(input.tariff, 'cloudwatch-api-call', beyond) +
        costUsd(input.tariff, 'cloudwatch-get-metric-data', monthShare === 1 ? paidEnd : paid),
      parts:
        paid === 0
          ? []
          : [
              { name: 'with an allowance', used: total(hours) },
              { name: 'paid from the first on', used: paid },
            ],
      gap,
      formula: 'Σ CallCount of each operation without GetMetricData, GetInsightRuleReport, GetMetricWidgetImage',
      summands: free.map((each) => totalOf(each.calls)),
      terms: [
        ...value.map(({ operation, calls: series }) => ({
          name: operation,
          value: totalOf(series),
          unit: isPaid(operation) ? 'requests, paid' : 'requests',
          source: `AWS/Usage CallCount, Sum, Service=CloudWatch, Resource=${operation}`,
        })),
        straightLineTerm(total(hours), period, 'requests'),
      ],
      notes: [
        ACCOUNT_WIDE,
        paid > 0 &&
          `${plural(paid, 'call')} of GetMetricData and its like ${paid === 1 ? 'is' : 'are'} paid from the first on, by the metric: the cost has one metric a call.`,
      ],
    },
    input,
  );
}

function isPaid(operation: string): boolean {
  return paidOperation(`cloudwatch:${operation}`) !== undefined;
}

function customMetrics(input: RowInput): UsageRow {
  const { period, cloudwatch } = input.readings;
  const { value, gap = null } = cloudwatch.customMetrics;
  const amount = value === undefined ? null : level(value.count, period, value.complete ? 'high' : 'low');
  return rowOf(
    {
      id: 'cloudwatch-metrics',
      service: 'CloudWatch',
      metric: 'custom metrics',
      unit: 'metrics',
      limit: 'cloudwatch-custom-metrics',
      projection: 'level',
      basis: 'metrics outside AWS/ with data in the last 3 hours',
      amount,
      account: amount,
      cost: ({ beyond, monthShare }) => monthShare * costUsd(input.tariff, 'cloudwatch-custom-metric', beyond),
      gap,
      formula: 'number of metrics of namespaces that do not begin with AWS/',
      terms: [
        {
          name: 'custom metrics',
          value: value?.count ?? null,
          unit: 'metrics',
          source: 'cloudwatch:ListMetrics, RecentlyActive=PT3H',
        },
      ],
      notes: [
        ACCOUNT_WIDE,
        value?.complete === false &&
          `There are at least ${formatCount(value.count)}: counting all would take more calls.`,
        'A metric is billed by the hour in which it has data; one that rests now is not in it.',
        pastLevelNote(period),
      ],
    },
    input,
  );
}

function dashboards(input: RowInput): UsageRow {
  const { period, cloudwatch } = input.readings;
  const { gap = null } = cloudwatch.dashboards;
  const amount = mapped(cloudwatch.dashboards, (count) => level(count, period)).value ?? null;
  return rowOf(
    {
      id: 'cloudwatch-dashboards',
      service: 'CloudWatch',
      metric: 'dashboards',
      unit: 'dashboards',
      limit: 'cloudwatch-dashboards',
      projection: 'level',
      basis: 'dashboards of the account',
      amount,
      account: amount,
      cost: ({ beyond, monthShare }) => monthShare * costUsd(input.tariff, 'cloudwatch-dashboard', beyond),
      gap,
      formula: 'number of dashboards',
      terms: [{ name: 'dashboards', value: amount?.used ?? null, unit: '', source: 'cloudwatch:ListDashboards' }],
      notes: [pastLevelNote(period)],
    },
    input,
  );
}
