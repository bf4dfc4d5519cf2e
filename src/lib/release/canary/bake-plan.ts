/** How long a step is watched. All in ms. */
export interface Bake {
  /** At the least. */
  readonly bakeMs: number;
  /** At the most, when the verdict is still open at the end of the bake. */
  readonly maxBakeMs: number;
  /** The function's timeout: an invocation that hangs counts only when it has ended. */
  readonly timeoutMs: number;
}

/** One look at a step. */
export interface PlannedLook {
  /** ms after the step began. */
  readonly afterMs: number;
  /** May it let the step pass? Those before only end it. */
  readonly decides: boolean;
}

/** CloudWatch has a point a minute. */
const SHORTEST_MS = 60_000;
const LOOKS_IN_BAKE = 5;

/**
 * When a step is looked at: up to five times within the bake, to end a bad one early; at its end, once what began in it
 * has ended; and then once each further bake until the limit. Few looks, since all share one error budget.
 */
export function planLooks({ bakeMs, maxBakeMs, timeoutMs }: Bake): readonly PlannedLook[] {
  const every = Math.max(SHORTEST_MS, bakeMs / LOOKS_IN_BAKE);
  const looks: PlannedLook[] = [];
  for (let at = every; at < bakeMs; at += every) looks.push({ afterMs: at, decides: false });
  looks.push({ afterMs: bakeMs + timeoutMs, decides: true });
  const pause = Math.max(SHORTEST_MS, bakeMs);
  for (let at = bakeMs + pause; at <= maxBakeMs; at += pause) looks.push({ afterMs: at + timeoutMs, decides: true });
  return looks;
}
