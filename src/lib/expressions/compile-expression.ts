import { closest } from '../errors/closest.ts';
import { ExpressionError } from './expression-error.ts';
import { type SyntaxNode, walk } from './syntax-tree.ts';
import { type Token, tokens } from './tokens.ts';

/** A JMESPath expression, checked. */
export interface Expression {
  readonly text: string;
  /** It calls functions, and these refuse values of the wrong type: evaluating it can fail. */
  readonly mayFail: boolean;
  readonly tree: SyntaxNode;
  /** @throws ExpressionError for a value that a function does not take */
  evaluate(document: unknown): unknown;
}

/** Parsing alone is missing from the package's types. */
type Jmespath = typeof import('jmespath') & { compile(expression: string): SyntaxNode };

/**
 * Checks an expression before any work is done, stricter than the parser that we use: it takes `body.`, lists without
 * commas and unclosed quotes for something, and finds a function that does not exist only when it is called.
 * @throws ExpressionError with the position
 */
export async function compileExpression(text: string): Promise<Expression> {
  const { default: loaded } = await import('jmespath');
  const jmespath = loaded as Jmespath;
  const words = tokens(text);
  if (words.length === 0) throw new ExpressionError('the expression is empty', null);
  refuseNeighbours(words);
  const tree = parse(jmespath, text, words);
  let mayFail = false;
  walk(tree, (node) => {
    if (node.type !== 'Function') return;
    mayFail = true;
    checkCall(jmespath, node, words);
  });
  return {
    text,
    mayFail,
    tree,
    evaluate: (document) => {
      try {
        return jmespath.search(document, text);
      } catch (cause) {
        throw new ExpressionError(readable((cause as Error).message), null);
      }
    },
  };
}

const OPERANDS = new Set(['name', 'quoted', 'text', 'literal', 'number']);

/** Two operands side by side; the parser takes `[a b]` for `[a, b]`, and of `(a b)` it drops the second. */
function refuseNeighbours(words: readonly Token[]): void {
  words.forEach((word, index) => {
    const before = words[index - 1];
    if (before === undefined) return;
    const ends = OPERANDS.has(before.kind) || /^(\]|\)|\}|\[\]|@)$/.test(before.text);
    const begins = OPERANDS.has(word.kind) || /^[{@!]$/.test(word.text);
    const trailing = before.text === ',' && /^[\])}]$/.test(word.text);
    // `()` is nothing, and the parser answers nothing for it; behind a name it is a call without arguments.
    const empty = before.text === '(' && word.text === ')' && words[index - 2]?.kind !== 'name';
    if ((ends && begins) || trailing || empty) throw unexpected(word, words);
  });
}

function parse(jmespath: Jmespath, text: string, words: readonly Token[]): SyntaxNode {
  let tree: SyntaxNode;
  try {
    tree = jmespath.compile(text);
  } catch (cause) {
    throw located(jmespath, text, words, cause as Error);
  }
  // `body.` and `body.[`: the parser leaves a hole where something should follow.
  let hole = false;
  walk(tree, (node) => {
    if (node.type !== 'Slice' && (node.children ?? []).includes(undefined)) hole = true;
  });
  if (!hole) return tree;
  const dot = words.findIndex((word, index) => word.text === '.' && !follows(words[index + 1]));
  const next = words[dot + 1];
  throw dot < 0 || next === undefined ? endsEarly(text) : unexpected(next, words);
}

/** What may stand behind a dot. */
function follows(word: Token | undefined): boolean {
  return word !== undefined && (word.kind === 'name' || word.kind === 'quoted' || /^[*[{]$/.test(word.text));
}

/**
 * The parser does not say where it stumbled. The first word at fault is the first one up to which the expression is neither
 * whole nor merely unfinished.
 */
function located(jmespath: Jmespath, text: string, words: readonly Token[], cause: Error): ExpressionError {
  for (const word of words) {
    try {
      jmespath.compile(text.slice(0, word.end));
    } catch (error) {
      const { message } = error as Error;
      if (isUnfinished(message)) continue;
      return word.kind === 'literal' || word.kind === 'quoted'
        ? new ExpressionError(`${word.text} at character ${word.start + 1} is not JSON`, word.start + 1)
        : unexpected(word, words);
    }
  }
  return isUnfinished(cause.message) ? endsEarly(text) : new ExpressionError(readable(cause.message), null);
}

/** The parser wanted more; of a slice that ends it does not even say that. */
function isUnfinished(message: string): boolean {
  return /EOF|undefined\(undefined\)/.test(message);
}

function endsEarly(text: string): ExpressionError {
  return new ExpressionError(`it ends too early, at character ${text.length}`, text.length);
}

function unexpected(word: Token, words: readonly Token[]): ExpressionError {
  const message = `unexpected ${JSON.stringify(word.text)} at character ${word.start + 1}`;
  return new ExpressionError(message, word.start + 1, slip(word, words));
}

/** What people mean who write this. */
function slip(word: Token, words: readonly Token[]): string | undefined {
  const before = words[words.indexOf(word) - 1];
  const joined = before?.end === word.start;
  if (word.kind === 'number' && joined && before?.kind === 'name' && word.text.startsWith('-')) {
    return 'a name with a hyphen stands in double quotes: body."user-id".';
  }
  if (word.kind === 'number') return `a number stands in backticks: \`${word.text}\`.`;
  if (word.kind === 'name' && /^and$/i.test(word.text)) return 'two conditions are joined with &&.';
  if (word.kind === 'name' && /^or$/i.test(word.text)) return 'alternatives are joined with ||.';
  if (word.kind === 'name' && /^(is|equals|eq)$/i.test(word.text)) return 'two values are compared with ==.';
  if (word.kind === 'name' && /^(like|in|contains)$/i.test(word.text)) {
    return "to look for a part of a text: contains(body.url, 'part').";
  }
  return undefined;
}

/** @throws ExpressionError for a function that does not exist, or takes another number of arguments */
function checkCall(jmespath: Jmespath, { name, children = [] }: SyntaxNode, words: readonly Token[]): void {
  const at = words.findIndex((word, index) => word.text === name && words[index + 1]?.text === '(');
  const place = words[at];
  const position = place === undefined ? null : place.start + 1;
  try {
    jmespath.search(null, `${name}(${children.map(() => '@').join(',')})`);
  } catch (cause) {
    const { message } = cause as Error;
    const where = position === null ? '' : ` at character ${position}`;
    if (message.startsWith('Unknown function') || name === undefined) {
      const near = name === undefined ? undefined : closest(name, FUNCTIONS);
      throw new ExpressionError(
        `there is no function ${name ?? ''}()${where}`,
        position,
        near === undefined ? undefined : `did you mean ${near}()?`,
      );
    }
    if (message.startsWith('ArgumentError')) throw new ExpressionError(`${readable(message)}${where}`, position);
  }
}

/** https://jmespath.org/specification.html#built-in-functions; only for suggestions. */
const FUNCTIONS = [
  'abs',
  'avg',
  'ceil',
  'contains',
  'ends_with',
  'floor',
  'join',
  'keys',
  'length',
  'map',
  'max',
  'max_by',
  'merge',
  'min',
  'min_by',
  'not_null',
  'reverse',
  'sort',
  'sort_by',
  'starts_with',
  'sum',
  'to_array',
  'to_number',
  'to_string',
  'type',
  'values',
];

/** The parser's words without the name of their class. */
function readable(message: string): string {
  const plain = message.replace(/^(TypeError|ArgumentError): /, '').replace(/\.$/, '');
  return plain === '' ? 'it cannot be evaluated' : plain;
}
