import { WITHOUT_RESOURCES } from '../support/permissions/command-permissions.ts';
import {
  allowedIn,
  ignoring,
  list,
  of,
  one,
  referring,
  refusesPlainHttp,
  rewrite,
  secretIn,
  violation,
} from './support/looking.ts';
import type { System } from './support/system.ts';

/** What every version of this infrastructure must keep, and the way to break it that its test goes first. */
export interface Policy {
  readonly title: string;
  /** One line for each violation. */
  check(system: System): readonly string[];
  /** Breaks it in a copy of the system. */
  spoil(system: System): void;
}

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;
/** https://aws.amazon.com/cloudwatch/pricing/ */
const FREE_ALARM_METRICS = 10;
/** https://aws.amazon.com/dynamodb/pricing/provisioned/ */
const FREE_UNITS = 25;

const SCHEDULE_DLQ = 'module.schedule_dlq.aws_sqs_queue.this';
const DEAD_LETTERS = 'module.dead_letters.aws_sqs_queue.this';
const functionOf = (service: string) => `module.${service}.module.function.aws_lambda_function.this`;

const SECRET_TYPES = ['aws_iam_access_key', 'aws_iam_user_login_profile', 'aws_secretsmanager_secret_version'];

export const POLICIES: readonly Policy[] = [
  {
    title: 'cvops alone moves an alias: its version, its weights and its description are ignored',
    check: ({ written }) =>
      ignoring(written, 'aws_lambda_alias', ['description', 'function_version', 'routing_config']),
    spoil: (system) => rewrite(system, 'aws_lambda_alias', /routing_config, /),
  },
  {
    title: 'cvops alone releases code: the package of a function is ignored',
    check: ({ written }) => ignoring(written, 'aws_lambda_function', ['filename', 'source_code_hash']),
    spoil: (system) => rewrite(system, 'aws_lambda_function', /filename, /),
  },
  {
    title: 'the queue and the schedule invoke the alias, never the function',
    check: ({ written }) => [
      ...referring(written, 'aws_lambda_event_source_mapping', 'function_name', 'aws_lambda_alias.live.arn'),
      ...referring(written, 'aws_scheduler_schedule', 'target', 'aws_lambda_alias.live.arn'),
    ],
    spoil: ({ written }) => {
      const mapping = written.find(({ type }) => type === 'aws_lambda_event_source_mapping')!;
      mapping.expressions['function_name'] = { references: ['aws_lambda_function.this.arn'] };
    },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    title: 'a received message stays hidden for six times the timeout of the function that works on it',
    check: (system) => {
      const hidden = Number(one(system, 'module.events.aws_sqs_queue.this').values['visibility_timeout_seconds']);
      const timeout = Number(one(system, functionOf('processor')).values['timeout']);
      return hidden >= 6 * timeout ? [] : [`${hidden} s is less than 6 × ${timeout} s`];
    },
    spoil: (system) => {
      one(system, functionOf('processor')).values['timeout'] = 11;
    },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    title: 'the mapping reports each failed message, and takes no more than a FIFO queue gives',
    check: (system) =>
      of(system, 'aws_lambda_event_source_mapping').flatMap(({ address, values }) => [
        ...violation(
          JSON.stringify(values['function_response_types']) !== '["ReportBatchItemFailures"]',
          `${address}: a failed message takes its batch with it`,
        ),
        ...violation(Number(values['batch_size']) > 10, `${address}: batch of ${values['batch_size']}`),
      ]),
    spoil: (system) => {
      one(system, 'aws_lambda_event_source_mapping.queue').values['function_response_types'] = [];
    },
  },
  {
    title: 'the alarms stay inside the free ten metrics',
    check: (system) => {
      const metrics = of(system, 'aws_cloudwatch_metric_alarm').reduce(
        // Each metric of a formula counts.
        (sum, { values }) => sum + Math.max(1, list(values['metric_query']).length),
        0,
      );
      return violation(metrics > FREE_ALARM_METRICS, `${metrics} alarm metrics`);
    },
    spoil: (system) => {
      one(system, 'aws_cloudwatch_metric_alarm.this').values['metric_query'] = [{}, {}, {}, {}];
    },
  },
  {
    title: 'one dead letter raises an alarm within a minute',
    check: (system) => {
      const dlq = one(system, DEAD_LETTERS).values['name'];
      const wanted = {
        namespace: 'AWS/SQS',
        metric_name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: dlq },
        comparison_operator: 'GreaterThanThreshold',
        threshold: 0,
        period: 60,
        evaluation_periods: 1,
        actions_enabled: true,
      };
      const found = of(system, 'aws_cloudwatch_metric_alarm').some(({ values }) =>
        Object.entries(wanted).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value)),
      );
      return violation(!found, `no alarm on the depth of ${dlq}`);
    },
    spoil: (system) => {
      one(system, DEAD_LETTERS).values['name'] = 'other-dlq.fifo';
    },
  },
  {
    title: 'every alarm mails',
    check: ({ written }) =>
      referring(written, 'aws_cloudwatch_metric_alarm', 'alarm_actions', 'aws_sns_topic.alerts.arn'),
    spoil: ({ written }) => {
      delete written.find(({ type }) => type === 'aws_cloudwatch_metric_alarm')!.expressions['alarm_actions'];
    },
  },
  {
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    title: 'no topic is encrypted with a key that alarms may not use',
    check: (system) =>
      of(system, 'aws_sns_topic').flatMap(({ address, values }) =>
        violation(values['kms_master_key_id'] === 'alias/aws/sns', `${address}: alarms cannot publish to it`),
      ),
    spoil: (system) => {
      one(system, 'aws_sns_topic.alerts').values['kms_master_key_id'] = 'alias/aws/sns';
    },
  },
  {
    title: 'a function has its log group before it, with a retention',
    check: (system) => [
      ...referring(system.written, 'aws_lambda_function', 'logging_config', 'aws_cloudwatch_log_group.'),
      ...of(system, 'aws_lambda_function').flatMap(({ address, values }) => {
        const group = of(system, 'aws_cloudwatch_log_group').find(
          (each) => each.values['name'] === `/aws/lambda/${values['function_name']}`,
        );
        return violation(!(Number(group?.values['retention_in_days']) > 0), `${address}: logs are kept for ever`);
      }),
    ],
    spoil: (system) => {
      one(system, 'module.reporter.module.function.aws_cloudwatch_log_group.this').values['retention_in_days'] = 0;
    },
  },
  {
    title: 'all tables together stay inside the free 25 units',
    check: (system) =>
      ['read_capacity', 'write_capacity'].flatMap((kind) => {
        const sum = of(system, 'aws_dynamodb_table').reduce((total, { values }) => total + Number(values[kind]), 0);
        // Not a number: on demand, which has no free units.
        return violation(!(sum <= FREE_UNITS), `${kind}: ${sum}`);
      }),
    spoil: (system) => {
      one(system, 'aws_dynamodb_table.releases').values['write_capacity'] = 16;
    },
  },
  {
    title: 'events expire, and no table is deleted by mistake',
    check: (system) => [
      ...violation(
        JSON.stringify(one(system, 'aws_dynamodb_table.events').values['ttl']) !==
          JSON.stringify([{ attribute_name: 'expiresAt', enabled: true }]),
        'events never expire',
      ),
      ...of(system, 'aws_dynamodb_table').flatMap(({ address, values }) =>
        violation(values['deletion_protection_enabled'] !== true, `${address}: not protected against deletion`),
      ),
    ],
    spoil: (system) => {
      one(system, 'aws_dynamodb_table.releases').values['deletion_protection_enabled'] = false;
    },
  },
  {
    title: 'queues are encrypted, and refuse whoever comes without TLS',
    check: (system) =>
      of(system, 'aws_sqs_queue').flatMap(({ address, values }) => [
        ...violation(
          values['sqs_managed_sse_enabled'] !== true && !values['kms_master_key_id'],
          `${address}: not encrypted`,
        ),
        ...violation(!refusesPlainHttp(values['policy']), `${address}: open to plain HTTP`),
      ]),
    spoil: (system) => {
      const { values } = one(system, DEAD_LETTERS);
      values['policy'] = String(values['policy']).replace('Deny', 'Allow');
    },
  },
  {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    title: 'dead letters are kept for 14 days, longer than any message',
    check: (system) => {
      const keptIn = (address: string) => Number(one(system, address).values['message_retention_seconds']);
      const before = keptIn('module.events.aws_sqs_queue.this');
      return [DEAD_LETTERS, SCHEDULE_DLQ].flatMap((address) =>
        violation(
          keptIn(address) !== FOURTEEN_DAYS || keptIn(address) <= before,
          `${address}: ${keptIn(address)} s, after ${before} s in the queue`,
        ),
      );
    },
    spoil: (system) => {
      one(system, DEAD_LETTERS).values['message_retention_seconds'] = 345_600;
    },
  },
  {
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    title:
      'a call of the schedule that is never delivered is kept, in a standard queue that no other queue has to do with',
    check: (system) => {
      const { values } = one(system, SCHEDULE_DLQ);
      return [
        ...referring(system.written, 'aws_scheduler_schedule', 'target', 'module.schedule_dlq.queue.arn'),
        ...violation(values['fifo_queue'] !== false, `${SCHEDULE_DLQ}: the scheduler takes no FIFO queue`),
        ...['redrive_policy', 'redrive_allow_policy'].flatMap((name) =>
          violation(Boolean(values[name]), `${SCHEDULE_DLQ}: has a ${name}`),
        ),
      ];
    },
    spoil: (system) => {
      one(system, SCHEDULE_DLQ).values['redrive_policy'] = '{"maxReceiveCount":3}';
    },
  },
  {
    title: 'policies of queues stand inline: as resources of their own each costs 25 s',
    check: (system) => [
      ...system.resources.flatMap(({ type, address }) =>
        violation(/^aws_sqs_queue_/.test(type), `${address}: not inline`),
      ),
      ...referring(system.written, 'aws_sqs_queue', 'redrive_policy', 'var.dead_letters'),
      ...referring(system.written, 'module', 'dead_letters', 'module.dead_letters.queue.arn', 'events'),
    ],
    spoil: ({ resources }) => {
      resources.push({ address: 'x', type: 'aws_sqs_queue_redrive_policy', name: 'x', values: {} });
    },
  },
  {
    title: 'a change of settings makes a version, on a runtime of its own choice',
    check: (system) =>
      of(system, 'aws_lambda_function').flatMap(({ address, values }) => [
        ...violation(values['publish'] !== true, `${address}: publishes no version`),
        ...violation(!/^nodejs\d+\.x$/.test(String(values['runtime'])), `${address}: ${values['runtime']}`),
        ...violation(JSON.stringify(values['architectures']) !== '["arm64"]', `${address}: not on arm64`),
      ]),
    spoil: (system) => {
      one(system, functionOf('reporter')).values['publish'] = false;
    },
  },
  {
    title: 'nothing secret can come into the state',
    check: (system) =>
      system.resources.flatMap(({ address, type, values }) => [
        ...violation(SECRET_TYPES.includes(type), `${address}: its secret would lie in the state`),
        ...violation(secretIn(JSON.stringify(values)), `${address}: holds a secret`),
      ]),
    spoil: ({ resources }) => {
      resources.push({ address: 'x', type: 'aws_iam_access_key', name: 'x', values: {} });
    },
  },
  {
    title: 'nobody is allowed more than a list of named actions',
    check: ({ resources, written }) => [
      ...resources.flatMap(({ address, values }) =>
        // A star stands for the lines of one log group, or for all where AWS knows no resource for the action.
        allowedIn(values['policy'])
          .filter((allowed) => !WITHOUT_RESOURCES.some((action) => allowed === `${action} *`))
          .flatMap((allowed) => violation(/^[^ ]*\*| \*$/.test(allowed), `${address}: ${allowed}`)),
      ),
      // What is not known before it is applied, as it is written; modules/function makes an Allow of each statement.
      ...written.flatMap(({ module, type, name, text }) =>
        (type === 'module' || /Effect\s+= "Allow"/.test(text)) && /Action\s+=.*\*/.test(text)
          ? [`${module}: ${type}.${name}: *`]
          : [],
      ),
    ],
    spoil: (system) => {
      const policy = { Statement: [{ Effect: 'Allow', Action: ['sqs:*'], Resource: '*' }] };
      system.resources.push({ address: 'x', type: 'x', name: 'x', values: { policy: JSON.stringify(policy) } });
    },
  },
];
