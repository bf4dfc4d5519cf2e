import type { Alarm } from '../aws/ports/alarms.ts';
import type { AliasRecord } from '../release/alias-record.ts';
import type { AliasState } from '../release/show-alias.ts';
import type { Gap } from '../usage/readings.ts';

export interface QueueStatus {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Of the oldest message; null for an empty queue, or where CloudWatch does not know. */
  readonly oldestAgeSeconds: number | null;
}

/** The last release, as the alias itself remembers it. */
export interface LastRelease extends Pick<AliasRecord, 'kind' | 'by' | 'reason'> {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What is null is not configured, or could not be read: then it is among the gaps. */
export interface ServiceStatus {
  readonly service: string;
  readonly alias: AliasState | null;
  /** Null also where the last change was not made by cvops. */
  readonly release: LastRelease | null;
  readonly queue: QueueStatus | null;
  readonly dlq: QueueStatus | null;
}

export interface AlarmStatus extends Pick<Alarm, 'name' | 'state' | 'reason' | 'description'> {
  /** ISO 8601; null when CloudWatch does not say. */
  readonly since: string | null;
  /** The reason in a few words. */
  readonly why: string;
  /** The service whose function or queue it looks at; null when it looks at none. */
  readonly service: string | null;
}

/** A part of the screen that could not be read. */
export interface StatusGap extends Gap {
  /** The alias, queue or age that is missing, with its verb: `alias cv-analytics-processor:live was`. */
  readonly subject: string;
}

/** One look at the whole system. */
export interface SystemStatus {
  /** When, ISO 8601. */
  readonly at: string;
  readonly services: readonly ServiceStatus[];
  /** All that look at the services; empty where they could not be read. */
  readonly alarms: readonly AlarmStatus[];
  readonly gaps: readonly StatusGap[];
}
