import type { Dimensions, MetricSink, Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { Alarms } from './alarms.ts';
import { Dashboards } from './dashboards.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { listMetrics } from './list-metrics.ts';
import { MetricStore } from './metric-store.ts';
import { type PlantedMetric, plantMetrics } from './planted-metric.ts';
import { putMetricData } from './put-metric-data.ts';
import { CLOUDWATCH_SHAPES } from './shapes.ts';
import { Tags } from './tags.ts';
import { normalise, toCloudWatchXml } from './wire.ts';

const UNTRAILED = new Set(['PutMetricData', 'GetMetricData', 'GetMetricStatistics', 'ListMetrics']);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Usage-Metrics.html */
const COUNTED = new Set([
  'DeleteAlarms',
  'DeleteDashboards',
  'DescribeAlarmHistory',
  'DescribeAlarms',
  'GetDashboard',
  'GetMetricData',
  'GetMetricStatistics',
  'ListMetrics',
  'PutDashboard',
  'PutMetricData',
]);

/** Logs counts all of its operations: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
const USAGE_SERVICES: Readonly<Record<string, { readonly name: string; counts(operation: string): boolean }>> = {
  cloudwatch: { name: 'CloudWatch', counts: (operation) => COUNTED.has(operation) },
  logs: { name: 'Logs', counts: () => true },
};

/**
 * CloudWatch metrics, alarms and dashboards in its three protocols (query, JSON 1.0, smithy-rpc-v2-cbor).
 * What it does and does not do: docs/simulator/cloudwatch.md.
 */
export class CloudWatch implements Service {
  readonly id = 'cloudwatch';
  readonly shapes = CLOUDWATCH_SHAPES;
  readonly queryVersion = '2010-08-01';
  readonly xmlNamespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
  readonly jsonTargets = ['GraniteServiceVersion20100801'];
  readonly jsonVersion = '1.0';
  readonly errorNamespace = 'com.amazonaws.cloudwatch.v2010_08_01';
  readonly queryCompatible = true;
  readonly cborService = 'GraniteServiceVersion20100801';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly sink: MetricSink;
  readonly #store: MetricStore;
  readonly #alarms: Alarms;
  readonly #onRead: (() => void)[] = [];
  readonly #usage = new Map<string, Dimensions>();

  constructor(region: Region) {
    this.region = region;
    const { clock } = region;
    const store = new MetricStore(clock);
    this.#store = store;
    this.sink = {
      record(namespace, metric, dimensions, value, unit, options) {
        store.record(namespace, metric, dimensions, value, unit, options?.at ?? clock.now(), options?.count ?? 1);
      },
    };
    const tags = new Tags();
    const beforeRead = () => this.#beforeRead();
    this.#alarms = new Alarms(region, store, tags, beforeRead);
    const read = (operation: (store: MetricStore, input: Input, now: number) => unknown): Operation => {
      return (input) => {
        beforeRead();
        return operation(store, input, clock.now());
      };
    };
    this.operations = onNormalised({
      PutMetricData: (input) => {
        putMetricData(store, input, clock.now());
        return {};
      },
      GetMetricStatistics: read(getMetricStatistics),
      GetMetricData: read(getMetricData),
      ListMetrics: read(listMetrics),
      ...this.#alarms.operations,
      ...new Dashboards(region).operations,
      ...tags.operations,
    });
  }

  /** Calls `fn` before each read and each evaluation of alarms: services that count lazily hand in their numbers then. */
  onRead(fn: () => void): void {
    this.#onRead.push(fn);
  }

  /**
   * Puts data into metrics as if they had been recorded at their times, up to 455 days back.
   * @returns how many points there were.
   * @throws Error for a point that cannot be; nothing is stored then.
   */
  plant(metrics: readonly PlantedMetric[]): number {
    return plantMetrics(this.#store, metrics, this.region.clock.now());
  }

  /**
   * Forgets what came in for a metric in `[from, until)` (simulated ms), in every set of dimensions: AWS delivers metrics
   * on a best-effort basis. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
   */
  lose(namespace: string, metric: string, from: number, until: number): void {
    this.#beforeRead();
    for (const series of this.#store.all(namespace, metric)) this.#store.forget(series, from / 1000, until / 1000);
  }

  /**
   * One more API call, in AWS/Usage, as CloudWatch and Logs publish it.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Service-Quota-Integration.html
   */
  countCall(serviceId: string, operation: string): void {
    const service = USAGE_SERVICES[serviceId];
    if (service?.counts(operation) !== true) return;
    const key = `${serviceId}:${operation}`;
    let dimensions = this.#usage.get(key);
    if (dimensions === undefined) {
      dimensions = { Type: 'API', Resource: operation, Service: service.name, Class: 'None' };
      this.#usage.set(key, dimensions);
    }
    this.sink.record('AWS/Usage', 'CallCount', dimensions, 1, 'None');
  }

  close(): void {
    this.#alarms.close();
    this.#store.close();
  }

  queryOutput(_operation: string, output: unknown): string {
    return toCloudWatchXml(output);
  }

  /** Metric data are data events: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html */
  trailName(operation: string): string | undefined {
    return UNTRAILED.has(operation) ? undefined : operation;
  }

  #beforeRead(): void {
    const { sqs } = this.region as { sqs?: { flushMetrics?: () => void } };
    sqs?.flushMetrics?.();
    for (const fn of this.#onRead) fn();
  }
}

function onNormalised(operations: Readonly<Record<string, Operation>>): Readonly<Record<string, Operation>> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input: Input, call) => operation(normalise(input), call),
    ]),
  ) as Readonly<Record<string, Operation>>;
}
