import { sqsErrors } from './errors.ts';

interface Statement {
  readonly Sid: string;
  readonly [member: string]: unknown;
}

interface Policy {
  readonly Version: string;
  readonly Id: string;
  readonly Statement: readonly Statement[];
}

/** The queue policy after AddPermission. Throws ApiError when the label is in use. */
export function addPermission(
  policyText: string | undefined,
  queueArn: string,
  label: string,
  accounts: readonly string[],
  actions: readonly string[],
): string {
  const policy: Policy =
    policyText === undefined
      ? { Version: '2008-10-17', Id: `${queueArn}/SQSDefaultPolicy`, Statement: [] }
      : readPolicy(policyText);
  if (policy.Statement.some((statement) => statement.Sid === label)) {
    throw sqsErrors.invalidValue(label, 'Label', 'Already exists.');
  }
  const principals = accounts.map((account) => `arn:aws:iam::${account}:root`);
  const statement: Statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(principals) },
    Action: oneOrAll(actions.map((action) => `SQS:${action}`)),
    Resource: queueArn,
  };
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
}

/** The queue policy after RemovePermission; empty when nothing is left of it. Throws ApiError for an unknown label. */
export function removePermission(policyText: string | undefined, label: string): string {
  const policy: Policy | undefined = policyText === undefined ? undefined : readPolicy(policyText);
  const kept = policy?.Statement.filter((statement) => statement.Sid !== label) ?? [];
  if (policy === undefined || kept.length === policy.Statement.length) {
    throw sqsErrors.invalidValue(label, 'Label', "can't find label.");
  }
  return kept.length === 0 ? '' : JSON.stringify({ ...policy, Statement: kept });
}

/** A policy may hold one statement without a list around it. */
function readPolicy(text: string): Policy {
  const policy = JSON.parse(text) as Omit<Policy, 'Statement'> & {
    readonly Statement?: Statement | Policy['Statement'];
  };
  return { ...policy, Statement: [policy.Statement ?? []].flat() as readonly Statement[] };
}

function oneOrAll(items: readonly string[]): string | readonly string[] {
  return items.length === 1 ? items[0]! : items;
}
