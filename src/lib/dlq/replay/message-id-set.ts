const WORDS = 4;
const FIRST_CAPACITY = 1 << 12;

/** A set of MessageIds in 16 bytes each, for runs over millions; ids that are no UUIDs are kept as text. */
export class MessageIdSet {
  #table = new Uint32Array(FIRST_CAPACITY * WORDS);
  #used = new Uint8Array(FIRST_CAPACITY);
  #count = 0;
  readonly #others = new Set<string>();

  get size(): number {
    return this.#count + this.#others.size;
  }

  add(id: string): void {
    const words = uuidWords(id);
    if (words === null) {
      this.#others.add(id);
      return;
    }
    if ((this.#count + 1) * 4 > this.#used.length * 3) this.#grow();
    if (insert(this.#table, this.#used, words)) this.#count++;
  }

  has(id: string): boolean {
    const words = uuidWords(id);
    if (words === null) return this.#others.has(id);
    return this.#used[find(this.#table, this.#used, words)] === 1;
  }

  #grow(): void {
    const capacity = this.#used.length * 2;
    const table = new Uint32Array(capacity * WORDS);
    const used = new Uint8Array(capacity);
    for (let slot = 0; slot < this.#used.length; slot++) {
      if (this.#used[slot] === 1) insert(table, used, this.#table.subarray(slot * WORDS, slot * WORDS + WORDS));
    }
    this.#table = table;
    this.#used = used;
  }
}

type Words = ArrayLike<number>;

function uuidWords(id: string): Words | null {
  if (id.length !== 36 || !/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(id)) return null;
  return [
    Number.parseInt(id.slice(0, 8), 16),
    Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16),
    Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16),
    Number.parseInt(id.slice(28), 16),
  ];
}

/** The slot of these words, or the free one where they belong. */
function find(table: Uint32Array, used: Uint8Array, words: Words): number {
  const mask = used.length - 1;
  let slot = (words[0]! ^ Math.imul(words[3]!, 0x9e3779b1)) & mask;
  while (used[slot] === 1 && !same(table, slot, words)) slot = (slot + 1) & mask;
  return slot;
}

function same(table: Uint32Array, slot: number, words: Words): boolean {
  const at = slot * WORDS;
  return (
    table[at] === words[0] && table[at + 1] === words[1] && table[at + 2] === words[2] && table[at + 3] === words[3]
  );
}

function insert(table: Uint32Array, used: Uint8Array, words: Words): boolean {
  const slot = find(table, used, words);
  if (used[slot] === 1) return false;
  used[slot] = 1;
  for (let word = 0; word < WORDS; word++) table[slot * WORDS + word] = words[word]!;
  return true;
}
