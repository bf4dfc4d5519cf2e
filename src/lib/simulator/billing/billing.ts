import type { Clock } from '../kernel/clock.ts';
import { Level } from './level.ts';
import { Tally } from './tally.ts';

/** What AWS counts requests and bytes by. The resource is a queue, function, topic, group … by its name. */
export type Counted =
  /** Each 64 KB of a request; calls that name no queue under the resource ''. */
  | 'sqs-requests'
  | 'lambda-requests'
  /** Billed duration × memory, of x86_64. */
  | 'lambda-gb-seconds'
  | 'lambda-gb-seconds-arm'
  /** Consumed units; billed where the table is on demand. Of a table, or `table/index`. */
  | 'dynamodb-write-units'
  | 'dynamodb-read-units'
  /** Each 64 KB of a publication. */
  | 'sns-publishes'
  | 'sns-emails'
  | 'events-invocations'
  /** Each 64 KB of an event put by PutEvents. */
  | 'events-custom'
  | 'scheduler-invocations'
  | 'logs-bytes'
  /** All API calls, by `service:Operation`. */
  | 'api-calls';

/** What is billed by how long it is held, in hours. */
export type Held =
  /** Of a table, or `table/index`, while it is provisioned. */
  | 'dynamodb-write-capacity'
  | 'dynamodb-read-capacity'
  /** Items and indexes with 100 B for each item. */
  | 'dynamodb-bytes';

/**
 * What AWS would bill for in one region, counted where it happens and apart from every metric: the truth that reports are
 * held against. See docs/simulator/billing.md.
 */
export class Billing {
  readonly #clock: Clock;
  readonly #counted = new Map<Counted, Map<string, Tally>>();
  readonly #held = new Map<Held, Map<string, Level>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Where a resource counts; to be kept by who counts often. */
  tally(quantity: Counted, resource: string): Tally {
    return entry(
      entry(this.#counted, quantity, () => new Map()),
      resource,
      () => new Tally(),
    );
  }

  level(quantity: Held, resource: string): Level {
    return entry(
      entry(this.#held, quantity, () => new Map()),
      resource,
      () => new Level(),
    );
  }

  count(quantity: Counted, resource: string, amount = 1): void {
    this.tally(quantity, resource).add(amount, this.#clock.now());
  }

  hold(quantity: Held, resource: string, amount: number): void {
    this.level(quantity, resource).set(amount, this.#clock.now());
  }

  /**
   * What was billed in `[from, until)` (simulated ms, at full hours), of one resource or of all. Held quantities are
   * amount × hours.
   */
  total(quantity: Counted | Held, from: number, until: number, resource?: string): number {
    const now = this.#clock.now();
    let total = 0;
    for (const [name, tally] of this.#counted.get(quantity as Counted) ?? []) {
      if (resource === undefined || name === resource) total += tally.total(from, until);
    }
    for (const [name, level] of this.#held.get(quantity as Held) ?? []) {
      if (resource === undefined || name === resource) total += level.total(from, until, now);
    }
    return total;
  }

  /** The resources that a quantity was ever counted of. */
  resources(quantity: Counted | Held): readonly string[] {
    return [...(this.#counted.get(quantity as Counted) ?? this.#held.get(quantity as Held) ?? new Map()).keys()];
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
