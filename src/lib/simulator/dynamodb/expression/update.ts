import { type AttributeValue, type Item, typeOf } from '../attribute-value.ts';
import { addNumbers } from '../decimal.ts';
import { validation } from '../errors.ts';
import type { Bindings, ResolvedPath } from './bindings.ts';
import { checkOverlap } from './projection.ts';
import type { Operand, Path, SetValue, Update } from './syntax.ts';

const SET_TYPES = ['SS', 'NS', 'BS'] as const;

/** The paths that an update touches. Throws ValidationException when two overlap, or one is part of the key. */
export function updatedPaths(update: Update, bindings: Bindings, keyNames: readonly string[]): ResolvedPath[] {
  const paths = [...update.set, ...update.remove, ...update.add, ...update.delete].map(({ path }) =>
    bindings.resolve(path),
  );
  checkOverlap(paths, 'UpdateExpression');
  for (const path of paths) {
    if (keyNames.includes(path[0] as string)) {
      throw validation(
        `One or more parameter values were invalid: Cannot update attribute ${path[0]}. This attribute is part of the key`,
      );
    }
  }
  return paths;
}

/** Rejects operands whose type no item can make right. */
export function checkUpdate(update: Update, bindings: Bindings): void {
  const wrong = (name: string, type: string) =>
    validation(
      `Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
    );
  for (const { value } of update.add) {
    const type = valueType(value, bindings);
    if (type !== 'N' && !SET_TYPES.includes(type as (typeof SET_TYPES)[number])) throw wrong('ADD', LONG_TYPES[type]!);
  }
  for (const { value } of update.delete) {
    const type = valueType(value, bindings);
    if (!SET_TYPES.includes(type as (typeof SET_TYPES)[number])) throw wrong('DELETE', LONG_TYPES[type]!);
  }
  const check = (node: SetValue): void => {
    if (node.kind === 'plus' || node.kind === 'minus') {
      for (const side of [node.left, node.right]) {
        if (side.kind === 'value' && valueType(side, bindings) !== 'N') {
          throw wrong(node.kind === 'plus' ? '+' : '-', valueType(side, bindings));
        }
        check(side);
      }
    } else if (node.kind === 'call') {
      for (const operand of node.operands) {
        if (node.name === 'list_append' && operand.kind === 'value' && valueType(operand, bindings) !== 'L') {
          throw wrong('list_append', valueType(operand, bindings));
        }
        check(operand);
      }
    }
  };
  for (const { value } of update.set) check(value);
}

/** The item after an update; `item` stays as it is. All operands read the item as it was before. */
export function applyUpdate(update: Update, item: Item, bindings: Bindings): Item {
  const result = structuredClone(item);
  const values = update.set.map(({ value }) => structuredClone(setValue(value, item, bindings)));
  update.set.forEach(({ path }, i) => {
    put(result, bindings.resolve(path), values[i]!);
  });
  for (const { path, value } of update.add) add(result, path, item, (value as { name: string }).name, bindings);
  for (const { path, value } of update.delete) subtract(result, path, item, (value as { name: string }).name, bindings);
  // From the end, so that an index still means the element it named.
  const removed = update.remove.map(({ path }) => bindings.resolve(path));
  removed.sort((a, b) => (typeof a.at(-1) === 'number' && typeof b.at(-1) === 'number' ? +b.at(-1)! - +a.at(-1)! : 0));
  for (const path of removed) remove(result, path);
  return result;
}

const LONG_TYPES: Readonly<Record<string, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  L: 'LIST',
  M: 'MAP',
};

function valueType(operand: Operand, bindings: Bindings): string {
  return operand.kind === 'value' ? typeOf(bindings.value(operand.name)) : '';
}

function setValue(node: SetValue, item: Item, bindings: Bindings): AttributeValue {
  switch (node.kind) {
    case 'value':
      return bindings.value(node.name);
    case 'path': {
      const value = bindings.lookUp(node, item);
      if (value === undefined) {
        throw validation('The provided expression refers to an attribute that does not exist in the item');
      }
      return value;
    }
    case 'plus':
    case 'minus': {
      const left = setValue(node.left, item, bindings);
      const right = setValue(node.right, item, bindings);
      if (left.N === undefined || right.N === undefined) throw incorrectType();
      return { N: addNumbers(left.N, right.N, node.kind === 'plus' ? 1 : -1) };
    }
    case 'call': {
      const [first, second] = node.operands as readonly [Operand, Operand];
      if (node.name === 'if_not_exists') {
        return bindings.lookUp(first as Path, item) ?? setValue(second, item, bindings);
      }
      const left = setValue(first, item, bindings);
      const right = setValue(second, item, bindings);
      if (left.L === undefined || right.L === undefined) throw incorrectType();
      return { L: [...left.L, ...right.L] };
    }
  }
}

function add(result: Item, path: Path, item: Item, name: string, bindings: Bindings): void {
  const value = bindings.value(name);
  const old = bindings.lookUp(path, item);
  const target = bindings.resolve(path);
  if (value.N !== undefined) {
    if (old !== undefined && old.N === undefined) throw incorrectType();
    put(result, target, { N: old === undefined ? value.N : addNumbers(old.N!, value.N, 1) });
    return;
  }
  const type = SET_TYPES.find((candidate) => value[candidate] !== undefined)!;
  if (old !== undefined && old[type] === undefined) throw incorrectType();
  put(result, target, { [type]: [...new Set([...(old?.[type] ?? []), ...value[type]!])] });
}

function subtract(result: Item, path: Path, item: Item, name: string, bindings: Bindings): void {
  const value = bindings.value(name);
  const old = bindings.lookUp(path, item);
  if (old === undefined) return;
  const type = SET_TYPES.find((candidate) => value[candidate] !== undefined)!;
  if (old[type] === undefined) throw incorrectType();
  const left = old[type].filter((entry) => !value[type]!.includes(entry));
  // An empty set cannot be stored: the attribute goes.
  if (left.length === 0) remove(result, bindings.resolve(path));
  else put(result, bindings.resolve(path), { [type]: left });
}

function put(item: Item, path: ResolvedPath, value: AttributeValue): void {
  const parent = holder(item, path);
  const last = path.at(-1)!;
  if (typeof last === 'number') {
    if (parent?.L === undefined) throw invalidPath();
    // Beyond the end means at the end (Expressions.UpdateExpressions.html, "Adding elements to a list").
    parent.L[Math.min(last, parent.L.length)] = value;
  } else {
    if (parent?.M === undefined) throw invalidPath();
    parent.M[last] = value;
  }
}

function remove(item: Item, path: ResolvedPath): void {
  const parent = holder(item, path);
  const last = path.at(-1)!;
  if (path.length > 1 && parent === undefined) throw invalidPath();
  if (typeof last === 'number') {
    if (parent?.L === undefined) throw invalidPath();
    parent.L.splice(last, 1);
  } else {
    if (parent?.M === undefined) throw invalidPath();
    delete parent.M[last];
  }
}

function holder(item: Item, path: ResolvedPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const part of path.slice(0, -1)) {
    value = typeof part === 'number' ? value?.L?.[part] : value?.M?.[part];
  }
  return value;
}

function invalidPath() {
  return validation('The document path provided in the update expression is invalid for update');
}

function incorrectType() {
  return validation('An operand in the update expression has an incorrect data type');
}
