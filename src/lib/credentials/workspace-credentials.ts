import { DAY_MS } from '../durations.ts';
import type { HcpVariable } from '../hcp/variable.ts';
import type { AppliedVariable, FilledSet } from './applied-variables.ts';
import { pushedOn } from './pushed-credentials.ts';

export interface Finding {
  readonly id:
    | 'secret-readable'
    | 'key-old'
    | 'static-keys'
    | 'overridden'
    | 'split-pair'
    | 'no-credentials'
    | 'workspace-missing'
    | 'no-sender'
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
  /** Name of the variable set that it comes from; null for the workspace's own. */
  readonly set: string | null;
  /** Name of the variable set that goes over it, or `workspace`; null where it counts. */
  readonly overriddenBy: string | null;
}

/** What a workspace signs in to AWS with. */
export interface WorkspaceCredentials {
  readonly kind: 'oidc' | 'static' | 'none';
  readonly roleArn: string | null;
  /** Those that count first. */
  readonly variables: readonly CredentialVariable[];
  readonly findings: readonly Finding[];
}

/** A variable set with credentials in it. */
export interface SetCredentials {
  readonly name: string;
  readonly global: boolean;
  readonly priority: boolean;
  /** Names of the services whose workspaces it reaches. */
  readonly services: readonly string[];
  readonly findings: readonly Finding[];
}

/** Names of secrets, whatever their case: Terraform's input variables are written small. */
const SECRETS = /^(aws_?)?(secret_?access_?key|secret_?key|session_?token)$|^(cloudflare_api_token|github_token)$/i;
const KEYS = /^(aws_?)?access_?key(_?id)?$/i;

/** Who reads what is not sensitive there, and how a new key comes to it, in words. */
interface Place {
  readonly readers: string;
  readonly renew: string;
}

/**
 * Reads a workspace's variables for what is wrong with its credentials. What is wrong within a variable set is
 * {@link setCredentials}' matter: it is one finding, however many workspaces it reaches.
 * https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
 * @param maxAgeDays an older static key is bad
 */
export function workspaceCredentials(
  service: string,
  all: readonly AppliedVariable[],
  nowMs: number,
  maxAgeDays: number,
): WorkspaceCredentials {
  const readable = (key: string) => effective(all, key)?.value ?? null;
  const isOidc = readable('TFC_AWS_PROVIDER_AUTH')?.toLowerCase() === 'true';
  const held = all.filter(isCredential);
  const findings = [
    ...secretFindings(
      all.filter(({ set }) => set === null),
      { readers: 'the workspace', renew: `\`cvops credentials push ${service}\`` },
      nowMs,
      maxAgeDays,
    ),
    ...overriddenFindings(held),
    ...splitFindings(all),
  ];
  if (held.length > 0) {
    findings.push({
      id: 'static-keys',
      severity: 'note',
      detail: `it ${sourceWords(held)}${isOidc ? ' beside OIDC' : ''}.`,
      hint: isOidc ? 'delete them.' : OIDC_HINT,
    });
  } else if (!isOidc) {
    const detail = 'it holds no AWS credentials, and no variable set gives it any.';
    findings.push({ id: 'no-credentials', severity: 'note', detail, hint: OIDC_HINT });
  }
  return {
    kind: isOidc ? 'oidc' : held.length > 0 ? 'static' : 'none',
    roleArn: readable('TFC_AWS_RUN_ROLE_ARN') ?? readable('TFC_AWS_APPLY_ROLE_ARN'),
    variables: held
      .map(({ key, category, sensitive, set, overriddenBy, ...each }) => ({
        key,
        category,
        sensitive,
        since: sinceOf(each),
        ageDays: daysSince(sinceOf(each), nowMs),
        set: set?.name ?? null,
        overriddenBy: overriddenBy === 'workspace' ? overriddenBy : (overriddenBy?.name ?? null),
      }))
      .sort((a, b) => Number(a.overriddenBy !== null) - Number(b.overriddenBy !== null)),
    findings,
  };
}

/** What is wrong within a variable set; null for one without credentials. @param services whose workspaces it reaches */
export function setCredentials(
  { name, global, priority, variables }: FilledSet,
  services: readonly string[],
  nowMs: number,
  maxAgeDays: number,
): SetCredentials | null {
  if (!variables.some(isCredential)) return null;
  const place = { readers: 'a workspace that it reaches', renew: 'set it there' };
  return { name, global, priority, services, findings: secretFindings(variables, place, nowMs, maxAgeDays) };
}

function secretFindings(
  variables: readonly HcpVariable[],
  { readers, renew }: Place,
  nowMs: number,
  maxAgeDays: number,
): Finding[] {
  const findings: Finding[] = variables
    .filter(({ key, sensitive }) => SECRETS.test(key) && !sensitive)
    .map(({ key }) => ({
      id: 'secret-readable',
      severity: 'bad',
      detail: `${key} is not sensitive: whoever may read ${readers} may read it.`,
      hint: `make a new key, and ${renew}: it was readable.`,
    }));
  const ages = variables.filter(isCredential).flatMap((each) => daysSince(sinceOf(each), nowMs) ?? []);
  const oldest = Math.max(...ages);
  if (oldest > maxAgeDays) {
    findings.push({
      id: 'key-old',
      severity: 'bad',
      detail: `its static key is ${oldest} days old (${maxAgeDays} at most).`,
      hint: `make a new key, and ${renew}; or OIDC, which has no key.`,
    });
  }
  return findings;
}

/** The workspace's own variables that a set with priority goes over: who looks at them alone is misled. */
function overriddenFindings(held: readonly AppliedVariable[]): Finding[] {
  return setsOver(held.filter(({ set }) => set === null)).map(([name, keys]) => ({
    id: 'overridden',
    severity: 'note',
    detail: `variable set "${name}" has priority, and goes over its ${keys.join(', ')}.`,
    hint: 'change them in the set, or take its priority away.',
  }));
}

/** The keys that sets go over, by the names of the sets. */
export function setsOver(
  variables: readonly Pick<AppliedVariable, 'key' | 'overriddenBy'>[],
): readonly (readonly [set: string, keys: readonly string[]])[] {
  const keys = new Map<string, string[]>();
  for (const { key, overriddenBy } of variables) {
    if (overriddenBy === null || overriddenBy === 'workspace') continue;
    keys.set(overriddenBy.name, [...(keys.get(overriddenBy.name) ?? []), key]);
  }
  return [...keys];
}

/** An id from one place and a secret from another are mostly not a pair. */
function splitFindings(all: readonly AppliedVariable[]): Finding[] {
  const [id, secret] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((key) => effective(all, key));
  if (id === undefined || secret === undefined || id.set?.id === secret.set?.id) return [];
  const from = ({ set }: AppliedVariable) => (set === null ? 'the workspace' : `variable set "${set.name}"`);
  return [
    {
      id: 'split-pair',
      severity: 'note',
      detail: `AWS_ACCESS_KEY_ID comes from ${from(id)}, AWS_SECRET_ACCESS_KEY from ${from(secret)}.`,
      hint: 'AWS takes them only when they are one pair; keep them in one place.',
    },
  ];
}

function sourceWords(held: readonly AppliedVariable[]): string {
  const sets = [...new Set(held.flatMap(({ set }) => (set === null ? [] : `"${set.name}"`)))];
  const own = held.some(({ set }) => set === null) ? ['holds static keys'] : [];
  const given = sets.length === 0 ? [] : [`gets static keys from variable set ${sets.join(', ')}`];
  return [...own, ...given].join(', and ');
}

function effective(all: readonly AppliedVariable[], key: string): AppliedVariable | undefined {
  return all.find((each) => each.key === key && each.category === 'env' && each.overriddenBy === null);
}

function isCredential({ key }: Pick<HcpVariable, 'key'>): boolean {
  return SECRETS.test(key) || KEYS.test(key);
}

function sinceOf({ description, createdAt }: Pick<HcpVariable, 'description' | 'createdAt'>): string | null {
  return pushedOn(description) ?? createdAt;
}

const OIDC_HINT =
  'set TFC_AWS_PROVIDER_AUTH=true and TFC_AWS_RUN_ROLE_ARN in it, and no key is needed: docs/credentials.md.';

/** Whole days. */
export function daysSince(iso: string | null, nowMs: number): number | null {
  return iso === null ? null : Math.max(0, Math.floor((nowMs - Date.parse(iso)) / DAY_MS));
}
