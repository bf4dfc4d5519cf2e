/** One signed POST to a service's root; answers whatever came back, rejects when nothing did. */
export type SignedPost = (
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<{ readonly status: number; readonly text: string }>;

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
 * Calls in AWS's two plain protocols. It stands in for the SDK in the services: three operations need none of its
 * 570 kB, and every cold start would load them (`docs/services.md` has the figures).
 */
export class AwsApi {
  readonly #post: SignedPost;

  constructor(post: SignedPost) {
    this.#post = post;
  }

  /**
   * AWS JSON 1.0 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html): SQS, DynamoDB.
   * Rejects with AwsApiError for an answer, with the transport's error where there was none.
   */
  async json(target: string, input: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const { status, text } = await this.#post(headers, JSON.stringify(input));
    const output = parse(text);
    if (status < 300) return output;
    const { __type, message, Message } = (output ?? {}) as Record<string, string | undefined>;
    const code = (__type ?? `Http${status}`).split('#').at(-1)!;
    throw new AwsApiError(code, message ?? Message ?? `HTTP status ${status}`, status);
  }

  /** The query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): SNS. Answers the XML. */
  async query(parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams(parameters).toString();
    const { status, text } = await this.#post(
      { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    );
    if (status < 300) return text;
    const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? `Http${status}`;
    const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `HTTP status ${status}`;
    throw new AwsApiError(code, message, status);
  }
}

/** Whether the same call may succeed later: throttled, failed on AWS's side, or never answered. */
export function isTransient(cause: unknown): boolean {
  if (!(cause instanceof AwsApiError)) return true;
  return cause.status >= 500 || cause.status === 429 || THROTTLED.test(cause.name);
}

function parse(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's error page, say: the status decides.
    return undefined;
  }
}
