/** What an operator's policy is about: the parts of one system, or what AWS has no resource-level permission for. */
export type ResourceKind =
  | 'queue'
  | 'dlq'
  | 'function'
  | 'version'
  | 'log'
  | 'events'
  | 'releases'
  | 'topic'
  | 'alarms'
  | 'sender'
  | 'any';

/** The policies, each with all that its commands need. */
export const POLICIES = ['read-only', 'replayer', 'releaser', 'break-glass'] as const;
export type PolicyName = (typeof POLICIES)[number];

/** One IAM action of one command. */
export interface Need {
  readonly on: readonly ResourceKind[];
  /** What is missing without it; absent: the command fails, and names the action. */
  readonly without?: string;
  /** The action is not named where it is missing: what is left out is not part of the result. */
  readonly silent?: true;
  /** Only with these options. */
  readonly option?: string;
  /** AWS asks for it on behalf of another action, without a call of cvops. */
  readonly byAws?: true;
}

export interface CommandPermissions {
  /** Who may run it. */
  readonly policies: readonly PolicyName[];
  readonly needs: Readonly<Record<string, Need>>;
}

type Needs = CommandPermissions['needs'];

const on = (...kinds: ResourceKind[]): Need => ({ on: kinds });
const optional = (without: string, ...kinds: ResourceKind[]): Need => ({ on: kinds, without });
const silent = (without: string, ...kinds: ResourceKind[]): Need => ({ on: kinds, without, silent: true });
const option = (name: string, need: Need): Need => ({ ...need, option: name });

const ALL: readonly PolicyName[] = POLICIES;
const READERS: readonly PolicyName[] = ['read-only', 'break-glass'];
const REPLAYERS: readonly PolicyName[] = ['replayer', 'break-glass'];
const RELEASERS: readonly PolicyName[] = ['releaser', 'break-glass'];
const RELEASE_READERS: readonly PolicyName[] = ['read-only', 'releaser', 'break-glass'];
const QUEUE_READERS: readonly PolicyName[] = ['read-only', 'replayer', 'break-glass'];
const BREAK_GLASS: readonly PolicyName[] = ['break-glass'];

const address = (...kinds: ResourceKind[]): Needs => ({
  'sqs:GetQueueUrl': on(...kinds),
  'sqs:GetQueueAttributes': on(...kinds),
});

const look: Needs = {
  ...address('dlq'),
  'sqs:ReceiveMessage': on('dlq'),
  'sqs:ChangeMessageVisibility': on('dlq'),
};

/** Where a function logs. */
const logPlace: Needs = {
  'lambda:GetFunctionConfiguration': optional('its log is looked for in `/aws/lambda/` alone', 'function'),
};

const LEDGER = 'the entry waits on this machine for the next release';
const remembered: Needs = {
  'dynamodb:PutItem': optional(LEDGER, 'releases'),
  'sts:GetCallerIdentity': silent('the entry has no account (AWS lets everybody ask)', 'any'),
};
const PROVISIONED = 'its check is skipped';

const promotion: Needs = {
  'lambda:GetAlias': on('function'),
  'lambda:UpdateAlias': on('function'),
  'lambda:GetFunctionConfiguration': on('function'),
  'lambda:ListVersionsByFunction': on('function'),
  'lambda:ListProvisionedConcurrencyConfigs': optional(PROVISIONED, 'function'),
  'lambda:InvokeFunction': option('--smoke', on('function')),
  'lambda:ListEventSourceMappings': option(
    '--canary, --steps; several services',
    optional('failures inside of batches are not counted; several services have no order: fails', 'any'),
  ),
  'cloudwatch:GetMetricStatistics': option('--canary, --steps', on('any')),
  'logs:FilterLogEvents': option('--canary, --steps', optional('failures inside of batches are not counted', 'log')),
  'sqs:GetQueueUrl': option('--canary, --steps', on('queue', 'dlq')),
  'sqs:GetQueueAttributes': option('--canary, --steps', on('queue', 'dlq')),
  ...remembered,
};

const NO_ROW = 'its rows are not read: exit 3';
const NOT_SEEN = 'it is said to be unknown: exit 3';
const withUsage: Needs = {
  'cloudwatch:ListMetrics': option('--usage', optional(NO_ROW, 'any')),
  'cloudwatch:GetMetricStatistics': option('--usage', optional(NO_ROW, 'any')),
  'cloudwatch:ListDashboards': option('--usage', optional(NO_ROW, 'any')),
  'lambda:ListEventSourceMappings': option('--usage', optional(NO_ROW, 'any')),
  'lambda:ListVersionsByFunction': option('--usage', optional(NO_ROW, 'function')),
  'dynamodb:DescribeTable': option('--usage', optional(NO_ROW, 'events', 'releases')),
  'logs:DescribeLogGroups': option('--usage', optional(NO_ROW, 'any')),
};
const NO_CHECK = 'its checks are SKIP: exit 3';
const NO_METRIC = 'its metrics are not known: exit 3';

/**
 * The IAM actions of every command that calls AWS. The truth is what the commands call: the tests run each of them.
 * The actions are those of https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const COMMAND_PERMISSIONS: Readonly<Record<string, CommandPermissions>> = {
  init: {
    policies: READERS,
    needs: {
      'lambda:ListFunctions': on('any'),
      'lambda:ListEventSourceMappings': on('any'),
      'lambda:ListAliases': on('function'),
      'sqs:ListQueues': on('any'),
      ...address('queue', 'dlq'),
      'dynamodb:ListTables': on('any'),
      'sns:ListTopics': on('any'),
    },
  },
  doctor: {
    policies: ALL,
    needs: {
      'sts:GetCallerIdentity': on('any'),
      'sqs:GetQueueUrl': optional('its checks are NG', 'queue', 'dlq'),
      'sqs:GetQueueAttributes': optional('its checks are NG', 'queue', 'dlq'),
      'lambda:GetAlias': optional('its checks are NG', 'function'),
      'lambda:GetFunctionConfiguration': optional('its checks are NG', 'function'),
      'lambda:ListVersionsByFunction': optional('its check is NG', 'function'),
      'lambda:ListEventSourceMappings': optional('its check is NG', 'any'),
      'dynamodb:DescribeTable': optional('its checks are NG', 'events', 'releases'),
      'dynamodb:Query': optional('its check is NG', 'releases'),
      'dynamodb:PutItem': optional('its check is NG, as it is for all who release nothing', 'releases'),
      'sns:GetTopicAttributes': optional('its check is NG', 'topic'),
    },
  },
  audit: {
    policies: READERS,
    needs: {
      'sqs:GetQueueUrl': optional(NO_CHECK, 'queue', 'dlq'),
      'sqs:GetQueueAttributes': optional(NO_CHECK, 'queue', 'dlq'),
      'lambda:GetAlias': optional(NO_CHECK, 'function'),
      'lambda:ListVersionsByFunction': optional(NO_CHECK, 'function'),
      'lambda:GetPolicy': optional(NO_CHECK, 'function'),
      'lambda:GetFunctionConcurrency': optional(NO_CHECK, 'function'),
      'lambda:ListProvisionedConcurrencyConfigs': optional(NO_CHECK, 'function'),
      'lambda:ListEventSourceMappings': optional(NO_CHECK, 'any'),
      'scheduler:ListSchedules': optional(NO_CHECK, 'any'),
      'cloudwatch:GetMetricStatistics': optional(NO_CHECK, 'any'),
      'cloudwatch:DescribeAlarms': optional(NO_CHECK, 'alarms'),
      'cloudwatch:ListMetrics': optional(NO_CHECK, 'any'),
      'cloudwatch:ListDashboards': optional(NO_CHECK, 'any'),
      'dynamodb:DescribeTable': optional(NO_CHECK, 'events', 'releases'),
      'dynamodb:DescribeTimeToLive': optional(NO_CHECK, 'events'),
      'dynamodb:DescribeContinuousBackups': optional(NO_CHECK, 'events', 'releases'),
      'logs:FilterLogEvents': optional(NO_CHECK, 'log'),
      'logs:DescribeLogGroups': optional(NO_CHECK, 'any'),
      'sns:GetTopicAttributes': optional(NO_CHECK, 'topic'),
      'sts:GetCallerIdentity': option(
        'a topic that no alarm tells',
        optional(`${NO_CHECK} (AWS lets everybody ask)`, 'any'),
      ),
      'iam:ListAccessKeys': optional(NO_CHECK, 'sender'),
    },
  },
  status: {
    policies: READERS,
    needs: {
      'lambda:GetAlias': optional(NOT_SEEN, 'function'),
      'sqs:GetQueueUrl': optional(NOT_SEEN, 'queue', 'dlq'),
      'sqs:GetQueueAttributes': optional(NOT_SEEN, 'queue', 'dlq'),
      'cloudwatch:DescribeAlarms': optional(NOT_SEEN, 'alarms'),
      ...withUsage,
      'cloudwatch:GetMetricStatistics': optional(
        'the age of the oldest message in a queue is not known, nor a row of --usage: exit 3',
        'any',
      ),
    },
  },
  'dlq list': {
    policies: QUEUE_READERS,
    needs: {
      ...address('queue', 'dlq'),
      'sqs:ListDeadLetterSourceQueues': optional('the source is the one of the configuration', 'dlq'),
      'cloudwatch:GetMetricStatistics': optional('the age of the oldest message is not known', 'any'),
    },
  },
  'dlq inspect': {
    policies: REPLAYERS,
    needs: {
      ...look,
      ...logPlace,
      'logs:FilterLogEvents': optional('grouped by the shape of the body, not by cause', 'log'),
      'lambda:GetAlias': optional('whether the version that failed still serves is not known', 'function'),
    },
  },
  'dlq explain': {
    policies: REPLAYERS,
    needs: {
      ...look,
      ...logPlace,
      'logs:FilterLogEvents': optional('no error and no log lines', 'log'),
      'lambda:GetAlias': optional('whether the version that failed still serves is not known', 'function'),
    },
  },
  'dlq replay': {
    policies: REPLAYERS,
    needs: {
      ...address('queue', 'dlq'),
      'sqs:ReceiveMessage': on('dlq'),
      'sqs:ChangeMessageVisibility': on('dlq'),
      'sqs:SendMessage': on('queue'),
      'sqs:DeleteMessage': on('dlq'),
      'sqs:ListMessageMoveTasks': optional('a move task of AWS at the same queue is not seen', 'dlq'),
      'sqs:ListDeadLetterSourceQueues': option(
        '--engine native',
        optional('the source is the one of the configuration', 'dlq'),
      ),
      'sqs:StartMessageMoveTask': option('--engine native', on('dlq')),
      'cloudwatch:DescribeAlarms': option('--stop-on-alarm', on('alarms')),
      'lambda:ListEventSourceMappings': optional('the checks of the consumer are skipped', 'any'),
      'lambda:GetAlias': optional('the check of the version that serves is skipped', 'function'),
      'lambda:GetFunctionConfiguration': optional(
        'the checks of the function’s settings are skipped; its log is looked for in `/aws/lambda/` alone',
        'function',
      ),
      'lambda:GetFunctionConcurrency': optional('the estimate knows no reserved concurrency', 'function'),
      'logs:FilterLogEvents': optional(
        'the check of the version that serves is skipped; the verdict comes from the queue alone, and later',
        'log',
      ),
    },
  },
  'dlq cancel': {
    policies: REPLAYERS,
    needs: {
      ...address('dlq'),
      'sqs:ListMessageMoveTasks': on('dlq'),
      'sqs:CancelMessageMoveTask': on('dlq'),
      'sqs:ReceiveMessage': { ...on('dlq'), byAws: true },
      'sqs:DeleteMessage': { ...on('dlq'), byAws: true },
    },
  },
  'dlq verify': {
    policies: REPLAYERS,
    needs: {
      ...address('queue', 'dlq'),
      'sqs:ReceiveMessage': { ...on('dlq'), option: 'of copies that came back' },
      'sqs:ChangeMessageVisibility': { ...on('dlq'), option: 'of copies that came back' },
      ...logPlace,
      'logs:FilterLogEvents': optional('the verdict comes from the queue alone, and later', 'log'),
    },
  },
  'dlq export': { policies: REPLAYERS, needs: look },
  'dlq import': { policies: REPLAYERS, needs: { ...address('dlq'), 'sqs:SendMessage': on('dlq') } },
  'dlq purge': {
    policies: REPLAYERS,
    needs: {
      ...look,
      'sqs:ChangeMessageVisibility': optional('what was left stays hidden for a minute, with a warning', 'dlq'),
      'sqs:DeleteMessage': on('dlq'),
    },
  },
  deploy: {
    policies: RELEASERS,
    needs: { ...promotion, 'lambda:UpdateFunctionCode': on('function'), 'lambda:PublishVersion': on('function') },
  },
  'alias list': { policies: RELEASE_READERS, needs: { 'lambda:GetAlias': on('function') } },
  'alias show': { policies: RELEASE_READERS, needs: { 'lambda:GetAlias': on('function') } },
  'alias promote': { policies: RELEASERS, needs: promotion },
  'alias rollback': {
    policies: RELEASERS,
    needs: {
      'lambda:GetAlias': on('function'),
      'lambda:UpdateAlias': on('function'),
      'lambda:GetFunctionConfiguration': optional('what differs between the versions is not told', 'function'),
      'lambda:ListProvisionedConcurrencyConfigs': optional(PROVISIONED, 'function'),
      'dynamodb:Query': silent(
        'when the entry of the release before is missing, its lead time is not known',
        'releases',
      ),
      ...remembered,
    },
  },
  'alias recover': {
    policies: RELEASERS,
    needs: {
      'lambda:GetAlias': on('function'),
      'lambda:UpdateAlias': on('function'),
      'lambda:GetFunctionConfiguration': option('--finish', optional('the entry has no commit', 'function')),
      'cloudtrail:LookupEvents': option('a split of others', optional('who made it, and when, is not known', 'any')),
      ...remembered,
    },
  },
  'alias history': {
    policies: RELEASE_READERS,
    needs: {
      'lambda:GetAlias': on('function'),
      'dynamodb:Query': optional('only what the alias itself remembers', 'releases'),
      'cloudtrail:LookupEvents': option('--cloudtrail', optional('nothing of others’ changes', 'any')),
    },
  },
  'alias prune': {
    policies: BREAK_GLASS,
    needs: {
      'lambda:ListVersionsByFunction': on('function'),
      'lambda:ListAliases': on('function'),
      'lambda:ListEventSourceMappings': on('any'),
      'dynamodb:Query': optional('what the ledger alone knows of is not kept for it', 'releases'),
      'lambda:DeleteFunction': on('version'),
    },
  },
  'usage report': {
    policies: READERS,
    needs: {
      'cloudwatch:ListMetrics': optional(NO_ROW, 'any'),
      'cloudwatch:GetMetricStatistics': optional(NO_ROW, 'any'),
      'cloudwatch:DescribeAlarms': optional(NO_ROW, 'alarms'),
      'cloudwatch:ListDashboards': optional(NO_ROW, 'any'),
      'lambda:ListEventSourceMappings': optional(NO_ROW, 'any'),
      'lambda:ListVersionsByFunction': optional(NO_ROW, 'function'),
      'dynamodb:DescribeTable': optional(NO_ROW, 'events', 'releases'),
      'logs:DescribeLogGroups': optional(NO_ROW, 'any'),
      'logs:FilterLogEvents': option('--exact', optional('Lambda compute stays a range', 'log')),
      'freetier:GetFreeTierUsage': option('--reconcile', optional('nothing is set beside our count: exit 3', 'any')),
      'freetier:GetAccountPlanState': option('--reconcile', optional('no plan and no credits', 'any')),
    },
  },
  'report deployments': {
    policies: RELEASE_READERS,
    needs: {
      'dynamodb:Query': on('releases'),
      'cloudwatch:GetMetricStatistics': optional('zero downtime is not measured', 'any'),
    },
  },
  'report reliability': {
    policies: READERS,
    needs: {
      'sqs:GetQueueUrl': optional(NO_METRIC, 'queue', 'dlq'),
      'sqs:GetQueueAttributes': optional(NO_METRIC, 'queue', 'dlq'),
      'cloudwatch:GetMetricStatistics': optional(NO_METRIC, 'any'),
      'dynamodb:Query': optional(NO_METRIC, 'releases'),
      'logs:FilterLogEvents': optional(NO_METRIC, 'log'),
    },
  },
  'alarms list': {
    policies: ALL,
    needs: {
      'cloudwatch:DescribeAlarms': on('alarms'),
      'sns:GetTopicAttributes': optional('whether somebody hears it is not known: exit 3', 'topic'),
    },
  },
  'alarms test': {
    policies: BREAK_GLASS,
    needs: {
      'cloudwatch:DescribeAlarms': on('alarms'),
      'cloudwatch:SetAlarmState': on('alarms'),
      'cloudwatch:DescribeAlarmHistory': optional('whether anybody was told is not known', 'alarms'),
      'sns:GetTopicAttributes': optional('whether somebody hears it is not known', 'topic'),
    },
  },
  logs: { policies: ALL, needs: { ...logPlace, 'logs:FilterLogEvents': on('log') } },
  'credentials check': {
    policies: BREAK_GLASS,
    needs: {
      'iam:ListAccessKeys': optional('nothing of the sender’s keys: exit 3', 'sender'),
      'iam:GetAccessKeyLastUsed': optional('not when they were used: exit 3', 'sender'),
    },
  },
  'credentials rotate': {
    policies: BREAK_GLASS,
    needs: {
      'iam:ListAccessKeys': on('sender'),
      'iam:CreateAccessKey': on('sender'),
      'iam:UpdateAccessKey': on('sender'),
      'iam:DeleteAccessKey': option('a key of the run before', on('sender')),
      'iam:GetAccessKeyLastUsed': option('after a run that died', on('sender')),
    },
  },
};

/**
 * The actions for which AWS knows no resource: allowed on `*` or not at all. ListQueues is about queues, but about all of
 * a Region. https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const WITHOUT_RESOURCES: readonly string[] = [
  'cloudtrail:LookupEvents',
  'cloudwatch:GetMetricStatistics',
  'cloudwatch:ListDashboards',
  'cloudwatch:ListMetrics',
  'dynamodb:ListTables',
  'freetier:GetAccountPlanState',
  'freetier:GetFreeTierUsage',
  'lambda:ListEventSourceMappings',
  'lambda:ListFunctions',
  'logs:DescribeLogGroups',
  'scheduler:ListSchedules',
  'sns:ListTopics',
  'sqs:ListQueues',
  'sts:GetCallerIdentity',
];

/** The commands that never call AWS. */
export const NO_PERMISSIONS: ReadonlySet<string> = new Set([
  'dlq runs',
  'usage forecast',
  'usage headroom',
  'usage prices',
  'credentials push',
  'state list',
  'state show',
  'state history',
  'state lock',
  'state unlock',
  'sandbox up',
  'sandbox down',
  'sandbox status',
  'sandbox reset',
  'sandbox traffic',
  'demo',
  'completion',
]);
