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
  /** Of a `ForeignAnswer`: what came instead of AWS's answer. */
  readonly answered?: string;
  /** Hung on by `guardClient`. */
  readonly $call?: {
    readonly endpoint?: string | undefined;
    readonly timeoutMs: number;
    readonly profile?: string | undefined;
  };
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
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);
/** Node's codes for a certificate that it does not trust: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH/;
/** What a gateway says for a server that is away or too busy. */
const AWAY = new Set([429, 502, 503, 504]);

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

  const { endpoint, timeoutMs, profile } = (cause as Failure).$call ?? {};
  if (NO_CREDENTIALS.has(name)) {
    return error(
      'NoCredentials',
      ExitCode.setup,
      `no AWS credentials were found${profile === undefined ? '' : ` for profile "${profile}"`}${/any providers/.test(text) || text === '' ? '' : `: ${text.replace(/\.$/, '')}`}.`,
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
  const at = endpoint ?? 'the endpoint';
  if (name === 'ForeignAnswer') {
    const message = `${at} does not answer as AWS does: ${site.action} got ${failure.answered}.`;
    return AWAY.has(failure.$metadata?.httpStatusCode ?? 0)
      ? error('ServiceUnavailable', ExitCode.failed, message, `try again; if it stays so, ${checkEndpoint(endpoint)}`)
      : error('EndpointNotAws', ExitCode.setup, message, checkEndpoint(endpoint));
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
  if (code.startsWith('HPE_')) {
    return error('EndpointNotAws', ExitCode.setup, `${at} does not speak HTTP.`, checkEndpoint(endpoint));
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    const plain = endpoint?.replace(/^https:/, 'http:');
    return error(
      'EndpointNotAws',
      ExitCode.setup,
      `${at} does not speak TLS as it should (${/:([a-z][a-z ]+):[^:]*:\d+:?$/i.exec(text)?.[1] ?? code}).`,
      `does it speak plain HTTP? Then name it as ${plain ?? 'http://…'}.`,
    );
  }
  if (UNTRUSTED.test(code)) {
    return error(
      'EndpointUntrusted',
      ExitCode.setup,
      `the certificate of ${at} is not trusted (${code}).`,
      'name the file of its issuer in NODE_EXTRA_CA_CERTS, or use the name that the certificate is for.',
    );
  }
  // The SDK calls broken connections TimeoutError, too.
  const timedOut = !BROKEN.has(code) && (name === 'TimeoutError' || code === 'ETIMEDOUT');
  const attempts = tries((cause as Failure).$metadata?.attempts);
  const unconnected = timedOut ? /connection[^0-9]*(\d+) ?ms/.exec(text)?.[1] : undefined;
  if (UNREACHABLE.has(code) || unconnected !== undefined) {
    const where =
      failure.address !== undefined
        ? `${failure.address}:${failure.port}`
        : unconnected === undefined
          ? (failure.hostname ?? at)
          : at;
    const why = unconnected === undefined ? code : `no connection within ${Number(unconnected) / 1000} s${attempts}`;
    return error(
      'EndpointUnreachable',
      ExitCode.setup,
      `cannot reach ${where} (${why}).`,
      'check --endpoint-url, --region and the network; for the sandbox: `cvops sandbox status`.',
    );
  }
  if (timedOut) {
    const within = timeoutMs === undefined ? '' : ` within ${timeoutMs / 1000} s${attempts}`;
    return error(
      'ConnectionBroken',
      ExitCode.failed,
      `${at} gave no answer to ${site.action} on ${site.resource}${within}.`,
      `run the command again; if it stays silent, ${checkEndpoint(endpoint)}`,
    );
  }
  if (BROKEN.has(code) || BROKEN.has(name)) {
    return error(
      'ConnectionBroken',
      ExitCode.failed,
      `the connection to ${at} broke during ${site.action} on ${site.resource} (${code || name})${attempts}.`,
      'run the command again; if it breaks each time, check the endpoint: http or https, and which port.',
    );
  }
  if (failure.$metadata !== undefined || failure.$fault !== undefined) {
    const status = failure.$metadata?.httpStatusCode;
    const known = name === '' || /^(Unknown|UnknownError|Error)$/.test(name) ? undefined : name;
    const said = /^(Unknown|UnknownError|)$/.test(text) ? undefined : text;
    const what = [known ?? (status === undefined ? 'an unknown error' : `HTTP ${status}`), said].filter(Boolean);
    return error(
      known ?? 'AwsError',
      ExitCode.failed,
      `${site.action} on ${site.resource} failed: ${what.join(': ').replace(/\.$/, '')}.`,
      status !== undefined && status >= 500
        ? 'the fault is on the side of AWS: try again, and see https://health.aws.amazon.com/health/status; --debug shows the request id.'
        : '--debug shows each call and its request id.',
    );
  }
  return cause;
}

/** `, 3 attempts` where there was more than one. */
function tries(attempts: number | undefined): string {
  return attempts === undefined || attempts < 2 ? '' : `, ${attempts} attempts`;
}

/** What to look at when something else than AWS answers: the endpoint that was named, or what stands before AWS's own. */
function checkEndpoint(endpoint: string | undefined): string {
  if (endpoint !== undefined && /\.amazonaws\.com(\.cn)?(:\d+)?$/.test(endpoint)) {
    return 'look for what stands between here and AWS: a proxy, a VPN, a login page of the network.';
  }
  return 'check --endpoint-url, AWS_ENDPOINT_URL and "endpointUrl" in the configuration; for the sandbox: `cvops sandbox status`.';
}

/** The innermost error that carries a system code: Node wraps connection errors (`AggregateError`, `cause`). */
function root(cause: object): Failure {
  const failure = cause as Failure & { errors?: readonly unknown[] };
  if (typeof failure.code === 'string' && failure.errors === undefined) return failure;
  const inner = failure.errors?.[0] ?? (failure.$metadata === undefined ? failure.cause : undefined);
  return typeof inner === 'object' && inner !== null && 'code' in inner ? (inner as Failure) : failure;
}
