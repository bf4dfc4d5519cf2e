/** One thing looked at before a replay. */
export interface ReplayCheck {
  readonly id: string;
  readonly status: 'OK' | 'NG' | 'SKIP';
  readonly detail: string;
  /** The replay is refused while this is NG. */
  readonly blocking: boolean;
  /** What mends it; null where nothing needs to, or the detail says all. */
  readonly hint: string | null;
  /** Why AWS does not let it be looked at: the replay goes without this check. Null for all others. */
  readonly unread: string | null;
}

export const ok = (id: string, detail: string): ReplayCheck => ({
  id,
  status: 'OK',
  detail,
  blocking: false,
  hint: null,
  unread: null,
});

export const skip = (id: string, detail: string): ReplayCheck => ({ ...ok(id, detail), status: 'SKIP' });

/** What AWS does not let be looked at. @param why a sentence, which names the IAM action where one is missing. */
export const unread = (id: string, why: string): ReplayCheck => ({
  ...skip(id, `cannot be looked at: ${why}`),
  unread: why,
});

/** A warning, unless `blocking`. */
export const ng = (
  id: string,
  detail: string,
  { blocking = false, hint = null }: { blocking?: boolean; hint?: string | null } = {},
): ReplayCheck => ({ ...ok(id, detail), status: 'NG', blocking, hint });
