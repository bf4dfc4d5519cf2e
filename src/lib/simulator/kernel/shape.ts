import { ApiError } from './api-error.ts';

/**
 * What a member may be, as AWS's API models tell it: a scalar, `['list', of]`, `['map', of]` (from text to `of`), or a
 * structure by its members. A function stands where a structure holds itself.
 */
export type Shape =
  | 'text'
  | 'number'
  | 'flag'
  | 'blob'
  | 'time'
  | 'any'
  | readonly [kind: 'list' | 'map', of: Shape]
  | Structure
  | (() => Structure);

export interface Structure {
  readonly [member: string]: Shape;
}

/** The inputs of a service's operations. */
export type Shapes = Readonly<Record<string, Structure>>;

/** How scalars come: the query protocol has text only, and CBOR has bytes. */
export type Encoding = 'typed' | 'text';

/**
 * Checks the members of a request against their shapes, as AWS's front end does before an operation sees them. Members
 * that are null are left out, in place (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#shape-serialization);
 * those that the shape does not know stay as they are. Throws SerializationException, and ValidationException for a null
 * in a list or map.
 */
export function checkMembers(input: Record<string, unknown>, shape: Structure, encoding: Encoding = 'typed'): void {
  structure(input, shape, encoding, '');
}

function structure(record: Record<string, unknown>, shape: Structure, encoding: Encoding, path: string): void {
  for (const name of Object.keys(record)) {
    const value = record[name];
    const member = Object.hasOwn(shape, name) ? shape[name] : undefined;
    // `Dimensions=` is how the query protocol writes an empty list; AWS answers it as if it were not there (recorded).
    const empty = encoding === 'text' && value === '' && typeof member === 'object';
    if (value === null || empty) {
      delete record[name];
      continue;
    }
    if (value !== undefined && member !== undefined) check(value, member, encoding, path, name);
  }
}

function check(value: unknown, shape: Shape, encoding: Encoding, parent: string, name: string): void {
  if (typeof shape === 'string') {
    if (shape !== 'any') scalar(value, shape, encoding);
    return;
  }
  const path = `${parent}${lowered(name)}`;
  if (!isPair(shape)) {
    const members = typeof shape === 'function' ? shape() : shape;
    structure(objectOf(value, encoding), members, encoding, `${path}.`);
    return;
  }
  const [kind, of] = shape;
  if (kind === 'list') {
    if (!Array.isArray(value)) throw unexpected(value, encoding);
    value.forEach((item, i) => {
      if (item === null) throw isNull(`${path}.${i + 1}.member`);
      check(item, of, encoding, `${path}.${i + 1}.`, 'member');
    });
    return;
  }
  const record = objectOf(value, encoding);
  for (const key of Object.keys(record)) {
    if (record[key] === null) throw isNull(`${path}.${key}.member`);
    check(record[key], of, encoding, `${path}.${key}.`, 'member');
  }
}

function isPair(shape: Shape): shape is readonly ['list' | 'map', Shape] {
  return Array.isArray(shape);
}

const TYPES = { text: 'String', number: 'Number', flag: 'Boolean', blob: 'Blob', time: 'Timestamp' } as const;

function scalar(value: unknown, shape: keyof typeof TYPES, encoding: Encoding): void {
  const type = typeof value;
  if (type === 'object') {
    if (shape === 'blob' && value instanceof Uint8Array) return;
    throw unexpected(value, encoding);
  }
  if (shape === 'time' && type === 'number' && Math.abs(value as number) > LAST_SECOND) {
    throw serialization('The time is out of range.');
  }
  if (encoding === 'text' || type === SCALARS[shape] || (shape === 'time' && type === 'string')) return;
  const given = type === 'boolean' ? String(value).toUpperCase() : type.toUpperCase();
  throw serialization(`${given}_VALUE cannot be converted to ${TYPES[shape]}`);
}

/** What a date can hold, in seconds since the epoch. */
const LAST_SECOND = 8.64e12;

const SCALARS = { text: 'string', number: 'number', flag: 'boolean', blob: 'string', time: 'number' } as const;

function objectOf(value: unknown, encoding: Encoding): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)) {
    return value as Record<string, unknown>;
  }
  throw unexpected(value, encoding);
}

/** A value of another kind than the model's; the words are DynamoDB's. */
function unexpected(value: unknown, encoding: Encoding): ApiError {
  let message = 'Unexpected value type in payload';
  if (Array.isArray(value)) message = 'Start of list found where not expected';
  else if (typeof value === 'object') message = 'Start of structure or map found where not expected.';
  return encoding === 'text' ? new ApiError('MalformedInput', message) : serialization(message);
}

function serialization(message: string): ApiError {
  return new ApiError('SerializationException', message);
}

function isNull(path: string): ApiError {
  return new ApiError(
    'ValidationException',
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}

/** Constraints name members with a small first letter. */
function lowered(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
