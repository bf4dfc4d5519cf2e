import { CvopsError } from './cvops-error.ts';
import { ExitCode } from './exit-code.ts';

/** What was being done, for words that name it. */
export interface AwsCallSite {
  /** IAM action, e.g. `sqs:ReceiveMessage`. */
  readonly action: string;
  /** What it was done to, e.g. `queue "cv-analytics-dlq.fifo"`. */
  readonly resource: string;
  /** Code and message when AWS says that the resource does not exist. */
  readonly notFound?: { readonly code: string; readonly hint?: string };
}

interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly errno?: number;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly input?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $fault?: string;
}

const NOT_FOUND = new Set([
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'ResourceNotFoundException',
  'ResourceNotFound',
  'NotFound',
  'NotFoundException',
]);
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'UnauthorizedOperation',
  'KMS.AccessDeniedException',
  'KmsAccessDenied',
]);
const BAD_CREDENTIALS = new Set([
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'OptInRequired',
]);
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'SlowDown',
]);
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'TimeoutError', 'ERR_SOCKET_CONNECTION_TIMEOUT']);

/**
 * Turns what the SDK threw into an expected error, by structure (name, code, status), never by class: the classes of
 * two bundled clients are not the same. A CvopsError passes through; what is not an AWS error at all is rethrown as it is.
 */
export function classifyAwsError(cause: unknown, site: AwsCallSite): unknown {
  if (cause instanceof CvopsError || typeof cause !== 'object' || cause === null) return cause;
  const failure = root(cause);
  const name = failure.name ?? '';
  const code = failure.code ?? '';
  const text = (failure.message ?? '').replace(/\s+/g, ' ').trim();
  const error = (errorCode: string, exitCode: ExitCode, message: string, hint?: string) =>
    new CvopsError(errorCode, exitCode, message, { cause, ...(hint === undefined ? {} : { hint }) });

  if (NO_CREDENTIALS.has(name)) {
    return error(
      'NoCredentials',
      ExitCode.setup,
      `no AWS credentials were found${/profile/i.test(text) ? `: ${text}` : ''}.`,
      'set AWS_PROFILE or --profile NAME, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws sso login` renews an SSO session.',
    );
  }
  if (EXPIRED.has(name)) {
    return error(
      'CredentialsExpired',
      ExitCode.setup,
      'the AWS credentials have expired.',
      'sign in again, e.g. `aws sso login`.',
    );
  }
  if (BAD_CREDENTIALS.has(name)) {
    return error(
      'CredentialsRefused',
      ExitCode.setup,
      `AWS refused the credentials (${name}).`,
      'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, the profile and the clock of this machine: `cvops doctor`.',
    );
  }
  if (DENIED.has(name) || failure.$metadata?.httpStatusCode === 403) {
    return error(
      'AccessDenied',
      ExitCode.setup,
      `not allowed to ${site.action} on ${site.resource}.`,
      `allow the IAM action ${site.action}.`,
    );
  }
  if (NOT_FOUND.has(name)) {
    return error(
      site.notFound?.code ?? 'NotFound',
      ExitCode.notFound,
      `${site.resource} does not exist here.`,
      site.notFound?.hint ?? 'check the region and account with `cvops doctor`.',
    );
  }
  if (THROTTLED.has(name)) {
    return error(
      'Throttled',
      ExitCode.failed,
      `AWS throttled ${site.action} on ${site.resource}.`,
      'wait a moment and run the command again.',
    );
  }
  if (code === 'ERR_INVALID_URL') {
    const url = typeof failure.input === 'string' ? ` ("${failure.input}")` : '';
    return error(
      'InvalidEndpoint',
      ExitCode.setup,
      `the endpoint to call for ${site.action} is not a URL${url}.`,
      'check AWS_ENDPOINT_URL, its variants for single services, and endpoint_url in the AWS profile.',
    );
  }
  if (UNREACHABLE.has(code)) {
    const where =
      failure.address !== undefined ? `${failure.address}:${failure.port}` : (failure.hostname ?? 'the endpoint');
    return error(
      'EndpointUnreachable',
      ExitCode.setup,
      `cannot reach ${where} (${code}).`,
      'check --endpoint-url, --region and the network; for the sandbox: `cvops sandbox status`.',
    );
  }
  if (BROKEN.has(code) || BROKEN.has(name)) {
    return error(
      'ConnectionBroken',
      ExitCode.failed,
      `the connection broke during ${site.action} on ${site.resource} (${code || name}).`,
      'run the command again.',
    );
  }
  if (failure.$metadata !== undefined || failure.$fault !== undefined) {
    return error(
      name === '' ? 'AwsError' : name,
      ExitCode.failed,
      `${site.action} on ${site.resource} failed: ${name}${text === '' ? '' : `: ${text}`}`,
    );
  }
  return cause;
}

/** The innermost error that carries a system code: Node wraps connection errors (`AggregateError`, `cause`). */
function root(cause: object): Failure {
  const failure = cause as Failure & { errors?: readonly unknown[] };
  if (typeof failure.code === 'string' && failure.errors === undefined) return failure;
  const inner = failure.errors?.[0] ?? (failure.$metadata === undefined ? failure.cause : undefined);
  return typeof inner === 'object' && inner !== null && 'code' in inner ? (inner as Failure) : failure;
}
