import type { Expression } from './compile-expression.ts';
import { comparisons, fieldName } from './syntax-tree.ts';

/**
 * Why an expression that finds nothing, or everything, may not say what its author means: within a list (`items[?type == visit]`)
 * text without quotes, or in double quotes, is the name of a field.
 * @param names of the document's top-level fields
 */
export function suspiciousNames(expression: Expression, names: readonly string[]): readonly string[] {
  const reasons = new Set<string>();
  for (const [left, right] of comparisons(expression.tree)) {
    const value = fieldName(right);
    if (value === null || value === 'null' || names.includes(value) || left.type === 'Literal') continue;
    reasons.add(`${value} is taken for the name of a field; text stands in quotes: '${value}'`);
  }
  return [...reasons];
}
