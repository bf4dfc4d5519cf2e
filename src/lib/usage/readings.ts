import type {
  AlarmSettings,
  LogGroupSettings,
  SeriesPoint,
  TableSettings,
  VersionSettings,
} from '../aws/ports/usage-source.ts';
import type { Period } from './month.ts';

// As the ports answer them.
export type { AlarmSettings, SeriesPoint, TableSettings, VersionSettings };

/** Why something could not be read, in words for a person. */
export interface Gap {
  /** A CvopsError's code: `AccessDenied`, `Throttled`, `TableNotFound` … */
  readonly code: string;
  readonly message: string;
  /** The IAM action or the command that mends it. */
  readonly hint?: string;
}

/** A value, or why there is none. One refused call never ends the report. */
export type Reading<T> = { readonly value: T; readonly gap?: never } | { readonly gap: Gap; readonly value?: never };

/** A metric over the month, a point an hour, ordered by time; hours without data have none. */
export type Series = readonly SeriesPoint[];

/** What REPORT lines add up to; exact. */
export interface ReportedCompute {
  readonly invocations: number;
  readonly coldStarts: number;
  /** Σ billed duration × memory. */
  readonly gbSeconds: { readonly x86_64: number; readonly arm64: number };
  /** False: not all of the month's lines were read. */
  readonly complete: boolean;
}

export interface FunctionReadings {
  readonly name: string;
  /** The configured services that name it. */
  readonly services: readonly string[];
  readonly invocations: Reading<Series>;
  /** Milliseconds. INIT is not in it. */
  readonly duration: Reading<Series>;
  /** Concurrent executions. */
  readonly concurrency: Reading<Series>;
  /** `$LATEST` too. */
  readonly versions: Reading<readonly VersionSettings[]>;
  /**
   * Duration and invocations by executed version, through the configured aliases; only where its versions differ in
   * memory or architecture. What ran otherwise is in the function's own series alone.
   */
  readonly byVersion: readonly {
    readonly version: string;
    readonly invocations: Reading<Series>;
    readonly duration: Reading<Series>;
  }[];
  /** The queues that invoke it. */
  readonly sources: Reading<
    readonly {
      readonly queueName: string;
      readonly enabled: boolean;
      readonly batchSize: number;
      readonly maximumConcurrency: number | null;
    }[]
  >;
  /** Only with `--exact`. */
  readonly reported: Reading<ReportedCompute> | null;
}

export interface QueueReadings {
  readonly name: string;
  readonly fifo: boolean;
  readonly services: readonly string[];
  readonly isDeadLetterQueue: boolean;
  readonly sent: Reading<Series>;
  readonly received: Reading<Series>;
  readonly emptyReceives: Reading<Series>;
  /** Bytes of each message sent. Not asked of dead-letter queues, and empty there: SQS itself fills them, for nothing. */
  readonly sizes: Reading<Series>;
}

export interface CapacityReadings {
  readonly provisionedRead: Reading<Series>;
  readonly provisionedWrite: Reading<Series>;
  readonly consumedRead: Reading<Series>;
  readonly consumedWrite: Reading<Series>;
}

export interface IndexReadings extends CapacityReadings {
  readonly name: string;
}

export interface TableReadings extends CapacityReadings {
  readonly name: string;
  readonly services: readonly string[];
  readonly settings: Reading<TableSettings>;
  readonly indexes: readonly IndexReadings[];
}

export interface TopicReadings {
  readonly name: string;
  readonly services: readonly string[];
  readonly published: Reading<Series>;
  readonly delivered: Reading<Series>;
  readonly failed: Reading<Series>;
}

/** Everything that one report rests on; from here on there are no calls. */
export interface Readings {
  readonly region: string;
  readonly period: Period;
  readonly functions: readonly FunctionReadings[];
  readonly queues: readonly QueueReadings[];
  readonly tables: readonly TableReadings[];
  readonly topics: readonly TopicReadings[];
  /** Over all functions of the account and Region, those of this system included. */
  readonly allFunctions: { readonly invocations: Reading<Series>; readonly duration: Reading<Series> };
  readonly events: {
    /** Invocations of targets by rules, over all rules of the Region. */
    readonly rules: Reading<Series>;
    /** Attempts of EventBridge Scheduler, all groups of the Region. */
    readonly schedules: Reading<readonly { readonly group: string; readonly attempts: Series }[]>;
  };
  readonly cloudwatch: {
    readonly alarms: Reading<readonly AlarmSettings[]>;
    readonly dashboards: Reading<number>;
    /** Metrics outside `AWS/` that had data in the last three hours; `complete` false: at least so many. */
    readonly customMetrics: Reading<{ readonly count: number; readonly complete: boolean }>;
    /** API calls by operation, those that are counted: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Usage-Metrics.html */
    readonly calls: Reading<readonly { readonly operation: string; readonly calls: Series }[]>;
  };
  readonly logs: {
    /** Over all groups of the account and Region; bytes. */
    readonly incomingBytes: Reading<Series>;
    readonly groups: Reading<readonly LogGroupSettings[]>;
  };
}
