import { isObject } from '../is-object.ts';

interface Identifier {
  readonly id: string;
  readonly type: string;
}

/** One resource object: https://jsonapi.org/format/#document-resource-objects */
export interface Resource extends Identifier {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships: Readonly<Record<string, unknown>>;
}

/** What a JSON:API server answers, with nothing missing. */
export interface JsonApiDocument {
  readonly data: readonly Resource[];
  readonly included: readonly Resource[];
  readonly nextPage: number | null;
  /** Title and detail of each error, in one line each. */
  readonly errors: readonly string[];
}

/** The document in a parsed JSON value, or undefined when it is none. An empty answer (204) is an empty document. */
export function readDocument(value: unknown): JsonApiDocument | undefined {
  if (value === undefined) return { data: [], included: [], nextPage: null, errors: [] };
  if (!isObject(value) || !('data' in value || 'errors' in value)) return undefined;
  const { data = [], included = [], errors = [], meta } = value;
  const list = data === null ? [] : Array.isArray(data) ? data : [data];
  if (!list.every(isIdentifier) || !Array.isArray(included) || !Array.isArray(errors)) return undefined;
  const nextPage = isObject(meta) && isObject(meta['pagination']) ? meta['pagination']['next-page'] : null;
  return {
    data: list.map(resource),
    included: included.filter(isIdentifier).map(resource),
    nextPage: typeof nextPage === 'number' ? nextPage : null,
    errors: errors.filter(isObject).map(errorWords),
  };
}

/** What a relationship points to, when it points to one thing. */
export function related(resource: Resource, name: string): Identifier | undefined {
  const data = linkage(resource, name);
  return isIdentifier(data) ? data : undefined;
}

/** Ids of the resources of one type that a relationship points to, when it points to many. */
export function relatedIds(resource: Resource, name: string, type: string): readonly string[] {
  const data = linkage(resource, name);
  if (!Array.isArray(data)) return [];
  return data
    .filter(isIdentifier)
    .filter((each) => each.type === type)
    .map(({ id }) => id);
}

function linkage({ relationships }: Resource, name: string): unknown {
  const relation = relationships[name];
  return isObject(relation) ? relation['data'] : undefined;
}

/** The included resource that a relationship points to. */
export function includedOf(
  { included }: Pick<JsonApiDocument, 'included'>,
  identifier: Identifier | undefined,
): Resource | undefined {
  return included.find(({ id, type }) => id === identifier?.id && type === identifier.type);
}

export function textOf({ attributes }: Resource, name: string): string | null {
  const value = attributes[name];
  return typeof value === 'string' ? value : null;
}

export function numberOf({ attributes }: Resource, name: string): number | null {
  const value = attributes[name];
  return typeof value === 'number' ? value : null;
}

export function flagOf({ attributes }: Resource, name: string): boolean {
  return attributes[name] === true;
}

/** ISO 8601 in UTC, whatever zone it was written in. */
export function timeOf(resource: Resource, name: string): string | null {
  const ms = Date.parse(textOf(resource, name) ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function resource(value: Identifier & { attributes?: unknown; relationships?: unknown }): Resource {
  const { id, type, attributes, relationships } = value;
  return {
    id,
    type,
    attributes: isObject(attributes) ? attributes : {},
    relationships: isObject(relationships) ? relationships : {},
  };
}

function errorWords({ title, detail, status }: Record<string, unknown>): string {
  const [first, second] = [title, detail].filter((each) => typeof each === 'string' && each !== '');
  if (first === undefined) return String(status ?? 'unknown error');
  return second === undefined || second === first ? String(first) : `${first}: ${second}`;
}

function isIdentifier(value: unknown): value is Identifier {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string';
}
