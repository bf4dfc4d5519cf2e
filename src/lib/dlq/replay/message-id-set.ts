const WORDS = 3;
/** Each grows by itself, so that growing never needs a second table of the whole size. */
const SHARDS = 64;
const FIRST_CAPACITY = 64;
const FULL = 0.85;
const GROWTH = 1.2;

/**
 * A set of MessageIds in about 16 bytes each, for runs over millions. Of a random UUID 92 random bits are kept: that two
 * of a million are taken for one another has a chance of 1 in 10^16. Ids that are no UUIDs are kept as text.
 */
export class MessageIdSet {
  readonly #shards = Array.from({ length: SHARDS }, () => new Shard());
  readonly #others = new Set<string>();

  get size(): number {
    return this.#shards.reduce((sum, shard) => sum + shard.size, this.#others.size);
  }

  add(id: string): void {
    const words = randomWords(id);
    if (words === null) this.#others.add(id);
    else this.#shards[words[1] % SHARDS]!.add(words);
  }

  has(id: string): boolean {
    const words = randomWords(id);
    return words === null ? this.#others.has(id) : this.#shards[words[1] % SHARDS]!.has(words);
  }
}

/** A hash table of three words a slot, with linear probing; a free slot is all zeros. */
class Shard {
  #table = new Uint32Array(FIRST_CAPACITY * WORDS);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  add(words: Words): void {
    if (this.#count * WORDS >= this.#table.length * FULL) this.#grow();
    const at = find(this.#table, ...words);
    if (!isFree(this.#table, at)) return;
    this.#table.set(words, at);
    this.#count++;
  }

  has(words: Words): boolean {
    return !isFree(this.#table, find(this.#table, ...words));
  }

  #grow(): void {
    const old = this.#table;
    const table = new Uint32Array(Math.ceil((old.length / WORDS) * GROWTH) * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      if (isFree(old, at)) continue;
      const words = [old[at]!, old[at + 1]!, old[at + 2]!] as const;
      table.set(words, find(table, ...words));
    }
    this.#table = table;
  }
}

type Words = readonly [number, number, number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The words of a UUID that hold its random bits, without the fixed ones of version and variant; null for other ids. */
function randomWords(id: string): Words | null {
  if (id.length !== 36 || !UUID.test(id)) return null;
  // The bits left out are mixed in, so that ids of some other maker that differ in them alone stay apart.
  const mixed = Math.imul(Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16), 0x9e3779b1);
  const first = (Number.parseInt(id.slice(0, 8), 16) ^ mixed) >>> 0;
  const second = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16);
  const last = Number.parseInt(id.slice(28), 16);
  return first === 0 && second === 0 && last === 0 ? null : [first, second, last];
}

/** Where these words are, or the free slot where they belong. */
function find(table: Uint32Array, first: number, second: number, last: number): number {
  const slots = table.length / WORDS;
  let at = (((first ^ Math.imul(last, 0x9e3779b1)) >>> 0) % slots) * WORDS;
  while (!isFree(table, at) && !(table[at] === first && table[at + 1] === second && table[at + 2] === last)) {
    at += WORDS;
    if (at === table.length) at = 0;
  }
  return at;
}

function isFree(table: Uint32Array, at: number): boolean {
  return table[at] === 0 && table[at + 1] === 0 && table[at + 2] === 0;
}
