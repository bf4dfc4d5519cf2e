import { compareNumbers, normalizeNumber, numberSize } from './decimal.ts';
import { validation } from './errors.ts';

export type ScalarType = 'S' | 'N' | 'B';

/** A value as the wire has it: exactly one member is set, blobs are base64 text. */
export interface AttributeValue {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: boolean;
  L?: AttributeValue[];
  M?: Record<string, AttributeValue>;
  SS?: string[];
  NS?: string[];
  BS?: string[];
}

export type ValueType = keyof AttributeValue;
export type Item = Record<string, AttributeValue>;

const MAX_DEPTH = 32;

/** The one type that is set in a checked value. */
export function typeOf(value: AttributeValue): ValueType {
  for (const type in value) return type as ValueType;
  return 'NULL';
}

/**
 * Checks every value of an item and normalises its numbers in place; answers the item's size in bytes
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function checkItem(item: Item): number {
  let size = 0;
  for (const name in item) size += Buffer.byteLength(name) + checkValue(item[name]!, 1);
  return size;
}

/** Checks one value, normalises its numbers in place and answers its size in bytes. */
export function checkValue(value: AttributeValue, depth = 1): number {
  let type: ValueType | undefined;
  if (typeof value === 'object' && value !== null) {
    for (const name in value) {
      if (value[name as ValueType] === undefined || value[name as ValueType] === null) continue;
      if (type !== undefined) {
        throw validation(
          'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
        );
      }
      type = name as ValueType;
    }
  }
  if (type === undefined) {
    throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (depth > MAX_DEPTH) throw validation('Nesting Levels have exceeded supported limits');
  switch (type) {
    case 'S':
      return Buffer.byteLength(text(value.S));
    case 'N':
      value.N = normalizeNumber(text(value.N));
      return numberSize(value.N);
    case 'B':
      return blobSize(text(value.B));
    case 'BOOL':
      return 1;
    case 'NULL':
      if (value.NULL !== true) {
        throw validation(
          'One or more parameter values were invalid: Null attribute value types must have the value of true',
        );
      }
      return 1;
    case 'SS':
      return checkSet(value.SS!, 'string', (entry) => Buffer.byteLength(text(entry)));
    case 'NS':
      value.NS = value.NS!.map((entry) => normalizeNumber(text(entry)));
      return checkSet(value.NS, 'number', numberSize);
    case 'BS':
      return checkSet(value.BS!, 'binary', blobSize);
    case 'L': {
      let size = 3;
      for (const entry of value.L!) size += 1 + checkValue(entry, depth + 1);
      return size;
    }
    case 'M': {
      let size = 3;
      const map = value.M!;
      for (const name in map) size += 1 + Buffer.byteLength(name) + checkValue(map[name]!, depth + 1);
      return size;
    }
    default:
      throw validation('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
}

/** Deep equality as `=` has it: same type, same value; sets in any order. */
export function equal(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case 'S':
    case 'N':
    case 'B':
    case 'BOOL':
    case 'NULL':
      return a[type] === b[type];
    case 'SS':
    case 'NS':
    case 'BS': {
      const left = a[type]!;
      const right = new Set(b[type]!);
      return left.length === right.size && left.every((entry) => right.has(entry));
    }
    case 'L':
      return a.L!.length === b.L!.length && a.L!.every((entry, i) => equal(entry, b.L![i]!));
    case 'M': {
      const names = Object.keys(a.M!);
      return (
        names.length === Object.keys(b.M!).length &&
        names.every((name) => b.M![name] !== undefined && equal(a.M![name]!, b.M![name]!))
      );
    }
  }
}

/** Orders two values of one scalar type; undefined where they have no order. */
export function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return compareText(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  if (a.B !== undefined && b.B !== undefined) {
    return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  }
  return undefined;
}

/** Strings are ordered by their UTF-8 bytes, which is not JavaScript's order once surrogates take part. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      x = x >= 0xe000 ? x - 0x800 : x + 0x2000;
      y = y >= 0xe000 ? y - 0x800 : y + 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw validation('Start of structure or map found where not expected.');
  return value;
}

function blobSize(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

function checkSet(entries: string[], kind: string, size: (entry: string) => number): number {
  if (entries.length === 0) {
    throw validation(`One or more parameter values were invalid: An ${kind} set  may not be empty`);
  }
  if (new Set(entries).size < entries.length) {
    throw validation(
      `One or more parameter values were invalid: Input collection [${entries.join(', ')}] contains duplicates.`,
    );
  }
  // Sets carry the same overhead of three bytes as lists and maps.
  return entries.reduce((sum, entry) => sum + size(entry), 3);
}
