import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly requestBody?: Media & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Media>>;
  readonly parameters?: readonly { readonly $ref?: string; readonly in?: string; readonly name?: string }[];
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly parameters: Readonly<Record<string, { readonly name: string }>>;
  };
}

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Below `/api/v2`, without query. */
  readonly path: string;
  readonly query: readonly string[];
  readonly requestBody: unknown;
  readonly status: number;
  readonly answerBody: unknown;
}

/** What `terraform` calls and HashiCorp's document does not have. */
const UNDOCUMENTED = /^\/(ping|organizations\/[^/]+\/entitlement-set)$/;
const DOCUMENT = new URL('./fixtures/tfe-openapi.json', import.meta.url);

/** Requests and answers against HashiCorp's OpenAPI document of the HCP Terraform API. */
export class OpenApiJudge {
  readonly #document: OpenApi;
  readonly #ajv = new Ajv({ strict: false, allErrors: true });
  readonly #compiled = new Map<object, ValidateFunction>();

  constructor() {
    // JSON Schema has no `nullable` beside `allOf`; attributes and relationships are all named in the document, so one
    // that is not is a typing error here.
    this.#document = readable(JSON.parse(readFileSync(DOCUMENT, 'utf8'))) as OpenApi;
    this.#ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    this.#ajv.addSchema({ $id: 'tfe', components: this.#document.components });
  }

  /** What in the exchange is not as the document says. */
  violations(exchange: Exchange): readonly string[] {
    const { method, path, query, requestBody, status, answerBody } = exchange;
    if (UNDOCUMENTED.test(path)) return [];
    const name = `${method} ${path}`;
    const operation = this.#operation(method, path);
    // A path that the document does not know may only be refused.
    if (operation === undefined) return status === 404 ? [] : [`${name}: not in the document, answered ${status}`];
    const known = (operation.parameters ?? []).map(
      ({ $ref, name }) => name ?? this.#document.components.parameters[$ref!.split('/').at(-1)!]!.name,
    );
    const media = operation.responses[String(status)] ?? operation.responses['default'];
    return [
      ...query.filter((each) => !known.includes(each)).map((each) => `${name}: no query parameter ${each}`),
      ...(requestBody === undefined && operation.requestBody?.required !== true
        ? []
        : this.#errors(`${name} request`, operation.requestBody, requestBody)),
      ...(status === 204 ? [] : this.#errors(`${name} ${status}`, media, answerBody)),
    ];
  }

  #operation(method: string, path: string): Operation | undefined {
    const parts = path.split('/');
    const found = Object.entries(this.#document.paths).find(([pattern, operations]) => {
      const words = pattern.split('/');
      return (
        operations[method.toLowerCase()] !== undefined &&
        words.length === parts.length &&
        words.every((word, i) => word.startsWith('{') || word === parts[i])
      );
    });
    return found?.[1][method.toLowerCase()];
  }

  #errors(name: string, media: Media | undefined, value: unknown): readonly string[] {
    const schema = Object.values(media?.content ?? {})[0]?.schema;
    if (schema === undefined) return [`${name}: the document has no such message`];
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(schema);
      this.#compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** OpenAPI 3.0's dialect as JSON Schema. */
function readable(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => readable(each));
  if (typeof value !== 'object' || value === null) return value;
  const node = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, readable(each, name)]));
  if (typeof node['$ref'] === 'string') return { ...node, $ref: node['$ref'].replace(/^#/, 'tfe#') };
  if (node['nullable'] === true && (node['allOf'] !== undefined || node['enum'] !== undefined)) {
    const { nullable, ...rest } = node;
    return { anyOf: [{ type: 'null' }, rest] };
  }
  // Said in the document's prose alone: an output has a value of any type.
  if (key === 'attributes' && isOutput(node['properties'])) return node;
  const isClosed = (key === 'attributes' || key === 'relationships') && node['properties'] !== undefined;
  return isClosed ? { ...node, additionalProperties: false } : node;
}

function isOutput(properties: unknown): boolean {
  return typeof properties === 'object' && properties !== null && 'detailed-type' in properties;
}
