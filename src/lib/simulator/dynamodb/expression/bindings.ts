import { type AttributeValue, checkValue, type Item } from '../attribute-value.ts';
import { validation } from '../errors.ts';
import type { Parsed, Path } from './syntax.ts';

/** A path with its placeholders replaced: attribute names and list indexes. */
export type ResolvedPath = readonly (string | number)[];

const NAME_KEY = /^#[A-Za-z0-9_]+$/;
const VALUE_KEY = /^:[A-Za-z0-9_]+$/;

/** The placeholders of one request. Each must be defined, and each must be used. */
export class Bindings {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  /** Throws ValidationException for placeholders that are empty, malformed, or given without an expression. */
  constructor(
    names: Readonly<Record<string, string>> | undefined,
    values: Item | undefined,
    expressions: Readonly<Record<string, string | undefined>>,
  ) {
    const given = Object.values(expressions).some((expression) => expression !== undefined);
    if (names !== undefined) {
      if (!given) throw validation('ExpressionAttributeNames can only be specified when using expressions');
      if (Object.keys(names).length === 0) throw validation('ExpressionAttributeNames must not be empty');
    }
    if (values !== undefined) {
      const able = Object.entries(expressions).filter(([field]) => field !== 'ProjectionExpression');
      if (able.every(([, expression]) => expression === undefined)) {
        const fields = able.map(([field]) => field);
        const why =
          fields.length === 1
            ? `${fields[0]} is null`
            : `${fields.slice(0, -1).join(', ')} and ${fields.at(-1)} are null`;
        throw validation(`ExpressionAttributeValues can only be specified when using expressions: ${why}`);
      }
      if (Object.keys(values).length === 0) throw validation('ExpressionAttributeValues must not be empty');
    }
    this.#names = names ?? {};
    this.#values = values ?? {};
    this.#unusedNames = new Set(Object.keys(this.#names));
    this.#unusedValues = new Set(Object.keys(this.#values));
    for (const key of this.#unusedNames) {
      if (!NAME_KEY.test(key)) {
        throw validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
      }
    }
    for (const key of this.#unusedValues) {
      if (!VALUE_KEY.test(key)) {
        throw validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
      }
      try {
        checkValue(this.#values[key]!);
      } catch (cause) {
        throw validation(
          `ExpressionAttributeValues contains invalid value: ${(cause as Error).message} for key ${key}`,
        );
      }
    }
  }

  /** Checks that an expression's placeholders are defined, and marks them as used. */
  use(parsed: Parsed<unknown>, field: string): void {
    for (const name of parsed.names) {
      if (!Object.hasOwn(this.#names, name)) {
        throw validation(
          `Invalid ${field}: An expression attribute name used in the document path is not defined; attribute name: ${name}`,
        );
      }
      this.#unusedNames.delete(name);
    }
    for (const value of parsed.values) {
      if (!Object.hasOwn(this.#values, value)) {
        throw validation(
          `Invalid ${field}: An expression attribute value used in expression is not defined; attribute value: ${value}`,
        );
      }
      this.#unusedValues.delete(value);
    }
  }

  /** To be called when all expressions are bound: what is left over is an error. */
  done(): void {
    if (this.#unusedNames.size > 0) {
      throw validation(
        `Value provided in ExpressionAttributeNames unused in expressions: keys: {${[...this.#unusedNames].join(', ')}}`,
      );
    }
    if (this.#unusedValues.size > 0) {
      throw validation(
        `Value provided in ExpressionAttributeValues unused in expressions: keys: {${[...this.#unusedValues].join(', ')}}`,
      );
    }
  }

  value(name: string): AttributeValue {
    return this.#values[name]!;
  }

  resolve(path: Path): ResolvedPath {
    return path.parts.map((part) =>
      part.kind === 'index' ? part.index : part.kind === 'placeholder' ? this.#names[part.name]! : part.name,
    );
  }

  /** The value at a path of an item. */
  lookUp(path: Path, item: Item): AttributeValue | undefined {
    let value: AttributeValue | undefined;
    for (let i = 0; i < path.parts.length; i++) {
      const part = path.parts[i]!;
      if (part.kind === 'index') {
        value = value?.L?.[part.index];
      } else {
        const name = part.kind === 'placeholder' ? this.#names[part.name]! : part.name;
        const map: Item | undefined = i === 0 ? item : value?.M;
        value = map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
      }
      if (value === undefined) return undefined;
    }
    return value;
  }
}

/** A path as AWS's errors show it: `[a, b, [0]]`. */
export function shownPath(path: ResolvedPath): string {
  return `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;
}
