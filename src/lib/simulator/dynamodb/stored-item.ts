import type { AttributeValue, Item } from './attribute-value.ts';

/** An item in a table. Never changed in place: a write puts a new one. */
export interface StoredItem {
  /** Primary key as text, unique in the table. */
  readonly key: string;
  readonly item: Item;
  /** Bytes of names and values. */
  readonly size: number;
}

/** A key attribute's value as text, unique for its type. */
export function keyText(value: AttributeValue): string {
  return (value.S ?? value.N ?? value.B)!;
}

/** A primary key as text. The length keeps `a` + `bc` apart from `ab` + `c`. */
export function primaryKeyText(hash: AttributeValue, range: AttributeValue | undefined): string {
  const text = keyText(hash);
  return range === undefined ? text : `${text.length}:${text}${keyText(range)}`;
}
