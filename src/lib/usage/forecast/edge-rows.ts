import { GB } from '../billed-units.ts';
import { costUsd } from '../tariff/cost.ts';
import type { Tariff } from '../tariff/tariff.ts';
import { type ForecastRow, forecastRow, term } from './forecast-row.ts';
import { polling } from './polling.ts';
import { reportRuns } from './report-reads.ts';
import type { SystemModel } from './system-model.ts';

/** How far stored log lines are compressed: a cautious guess, AWS promises no figure. */
const COMPRESSION = 0.15;

/** SNS and the schedule: as often as the reporter runs, whatever the traffic. */
export function mailRows(_queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const runs = reportRuns(model);
  const mails = runs + model.alarmMails;
  const terms = [term('reports', runs, 'a month'), term('alarms', model.alarmMails, 'a month')];
  return [
    forecastRow(tariff, {
      id: 'sns-publishes',
      service: 'SNS',
      metric: 'publishes',
      unit: 'requests',
      used: mails,
      limit: 'sns-publishes',
      price: 'sns-publish',
      grows: false,
      text: 'reports + alarms',
      terms,
    }),
    forecastRow(tariff, {
      id: 'sns-emails',
      service: 'SNS',
      metric: 'emails',
      unit: 'emails',
      used: mails,
      limit: 'sns-emails',
      price: 'sns-email',
      grows: false,
      text: 'reports + alarms, to one address',
      terms,
    }),
    forecastRow(tariff, {
      id: 'eventbridge-scheduler',
      service: 'EventBridge',
      metric: 'scheduler',
      unit: 'invocations',
      used: runs,
      limit: 'scheduler-invocations',
      price: 'scheduler-invocation',
      grows: false,
      text: 'reports',
      terms: [terms[0]!],
    }),
  ];
}

/** Alarms, API calls and logs. */
export function cloudWatchRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const { audits, processor, alarmMetrics } = model;
  const reports = reportRuns(model) * model.reporter.logBytes;
  const ingested = (invocations: number) =>
    (invocations * processor.logBytesPerInvocation + queries * processor.logBytesPerMessage + reports) / GB;
  const stored = (gb: number) => (gb * model.logRetentionDays * COMPRESSION) / model.days;
  const deliveries = polling(queries, model).deliveries;
  const used = ingested(deliveries);
  const withStored = (gb: number) => gb + stored(gb);
  const free = tariff.limits['logs-gb'].free;
  return [
    forecastRow(tariff, {
      id: 'cloudwatch-alarms',
      service: 'CloudWatch',
      metric: 'alarms',
      unit: 'alarm metrics',
      used: alarmMetrics,
      limit: 'cloudwatch-alarm-metrics',
      price: 'cloudwatch-alarm-metric',
      grows: false,
      text: 'alarms of the system',
      terms: [term('alarms', alarmMetrics, 'alarm metrics')],
    }),
    forecastRow(tariff, {
      id: 'cloudwatch-api',
      service: 'CloudWatch',
      metric: 'API calls',
      unit: 'requests',
      used: audits.perMonth * audits.calls,
      limit: 'cloudwatch-api-calls',
      price: 'cloudwatch-api-call',
      grows: false,
      text: 'usage reports × calls',
      terms: [term('usage reports', audits.perMonth, 'a month'), term('calls', audits.calls, 'a report')],
    }),
    forecastRow(tariff, {
      id: 'cloudwatch-logs',
      service: 'CloudWatch',
      metric: 'logs',
      unit: 'GB',
      used: withStored(used),
      range: {
        low: withStored(ingested(polling(queries, model, model.peak).deliveries)),
        high: withStored(ingested(queries)),
      },
      limit: 'logs-gb',
      price: 'logs-ingested-gb',
      // Storage is a fraction of the price of ingestion; the allowance holds both, ingestion first.
      cost: (gb) => {
        const [taken, kept] = [gb / withStored(1), gb - gb / withStored(1)];
        return (
          costUsd(tariff, 'logs-ingested-gb', taken - free) +
          costUsd(tariff, 'logs-stored-gb-month', kept - Math.max(0, free - taken))
        );
      },
      grows: true,
      text: 'invocations × START, END and REPORT + queries × log line + reports, + what is kept, compressed',
      terms: [
        term('invocations', deliveries, 'a month', 'row lambda-requests'),
        term('START, END and REPORT', processor.logBytesPerInvocation, 'bytes'),
        term('queries', queries, 'a month', '--queries'),
        term('log line', processor.logBytesPerMessage, 'bytes'),
        term('ingested', used, 'GB'),
        term('kept', stored(used), 'GB'),
      ],
    }),
  ];
}

/** Requests to the Worker on the busiest day. Beyond the free ones Cloudflare answers with errors, or the plan is paid. */
export function cloudflareRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const { free } = tariff.limits['cloudflare-requests-per-day'];
  const perDay = queries / model.days;
  return [
    forecastRow(tariff, {
      id: 'cloudflare-requests',
      service: 'Cloudflare',
      metric: 'requests on the busiest day',
      unit: 'requests',
      used: perDay * model.busiestDay,
      // A browser may ask before each request of another origin (CORS): twice as many.
      range: { low: perDay, high: 2 * perDay * model.busiestDay },
      limit: 'cloudflare-requests-per-day',
      price: 'cloudflare-paid-plan',
      cost: (busiest) =>
        busiest <= free
          ? 0
          : costUsd(tariff, 'cloudflare-paid-plan', 1) + costUsd(tariff, 'cloudflare-request', queries),
      grows: true,
      text: 'queries a day × busiest day',
      terms: [
        term('queries a day', perDay, '', '--queries'),
        term('busiest day', model.busiestDay, 'times the average'),
        term('free', free, 'requests a day', 'limit'),
      ],
      notes: ['Not on AWS’s bill. Without the paid plan Cloudflare refuses what is beyond.'],
    }),
  ];
}
