/** A binary heap whose items know their place, so any of them can be taken out in O(log n). */
export class IndexedHeap<T> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;
  readonly #place: (item: T, index: number) => void;

  /** @param place stores the item's index; -1 when it left the heap. */
  constructor(before: (a: T, b: T) => boolean, place: (item: T, index: number) => void) {
    this.#before = before;
    this.#place = place;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Takes out the item at `index`, as told by `place`. */
  removeAt(index: number): void {
    const items = this.#items;
    const item = items[index]!;
    const last = items.pop()!;
    this.#place(item, -1);
    if (last === item) return;
    if (index > 0 && this.#before(last, items[(index - 1) >> 1]!)) this.#rise(last, index);
    else this.#sink(last, index);
  }

  #rise(item: T, start: number): void {
    const items = this.#items;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent]!;
      if (!this.#before(item, above)) break;
      items[index] = above;
      this.#place(above, index);
      index = parent;
    }
    items[index] = item;
    this.#place(item, index);
  }

  #sink(item: T, start: number): void {
    const items = this.#items;
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++;
      const below = items[child]!;
      if (!this.#before(below, item)) break;
      items[index] = below;
      this.#place(below, index);
      index = child;
    }
    items[index] = item;
    this.#place(item, index);
  }
}
