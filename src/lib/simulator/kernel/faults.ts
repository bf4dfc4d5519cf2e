import { seededRandom } from './random.ts';

/**
 * A fault rule. The shape follows the chaos rules in use with other AWS emulators (service, region, operation,
 * probability, error), with three effects of our own. The first rule that matches and hits decides.
 */
export interface FaultRule {
  readonly service?: string;
  readonly region?: string;
  readonly operation?: string;
  /** 0–1, default 1. */
  readonly probability?: number;
  /** The rule ends after this many hits. */
  readonly times?: number;
  /** Only calls whose raw body holds this text. */
  readonly bodyContains?: string;
  /** Answers this error without doing the work. */
  readonly error?: {
    readonly statusCode?: number;
    readonly code: string;
    /** What clients of the query protocol see, and what JSON clients find in `x-amzn-query-error`. */
    readonly queryCode?: string;
    readonly message?: string;
  };
  /** Waits this long (real ms) before the work; goes together with any other effect. */
  readonly delayMs?: number;
  /** Closes the connection before the work. */
  readonly reset?: boolean;
  /** Does the work, then closes the connection without an answer: the caller cannot know. */
  readonly dropResponse?: boolean;
  /**
   * Single entries of a batch fail, the others go on: they are listed as `Failed` with this code. `probability` and
   * `times` then count entries, not calls.
   */
  readonly entries?: {
    readonly code: string;
    readonly message?: string;
    /** Default false: the service's fault. */
    readonly senderFault?: boolean;
    /** The entry is done all the same, so that trying it again does it twice. */
    readonly afterCommit?: boolean;
  };
  /** The rule draws from a generator of its own: it hits the same of its calls whatever other rules there are. */
  readonly seed?: number;
}

export interface StoredFault extends FaultRule {
  readonly id: string;
  hits: number;
}

/** Asked once for each entry of a batch: the failure that it shall end in, if any. */
export type EntryFault = () => NonNullable<FaultRule['entries']> | undefined;

export interface FaultSubject {
  readonly service: string;
  readonly region: string;
  readonly operation: string;
  readonly body: Buffer;
}

/** The rules in force, and how often each has hit. */
export class Faults {
  #rules: StoredFault[] = [];
  #next = 1;
  readonly #random: () => number;
  readonly #own = new Map<string, () => number>();

  constructor(random: () => number) {
    this.#random = random;
  }

  get rules(): readonly StoredFault[] {
    return this.#rules;
  }

  get active(): boolean {
    return this.#rules.length > 0;
  }

  add(rule: FaultRule): StoredFault {
    const stored: StoredFault = { ...rule, id: `fault-${this.#next++}`, hits: 0 };
    this.#rules.push(stored);
    if (rule.seed !== undefined) this.#own.set(stored.id, seededRandom(rule.seed));
    return stored;
  }

  remove(id: string): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    this.#own.delete(id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
    this.#own.clear();
  }

  /** The delays of all matching rules added up, the first other effect that hits, and what fails entries of the batch. */
  pick(subject: FaultSubject): {
    delayMs: number;
    effect: StoredFault | undefined;
    entries: EntryFault | undefined;
  } {
    let delayMs = 0;
    let effect: StoredFault | undefined;
    const partial: StoredFault[] = [];
    for (const rule of this.#rules) {
      if (rule.entries !== undefined) {
        if (matches(rule, subject)) partial.push(rule);
        continue;
      }
      const acts = rule.error !== undefined || rule.reset === true || rule.dropResponse === true;
      if (acts && effect !== undefined) continue;
      if (!matches(rule, subject)) continue;
      if (!this.#strikes(rule)) continue;
      delayMs += rule.delayMs ?? 0;
      if (acts) effect = rule;
    }
    return { delayMs, effect, entries: partial.length === 0 ? undefined : () => this.#failure(partial) };
  }

  #failure(rules: readonly StoredFault[]): StoredFault['entries'] {
    return rules.find((rule) => !spent(rule) && this.#strikes(rule))?.entries;
  }

  /** Draws whether a rule that matches hits, and counts the hit. */
  #strikes(rule: StoredFault): boolean {
    const random = this.#own.get(rule.id) ?? this.#random;
    if (rule.probability !== undefined && random() >= rule.probability) return false;
    rule.hits++;
    return true;
  }
}

function spent(rule: StoredFault): boolean {
  return rule.times !== undefined && rule.hits >= rule.times;
}

function matches(rule: StoredFault, subject: FaultSubject): boolean {
  if (spent(rule)) return false;
  if (rule.service !== undefined && rule.service !== subject.service) return false;
  if (rule.region !== undefined && rule.region !== subject.region) return false;
  if (rule.operation !== undefined && rule.operation !== subject.operation) return false;
  return rule.bodyContains === undefined || subject.body.includes(rule.bodyContains);
}
