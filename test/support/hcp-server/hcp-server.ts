import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../loopback-server.ts';
import { lockRoutes } from './lock-routes.ts';
import { OpenApiJudge } from './openapi.ts';
import { type HcpReply, type HcpRequest, notFound, type Route, refusal } from './request.ts';
import { stateRoutes } from './state-routes.ts';
import { variableRoutes } from './variable-routes.ts';
import { variableSetRoutes } from './variable-set-routes.ts';
import { workspaceRoutes } from './workspace-routes.ts';
import { type HcpPerson, HcpWorld, md5 } from './world.ts';

/** An answer that goes wrong. */
export interface HcpFault {
  /** Against `METHOD /path`, below `/api/v2`. */
  readonly on: RegExp;
  /** How often; once without it. */
  readonly times?: number;
  readonly reply?: HcpReply & { readonly raw?: string };
  /** No answer ever comes. */
  readonly hangs?: boolean;
  /** It is done, and then the connection breaks before the answer. */
  readonly dropsAnswer?: boolean;
  /** It is done only when this resolves. */
  readonly waitsFor?: Promise<unknown>;
  /** Called when it strikes. */
  readonly onStrike?: () => void;
}

export interface HcpServer {
  /** `127.0.0.1:PORT`, for TF_CLOUD_HOSTNAME. */
  readonly hostname: string;
  readonly world: HcpWorld;
  /** `METHOD /path?query` of every request so far, below `/api/v2`. */
  readonly requests: readonly string[];
  /** Where requests and answers are not as HashiCorp's OpenAPI document says. */
  readonly violations: readonly string[];
  /** What `cvops` and `terraform` need to find it as the organisation's first person, or another. */
  env(person?: HcpPerson): Record<string, string>;
  fail(fault: HcpFault): void;
  close(): Promise<void>;
}

interface HcpServerOptions {
  readonly organizations?: readonly string[];
  readonly people?: readonly HcpPerson[];
  /** ms since the epoch; default: the machine's clock. */
  readonly now?: () => number;
}

/** People of the tests; the tokens are looked for in all that is written. */
export const ana: HcpPerson = { id: 'user-ana', name: 'ana', token: 'canary-token-of-ana', admin: true };
export const bob: HcpPerson = { id: 'user-bob', name: 'bob', token: 'canary-token-of-bob' };

const ROUTES: readonly Route[] = [
  ...workspaceRoutes,
  ...lockRoutes,
  ...variableRoutes,
  ...variableSetRoutes,
  ...stateRoutes,
];

/**
 * HCP Terraform as far as state, locks and variables go, on loopback. `terraform` itself is a client of it, and every
 * exchange is held against HashiCorp's OpenAPI document. Plans and applies are not run here: workspaces have execution
 * mode `local`.
 */
export async function startHcpServer(options: HcpServerOptions = {}): Promise<HcpServer> {
  const people = options.people ?? [ana, bob];
  const world = new HcpWorld(options.organizations ?? ['cv-analytics-org'], people, options.now ?? Date.now);
  const judge = new OpenApiJudge();
  const requests: string[] = [];
  const violations: string[] = [];
  const faults: HcpFault[] = [];

  const takeFault = (name: string): HcpFault | undefined => {
    const i = faults.findIndex(({ on }) => on.test(name));
    const [fault] = i === -1 ? [] : faults.splice(i, 1);
    if (fault !== undefined && (fault.times ?? 1) > 1) faults.push({ ...fault, times: fault.times! - 1 });
    fault?.onStrike?.();
    return fault;
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const origin = `http://${incoming.headers.host}`;
    const url = new URL(incoming.url ?? '/', origin);
    const body = await read(incoming);
    if (url.pathname.startsWith('/_archivist/')) return send(response, archive(world, incoming.method!, url, body));
    const path = url.pathname.replace(/^\/api\/v2/, '');
    const name = `${incoming.method} ${path}`;
    requests.push(`${name}${decodeURIComponent(url.search)}`);
    const fault = takeFault(name);
    if (fault?.hangs === true) return;
    await fault?.waitsFor;
    if (fault?.reply !== undefined) return send(response, fault.reply);
    const requestBody = body.length === 0 ? undefined : (JSON.parse(body.toString('utf8')) as object);
    const person = world.people.find(({ token }) => incoming.headers.authorization === `Bearer ${token}`);
    const reply = route(incoming.method!, path, person, {
      world,
      query: url.searchParams,
      attributes: attributesOf(requestBody),
      origin,
    });
    const query = [...url.searchParams.keys()];
    const exchange = {
      method: incoming.method!,
      path,
      query,
      requestBody,
      status: reply.status,
      answerBody: reply.body,
    };
    violations.push(...judge.violations(exchange));
    if (fault?.dropsAnswer === true) incoming.socket.destroy();
    else send(response, reply);
  };

  const server = await listen(
    createServer((incoming, response) => {
      answer(incoming, response).catch((cause) => {
        violations.push(`${incoming.method} ${incoming.url}: ${cause}`);
        response.writeHead(500).end();
      });
    }),
  );
  const hostname = `127.0.0.1:${server.port}`;
  return {
    hostname,
    world,
    requests,
    violations,
    env: (person = people[0]!) => ({
      TF_CLOUD_HOSTNAME: hostname,
      TF_CLOUD_ORGANIZATION: world.organizations[0]!,
      TFE_TOKEN: person.token,
    }),
    fail: (fault) => void faults.push(fault),
    close: server.close,
  };
}

function route(
  method: string,
  path: string,
  person: HcpPerson | undefined,
  request: Omit<HcpRequest, 'person'>,
): HcpReply {
  if (person === undefined) return refusal(401, 'unauthorized');
  // What `terraform` reads first, for the version of the API.
  if (path === '/ping') return { status: 204 };
  const parts = path.split('/').map(decodeURIComponent);
  for (const { method: routed, path: pattern, handle } of ROUTES) {
    const words = pattern.split('/');
    if (routed !== method || words.length !== parts.length) continue;
    if (!words.every((word, i) => word === ':' || word === parts[i])) continue;
    return handle({ ...request, person }, ...parts.filter((_, i) => words[i] === ':'));
  }
  return notFound();
}

/** Content of states, by URLs that need no token, as HCP Terraform's archive has them. */
function archive(world: HcpWorld, method: string, { pathname }: URL, body: Buffer): HcpReply & { raw?: string } {
  const [, , id, secret, kind] = pathname.split('/');
  const workspace = world.workspaces.find(({ states }) => states.some((each) => each.id === id));
  const state = workspace?.states.find((each) => each.id === id && each.secret === secret);
  if (workspace === undefined || state === undefined) return notFound();
  if (method === 'GET')
    return state.content === null ? notFound() : { status: 200, raw: state.content.toString('utf8') };
  if (kind === 'json') return { status: 200 };
  if (md5(body) !== state.md5) return refusal(422, 'invalid attribute', 'md5 does not match');
  state.content = body;
  workspace.updatedAt = world.timestamp();
  return { status: 200 };
}

function attributesOf(body: object | undefined): Readonly<Record<string, unknown>> {
  const { data } = (body ?? {}) as { data?: { attributes?: Record<string, unknown> } };
  return data?.attributes ?? (body as Record<string, unknown> | undefined) ?? {};
}

function send(response: ServerResponse, { status, body, headers, raw }: HcpReply & { raw?: string }): void {
  response.writeHead(status, {
    'content-type': 'application/vnd.api+json; charset=utf-8',
    'tfp-api-version': '2.6',
    'tfp-appname': 'HCP Terraform',
    'x-ratelimit-limit': '30',
    ...headers,
  });
  response.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)));
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
