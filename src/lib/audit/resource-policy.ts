/** A statement of a resource policy, as AWS and people write it. */
interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy; none without one. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export function statementsOf(policy: string | null): readonly Statement[] {
  if (policy === null) return [];
  const { Statement = [] } = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
  return Array.isArray(Statement) ? Statement : [Statement as Statement];
}

/**
 * Whether a statement denies everybody what does not come over TLS.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html
 */
export function refusesPlainHttp({ Effect, Principal, Action, Condition }: Statement): boolean {
  const isSecure = Object.entries(Condition?.['Bool'] ?? {}).find(
    ([key]) => key.toLowerCase() === 'aws:securetransport',
  )?.[1];
  return (
    Effect === 'Deny' &&
    isEverybody(Principal) &&
    listOf(Action).some((action) => /^(sqs:)?\*$/i.test(String(action))) &&
    listOf(isSecure).some((value) => String(value) === 'false')
  );
}

/** Conditions that say nothing of who calls. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const NOT_OF_WHO = /^aws:(securetransport|currenttime|epochtime|tokenissuetime|useragent|referer)$/i;

/** Whether a statement lets everybody in the world do something, without a condition on who calls. */
export function isOpen({ Effect, Principal, NotPrincipal, Condition = {} }: Statement): boolean {
  const keys = Object.values(Condition).flatMap((test) => Object.keys(test));
  const isForAll = isEverybody(Principal) || NotPrincipal !== undefined;
  return Effect === 'Allow' && isForAll && keys.every((key) => NOT_OF_WHO.test(key));
}

/** Whom a statement is about: `events.amazonaws.com`. */
export function principalWords({ Principal }: Statement): string {
  if (typeof Principal !== 'object' || Principal === null) return String(Principal ?? 'somebody');
  return Object.values(Principal).flatMap(listOf).join(', ');
}

function isEverybody(principal: unknown): boolean {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null) return false;
  return listOf((principal as { AWS?: unknown }).AWS).includes('*');
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
