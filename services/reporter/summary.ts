import type { Week } from './week.ts';

/** The attributes of an event that the report is made of. */
export interface ReportedEvent {
  readonly type: string;
  readonly sessionId: string;
  readonly occurredAt: string;
  readonly topic?: string;
  readonly path?: string;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface Summary {
  readonly week: Week;
  readonly total: number;
  /** One for each day, zeros included. */
  readonly perDay: readonly Counted[];
  readonly perType: readonly Counted[];
  readonly sessions: number;
  readonly topQueries: readonly Counted[];
  readonly topPaths: readonly Counted[];
  /** Hour of the day in UTC, 0–23, over the whole week. */
  readonly busiestHour: { readonly hour: number; readonly count: number } | undefined;
}

const TOP = 10;

/** Counts a week's events as they come; holds the distinct names only, not the events. */
export class SummaryBuilder {
  readonly #week: Week;
  readonly #perDay = new Map<string, number>();
  readonly #perType = new Map<string, number>();
  readonly #queries = new Map<string, number>();
  readonly #paths = new Map<string, number>();
  readonly #hours = new Map<number, number>();
  readonly #sessions = new Set<string>();
  #total = 0;

  constructor(week: Week) {
    this.#week = week;
  }

  add(event: ReportedEvent): void {
    this.#total++;
    this.#sessions.add(event.sessionId);
    count(this.#perDay, event.occurredAt.slice(0, 10));
    count(this.#perType, event.type);
    count(this.#hours, Number(event.occurredAt.slice(11, 13)));
    if (event.topic !== undefined) count(this.#queries, event.topic);
    if (event.path !== undefined) count(this.#paths, event.path);
  }

  summary(): Summary {
    const [busiest] = [...this.#hours].sort(([a, x], [b, y]) => y - x || a - b);
    return {
      week: this.#week,
      total: this.#total,
      perDay: this.#week.days.map((day) => ({ name: day, count: this.#perDay.get(day) ?? 0 })),
      perType: top(this.#perType, this.#perType.size),
      sessions: this.#sessions.size,
      topQueries: top(this.#queries, TOP),
      topPaths: top(this.#paths, TOP),
      busiestHour: busiest === undefined ? undefined : { hour: busiest[0], count: busiest[1] },
    };
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The most frequent first, equal ones by name, so that the same week gives the same mail. */
function top(counts: ReadonlyMap<string, number>, length: number): Counted[] {
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, length)
    .map(([name, found]) => ({ name, count: found }));
}
