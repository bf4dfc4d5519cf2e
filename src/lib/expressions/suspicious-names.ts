import type { Expression } from './compile-expression.ts';
import { comparisons, fieldName, walk } from './syntax-tree.ts';

/**
 * Why an expression that finds nothing may not say what its author means: text without quotes is the name of a field,
 * and so is text in double quotes; a name that the document does not have at its top is never found.
 * @param names of the document's top-level fields
 */
export function suspiciousNames(expression: Expression, names: readonly string[]): readonly string[] {
  const reasons = new Set<string>();
  for (const [left, right] of comparisons(expression.tree)) {
    const value = fieldName(right);
    if (value === null || names.includes(value) || left.type === 'Literal') continue;
    reasons.add(`${value} is taken for the name of a field; text stands in quotes: '${value}'`);
  }
  walk(expression.tree, (node, root) => {
    const name = fieldName(node);
    if (!root || name === null || names.includes(name)) return;
    if ([...reasons].some((reason) => reason.startsWith(`${name} is taken`))) return;
    reasons.add(`there is no field ${name} at the top; is body.${name} meant?`);
  });
  return [...reasons];
}
