import type { TrailEvent } from '../kernel/region.ts';
import { isReadOnly } from './read-only.ts';

/** A session of AssumeRole ends after twelve hours at the latest (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
const SESSION_MS = 12 * 3_600_000;
/** Events that are kept; a simulator that something polls for days would grow without end. */
export const MAX_EVENTS = 50_000;
const SLACK = 5_000;

/** A region's management calls, oldest first, up to a number. */
export class Trail {
  #events: TrailEvent[] = [];

  get events(): readonly TrailEvent[] {
    return this.#events;
  }

  /** Adds a call. Answers of read-only calls are not kept: no record shows them, and they can be large. */
  add(event: TrailEvent): void {
    this.#events.push(isReadOnly(event.eventName) ? { ...event, responseElements: undefined } : event);
    if (this.#events.length < MAX_EVENTS + SLACK) return;
    const from = this.#events.length - MAX_EVENTS;
    // Who a session is, is known from the call that began it.
    const sessions = this.#events
      .slice(0, from)
      .filter((old) => old.eventName === 'AssumeRole' && old.at > event.at - SESSION_MS);
    this.#events = [...sessions.slice(-SLACK / 2), ...this.#events.slice(from)];
  }
}
