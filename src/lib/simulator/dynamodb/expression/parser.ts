import { RESERVED_WORDS } from './reserved-words.ts';
import type { Comparator, Condition, Operand, Parsed, Path, PathPart, Projection, SetValue, Update } from './syntax.ts';
import { TokenStream } from './token-stream.ts';

const COMPARATORS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
/** How many operands each function of a condition takes. */
const CONDITION_FUNCTIONS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const SET_FUNCTIONS: Readonly<Record<string, number>> = { if_not_exists: 2, list_append: 2 };
const MAX_BYTES = 4096;
const MAX_IN = 100;

/** Parses a condition, filter or key condition. Throws ValidationException; `field` names the request member. */
export function parseCondition(source: string, field: string): Parsed<Condition> {
  return new Parser(source, field).whole((parser) => parser.condition());
}

export function parseUpdate(source: string): Parsed<Update> {
  return new Parser(source, 'UpdateExpression').whole((parser) => parser.update());
}

export function parseProjection(source: string): Parsed<Projection> {
  return new Parser(source, 'ProjectionExpression').whole((parser) => parser.projection());
}

/**
 * Recursive descent over the grammar of
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html and
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html.
 */
class Parser {
  readonly #tokens: TokenStream;
  readonly #names = new Set<string>();
  readonly #values = new Set<string>();
  /** Whether the condition just read stands in parentheses. */
  #parenthesised = false;

  constructor(source: string, field: string) {
    this.#tokens = new TokenStream(source, field);
    if (Buffer.byteLength(source) > MAX_BYTES) {
      throw this.#tokens.error(
        `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(source)}`,
      );
    }
  }

  whole<Tree>(parse: (parser: Parser) => Tree): Parsed<Tree> {
    const tree = parse(this);
    if (this.#tokens.peek().kind !== 'end') throw this.#tokens.unexpected();
    return { tree, names: [...this.#names], values: [...this.#values] };
  }

  condition(): Condition {
    let left = this.#and();
    while (this.#tokens.takesWord('OR')) {
      left = { kind: 'or', left, right: this.#and() };
      this.#parenthesised = false;
    }
    return left;
  }

  update(): Update {
    const parts: { -readonly [K in keyof Update]: Update[K] } = {
      kind: 'update',
      set: [],
      remove: [],
      add: [],
      delete: [],
    };
    const seen = new Set<string>();
    do {
      const section = this.#tokens.peek().text.toUpperCase();
      if (section !== 'SET' && section !== 'REMOVE' && section !== 'ADD' && section !== 'DELETE') {
        throw this.#tokens.unexpected();
      }
      this.#tokens.next();
      if (seen.has(section)) {
        throw this.#tokens.error(`The "${section}" section can only be used once in an update expression;`);
      }
      seen.add(section);
      if (section === 'SET') parts.set = this.#list(() => this.#assignment());
      else if (section === 'REMOVE') parts.remove = this.#list(() => ({ path: this.#path() }));
      else if (section === 'ADD') parts.add = this.#list(() => ({ path: this.#path(), value: this.#value() }));
      else parts.delete = this.#list(() => ({ path: this.#path(), value: this.#value() }));
    } while (this.#tokens.peek().kind !== 'end');
    return parts;
  }

  projection(): Projection {
    return { kind: 'projection', paths: this.#list(() => this.#path()) };
  }

  #list<T>(one: () => T): T[] {
    const list = [one()];
    while (this.#tokens.takes(',')) list.push(one());
    return list;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#tokens.takesWord('AND')) {
      left = { kind: 'and', left, right: this.#not() };
      this.#parenthesised = false;
    }
    return left;
  }

  #not(): Condition {
    if (!this.#tokens.takesWord('NOT')) return this.#primary();
    const inner = this.#not();
    this.#parenthesised = false;
    return { kind: 'not', inner };
  }

  #primary(): Condition {
    if (this.#tokens.takes('(')) {
      const inner = this.condition();
      this.#tokens.expect(')');
      if (this.#parenthesised) throw this.#tokens.error('The expression has redundant parentheses;');
      this.#parenthesised = true;
      return inner;
    }
    this.#parenthesised = false;
    const left = this.#operand(CONDITION_FUNCTIONS);
    const token = this.#tokens.peek();
    if (token.kind === 'symbol' && COMPARATORS.has(token.text)) {
      this.#tokens.next();
      const right = this.#operand(CONDITION_FUNCTIONS);
      return { kind: 'compare', operator: token.text as Comparator, left, right };
    }
    if (this.#tokens.takesWord('BETWEEN')) {
      const low = this.#operand(CONDITION_FUNCTIONS);
      if (!this.#tokens.takesWord('AND')) throw this.#tokens.unexpected();
      return { kind: 'between', operand: left, low, high: this.#operand(CONDITION_FUNCTIONS) };
    }
    if (this.#tokens.takesWord('IN')) {
      this.#tokens.expect('(');
      const list = this.#list(() => this.#operand(CONDITION_FUNCTIONS));
      this.#tokens.expect(')');
      if (list.length > MAX_IN) {
        throw this.#tokens.error(
          `The IN operator is provided with too many operands; number of operands: ${list.length}`,
        );
      }
      return { kind: 'in', operand: left, list };
    }
    if (left.kind !== 'call') throw this.#tokens.unexpected();
    if (left.name === 'size') {
      throw this.#tokens.error('The function is not allowed to be used this way in an expression; function: size');
    }
    return left;
  }

  #assignment(): { path: Path; value: SetValue } {
    const path = this.#path();
    this.#tokens.expect('=');
    const left = this.#operand(SET_FUNCTIONS);
    if (this.#tokens.takes('+')) return { path, value: { kind: 'plus', left, right: this.#operand(SET_FUNCTIONS) } };
    if (this.#tokens.takes('-')) return { path, value: { kind: 'minus', left, right: this.#operand(SET_FUNCTIONS) } };
    return { path, value: left };
  }

  #operand(functions: Readonly<Record<string, number>>): Operand {
    const token = this.#tokens.peek();
    if (token.kind === 'value') return this.#value();
    if (token.kind === 'word' && this.#tokens.peek(1).text === '(') return this.#call(functions);
    return this.#path();
  }

  #call(functions: Readonly<Record<string, number>>): Operand {
    const name = this.#tokens.next().text;
    this.#tokens.expect('(');
    const operands = this.#list(() => this.#operand(functions));
    this.#tokens.expect(')');
    const arity = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (arity === undefined) throw this.#tokens.error(`Invalid function name; function: ${name}`);
    if (arity !== operands.length) {
      throw this.#tokens.error(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
      );
    }
    if ((name.startsWith('attribute_') || name === 'if_not_exists') && operands[0]!.kind !== 'path') {
      throw this.#tokens.error(`Operator or function requires a document path; operator or function: ${name}`);
    }
    return { kind: 'call', name, operands };
  }

  #value(): Operand {
    const token = this.#tokens.peek();
    if (token.kind !== 'value') throw this.#tokens.unexpected();
    this.#tokens.next();
    this.#values.add(token.text);
    return { kind: 'value', name: token.text };
  }

  #path(): Path {
    const parts: PathPart[] = [this.#name()];
    for (;;) {
      if (this.#tokens.takes('.')) {
        parts.push(this.#name());
      } else if (this.#tokens.takes('[')) {
        const token = this.#tokens.peek();
        if (token.kind !== 'index') throw this.#tokens.unexpected();
        this.#tokens.next();
        this.#tokens.expect(']');
        parts.push({ kind: 'index', index: Number(token.text) });
      } else {
        return { kind: 'path', parts };
      }
    }
  }

  #name(): PathPart {
    const token = this.#tokens.peek();
    if (token.kind === 'name') {
      this.#tokens.next();
      this.#names.add(token.text);
      return { kind: 'placeholder', name: token.text };
    }
    if (token.kind !== 'word') throw this.#tokens.unexpected();
    if (RESERVED_WORDS.has(token.text.toUpperCase())) {
      throw this.#tokens.error(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
    }
    this.#tokens.next();
    return { kind: 'name', name: token.text };
  }
}
