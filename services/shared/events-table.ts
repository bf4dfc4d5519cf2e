import type { AnalyticsEvent } from './event.ts';

/**
 * The table's attributes. The partition is the day on which the event happened, the sort key its id: the reporter reads
 * a week with seven queries and no index, and since both come from the event itself, one event has one place however
 * often it is delivered. `docs/services.md` weighs this against its alternatives.
 */
export const EVENTS_TABLE = {
  hashKey: 'day',
  rangeKey: 'id',
  ttl: 'expiresAt',
} as const;

/** An event as the table holds it. */
export interface StoredEvent {
  /** `2026-03-02`, in UTC. */
  readonly day: string;
  readonly id: string;
  /** Seconds since the epoch, when DynamoDB may delete the item. */
  readonly expiresAt: number;
  readonly type: AnalyticsEvent['type'];
  readonly sessionId: string;
  readonly occurredAt: string;
  /** The question in the form in which equal questions are equal. */
  readonly topic?: string;
  readonly [attribute: string]: unknown;
}

const DAY_SECONDS = 86_400;

/** The item of an event. @param retentionDays counted from when it happened, so a late delivery does not live longer. */
export function toStoredEvent(
  event: AnalyticsEvent,
  retentionDays: number,
  normaliseQuery: (query: string) => string,
): StoredEvent {
  return {
    ...event,
    day: event.occurredAt.slice(0, 10),
    expiresAt: Math.floor(Date.parse(event.occurredAt) / 1000) + retentionDays * DAY_SECONDS,
    ...(event.type === 'query' ? { topic: normaliseQuery(event.query) } : {}),
  };
}
