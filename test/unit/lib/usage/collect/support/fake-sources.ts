import type { LogLine } from '../../../../../../src/lib/aws/ports/function-logs.ts';
import type { EventSource } from '../../../../../../src/lib/aws/ports/functions.ts';
import type {
  LogGroupSettings,
  MetricFilter,
  MetricName,
  SeriesQuery,
  UsageSources,
} from '../../../../../../src/lib/aws/ports/usage-source.ts';
import type {
  AlarmSettings,
  SeriesPoint,
  TableSettings,
  VersionSettings,
} from '../../../../../../src/lib/usage/readings.ts';

/** What an account answers; every call is noted, and `failure` is thrown where it gives an error. */
export class FakeSources implements UsageSources {
  /** `series AWS/SQS NumberOfMessagesSent QueueName=q`, `versions f` … in the order of the calls. */
  readonly calls: string[] = [];
  /** The calls that were made when another service than CloudWatch was first wanted. */
  loadedAfter: readonly string[] | undefined;
  /** The most calls that were under way at the same time. */
  atOnce = 0;
  versions: readonly VersionSettings[] = [];
  eventSources: readonly EventSource[] = [];
  table: TableSettings = {
    billing: 'PROVISIONED',
    tableClass: 'STANDARD',
    read: 5,
    write: 5,
    sizeBytes: 0,
    items: 0,
    createdAt: 0,
    indexes: [],
  };
  alarms: readonly AlarmSettings[] = [];
  groups: readonly LogGroupSettings[] = [];
  /** Messages of the functions' logs, by page. */
  reports: readonly (readonly string[])[] = [];
  listed: readonly MetricName[] = [];
  isWholeList = true;
  points: (query: SeriesQuery) => readonly SeriesPoint[] = () => [];
  failure: (call: string) => Error | undefined = () => undefined;
  #underWay = 0;

  measurements = async () => ({
    series: (query: SeriesQuery) =>
      this.#call(`series ${query.namespace} ${query.metric} ${pairs(query.dimensions)}`, () => this.points(query)),
    percentiles: async () => null,
    metrics: (filter: MetricFilter) =>
      this.#call(`metrics ${filter.namespace ?? 'all'}`, () => ({
        metrics: this.listed.filter(
          ({ namespace }) => filter.namespace === undefined || namespace === filter.namespace,
        ),
        complete: this.isWholeList,
      })),
  });
  monitoring = async () => ({
    allAlarms: () => this.#call('alarms', () => this.alarms),
    dashboards: () => this.#call('dashboards', () => 1),
  });
  functions = async () => ({
    versionSettings: (name: string) => this.#call(`versions ${name}`, () => this.versions),
    allEventSources: () => this.#call('event sources', () => this.eventSources),
  });
  tables = async () => {
    this.loadedAfter ??= [...this.calls];
    return { settings: (name: string) => this.#call(`table ${name}`, () => this.table) };
  };
  logs = async () => ({
    logGroups: () => this.#call('log groups', () => this.groups),
    reportLines: (name: string, _span: object, groups: readonly string[] = []) => this.#reportLines(name, groups),
  });

  async *#reportLines(name: string, groups: readonly string[]): AsyncGenerator<readonly LogLine[]> {
    for (const page of this.reports) {
      await this.#call(['report lines', name, ...groups].join(' '), () => undefined);
      yield page.map((message) => ({ at: 0, stream: `2026/11/01/[2]${name}`, message }));
    }
  }

  async #call<T>(name: string, answer: () => T): Promise<T> {
    this.calls.push(name.trimEnd());
    this.#underWay++;
    this.atOnce = Math.max(this.atOnce, this.#underWay);
    await new Promise((resolve) => setImmediate(resolve));
    this.#underWay--;
    const failure = this.failure(name.trimEnd());
    if (failure !== undefined) throw failure;
    return answer();
  }
}

function pairs(dimensions: Readonly<Record<string, string>>): string {
  return Object.entries(dimensions)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
