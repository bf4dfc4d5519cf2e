import { type AttributeValue, type Item, type ScalarType, typeOf } from './attribute-value.ts';
import { validation } from './errors.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: ScalarType;
}

/** The key of a table or index. */
export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
}

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexProjection {
  readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly NonKeyAttributes?: readonly string[];
}

const MAX_HASH_BYTES = 2048;
const MAX_RANGE_BYTES = 1024;

export function keyNames(schema: KeySchema): string[] {
  return schema.range === undefined ? [schema.hash.name] : [schema.hash.name, schema.range.name];
}

/** Checks the `Key` of a request: exactly the key attributes, each of its type. */
export function checkKey(schema: KeySchema, key: Item | undefined): void {
  const names = keyNames(schema);
  if (key === undefined || Object.keys(key).length !== names.length) {
    throw validation('The provided key element does not match the schema');
  }
  for (const attribute of [schema.hash, schema.range]) {
    if (attribute === undefined) continue;
    const value = key[attribute.name];
    if (value === undefined || typeOf(value) !== attribute.type) {
      throw validation('The provided key element does not match the schema');
    }
    checkKeyValue(attribute, value, attribute === schema.hash);
  }
}

/** Checks that an item to be written carries the table's key. */
export function checkItemKey(schema: KeySchema, item: Item): void {
  for (const attribute of [schema.hash, schema.range]) {
    if (attribute === undefined) continue;
    const value = item[attribute.name];
    if (value === undefined) {
      throw validation(`One or more parameter values were invalid: Missing the key ${attribute.name} in the item`);
    }
    const type = typeOf(value);
    if (type !== attribute.type) {
      throw validation(
        `One or more parameter values were invalid: Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${type}`,
      );
    }
    checkKeyValue(attribute, value, attribute === schema.hash);
  }
}

/** Checks an item against an index's key: absent is fine (the index is sparse), another type is not. */
export function checkIndexKey(schema: KeySchema, indexName: string, item: Item): void {
  for (const attribute of [schema.hash, schema.range]) {
    const value = attribute === undefined ? undefined : item[attribute.name];
    if (attribute === undefined || value === undefined) continue;
    const type = typeOf(value);
    if (type !== attribute.type) {
      throw validation(
        `One or more parameter values were invalid: Type mismatch for Index Key ${attribute.name} Expected: ${attribute.type} Actual: ${type} IndexName: ${indexName}`,
      );
    }
    if (value.S === '' || value.B === '') {
      throw validation(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${value.S === '' ? 'string' : 'binary'} value. IndexName: ${indexName}, IndexKey: ${attribute.name}`,
      );
    }
  }
}

function checkKeyValue(attribute: KeyAttribute, value: AttributeValue, hash: boolean): void {
  if (value.S === '' || value.B === '') {
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === '' ? 'string' : 'binary'} value. Key: ${attribute.name}`,
    );
  }
  const bytes = value.S !== undefined ? Buffer.byteLength(value.S) : Buffer.byteLength(value.B ?? '', 'base64');
  if (bytes > (hash ? MAX_HASH_BYTES : MAX_RANGE_BYTES)) {
    throw validation(
      hash
        ? 'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes'
        : 'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
    );
  }
}
