/** A node of the parser's tree. */
export interface SyntaxNode {
  readonly type: string;
  readonly name?: string;
  readonly value?: unknown;
  readonly children?: readonly (SyntaxNode | null | undefined)[];
}

/** The nodes below one, in order; a slice's numbers are no nodes. */
export function below(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.type === 'KeyValuePair') return [node.value as SyntaxNode];
  if (node.type === 'Slice') return [];
  return (node.children ?? []).filter((child): child is SyntaxNode => typeof child === 'object' && child !== null);
}

/** Every node, from the top. `root` tells whether it is evaluated on the whole document. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, root: boolean) => void, root = true): void {
  visit(node, root);
  below(node).forEach((child, index) => {
    walk(child, visit, root && !(index > 0 && NARROWS.has(node.type)) && node.type !== 'ExpressionReference');
  });
}

/** Nodes whose second child and those after it see what the first has found. */
const NARROWS = new Set([
  'Subexpression',
  'IndexExpression',
  'Projection',
  'ValueProjection',
  'FilterProjection',
  'Pipe',
]);

/** Whether a node is a plain name, and which. */
export function fieldName(node: SyntaxNode | undefined): string | null {
  return node?.type === 'Field' && node.name !== undefined ? node.name : null;
}

/** The two sides of every comparison. */
export function comparisons(tree: SyntaxNode): readonly (readonly [SyntaxNode, SyntaxNode])[] {
  const found: (readonly [SyntaxNode, SyntaxNode])[] = [];
  walk(tree, (node) => {
    const [left, right] = below(node);
    if (node.type === 'Comparator' && left !== undefined && right !== undefined) found.push([left, right]);
  });
  return found;
}
