import type { LogLine } from './function-logs.ts';
import type { EventSource } from './functions.ts';

/** One period of a metric. */
export interface SeriesPoint {
  /** Its start, ms since the epoch. */
  readonly at: number;
  readonly sum: number;
  readonly average: number;
  readonly maximum: number;
  /** How many observations it has. */
  readonly samples: number;
}

export interface SeriesQuery {
  /** `AWS/SQS`. */
  readonly namespace: string;
  readonly metric: string;
  /** All of them, by name: CloudWatch adds nothing up over dimensions that are left out. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodSeconds: number;
}

export interface MetricFilter {
  /** Without it, all namespaces. */
  readonly namespace?: string;
  readonly metric?: string;
  /** Those that a metric must have; null for any value. */
  readonly dimensions?: Readonly<Record<string, string | null>>;
  /** Only what had data in the last three hours; without it, in the last two weeks. */
  readonly recentlyActive?: boolean;
  /** How many pages of 500 to read at most. */
  readonly mostPages: number;
}

export interface MetricName {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What CloudWatch has measured. Errors are CvopsError. */
export interface Measurements {
  /** Sum, average, maximum and number of observations together, in one free call. In any order, perhaps one a unit. */
  series(query: SeriesQuery): Promise<readonly SeriesPoint[]>;
  /**
   * Percentiles over all observations of a span, in the order of `ranks` (0–100); null without observations.
   * @param query its ends are whole hours.
   */
  percentiles(query: Omit<SeriesQuery, 'periodSeconds'>, ranks: readonly number[]): Promise<readonly number[] | null>;
  /** Which metrics there are. `complete` false: there are more pages. */
  metrics(filter: MetricFilter): Promise<{ readonly metrics: readonly MetricName[]; readonly complete: boolean }>;
}

export interface AlarmSettings {
  readonly name: string;
  /** How many metrics it is billed as: a maths alarm has its metrics, an anomaly detection three, a composite none. */
  readonly metrics: number;
  /** A period under a minute; never free. */
  readonly highResolution: boolean;
  readonly composite: boolean;
}

/** What is set up in CloudWatch. Errors are CvopsError. */
export interface Monitoring {
  /** All alarms of the Region. */
  allAlarms(): Promise<readonly AlarmSettings[]>;
  /** How many dashboards the account has. */
  dashboards(): Promise<number>;
}

export interface VersionSettings {
  /** A number, or `$LATEST`. */
  readonly version: string;
  readonly memoryMb: number;
  readonly architecture: 'x86_64' | 'arm64';
  /** When it was published, ms since the epoch. */
  readonly modifiedAt: number;
  /** Where its runs are logged; absent: `/aws/lambda/<function>`. */
  readonly logGroup?: string;
}

/** What functions are billed by. Errors are CvopsError. */
export interface FunctionSettings {
  /** Of all its versions, `$LATEST` too. */
  versionSettings(functionName: string): Promise<readonly VersionSettings[]>;
  /** Of all functions of the account. */
  allEventSources(): Promise<readonly EventSource[]>;
}

export interface TableSettings {
  readonly billing: 'PROVISIONED' | 'PAY_PER_REQUEST';
  readonly tableClass: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly read: number;
  readonly write: number;
  /** Hours old. */
  readonly sizeBytes: number;
  readonly items: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly indexes: readonly {
    readonly name: string;
    readonly read: number;
    readonly write: number;
    readonly sizeBytes: number;
    readonly items: number;
  }[];
}

/** What tables are billed by. Errors are CvopsError. */
export interface TableCapacities {
  /** One DescribeTable; throws TableNotFound. */
  settings(tableName: string): Promise<TableSettings>;
}

export interface LogGroupSettings {
  readonly name: string;
  readonly storedBytes: number;
  /** null: kept for ever. */
  readonly retentionDays: number | null;
}

/** What logs are billed by. Errors are CvopsError. */
export interface LogGroups {
  /** All groups of the Region. */
  logGroups(): Promise<readonly LogGroupSettings[]>;
}

/** What Lambda says of each invocation. Errors are CvopsError. */
export interface ReportLines {
  /**
   * The lines with which Lambda ends each invocation, in its plain or its JSON format, page by page and in any order; a
   * page may be empty. Others that look alike may be among them.
   * @param span both ends within, ms since the epoch.
   * @param groups the log groups of the function; `/aws/lambda/<function>` where there are none.
   */
  reportLines(
    functionName: string,
    span: { readonly fromMs: number; readonly toMs: number },
    groups?: readonly string[],
  ): AsyncIterable<readonly LogLine[]>;
}

/** Everything that usage is read from. Each is made, and its client loaded, when it is first asked for. */
export interface UsageSources {
  measurements(): Promise<Measurements>;
  monitoring(): Promise<Monitoring>;
  functions(): Promise<FunctionSettings>;
  tables(): Promise<TableCapacities>;
  logs(): Promise<LogGroups & ReportLines>;
}
