import type { Input } from '../kernel/service.ts';
import type { ScalarType } from './attribute-value.ts';
import type { Throughput } from './capacity.ts';
import { constraint, validation } from './errors.ts';
import type { BillingMode } from './table.ts';
import type { IndexProjection, KeySchema, KeySchemaElement } from './table-schema.ts';

export interface IndexDefinition {
  readonly name: string;
  readonly global: boolean;
  readonly schema: KeySchema;
  readonly projection: IndexProjection;
  readonly throughput: Throughput;
}

const MAX_LOCAL_INDEXES = 5;
const MAX_GLOBAL_INDEXES = 20;
const NONE: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
const INVALID = 'One or more parameter values were invalid:';

/** AttributeDefinitions as a map, in the order given. */
export function attributeTypes(definitions: Input): ReadonlyMap<string, ScalarType> {
  return new Map(
    ((definitions ?? []) as Input[]).map(({ AttributeName, AttributeType }) => {
      if (!['S', 'N', 'B'].includes(AttributeType)) {
        throw constraint(
          AttributeType,
          'attributeDefinitions.1.member.attributeType',
          'Member must satisfy enum value set: [B, N, S]',
        );
      }
      return [AttributeName as string, AttributeType as ScalarType];
    }),
  );
}

/** A key schema with its attributes' types. Throws ValidationException in AWS's words. */
export function keySchema(elements: Input, types: ReadonlyMap<string, ScalarType>): KeySchema {
  if (!Array.isArray(elements) || elements.length === 0) {
    throw constraint(null, 'keySchema', 'Member must not be null');
  }
  const list = elements as KeySchemaElement[];
  const [first, second] = list;
  if (list.length > 2) {
    throw constraint('[…]', 'keySchema', 'Member must have length less than or equal to 2');
  }
  if (first!.KeyType !== 'HASH') {
    throw validation(`Invalid KeySchema: The first KeySchemaElement is not a HASH key type`);
  }
  if (second !== undefined && second.KeyType !== 'RANGE') {
    throw validation(`Invalid KeySchema: The second KeySchemaElement is not a RANGE key type`);
  }
  if (second !== undefined && first!.AttributeName === second.AttributeName) {
    throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  const missing = list.map(({ AttributeName }) => AttributeName).filter((name) => !types.has(name));
  if (missing.length > 0) {
    throw validation(
      `${INVALID} Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing.join(', ')}], AttributeDefinitions: [${[...types.keys()].join(', ')}]`,
    );
  }
  const attribute = ({ AttributeName }: KeySchemaElement) => ({
    name: AttributeName,
    type: types.get(AttributeName)!,
  });
  return { hash: attribute(first!), range: second === undefined ? undefined : attribute(second) };
}

/** The throughput that a billing mode needs, or must not have. */
export function throughput(billing: BillingMode, given: Input): Throughput {
  if (billing === 'PAY_PER_REQUEST') {
    if (given !== undefined && (given.ReadCapacityUnits > 0 || given.WriteCapacityUnits > 0)) {
      throw validation(
        `${INVALID} Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
      );
    }
    return NONE;
  }
  if (given === undefined) {
    throw validation(
      `${INVALID} ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    );
  }
  for (const [member, name] of [
    ['ReadCapacityUnits', 'readCapacityUnits'],
    ['WriteCapacityUnits', 'writeCapacityUnits'],
  ] as const) {
    if (!(given[member] >= 1)) {
      throw constraint(
        given[member],
        `provisionedThroughput.${name}`,
        'Member must have value greater than or equal to 1',
      );
    }
  }
  return { ReadCapacityUnits: given.ReadCapacityUnits, WriteCapacityUnits: given.WriteCapacityUnits };
}

/** The indexes of a CreateTable request. */
export function indexDefinitions(
  input: Input,
  types: ReadonlyMap<string, ScalarType>,
  tableSchema: KeySchema,
  billing: BillingMode,
): IndexDefinition[] {
  const local = (input.LocalSecondaryIndexes ?? []) as Input[];
  const global = (input.GlobalSecondaryIndexes ?? []) as Input[];
  if (local.length > MAX_LOCAL_INDEXES) {
    throw validation(`${INVALID} Number of LocalSecondaryIndexes exceeds per-table limit of 5`);
  }
  if (global.length > MAX_GLOBAL_INDEXES) {
    throw validation(`${INVALID} GlobalSecondaryIndex count exceeds the per-table limit of 20`);
  }
  if (local.length > 0 && tableSchema.range === undefined) {
    throw validation(
      `${INVALID} Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`,
    );
  }
  const definitions = [
    ...local.map((index) => {
      const schema = keySchema(index.KeySchema, types);
      if (schema.hash.name !== tableSchema.hash.name) {
        throw validation(
          `${INVALID} Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.IndexName}. index hash key: ${schema.hash.name}, table hash key: ${tableSchema.hash.name}`,
        );
      }
      if (schema.range === undefined) {
        throw validation(`${INVALID} Index KeySchema does not have a range key for index: ${index.IndexName}`);
      }
      return {
        name: index.IndexName as string,
        global: false,
        schema,
        projection: projection(index),
        throughput: NONE,
      };
    }),
    ...global.map((index) => globalIndex(index, types, billing)),
  ];
  const names = definitions.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw validation(`${INVALID} Duplicate index name: ${twice}`);
  return definitions;
}

/** One global index of a CreateTable or UpdateTable request. */
export function globalIndex(
  index: Input,
  types: ReadonlyMap<string, ScalarType>,
  billing: BillingMode,
): IndexDefinition {
  return {
    name: index.IndexName,
    global: true,
    schema: keySchema(index.KeySchema, types),
    projection: projection(index),
    throughput: throughput(billing, index.ProvisionedThroughput),
  };
}

/** Throws unless every defined attribute is part of a key, as AWS wants it. */
export function checkUnused(types: ReadonlyMap<string, ScalarType>, schemas: readonly KeySchema[]): void {
  const used = new Set(schemas.flatMap(({ hash, range }) => [hash.name, ...(range === undefined ? [] : [range.name])]));
  if (used.size === types.size) return;
  if (schemas.length === 1) {
    throw validation(
      `${INVALID} Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
    );
  }
  throw validation(
    `${INVALID} Some AttributeDefinitions are not used. AttributeDefinitions: [${[...types.keys()].join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}

function projection(index: Input): IndexProjection {
  const type = index.Projection?.ProjectionType;
  if (type === undefined) throw validation(`${INVALID} Unknown ProjectionType: null`);
  if (type !== 'INCLUDE' && index.Projection.NonKeyAttributes !== undefined) {
    throw validation(`${INVALID} ProjectionType is ${type}, but NonKeyAttributes is specified`);
  }
  if (type === 'INCLUDE' && index.Projection.NonKeyAttributes === undefined) {
    throw validation(`${INVALID} ProjectionType is INCLUDE, but NonKeyAttributes is not specified`);
  }
  return index.Projection as IndexProjection;
}
