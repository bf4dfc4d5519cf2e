import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';

const THROTTLED = /throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i;
const PASSING =
  /^(ConnectionBroken|EndpointUnreachable|Internal(Error|Failure|ServerError|ServerException|ServiceError)|Service(Unavailable|UnavailableException|Failure)|RequestTimeout(Exception)?|NoResult|AwsError)$/;

/** Too many requests: the work was not done, and more of them would not help. */
export function isThrottling(code: string): boolean {
  return THROTTLED.test(code);
}

/** A failure that another try may mend; unless it is throttling, the work may be done all the same. */
export function isPassing(error: CvopsError): boolean {
  return isThrottling(error.code) || PASSING.test(error.code) || isServerFault(error);
}

/** A fault on the side of AWS, by its HTTP status: its codes are more than can be listed. */
function isServerFault({ cause }: CvopsError): boolean {
  const status = (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  return status !== undefined && status >= 500;
}

/** A failure after which every other call of this kind would fail too: credentials, permissions, a queue that is gone, KMS. */
export function isFatal(error: CvopsError): boolean {
  if (isPassing(error)) return false;
  return error.exitCode !== ExitCode.failed || /^kms/i.test(error.code) || error.code === 'LedgerNotWritable';
}

/** An expected failure of a call; anything else is a bug and is thrown on. */
export function expected(cause: unknown): CvopsError {
  if (cause instanceof CvopsError) return cause;
  throw cause;
}

/** Milliseconds before try number `attempt` (1 = the first retry): 100, 200, 400 … at most 5 s. */
export function backoffMs(attempt: number): number {
  return Math.min(5_000, 100 * 2 ** (attempt - 1));
}
