import type { IncomingHttpHeaders } from 'node:http';
import { readCbor } from '../protocols/cbor.ts';
import { readQuery } from '../protocols/query.ts';
import { ApiError } from './api-error.ts';
import type { Call, Input, Route, Service } from './service.ts';

/** What a request asks for. */
export interface Target {
  readonly service: Service;
  readonly operation: string;
  readonly protocol: Call['protocol'];
  readonly input: Input;
  /** HTTP status of success. */
  readonly status: number;
}

interface CompiledRoute {
  readonly service: Service;
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** `[name, value]` that the query string must hold. */
  readonly fixed: readonly (readonly [string, string])[];
}

/** Finds the service, operation and input of a request, whichever protocol it speaks. One for each region. */
export class Router {
  readonly #byTarget = new Map<string, Service>();
  readonly #byVersion = new Map<string, Service>();
  readonly #byCbor = new Map<string, Service>();
  readonly #routes: CompiledRoute[] = [];

  constructor(services: readonly Service[]) {
    for (const service of services) {
      for (const target of service.jsonTargets ?? []) this.#byTarget.set(target, service);
      if (service.queryVersion !== undefined) this.#byVersion.set(service.queryVersion, service);
      if (service.cborService !== undefined) this.#byCbor.set(service.cborService, service);
      for (const route of service.routes ?? []) this.#routes.push(compile(service, route));
    }
  }

  /** Throws ApiError when nothing answers to the request. */
  resolve(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Target {
    const target = headers['x-amz-target'];
    if (typeof target === 'string') return this.#json(target, body);
    if (headers['smithy-protocol'] === 'rpc-v2-cbor') return this.#cbor(url, body);
    const [path = '/', search = ''] = split(url);
    for (const compiled of this.#routes) {
      if (compiled.route.method !== method) continue;
      const match = compiled.pattern.exec(path);
      if (match === null) continue;
      const query = new URLSearchParams(search);
      if (compiled.fixed.some(([name, value]) => query.get(name) !== value)) continue;
      return rest(compiled, match, query, headers, body);
    }
    return this.#query(headers['content-type'] ?? '', path, search, body);
  }

  #json(target: string, body: Buffer): Target {
    const dot = target.lastIndexOf('.');
    const service = this.#byTarget.get(target.slice(0, dot));
    const operation = target.slice(dot + 1);
    if (service === undefined) throw new ApiError('UnknownOperationException', `Unknown target ${target}`);
    return { service, operation, protocol: 'json', input: parseJson(body), status: 200 };
  }

  #cbor(url: string, body: Buffer): Target {
    const match = /\/service\/([^/]+)\/operation\/([^/?]+)/.exec(url);
    const service = match === null ? undefined : this.#byCbor.get(match[1]!);
    if (match === null || service === undefined)
      throw new ApiError('UnknownOperationException', `Unknown path ${url}`, { status: 404 });
    return { service, operation: match[2]!, protocol: 'cbor', input: parseCbor(body), status: 200 };
  }

  #query(contentType: string, path: string, search: string, body: Buffer): Target {
    const form = contentType.startsWith('application/x-www-form-urlencoded') ? body.toString('utf8') : '';
    const parameters = new URLSearchParams(form === '' ? search : form);
    const operation = parameters.get('Action');
    const service = this.#byVersion.get(parameters.get('Version') ?? '');
    if (operation === null || service === undefined) {
      throw new ApiError('UnknownOperationException', 'No service of the simulator answers to this request.', {
        status: 404,
      });
    }
    const input = service.queryInput?.(operation, parameters, path) ?? readQuery(parameters);
    return { service, operation, protocol: 'query', input, status: 200 };
  }
}

function compile(service: Service, route: Route): CompiledRoute {
  const names: string[] = [];
  const [path = '', fixed] = route.path.split('?');
  const source = path.replace(/\{(\w+)(\+?)\}/g, (_, name: string, greedy: string) => {
    names.push(name);
    return greedy === '+' ? '(.+)' : '([^/]+)';
  });
  return {
    service,
    route,
    names,
    pattern: new RegExp(`^${source}/?$`),
    fixed: [...new URLSearchParams(fixed)],
  };
}

function rest(
  { service, route, names }: CompiledRoute,
  match: RegExpExecArray,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Target {
  const input: Record<string, unknown> = {};
  const isJson = !(headers['content-type'] ?? '').startsWith('application/octet-stream');
  if (route.operation !== 'Invoke' && isJson && body.length > 0) Object.assign(input, parseJson(body));
  for (const [wire, member] of Object.entries(route.query ?? {})) {
    const value = query.get(wire);
    if (value === null) continue;
    const [name, type] = member.split(':');
    if (type === 'list') input[name!] = query.getAll(wire);
    else input[name!] = type === 'number' ? Number(value) : value;
  }
  names.forEach((name, i) => {
    input[name] = decoded(match[i + 1]!);
  });
  return { service, operation: route.operation, protocol: 'rest-json', input, status: route.status ?? 200 };
}

function parseJson(body: Buffer): Input {
  if (body.length === 0) return {};
  let input: unknown;
  try {
    input = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError('SerializationException', 'Could not parse request body into json');
  }
  return members(input);
}

function parseCbor(body: Buffer): Input {
  let input: unknown;
  try {
    input = readCbor(body);
  } catch {
    throw new ApiError('SerializationException', 'Could not parse request body into cbor');
  }
  return members(input);
}

/** A request is a structure. What its members may be, `checkMembers` knows. */
function members(input: unknown): Input {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  throw new ApiError('SerializationException', 'Start of structure or map found where not expected.');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError('InvalidRequestContentException', 'The path of the request cannot be decoded.');
  }
}

function split(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
