import { LAMBDA_POLLERS } from '../lambda-pollers.ts';

/**
 * What the cost of the system at a given traffic follows from. A plain object, so that a measured month can put its own
 * figures into it. Times in ms or seconds, sizes in bytes.
 */
export interface SystemModel {
  /** Days of a month. */
  readonly days: number;
  /** Busiest minute to average minute. */
  readonly peak: number;
  /** Requests to the Worker on the busiest day to those on an average day. */
  readonly busiestDay: number;
  readonly queue: {
    readonly fifo: boolean;
    /** How many of Lambda's pollers ask the queue, idle or not. */
    readonly pollers: number;
    /** A poll without a message takes so long. */
    readonly pollSeconds: number;
    /** Most messages of one invocation. */
    readonly batchSize: number;
    readonly messageBytes: number;
  };
  readonly processor: {
    readonly memoryMb: number;
    readonly architecture: 'x86_64' | 'arm64';
    /** Of one invocation; sessions go side by side in it. */
    readonly durationMs: number;
    /** Between two polls of one poller, beside the function's own time. */
    readonly overheadMs: number;
    readonly initMs: number;
    /** Share of invocations that begin with INIT, 0–1. */
    readonly coldStarts: number;
    /** What Lambda itself writes for an invocation: START, END, REPORT. */
    readonly logBytesPerInvocation: number;
    readonly logBytesPerMessage: number;
  };
  readonly table: {
    readonly billing: 'provisioned' | 'on-demand';
    /** As it is set today. */
    readonly writeUnits: number;
    readonly readUnits: number;
    readonly itemBytes: number;
    readonly retentionDays: number;
  };
  /** The table of releases, beside it in the same 25 units. */
  readonly ledger: { readonly writeUnits: number; readonly readUnits: number };
  readonly reporter: {
    readonly runsPerWeek: number;
    readonly memoryMb: number;
    /** How long it may read, seconds. */
    readonly timeoutSeconds: number;
    /** Items of one Query, and how long that takes. */
    readonly pageItems: number;
    readonly pageMs: number;
    readonly logBytes: number;
  };
  readonly logRetentionDays: number;
  /** Alarm metrics of standard resolution. */
  readonly alarmMetrics: number;
  /** Notifications by alarms in a month. */
  readonly alarmMails: number;
  /** `usage report` so often a month, and its calls of CloudWatch. */
  readonly audits: { readonly perMonth: number; readonly calls: number };
}

/**
 * The example system as infra/terraform sets it, with Lambda's own number of pollers. Duration, cold starts and INIT are
 * the source article's and docs/services.md's; sizes are those of an event with a question of a line.
 */
export const EXAMPLE_SYSTEM: SystemModel = {
  days: 30,
  peak: 5,
  busiestDay: 2,
  queue: {
    fifo: true,
    pollers: LAMBDA_POLLERS.count,
    pollSeconds: LAMBDA_POLLERS.waitSeconds,
    batchSize: 10,
    messageBytes: 400,
  },
  processor: {
    memoryMb: 256,
    architecture: 'arm64',
    durationMs: 12,
    overheadMs: 20,
    initMs: 200,
    coldStarts: 0.02,
    logBytesPerInvocation: 480,
    logBytesPerMessage: 400,
  },
  table: { billing: 'provisioned', writeUnits: 10, readUnits: 5, itemBytes: 500, retentionDays: 90 },
  ledger: { writeUnits: 2, readUnits: 2 },
  reporter: {
    runsPerWeek: 1,
    memoryMb: 256,
    // As long as Lambda lets a function run.
    timeoutSeconds: 900,
    pageItems: 200,
    pageMs: 20,
    logBytes: 1_000,
  },
  logRetentionDays: 14,
  alarmMetrics: 8,
  alarmMails: 4,
  audits: { perMonth: 30, calls: 45 },
};
