import type { LogLine, LogPages, LogQuery } from '../aws/ports/function-logs.ts';

/** Lines may arrive so much later than the time that they carry; those of one stream in order, those of others before. */
const LATE_MS = 60_000;
/** The clock of this machine may be behind AWS's. */
const AHEAD_MS = 5 * 60_000;
/** Of one look; the rest comes with the next. */
const MOST_LINES = 20_000;
/** Until what has come is told. */
const CALLS_A_LOOK = 40;

/** One way through all pages from a time on. */
interface Look {
  readonly pages: AsyncIterator<readonly LogLine[]>;
  /** When it began, AWS's time. */
  readonly askedMs: number;
  /** How often each line has come. */
  readonly counts: Map<string, number>;
  read: number;
  lastAt: number;
}

/** Answers what is new in a log: each line once, late ones too. */
export class LogFollower {
  readonly #logs: LogPages;
  readonly #functionName: string;
  readonly #query: Pick<LogQuery, 'text' | 'signal'>;
  /** How often each line has been told; the same words may be logged twice in a millisecond. */
  readonly #told = new Map<string, { at: number; count: number }>();
  #fromMs: number;
  /** A look that is not over. */
  #open: Look | undefined;

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
    const look = this.#open ?? this.#begin(nowMs);
    this.#open = undefined;
    const lines: LogLine[] = [];
    let done = false;
    // A long way through empty pages is gone in several looks.
    for (let calls = 0; calls < CALLS_A_LOOK && !done; calls++) {
      const page = await look.pages.next();
      done = page.done === true;
      if (page.done !== true) lines.push(...page.value);
    }
    lines.sort((a, b) => a.at - b.at);
    const { counts } = look;
    const fresh = lines.filter((line) => {
      const key = keyOf(line);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= (this.#told.get(key)?.count ?? 0)) return false;
      this.#tell(line);
      return true;
    });
    look.read += lines.length;
    look.lastAt = lines.at(-1)?.at ?? look.lastAt;
    if (done) this.#end(look);
    else this.#open = look;
    return fresh;
  }

  #begin(askedMs: number): Look {
    const query = { ...this.#query, fromMs: this.#fromMs, toMs: askedMs + AHEAD_MS, limit: MOST_LINES };
    const pages = this.#logs.pages(this.#functionName, query)[Symbol.asyncIterator]();
    return { pages, askedMs, counts: new Map(), read: 0, lastAt: this.#fromMs };
  }

  /** Again from before now, for what is late; where there is too much for one look, on from its end. */
  #end({ askedMs, read, lastAt }: Look): void {
    this.#fromMs = read < MOST_LINES ? Math.max(this.#fromMs, askedMs - LATE_MS) : lastAt;
    for (const [key, { at }] of this.#told) if (at < this.#fromMs) this.#told.delete(key);
  }

  #tell(line: LogLine): void {
    const key = keyOf(line);
    this.#told.set(key, { at: line.at, count: (this.#told.get(key)?.count ?? 0) + 1 });
  }
}

function keyOf({ at, stream, message }: LogLine): string {
  return `${at} ${stream} ${message}`;
}
