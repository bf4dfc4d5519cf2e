/** One step of a document path. */
export type PathPart =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'placeholder'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number };

export interface Path {
  readonly kind: 'path';
  readonly parts: readonly PathPart[];
}

export interface ValuePlaceholder {
  readonly kind: 'value';
  readonly name: string;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly operands: readonly Operand[];
}

export type Operand = Path | ValuePlaceholder | Call;

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | Call;

export type SetValue = Operand | { readonly kind: 'plus' | 'minus'; readonly left: Operand; readonly right: Operand };

export interface Update {
  readonly kind: 'update';
  readonly set: readonly { readonly path: Path; readonly value: SetValue }[];
  readonly remove: readonly { readonly path: Path }[];
  readonly add: readonly { readonly path: Path; readonly value: Operand }[];
  readonly delete: readonly { readonly path: Path; readonly value: Operand }[];
}

export interface Projection {
  readonly kind: 'projection';
  readonly paths: readonly Path[];
}

/** A parsed expression, and the placeholders that it needs. */
export interface Parsed<Tree> {
  readonly tree: Tree;
  readonly names: readonly string[];
  readonly values: readonly string[];
}
