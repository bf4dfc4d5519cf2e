import type { TopicReach } from '../alarms/reach.ts';
import type { AccessKey } from '../aws/ports/access-keys.ts';
import type { TopicDescribed } from '../aws/ports/account.ts';
import type { Alarm } from '../aws/ports/alarms.ts';
import type { FunctionConfiguration } from '../aws/ports/function-configurations.ts';
import type { Alias, EventSource, Provisioned } from '../aws/ports/functions.ts';
import type { Queue } from '../aws/ports/queues.ts';
import type { Schedule } from '../aws/ports/schedules.ts';
import type { GuardedTable } from '../aws/ports/table-safety.ts';
import type { AlarmSettings, LogGroupSettings } from '../aws/ports/usage-source.ts';
import type { Reading } from '../usage/readings.ts';
import type { Limit, LimitId } from '../usage/tariff/tariff.ts';

/** What is audited: a part of the system, called as `doctor` calls it. */
export interface Subject {
  /** `processor`, `processor.dlq`, `ledger.table`. */
  readonly label: string;
  /** Its name in AWS. */
  readonly name: string;
}

export interface QueueFacts extends Subject {
  readonly isDeadLetterQueue: boolean;
  /** Where its dead letters go, as configured; null where nothing says so. */
  readonly dlq: string | null;
  readonly queue: Reading<Queue>;
  /** Of the oldest message, seconds; null where it is empty or CloudWatch does not know. Of dead-letter queues only. */
  readonly oldestAgeSeconds: Reading<number | null>;
}

/** The most that a run of the version with this much memory has used. */
export interface MemoryUse {
  readonly usedMb: number;
  readonly memoryMb: number;
  readonly runs: number;
}

export interface FunctionFacts extends Subject {
  readonly service: string;
  readonly alias: string;
  /** The queue that it reads, as configured; null without one. */
  readonly queue: string | null;
  readonly served: Reading<Alias>;
  /** Oldest first, `$LATEST` last. */
  readonly versions: Reading<readonly FunctionConfiguration[]>;
  /** The function's own resource policy, JSON; null without one. */
  readonly policy: Reading<string | null>;
  /** Null where none is reserved, or no queue calls it. */
  readonly reserved: Reading<number | null>;
  readonly provisioned: Reading<readonly Provisioned[]>;
  /** Over {@link MEASURED_DAYS}, through the alias; null when it was not called. */
  readonly p95Ms: Reading<number | null>;
  /** By the log of the last day; null where it tells of no run. */
  readonly memory: Reading<MemoryUse | null>;
}

export interface TableFacts extends Subject {
  /** The table of releases: nothing in it expires. */
  readonly isLedger: boolean;
  readonly table: Reading<GuardedTable>;
  readonly expiryAttribute: Reading<string | null>;
  readonly recovery: Reading<boolean>;
}

export interface TopicFacts extends Subject {
  readonly topic: Reading<TopicDescribed>;
}

/** The IAM user whose key the Worker sends with. */
export interface SenderFacts extends Subject {
  readonly service: string;
  readonly keys: Reading<readonly AccessKey[]>;
}

/** What the whole account has, of which a part is free. */
export interface AccountFacts {
  readonly alarms: Reading<readonly AlarmSettings[]>;
  readonly customMetrics: Reading<{ readonly count: number; readonly complete: boolean }>;
  readonly dashboards: Reading<number>;
}

/** Everything that the checks look at; what could not be read is a gap. */
export interface SystemFacts {
  /** AWS's time, ms since the epoch. */
  readonly nowMs: number;
  readonly queues: readonly QueueFacts[];
  readonly functions: readonly FunctionFacts[];
  readonly tables: readonly TableFacts[];
  readonly topics: readonly TopicFacts[];
  readonly senders: readonly SenderFacts[];
  /** Of all functions. */
  readonly sources: Reading<readonly EventSource[]>;
  /** Of the Region. */
  readonly schedules: Reading<readonly Schedule[]>;
  /** Of the Region. */
  readonly alarms: Reading<readonly Alarm[]>;
  /** Who listens to the topics that alarms tell, by ARN. */
  readonly reach: ReadonlyMap<string, TopicReach>;
  /** Of the Region. */
  readonly logGroups: Reading<readonly LogGroupSettings[]>;
  /** Null where a single service is looked at. */
  readonly account: AccountFacts | null;
  readonly limits: Readonly<Record<LimitId, Limit>>;
}

/** How far back durations are looked at. */
export const MEASURED_DAYS = 7;
