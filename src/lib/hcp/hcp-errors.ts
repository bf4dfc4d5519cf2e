import type { ForeignAnswer } from '../aws/foreign-answer.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { HcpAccess } from './hcp-access.ts';

/** What was being done, for words that name it. */
export interface HcpCallSite {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v2`. */
  readonly path: string;
  /** What it was done to, e.g. `workspace "cv-analytics-worker"`. */
  readonly what: string;
  /** Values that were sent and that no message may hold, should the server quote them. */
  readonly secrets?: readonly string[];
}

/** Node's codes for names that do not resolve and servers that are not there. */
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH|EPROTO|ERR_SSL/;

/** A status that is an error, with the server's own words where they say more. */
export function unanswered(access: HcpAccess, site: HcpCallSite, status: number, said: readonly string[]): CvopsError {
  const words = withoutSecrets(said.join('; '), [access.token, ...(site.secrets ?? [])]);
  const { hostname, tokenSource } = access;
  if (status === 401) {
    return new CvopsError('HcpTokenRefused', ExitCode.setup, `${hostname} refused the token from ${tokenSource}.`, {
      hint: `it may have expired or been revoked: \`terraform login ${hostname}\`, or set a new one.`,
    });
  }
  if (status === 403) return forbidden(access, site.what, 'do this');
  if (status === 404) return unseen(access, site.what, 'HcpNotFound');
  const message = `${hostname} answered ${status} for ${site.what}${words === '' ? '' : `: ${words}`}.`;
  if (status >= 500) {
    return new CvopsError('HcpUnavailable', ExitCode.failed, message, {
      hint: `${maybeDone(site)}try again; https://status.hashicorp.com says when the fault is theirs.`,
    });
  }
  return new CvopsError('HcpRefused', ExitCode.failed, message, { hint: '--debug shows each call.' });
}

export function forbidden({ tokenSource }: HcpAccess, what: string, action: string): CvopsError {
  return new CvopsError('AccessDenied', ExitCode.setup, `${what}: the token from ${tokenSource} may not ${action}.`, {
    hint: 'give its user or team the permission in the settings of the workspace; a forced unlock needs admin access.',
  });
}

/** HCP Terraform answers 404 for what is not there and for what the token may not see, so that names cannot be guessed. */
export function unseen({ hostname, tokenSource }: HcpAccess, what: string, code: string, near?: string): CvopsError {
  return new CvopsError(code, ExitCode.notFound, `${what} is not on ${hostname}, or the token may not see it.`, {
    hint: `${near === undefined ? '' : `${near} `}check the name, and what the token from ${tokenSource} may see: HCP Terraform answers 404 for both.`,
  });
}

/** No answer, or half of one: thrown by `fetch`. */
export function unreached(
  { hostname, origin, token }: HcpAccess,
  site: HcpCallSite,
  cause: unknown,
  timeoutMs: number,
): CvopsError {
  const { name = '', code = '', message = '' } = root(cause);
  if (UNREACHABLE.test(code)) {
    return new CvopsError('HcpUnreachable', ExitCode.setup, `cannot reach ${origin} (${code}).`, {
      hint: 'check TF_CLOUD_HOSTNAME, "hostname" in the configuration, and the network; no proxy is used, HTTPS_PROXY or other.',
      cause,
    });
  }
  if (UNTRUSTED.test(code)) {
    return new CvopsError('HcpUnreachable', ExitCode.setup, `${origin} is not to be trusted (${code}).`, {
      hint: 'name the file of its issuer in NODE_EXTRA_CA_CERTS; without TLS only this machine itself is called.',
      cause,
    });
  }
  const how =
    name === 'TimeoutError'
      ? `gave no answer within ${timeoutMs / 1000} s`
      : `broke the connection (${withoutSecrets(code || message || name, [token])})`;
  return new CvopsError('HcpBroken', ExitCode.failed, `${hostname} ${how}, for ${site.what}.`, {
    hint: `${maybeDone(site)}run the command again.`,
    cause,
  });
}

/** 429 that does not end. @param waitMs what the server asks for */
export function tooOften({ hostname }: HcpAccess, site: HcpCallSite, waitMs: number): CvopsError {
  return new CvopsError('Throttled', ExitCode.failed, `${hostname} throttled calls for ${site.what}.`, {
    hint: `it asks to wait ${Math.ceil(waitMs / 1000)} s; all that runs with this user's tokens shares 30 requests a second.`,
  });
}

/** Something else than the API answers. */
export function notHcp({ hostname, token }: HcpAccess, site: HcpCallSite, cause: ForeignAnswer): CvopsError {
  const answered = withoutSecrets(cause.answered, [token, ...(site.secrets ?? [])]);
  const away = cause.$metadata.httpStatusCode >= 500;
  return new CvopsError(
    away ? 'HcpUnavailable' : 'NotHcpTerraform',
    away ? ExitCode.failed : ExitCode.setup,
    `${hostname} does not answer as HCP Terraform does: ${site.what} got ${answered}.`,
    {
      hint: away
        ? `${maybeDone(site)}try again; https://status.hashicorp.com says when the fault is theirs.`
        : 'check TF_CLOUD_HOSTNAME and "hostname" in the configuration, and look for a proxy or a login page in between.',
    },
  );
}

function maybeDone({ method, what }: HcpCallSite): string {
  return method === 'GET' ? '' : `it may have been done to ${what} all the same: look before you `;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((each) => each !== '').reduce((rest, each) => rest.replaceAll(each, '•••'), text);
}

interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** `fetch` wraps what happened: TypeError → (AggregateError →) the error with a system code. */
function root(cause: unknown): Failure {
  const failure = (typeof cause === 'object' && cause !== null ? cause : {}) as Failure;
  const inner = failure.errors?.[0] ?? failure.cause;
  return typeof inner === 'object' && inner !== null ? root(inner) : failure;
}
