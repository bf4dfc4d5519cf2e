import { COMMAND_PERMISSIONS, POLICIES, type PolicyName, type ResourceKind } from './command-permissions.ts';

/** The parts of the system by kind, as ARNs with the module's variables in braces. */
const ARNS: Readonly<Record<ResourceKind, readonly string[]>> = {
  queue: ['arn:{partition}:sqs:{region}:{account}:{prefix}-queue.fifo'],
  dlq: ['arn:{partition}:sqs:{region}:{account}:{prefix}-dlq.fifo'],
  // With a qualifier, a call is about the qualified ARN.
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
  function: [
    'arn:{partition}:lambda:{region}:{account}:function:{prefix}-processor',
    'arn:{partition}:lambda:{region}:{account}:function:{prefix}-processor:*',
    'arn:{partition}:lambda:{region}:{account}:function:{prefix}-reporter',
    'arn:{partition}:lambda:{region}:{account}:function:{prefix}-reporter:*',
  ],
  // Never the function itself.
  version: [
    'arn:{partition}:lambda:{region}:{account}:function:{prefix}-processor:*',
    'arn:{partition}:lambda:{region}:{account}:function:{prefix}-reporter:*',
  ],
  log: [
    'arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{prefix}-processor:*',
    'arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{prefix}-reporter:*',
  ],
  events: ['arn:{partition}:dynamodb:{region}:{account}:table/{prefix}-events'],
  releases: ['arn:{partition}:dynamodb:{region}:{account}:table/{prefix}-releases'],
  topic: ['arn:{partition}:sns:{region}:{account}:{prefix}-alerts'],
  // All of the account: a list of alarms is asked for without names.
  alarms: ['arn:{partition}:cloudwatch:{region}:{account}:alarm:*'],
  sender: ['arn:{partition}:iam::{account}:user/cvops/{prefix}-sender'],
  any: ['*'],
};

/** What a policy does not give though a command could use it: reading asks for no right to write. */
const WITHHELD: Readonly<Partial<Record<PolicyName, readonly string[]>>> = {
  'read-only': ['dynamodb:PutItem'],
  replayer: ['dynamodb:PutItem'],
};

export interface PolicyStatement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** What infra/terraform/modules/operator-policies/policies.json holds: ARNs have the module's variables in braces. */
export type PolicyDocuments = Readonly<Record<PolicyName, readonly PolicyStatement[]>>;

/** The statements of each policy, from the table: as much as its commands need, and no more. */
export function operatorPolicies(): PolicyDocuments {
  return Object.fromEntries(POLICIES.map((name) => [name, statementsOf(name)])) as unknown as PolicyDocuments;
}

/** The statements with a system's own names in their ARNs. */
export function inSystem(
  statements: readonly PolicyStatement[],
  system: Readonly<Record<'partition' | 'region' | 'account' | 'prefix', string>>,
): readonly PolicyStatement[] {
  return statements.map((statement) => ({
    ...statement,
    Resource: statement.Resource.map((arn) =>
      arn.replaceAll(/\{(\w+)\}/g, (_, variable) => system[variable as keyof typeof system]),
    ),
  }));
}

/** Whether some statement allows the action on the resource; `*` in a policy's ARN stands for any text. */
export function isAllowed(statements: readonly PolicyStatement[], action: string, arn: string): boolean {
  return statements.some(
    ({ Action, Resource }) => Action.includes(action) && Resource.some((pattern) => covers(pattern, arn)),
  );
}

function covers(pattern: string, arn: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(arn);
}

function statementsOf(policy: PolicyName): readonly PolicyStatement[] {
  const resources = new Map<string, Set<string>>();
  for (const { policies, needs } of Object.values(COMMAND_PERMISSIONS)) {
    if (!policies.includes(policy)) continue;
    for (const [action, need] of Object.entries(needs)) {
      if (WITHHELD[policy]?.includes(action) === true) continue;
      const arns = resources.get(action) ?? new Set();
      for (const kind of need.on) for (const arn of ARNS[kind]) arns.add(arn);
      resources.set(action, arns);
    }
  }
  // One statement for all actions on the same resources: a policy has room for 6,144 characters.
  const statements = new Map<string, { Action: string[]; Resource: readonly string[] }>();
  for (const [action, arns] of [...resources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const Resource = [...arns].sort();
    const statement = statements.get(Resource.join()) ?? { Action: [], Resource };
    statement.Action.push(action);
    statements.set(Resource.join(), statement);
  }
  return [...statements.values()].map((statement) => ({ Effect: 'Allow', ...statement }));
}
