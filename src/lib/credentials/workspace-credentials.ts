import type { HcpVariable } from '../hcp/variable.ts';
import { pushedOn } from './pushed-credentials.ts';

export interface Finding {
  readonly id:
    | 'secret-readable'
    | 'key-old'
    | 'static-keys'
    | 'no-credentials'
    | 'workspace-missing'
    | 'key-unused'
    | 'two-keys';
  /** `bad` fails the check. */
  readonly severity: 'bad' | 'note';
  readonly detail: string;
  readonly hint: string;
}

interface CredentialVariable {
  readonly key: string;
  readonly category: string;
  readonly sensitive: boolean;
  /** The value's, where it is known; else the variable's. ISO 8601. */
  readonly since: string | null;
  readonly ageDays: number | null;
}

/** What a workspace signs in to AWS with. */
export interface WorkspaceCredentials {
  readonly kind: 'oidc' | 'static' | 'none';
  readonly roleArn: string | null;
  readonly variables: readonly CredentialVariable[];
  readonly findings: readonly Finding[];
}

const DAY_MS = 86_400_000;
/** Names of secrets, whatever their case: Terraform's input variables are written small. */
const SECRETS = /^(aws_?)?(secret_?access_?key|secret_?key|session_?token)$|^(cloudflare_api_token|github_token)$/i;
const KEYS = /^(aws_?)?access_?key(_?id)?$/i;

/**
 * Reads a workspace's variables for what is wrong with its credentials.
 * https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
 * @param maxAgeDays an older static key is bad
 */
export function workspaceCredentials(
  service: string,
  all: readonly HcpVariable[],
  nowMs: number,
  maxAgeDays: number,
): WorkspaceCredentials {
  const readable = (key: string) => all.find((each) => each.key === key && each.category === 'env')?.value ?? null;
  const isOidc = readable('TFC_AWS_PROVIDER_AUTH')?.toLowerCase() === 'true';
  const secrets = all.filter(({ key }) => SECRETS.test(key));
  const held = all.filter(({ key }) => SECRETS.test(key) || KEYS.test(key));
  const variables = held.map((each) => {
    const since = pushedOn(each.description) ?? each.createdAt;
    return {
      key: each.key,
      category: each.category,
      sensitive: each.sensitive,
      since,
      ageDays: daysSince(since, nowMs),
    };
  });
  const findings: Finding[] = secrets
    .filter(({ sensitive }) => !sensitive)
    .map(({ key }) => ({
      id: 'secret-readable',
      severity: 'bad',
      detail: `${key} is not sensitive: whoever may read the workspace may read it.`,
      hint: `make a new key, and \`cvops credentials push ${service}\`: it was readable.`,
    }));
  const oldest = variables.reduce<number | null>(
    (most, { ageDays }) => (ageDays === null ? most : Math.max(most ?? 0, ageDays)),
    null,
  );
  if (held.length > 0) {
    if (oldest !== null && oldest > maxAgeDays) {
      findings.push({
        id: 'key-old',
        severity: 'bad',
        detail: `its static key is ${oldest} days old (${maxAgeDays} at most).`,
        hint: `make a new key, and \`cvops credentials push ${service}\`; or OIDC, which has no key.`,
      });
    }
    findings.push({
      id: 'static-keys',
      severity: 'note',
      detail: isOidc ? 'it holds static keys beside OIDC.' : 'it holds static keys.',
      hint: isOidc ? 'delete them.' : OIDC_HINT,
    });
  } else if (!isOidc) {
    findings.push({
      id: 'no-credentials',
      severity: 'note',
      detail: 'it holds no AWS credentials; a variable set may.',
      hint: OIDC_HINT,
    });
  }
  return {
    kind: isOidc ? 'oidc' : held.length > 0 ? 'static' : 'none',
    roleArn: readable('TFC_AWS_RUN_ROLE_ARN') ?? readable('TFC_AWS_APPLY_ROLE_ARN'),
    variables,
    findings,
  };
}

const OIDC_HINT =
  'set TFC_AWS_PROVIDER_AUTH=true and TFC_AWS_RUN_ROLE_ARN in it, and no key is needed: docs/credentials.md.';

/** Whole days. */
export function daysSince(iso: string | null, nowMs: number): number | null {
  return iso === null ? null : Math.max(0, Math.floor((nowMs - Date.parse(iso)) / DAY_MS));
}
