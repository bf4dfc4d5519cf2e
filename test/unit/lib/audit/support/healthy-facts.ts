import type { FunctionFacts, QueueFacts, SystemFacts, TableFacts } from '../../../../../src/lib/audit/facts.ts';
import type { FunctionConfiguration } from '../../../../../src/lib/aws/ports/function-configurations.ts';
import type { QueueAttributes } from '../../../../../src/lib/aws/ports/queues.ts';
import type { GuardedTable } from '../../../../../src/lib/aws/ports/table-safety.ts';
import { LIMIT_IDS } from '../../../../../src/lib/usage/tariff/tariff.ts';
import { madeVersion } from '../../release/support/fake-functions.ts';
import { FakeSources } from '../../usage/collect/support/fake-sources.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);

export const configured = (version: string, over: Partial<FunctionConfiguration> = {}): FunctionConfiguration => ({
  ...madeVersion(version),
  handler: 'index.handler',
  architecture: 'arm64',
  codeBytes: 1_000,
  ephemeralMb: 512,
  inVpc: false,
  kmsKeyArn: null,
  logGroup: '/aws/lambda/processor',
  runtime: 'nodejs22.x',
  environment: { TABLE_NAME: 'events' },
  ...over,
});

/** A queue without messages, as infra/terraform makes it. */
export function queueFacts(isDeadLetterQueue: boolean, over: Partial<QueueAttributes> = {}): QueueFacts {
  const name = isDeadLetterQueue ? 'dlq' : 'queue';
  return {
    label: `processor.${name}`,
    name,
    isDeadLetterQueue,
    dlq: isDeadLetterQueue ? null : 'dlq',
    oldestAgeSeconds: { value: null },
    queue: {
      value: {
        name,
        url: `https://sqs/${name}`,
        arn: `arn:aws:sqs:us-east-1:1:${name}`,
        fifo: false,
        attributes: {
          visible: 0,
          inFlight: 0,
          delayed: 0,
          visibilityTimeoutSeconds: 60,
          retentionSeconds: isDeadLetterQueue ? 1_209_600 : 345_600,
          maximumMessageSize: 1_048_576,
          contentBasedDeduplication: false,
          deduplicationScope: 'queue',
          kmsKeyId: null,
          managedEncryption: true,
          policy: null,
          redrive: null,
          redriveAllow: null,
          ...over,
        },
      },
    },
  };
}

export const functionFacts = (over: Partial<FunctionFacts> = {}): FunctionFacts => ({
  label: 'processor',
  name: 'processor',
  service: 'processor',
  alias: 'live',
  queue: 'queue',
  served: {
    value: {
      functionName: 'processor',
      name: 'live',
      arn: 'arn:aws:lambda:us-east-1:1:function:processor:live',
      version: '1',
      weights: {},
      description: '',
      revisionId: 'r',
    },
  },
  versions: { value: [configured('1')] },
  policy: { value: null },
  reserved: { value: null },
  provisioned: { value: [] },
  p95Ms: { value: null },
  memory: { value: null },
  ...over,
});

export const tableFacts = (over: Partial<GuardedTable> = {}, hasRecovery = false): TableFacts => ({
  label: 'processor.table',
  name: 'events',
  isLedger: false,
  expiryAttribute: { value: 'expiresAt' },
  recovery: { value: hasRecovery },
  table: {
    value: {
      ...new FakeSources().table,
      deletionProtection: true,
      kmsKeyArn: null,
      ...over,
    },
  },
});

/** A system of one service, without alarms. */
export const healthyFacts = (over: Partial<SystemFacts> = {}): SystemFacts => ({
  nowMs: NOW,
  queues: [queueFacts(false), queueFacts(true)],
  functions: [functionFacts()],
  tables: [tableFacts()],
  topics: [],
  senders: [],
  sources: { value: [] },
  schedules: { value: [] },
  alarms: { value: [] },
  reach: new Map(),
  logGroups: { value: [] },
  account: {
    alarms: { value: [] },
    customMetrics: { value: { count: 0, complete: true } },
    dashboards: { value: 0 },
  },
  limits: Object.fromEntries(
    LIMIT_IDS.map((id) => [id, { free: 25, unit: '', scope: 'account', source: '' }]),
  ) as unknown as SystemFacts['limits'],
  ...over,
});
