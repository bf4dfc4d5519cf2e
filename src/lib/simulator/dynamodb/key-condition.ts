import { type AttributeValue, compare, typeOf } from './attribute-value.ts';
import { validation } from './errors.ts';
import type { Bindings } from './expression/bindings.ts';
import type { Comparator, Condition, Operand } from './expression/syntax.ts';
import type { Row, RowList } from './row-list.ts';
import type { KeyAttribute, KeySchema } from './table-schema.ts';

type RangeOperator = Exclude<Comparator, '<>'> | 'BETWEEN' | 'begins_with';

/** Which part of an index a query reads: one partition, and within it a stretch of sort keys. */
export interface KeyRange {
  readonly hash: AttributeValue;
  readonly range: { readonly operator: RangeOperator; readonly values: readonly AttributeValue[] } | undefined;
}

interface Term {
  readonly name: string;
  readonly operator: RangeOperator;
  readonly values: readonly AttributeValue[];
}

/**
 * Reads a KeyConditionExpression against an index's key
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html).
 * Throws ValidationException for what is no key condition.
 */
export function keyRange(tree: Condition, schema: KeySchema, bindings: Bindings): KeyRange {
  const terms = flatten(tree).map((node) => term(node, bindings));
  if (terms.length > 2) throw validation('Conditions can be of length 1 or 2 only');
  if (terms.length === 2 && terms[0]!.name === terms[1]!.name) {
    throw validation('KeyConditionExpressions must only contain one condition per key');
  }
  const hash = terms.find(({ name }) => name === schema.hash.name);
  if (hash === undefined) throw validation(`Query condition missed key schema element: ${schema.hash.name}`);
  if (hash.operator !== '=') throw validation('Query key condition not supported');
  checkTypes(hash, schema.hash);
  const other = terms.find((candidate) => candidate !== hash);
  if (other === undefined) return { hash: hash.values[0]!, range: undefined };
  if (schema.range === undefined) throw validation('Query key condition not supported');
  if (other.name !== schema.range.name) {
    throw validation(`Query condition missed key schema element: ${schema.range.name}`);
  }
  checkTypes(other, schema.range);
  return { hash: hash.values[0]!, range: other };
}

/** The stretch [from, to) of a partition's rows that the sort-key condition leaves. */
export function rowsInRange(rows: RowList, range: KeyRange['range']): { from: number; to: number } {
  if (range === undefined) return { from: 0, to: rows.length };
  const [low, high] = range.values as [AttributeValue, AttributeValue?];
  const order = (row: Row, value: AttributeValue) => compare(row.sort!, value) ?? 0;
  const atLeast = (value: AttributeValue) => rows.find((row) => order(row, value) >= 0);
  const above = (value: AttributeValue) => rows.find((row) => order(row, value) > 0);
  switch (range.operator) {
    case '=':
      return { from: atLeast(low), to: above(low) };
    case '<':
      return { from: 0, to: atLeast(low) };
    case '<=':
      return { from: 0, to: above(low) };
    case '>':
      return { from: above(low), to: rows.length };
    case '>=':
      return { from: atLeast(low), to: rows.length };
    case 'BETWEEN':
      return { from: atLeast(low), to: above(high!) };
    case 'begins_with': {
      // Strings with one prefix stand together, right after those below the prefix.
      const from = atLeast(low);
      const to = rows.find((row) => order(row, low) >= 0 && !beginsWith(row.sort!, low));
      return { from, to };
    }
  }
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if (value.S !== undefined) return value.S.startsWith(prefix.S!);
  const bytes = Buffer.from(prefix.B!, 'base64');
  return Buffer.from(value.B!, 'base64').subarray(0, bytes.length).equals(bytes);
}

function flatten(node: Condition): Condition[] {
  return node.kind === 'and' ? [...flatten(node.left), ...flatten(node.right)] : [node];
}

function term(node: Condition, bindings: Bindings): Term {
  switch (node.kind) {
    case 'compare': {
      if (node.operator === '<>') throw invalidOperator('<>');
      return {
        name: nameOf(node.left, bindings),
        operator: node.operator,
        values: [operandValue(node.right, bindings)],
      };
    }
    case 'between':
      return {
        name: nameOf(node.operand, bindings),
        operator: 'BETWEEN',
        values: [operandValue(node.low, bindings), operandValue(node.high, bindings)],
      };
    case 'call':
      if (node.name !== 'begins_with') throw invalidOperator(node.name);
      return {
        name: nameOf(node.operands[0]!, bindings),
        operator: 'begins_with',
        values: [operandValue(node.operands[1]!, bindings)],
      };
    default:
      throw invalidOperator(node.kind.toUpperCase());
  }
}

function invalidOperator(name: string) {
  return validation(`Invalid operator used in KeyConditionExpression: ${name}`);
}

function nameOf(operand: Operand, bindings: Bindings): string {
  if (operand.kind !== 'path') {
    throw validation(
      'Invalid condition in KeyConditionExpression: The first operand of a key condition has to be a key attribute',
    );
  }
  const path = bindings.resolve(operand);
  if (path.length > 1) {
    throw validation('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  return path[0] as string;
}

function operandValue(operand: Operand, bindings: Bindings): AttributeValue {
  if (operand.kind === 'value') return bindings.value(operand.name);
  throw validation('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition');
}

function checkTypes({ values }: Term, attribute: KeyAttribute): void {
  for (const value of values) {
    if (typeOf(value) !== attribute.type) {
      throw validation(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      );
    }
    if (value.S === '' || value.B === '') {
      throw validation(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === '' ? 'string' : 'binary'} value. Key: ${attribute.name}`,
      );
    }
  }
}
