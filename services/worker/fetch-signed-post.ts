import { AwsClient } from 'aws4fetch';
import type { SignedPost } from '../shared/aws-api.ts';

export interface FetchSignedPostOptions {
  readonly service: 'sqs';
  readonly region: string;
  /** Base URL, without path. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Longest time for one attempt, ms. */
  readonly timeoutMs: number;
}

/** Signed requests with what a Worker has: `fetch` and Web Crypto. */
export function fetchSignedPost(options: FetchSignedPostOptions): SignedPost {
  const { service, region, accessKeyId, secretAccessKey } = options;
  // Callers retry: they know the deadline.
  const client = new AwsClient({ accessKeyId, secretAccessKey, service, region, retries: 0 });
  return async (headers, body) => {
    const response = await client.fetch(`${options.endpoint}/`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  };
}
