import { AwsClient } from 'aws4fetch';

export interface AwsApiOptions {
  readonly service: 'sqs' | 'dynamodb' | 'sns';
  readonly region: string;
  /** Base URL, without path. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Longest time for one attempt, ms. */
  readonly timeoutMs: number;
}

/** An error that AWS answered. `name` is its code, e.g. `ConditionalCheckFailedException`. */
export class AwsApiError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

const THROTTLED = /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TooManyRequests|SlowDown/;

/**
 * Signed calls in AWS's two plain protocols. It stands in for the SDK in the services: three operations need none of
 * its 570 kB, and a cold start waits for every one of them (`docs/services.md` has the figures).
 */
export class AwsApi {
  readonly #client: AwsClient;
  readonly #options: AwsApiOptions;

  constructor(options: AwsApiOptions) {
    this.#options = options;
    this.#client = new AwsClient({
      accessKeyId: options.accessKeyId,
      secretAccessKey: options.secretAccessKey,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
      service: options.service,
      region: options.region,
      // Callers retry: they know the deadline.
      retries: 0,
    });
  }

  /**
   * AWS JSON 1.0 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html): SQS, DynamoDB.
   * Rejects with AwsApiError for an answer, with fetch's error where there was none.
   */
  async json(target: string, input: unknown): Promise<unknown> {
    const response = await this.#post('application/x-amz-json-1.0', JSON.stringify(input), { 'x-amz-target': target });
    const text = await response.text();
    const output = text === '' ? {} : parse(text);
    if (response.ok) return output;
    const { __type, message, Message } = (output ?? {}) as Record<string, string | undefined>;
    const code = (__type ?? `Http${response.status}`).split('#').at(-1)!;
    throw new AwsApiError(code, message ?? Message ?? `HTTP status ${response.status}`, response.status);
  }

  /** The query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): SNS. Answers the XML. */
  async query(parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams(parameters).toString();
    const response = await this.#post('application/x-www-form-urlencoded; charset=utf-8', body, {});
    const xml = await response.text();
    if (response.ok) return xml;
    const code = /<Code>([^<]+)<\/Code>/.exec(xml)?.[1] ?? `Http${response.status}`;
    const message = /<Message>([^<]*)<\/Message>/.exec(xml)?.[1] ?? `HTTP status ${response.status}`;
    throw new AwsApiError(code, message, response.status);
  }

  #post(contentType: string, body: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    return this.#client.fetch(`${this.#options.endpoint}/`, {
      method: 'POST',
      headers: { 'content-type': contentType, ...headers },
      body,
      signal: AbortSignal.timeout(this.#options.timeoutMs),
    });
  }
}

/** Whether the same call may succeed later: throttled, failed on AWS's side, or never answered. */
export function isTransient(cause: unknown): boolean {
  if (!(cause instanceof AwsApiError)) return true;
  return cause.status >= 500 || cause.status === 429 || THROTTLED.test(cause.name);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's error page, say: the status decides.
    return undefined;
  }
}
