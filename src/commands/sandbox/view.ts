import type { Block, Cell, Next } from '../../lib/io/outcome.ts';
import type { SandboxRecord } from '../../lib/sandbox/record.ts';

/** What the sandbox emulates, by the names that AWS's endpoints have. */
export const SANDBOX_SERVICES = [
  'sqs',
  'lambda',
  'dynamodb',
  'cloudwatch',
  'logs',
  'sns',
  'events',
  'scheduler',
  'sts',
  'cloudtrail',
] as const;

/** The fields of a running sandbox that `up`, `status` and `reset` share. */
export function sandboxData(record: SandboxRecord) {
  return {
    running: true,
    endpoint: record.endpoint,
    workerUrl: record.workerUrl,
    engine: 'simulator',
    services: SANDBOX_SERVICES,
    region: record.region,
    pid: record.pid,
    startedAt: record.startedAt,
  };
}

export function sandboxFields(record: SandboxRecord, more: readonly (readonly [string, Cell])[] = []): Block {
  return {
    kind: 'fields',
    fields: [
      ['endpoint', { raw: record.endpoint, tone: 'accent' }],
      ['worker', { raw: record.workerUrl, tone: 'accent' }],
      ['region', { raw: record.region }],
      ['process', { raw: record.pid }],
      ...more,
    ],
  };
}

export function sandboxNext(record: SandboxRecord): readonly Next[] {
  return [
    { command: 'cvops sandbox traffic --events 100', why: 'send events' },
    { command: 'cvops --sandbox dlq list', why: 'look at it with cvops' },
    {
      command: `AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox aws --region ${record.region} --endpoint-url ${record.endpoint} sqs list-queues`,
      why: 'or with the AWS CLI',
    },
    { command: 'cvops sandbox down', why: 'stop it' },
  ];
}
