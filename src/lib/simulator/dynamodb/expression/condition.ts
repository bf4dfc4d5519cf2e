import { type AttributeValue, compare, equal, type Item, typeOf } from '../attribute-value.ts';
import { validation } from '../errors.ts';
import { type Bindings, shownPath } from './bindings.ts';
import type { Call, Comparator, Condition, Operand } from './syntax.ts';

const TYPES = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'];

/** Rejects what is wrong with a condition whatever the item is: operand types, equal operands, bounds upside down. */
export function checkCondition(tree: Condition, bindings: Bindings, field: string): void {
  const fail = (detail: string) => validation(`Invalid ${field}: ${detail}`);
  const operandType = (name: string, type: string) =>
    fail(`Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`);
  const check = (node: Condition): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        check(node.left);
        check(node.right);
        return;
      case 'not':
        check(node.inner);
        return;
      case 'compare': {
        if (node.left.kind === 'path' && node.right.kind === 'path') {
          const left = shownPath(bindings.resolve(node.left));
          if (left === shownPath(bindings.resolve(node.right))) {
            throw fail(
              `The first operand must be distinct from the remaining operands for this operator or function; operator: ${node.operator}, first operand: ${left}`,
            );
          }
        }
        checkCalls([node.left, node.right]);
        if (node.operator !== '=' && node.operator !== '<>') ordered(node.operator, [node.left, node.right]);
        return;
      }
      case 'between': {
        checkCalls([node.operand, node.low, node.high]);
        ordered('BETWEEN', [node.operand, node.low, node.high]);
        if (node.low.kind !== 'value' || node.high.kind !== 'value') return;
        const low = bindings.value(node.low.name);
        const high = bindings.value(node.high.name);
        const order = compare(low, high);
        if (order === undefined) {
          throw fail(
            `The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: ${shown(low)}, upper bound operand: ${shown(high)}`,
          );
        }
        if (order > 0) {
          throw fail(
            `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: ${shown(low)}, upper bound operand: ${shown(high)}`,
          );
        }
        return;
      }
      case 'in':
        checkCalls([node.operand, ...node.list]);
        return;
      case 'call':
        checkCall(node);
    }
  };
  const checkCalls = (operands: readonly Operand[]) => {
    for (const operand of operands) {
      if (operand.kind !== 'call') continue;
      if (operand.name !== 'size') {
        throw fail(`The function is not allowed to be used this way in an expression; function: ${operand.name}`);
      }
      checkCall(operand);
    }
  };
  const ordered = (name: string, operands: readonly Operand[]) => {
    for (const operand of operands) {
      if (operand.kind !== 'value') continue;
      const type = typeOf(bindings.value(operand.name));
      if (type !== 'S' && type !== 'N' && type !== 'B') throw operandType(name, type);
    }
  };
  const checkCall = (node: Call) => {
    const second = node.operands[1];
    const first = node.operands[0]!;
    if (node.name === 'size' && first.kind === 'value') {
      const type = typeOf(bindings.value(first.name));
      if (type === 'N' || type === 'BOOL' || type === 'NULL') throw operandType('size', type);
    }
    if (node.name === 'begins_with') {
      for (const operand of node.operands) {
        if (operand.kind !== 'value') continue;
        const type = typeOf(bindings.value(operand.name));
        if (type !== 'S' && type !== 'B') throw operandType('begins_with', type);
      }
    }
    if (node.name === 'attribute_type' && second?.kind === 'value') {
      const value = bindings.value(second.name);
      if (value.S === undefined) throw operandType('attribute_type', typeOf(value));
      if (!TYPES.includes(value.S)) {
        throw fail(`Invalid attribute type name found; type: ${value.S}, valid types: {${TYPES.join(',')}}`);
      }
    }
  };
  check(tree);
}

/** Whether the item (empty when there is none) meets the condition. */
export function matches(node: Condition, item: Item, bindings: Bindings): boolean {
  switch (node.kind) {
    case 'and':
      return matches(node.left, item, bindings) && matches(node.right, item, bindings);
    case 'or':
      return matches(node.left, item, bindings) || matches(node.right, item, bindings);
    case 'not':
      return !matches(node.inner, item, bindings);
    case 'compare':
      return holds(node.operator, value(node.left, item, bindings), value(node.right, item, bindings));
    case 'between': {
      const operand = value(node.operand, item, bindings);
      return (
        holds('>=', operand, value(node.low, item, bindings)) && holds('<=', operand, value(node.high, item, bindings))
      );
    }
    case 'in': {
      const operand = value(node.operand, item, bindings);
      return node.list.some((entry) => holds('=', operand, value(entry, item, bindings)));
    }
    case 'call':
      return callHolds(node, item, bindings);
  }
}

function callHolds(node: Call, item: Item, bindings: Bindings): boolean {
  const first = value(node.operands[0]!, item, bindings);
  if (node.name === 'attribute_exists') return first !== undefined;
  if (node.name === 'attribute_not_exists') return first === undefined;
  const second = value(node.operands[1]!, item, bindings);
  if (first === undefined || second === undefined) return false;
  if (node.name === 'attribute_type') return typeOf(first) === second.S;
  if (node.name === 'begins_with') {
    if (first.S !== undefined && second.S !== undefined) return first.S.startsWith(second.S);
    if (first.B === undefined || second.B === undefined) return false;
    const prefix = Buffer.from(second.B, 'base64');
    return Buffer.from(first.B, 'base64').subarray(0, prefix.length).equals(prefix);
  }
  return contains(first, second);
}

function contains(holder: AttributeValue, sought: AttributeValue): boolean {
  if (holder.S !== undefined) return sought.S !== undefined && holder.S.includes(sought.S);
  if (holder.B !== undefined) {
    return sought.B !== undefined && Buffer.from(holder.B, 'base64').includes(Buffer.from(sought.B, 'base64'));
  }
  if (holder.L !== undefined) return holder.L.some((entry) => equal(entry, sought));
  if (holder.SS !== undefined) return sought.S !== undefined && holder.SS.includes(sought.S);
  if (holder.NS !== undefined) return sought.N !== undefined && holder.NS.includes(sought.N);
  if (holder.BS !== undefined) return sought.B !== undefined && holder.BS.includes(sought.B);
  return false;
}

function value(operand: Operand, item: Item, bindings: Bindings): AttributeValue | undefined {
  if (operand.kind === 'value') return bindings.value(operand.name);
  if (operand.kind === 'path') return bindings.lookUp(operand, item);
  const sized = value(operand.operands[0]!, item, bindings);
  const size = sized === undefined ? undefined : sizeOf(sized);
  return size === undefined ? undefined : { N: String(size) };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html, `size`. */
function sizeOf(sized: AttributeValue): number | undefined {
  if (sized.S !== undefined) return sized.S.length;
  if (sized.B !== undefined) return Buffer.byteLength(sized.B, 'base64');
  if (sized.M !== undefined) return Object.keys(sized.M).length;
  return (sized.L ?? sized.SS ?? sized.NS ?? sized.BS)?.length;
}

function holds(operator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (operator === '<>') return left === undefined || right === undefined || !equal(left, right);
  if (left === undefined || right === undefined) return false;
  if (operator === '=') return equal(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function shown(operand: AttributeValue): string {
  const type = typeOf(operand);
  return `AttributeValue: {${type}:${String(operand[type])}}`;
}
