/** One thing looked at before a replay. */
export interface ReplayCheck {
  readonly id: string;
  readonly status: 'OK' | 'NG' | 'SKIP';
  readonly detail: string;
  /** The replay is refused while this is NG. */
  readonly blocking: boolean;
  /** What mends it; null where nothing needs to, or the detail says all. */
  readonly hint: string | null;
}

export const ok = (id: string, detail: string): ReplayCheck => ({
  id,
  status: 'OK',
  detail,
  blocking: false,
  hint: null,
});

export const skip = (id: string, detail: string): ReplayCheck => ({ ...ok(id, detail), status: 'SKIP' });

/** A warning, unless `blocking`. */
export const ng = (
  id: string,
  detail: string,
  { blocking = false, hint = null }: { blocking?: boolean; hint?: string | null } = {},
): ReplayCheck => ({ id, status: 'NG', detail, blocking, hint });
