const DAY_MS = 86_400_000;

/** A week of seven days in UTC, Monday first, as `2026-03-02`. */
export interface Week {
  readonly days: readonly string[];
}

/** The last week that was over at a time: from the Monday before last Monday to the Sunday before it. */
export function lastFullWeek(at: Date): Week {
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  // getUTCDay counts from Sunday.
  const monday = midnight - ((at.getUTCDay() + 6) % 7) * DAY_MS;
  return {
    days: Array.from({ length: 7 }, (_, i) => new Date(monday + (i - 7) * DAY_MS).toISOString().slice(0, 10)),
  };
}
