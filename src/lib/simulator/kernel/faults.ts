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
  readonly error?: { readonly statusCode?: number; readonly code: string; readonly message?: string };
  /** Waits this long (real ms) before the work; goes together with any other effect. */
  readonly delayMs?: number;
  /** Closes the connection before the work. */
  readonly reset?: boolean;
  /** Does the work, then closes the connection without an answer: the caller cannot know. */
  readonly dropResponse?: boolean;
}

export interface StoredFault extends FaultRule {
  readonly id: string;
  hits: number;
}

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
    return stored;
  }

  remove(id: string): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  clear(): void {
    this.#rules = [];
  }

  /** The delays of all matching rules added up, and the first other effect that hits. */
  pick(subject: FaultSubject): { delayMs: number; effect: StoredFault | undefined } {
    let delayMs = 0;
    let effect: StoredFault | undefined;
    for (const rule of this.#rules) {
      const acts = rule.error !== undefined || rule.reset === true || rule.dropResponse === true;
      if (acts && effect !== undefined) continue;
      if (!matches(rule, subject)) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      rule.hits++;
      delayMs += rule.delayMs ?? 0;
      if (acts) effect = rule;
    }
    return { delayMs, effect };
  }
}

function matches(rule: StoredFault, subject: FaultSubject): boolean {
  if (rule.times !== undefined && rule.hits >= rule.times) return false;
  if (rule.service !== undefined && rule.service !== subject.service) return false;
  if (rule.region !== undefined && rule.region !== subject.region) return false;
  if (rule.operation !== undefined && rule.operation !== subject.operation) return false;
  return rule.bodyContains === undefined || subject.body.includes(rule.bodyContains);
}
