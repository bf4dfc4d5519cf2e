import type { Tariff } from '../tariff/tariff.ts';
import { type ForecastRow, forecastRow, term } from './forecast-row.ts';
import { polling } from './polling.ts';
import { reportRuns, weekPages } from './report-reads.ts';
import type { SystemModel } from './system-model.ts';

/** Requests and GB-seconds of the processor and the reporter. */
export function lambdaRows(queries: number, model: SystemModel, tariff: Tariff): readonly ForecastRow[] {
  const { processor, reporter } = model;
  const even = polling(queries, model);
  const bursts = polling(queries, model, model.peak);
  const runs = reportRuns(model);
  const gb = (memoryMb: number) => memoryMb / 1_024;
  // INIT is billed as duration is: https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
  const secondsOf = (coldStarts: number) => (processor.durationMs + coldStarts * processor.initMs) / 1_000;
  const reportSeconds = Math.min(reporter.timeoutSeconds, (weekPages(queries, model) * reporter.pageMs) / 1_000);
  const reports = runs * reportSeconds * gb(reporter.memoryMb);
  const compute = (invocations: number, coldStarts: number) =>
    invocations * secondsOf(coldStarts) * gb(processor.memoryMb) + reports;
  const fillTerms = [
    term('queries', queries, 'a month', '--queries'),
    term('messages of one invocation', even.fill, '', 'arrivals while a poller is busy'),
  ];
  return [
    forecastRow(tariff, {
      id: 'lambda-requests',
      service: 'Lambda',
      metric: 'requests',
      unit: 'requests',
      used: even.deliveries + runs,
      range: { low: bursts.deliveries + runs, high: queries + runs },
      limit: 'lambda-requests',
      price: 'lambda-request',
      grows: true,
      text: 'queries / messages of one invocation + reports',
      terms: [...fillTerms, term('reports', runs, 'a month')],
    }),
    forecastRow(tariff, {
      id: 'lambda-compute',
      service: 'Lambda',
      metric: 'compute',
      unit: 'GB-seconds',
      used: compute(even.deliveries, processor.coldStarts),
      range: { low: compute(bursts.deliveries, 0), high: compute(queries, processor.coldStarts) },
      limit: 'lambda-gb-seconds',
      price: processor.architecture === 'arm64' ? 'lambda-gb-second-arm' : 'lambda-gb-second-x86',
      grows: true,
      text: 'invocations × (duration + cold starts × INIT) × memory + reports × time to read a week × memory',
      terms: [
        term('invocations', even.deliveries, 'a month', 'row lambda-requests'),
        term('duration', processor.durationMs, 'ms', '--duration'),
        term('cold starts', processor.coldStarts, 'of invocations'),
        term('INIT', processor.initMs, 'ms'),
        term('memory', processor.memoryMb, 'MB', '--memory'),
        term('reports', runs, 'a month'),
        term('time to read a week', reportSeconds, 's'),
      ],
    }),
  ];
}
