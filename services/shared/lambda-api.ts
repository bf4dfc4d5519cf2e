import { AwsApi } from './aws-api.ts';
import { nodeSignedPost } from './node-signed-post.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Long enough for a slow answer, short enough that a record's retries fit into the function's time. */
const TIMEOUT_MS = 2_000;

/**
 * A service's API as a Lambda function reaches it: the execution role's keys are in the environment
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime), the endpoint
 * may be (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
 */
export function lambdaApi(service: 'dynamodb' | 'sns', environment: Environment): AwsApi {
  const region = required(environment, 'AWS_REGION');
  const endpoint =
    environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
    environment['AWS_ENDPOINT_URL'] ??
    `https://${service}.${region}.amazonaws.com`;
  return new AwsApi(
    nodeSignedPost({
      service,
      region,
      endpoint: endpoint.replace(/\/+$/, ''),
      accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID'),
      secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY'),
      sessionToken: environment['AWS_SESSION_TOKEN'],
      timeoutMs: TIMEOUT_MS,
    }),
  );
}

/** Throws an Error that names the variable. */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
