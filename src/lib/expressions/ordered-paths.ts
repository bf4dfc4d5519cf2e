import { isObject } from '../is-object.ts';
import { below, type SyntaxNode } from './syntax-tree.ts';

/** From the top of a document down: members by name, items by number. */
export type Path = readonly (string | number)[];

const ORDERS = new Set(['LT', 'LTE', 'GT', 'GTE']);

/**
 * The places that an expression compares by order and that must hold something for it to be true. JMESPath gives null for
 * an order of what is not there (https://jmespath.org/specification.html#ordering-operators), while the parser that we use
 * takes it for 0: without this, "less than 3" would be true of every message that lacks the field. Only comparisons that
 * stand alone or are joined by `&&` decide by themselves; those below `||` and `!` are left as they are.
 */
export function orderedPaths(tree: SyntaxNode): readonly Path[] {
  if (tree.type === 'AndExpression') return below(tree).flatMap(orderedPaths);
  if (tree.type !== 'Comparator' || !ORDERS.has(tree.name ?? '')) return [];
  return below(tree).flatMap((side) => {
    const path = pathOf(side);
    return path === null ? [] : [path];
  });
}

/** Whether a document holds something there. */
export function holds(document: unknown, path: Path): boolean {
  let value = document;
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? value.at(step) : undefined;
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value !== undefined && value !== null;
}

/** Null for what is more than names and indexes. */
function pathOf(node: SyntaxNode): Path | null {
  if (node.type === 'Field' && node.name !== undefined) return [node.name];
  if (node.type === 'Index' && typeof node.value === 'number') return [node.value];
  if (node.type !== 'Subexpression' && node.type !== 'IndexExpression') return null;
  const steps = below(node).map(pathOf);
  return steps.includes(null) ? null : (steps as Path[]).flat();
}
