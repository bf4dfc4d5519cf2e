import type { LogLine, LogPages, LogQuery } from '../aws/ports/function-logs.ts';

/** Lines may arrive so much later than the time that they carry; those of one stream in order, those of others before. */
const LATE_MS = 60_000;
/** The clock of this machine may be behind AWS's. */
const AHEAD_MS = 5 * 60_000;
/** Of one look; the rest comes with the next. */
const MOST_LINES = 20_000;

/** Answers what is new in a log: each line once, late ones too. */
export class LogFollower {
  readonly #logs: LogPages;
  readonly #functionName: string;
  readonly #query: Pick<LogQuery, 'text' | 'signal'>;
  /** How often each line has been told; the same words may be logged twice in a millisecond. */
  readonly #told = new Map<string, { at: number; count: number }>();
  #fromMs: number;

  /** @param told lines that were told before. @param fromMs where all before it is told, or not wanted. */
  constructor(
    logs: LogPages,
    functionName: string,
    query: Pick<LogQuery, 'text' | 'signal'>,
    { told, fromMs }: { readonly told: readonly LogLine[]; readonly fromMs: number },
  ) {
    this.#logs = logs;
    this.#functionName = functionName;
    this.#query = query;
    this.#fromMs = fromMs;
    for (const line of told) this.#tell(line);
  }

  /** @param nowMs AWS's time. @returns new lines, in order of time. */
  async next(nowMs: number): Promise<readonly LogLine[]> {
    const query = { ...this.#query, fromMs: this.#fromMs, toMs: nowMs + AHEAD_MS, limit: MOST_LINES };
    const lines: LogLine[] = [];
    for await (const page of this.#logs.pages(this.#functionName, query)) lines.push(...page);
    lines.sort((a, b) => a.at - b.at);
    const counts = new Map<string, number>();
    const fresh = lines.filter((line) => {
      const key = keyOf(line);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= (this.#told.get(key)?.count ?? 0)) return false;
      this.#tell(line);
      return true;
    });
    // Again from before now, for what is late; where there is too much for one look, on from its end.
    this.#fromMs = lines.length < MOST_LINES ? Math.max(this.#fromMs, nowMs - LATE_MS) : lines.at(-1)!.at;
    for (const [key, { at }] of this.#told) if (at < this.#fromMs) this.#told.delete(key);
    return fresh;
  }

  #tell(line: LogLine): void {
    const key = keyOf(line);
    this.#told.set(key, { at: line.at, count: (this.#told.get(key)?.count ?? 0) + 1 });
  }
}

function keyOf({ at, stream, message }: LogLine): string {
  return `${at} ${stream} ${message}`;
}
