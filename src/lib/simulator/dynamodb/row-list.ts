import { type AttributeValue, compare, compareText } from './attribute-value.ts';
import type { StoredItem } from './stored-item.ts';

/** An item's place in an index: the primary key breaks ties, since index keys need not be unique. */
export interface Row {
  readonly sort: AttributeValue | undefined;
  readonly stored: StoredItem;
}

/** Longer runs are split in two: moving more than this on each insert is what costs. */
const MAX_RUN = 128;

/** Rows in order, in runs of bounded length: an insert into a large partition moves a hundred rows, not all. */
export class RowList {
  readonly #runs: Row[][] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  insert(row: Row): void {
    this.#length++;
    const at = Math.min(this.#runAt(row.sort, row.stored.key), this.#runs.length - 1);
    const run = this.#runs[at];
    if (run === undefined) {
      this.#runs.push([row]);
      return;
    }
    const place = firstIndex(run.length, (i) => compareRow(run[i]!, row.sort, row.stored.key) >= 0);
    if (place === run.length) run.push(row);
    else run.splice(place, 0, row);
    if (run.length > MAX_RUN) this.#runs.splice(at + 1, 0, run.splice(run.length >>> 1));
  }

  /** Removes the row of this item, when it is there. */
  remove(row: Row): void {
    const at = this.#runAt(row.sort, row.stored.key);
    const run = this.#runs[at];
    if (run === undefined) return;
    const place = firstIndex(run.length, (i) => compareRow(run[i]!, row.sort, row.stored.key) >= 0);
    if (run[place]?.stored.key !== row.stored.key) return;
    run.splice(place, 1);
    if (run.length === 0) this.#runs.splice(at, 1);
    this.#length--;
  }

  /** Index of the first row for which `passes` holds; once true along the order it must stay true. */
  find(passes: (row: Row) => boolean): number {
    const at = firstIndex(this.#runs.length, (i) => passes(this.#runs[i]!.at(-1)!));
    let index = 0;
    for (let i = 0; i < at; i++) index += this.#runs[i]!.length;
    const run = this.#runs[at];
    return run === undefined ? index : index + firstIndex(run.length, (i) => passes(run[i]!));
  }

  /** Index of the first row at or after (`after`: strictly after) a place. */
  seek(sort: AttributeValue | undefined, key: string, after: boolean): number {
    return this.find((row) => {
      const order = compareRow(row, sort, key);
      return after ? order > 0 : order >= 0;
    });
  }

  /** The rows from index `from` to before `to`, in order or backwards. */
  *between(from: number, to: number, forward = true): Generator<Row> {
    let index = forward ? 0 : this.#length;
    const count = this.#runs.length;
    for (let r = 0; r < count; r++) {
      const run = this.#runs[forward ? r : count - 1 - r]!;
      const start = forward ? index : index - run.length;
      const low = Math.max(from - start, 0);
      const high = Math.min(to - start, run.length);
      if (forward) for (let i = low; i < high; i++) yield run[i]!;
      else for (let i = high - 1; i >= low; i--) yield run[i]!;
      index = forward ? start + run.length : start;
    }
  }

  /** The first run whose last row is not before the place. */
  #runAt(sort: AttributeValue | undefined, key: string): number {
    return firstIndex(this.#runs.length, (i) => compareRow(this.#runs[i]!.at(-1)!, sort, key) >= 0);
  }
}

/** The first index below `length` for which `passes` holds; once true it must stay true. */
export function firstIndex(length: number, passes: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compareRow(row: Row, sort: AttributeValue | undefined, key: string): number {
  const order = row.sort === undefined || sort === undefined ? 0 : (compare(row.sort, sort) ?? 0);
  return order !== 0 ? order : compareText(row.stored.key, key);
}
