import type { IncomingHttpHeaders } from 'node:http';
import type { EntryFault } from './faults.ts';
import type { Shapes } from './shape.ts';

/** One request as a service sees it, whatever protocol it came in. */
export interface Call {
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly userAgent: string;
  readonly service: string;
  readonly operation: string;
  readonly protocol: 'json' | 'query' | 'rest-json' | 'cbor';
  readonly headers: IncomingHttpHeaders;
  /** The raw request body; `Invoke` takes it as the payload. */
  readonly body: Buffer;
  /** Aborts when the client goes away (a long poll ends, a message received for nobody goes back). */
  readonly signal: AbortSignal;
  /** Set where a fault rule may fail single entries of a batch: each operation on a batch asks it once for each entry. */
  entryFault?: EntryFault | undefined;
}

/** Input is the operation's members by their API names; blobs stay base64 text, timestamps stay as the protocol sends them. */
// biome-ignore lint/suspicious/noExplicitAny: inputs come from the wire; each operation validates what it reads
export type Input = any;

/** An operation's output members, as a caller in process gets them. */
// biome-ignore lint/suspicious/noExplicitAny: outputs differ by operation; callers know what they asked for
export type Output = any;

/** Answers with the operation's output members (Date for timestamps, Map for query-protocol maps), or throws ApiError. */
export type Operation = (input: Input, call: Call) => unknown;

/** A ready-made HTTP answer for REST operations whose body or headers are not plain members. */
export class RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer | string) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** A REST-JSON route: `/2015-03-31/functions/{FunctionName}`; `{Name+}` takes the rest of the path. */
export interface Route {
  readonly method: string;
  /** Such as `/2015-03-31/functions/{FunctionName}`; a `?name=value` behind it must be in the query string. */
  readonly path: string;
  readonly operation: string;
  /** HTTP status of success. */
  readonly status?: number;
  /** Query-string parameters that become input members: wire name → member (`:number` and `:list` behind it name its type). */
  readonly query?: Readonly<Record<string, string>>;
}

/** One service of one region: how its requests are recognised, and what answers them. */
export interface Service {
  /** Name used by fault rules and the control API: `sqs`, `lambda`, `cloudwatch` … */
  readonly id: string;
  /** `x-amz-target` prefix before the dot, e.g. `AmazonSQS`; several where clients differ. */
  readonly jsonTargets?: readonly string[];
  readonly jsonVersion?: '1.0' | '1.1';
  /** Namespace before `#` in `__type`; none writes the bare code. */
  readonly errorNamespace?: string;
  /** JSON and CBOR errors carry `x-amzn-query-error` (services that came from the query protocol). */
  readonly queryCompatible?: boolean;
  /** `Version` parameter of the query protocol, e.g. `2012-11-05`. */
  readonly queryVersion?: string;
  readonly xmlNamespace?: string;
  /** Errors of the query protocol carry an empty `Detail` element. */
  readonly queryErrorDetail?: boolean;
  /** Path segment of smithy-rpc-v2-cbor: `/service/{cborService}/operation/{Operation}`. */
  readonly cborService?: string;
  readonly routes?: readonly Route[];
  readonly operations: Readonly<Record<string, Operation>>;
  /** What the operations' members may be; checked before an operation runs. */
  readonly shapes?: Shapes;
  /** Rewrites flat query parameters into members where the generic reading does not fit. `path` is the request's. */
  queryInput?(operation: string, parameters: URLSearchParams, path: string): Input;
  /** The result element's inner XML where the generic writing does not fit. */
  queryOutput?(operation: string, output: unknown): string;
  /** What CloudTrail calls this operation; undefined = a data event, not recorded. */
  trailName?(operation: string): string | undefined;
}
