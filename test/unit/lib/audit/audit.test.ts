import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/lib/audit/audit.ts';
import type { SystemFacts } from '../../../../src/lib/audit/facts.ts';
import type { AccessKey } from '../../../../src/lib/aws/ports/access-keys.ts';
import type { EventSource } from '../../../../src/lib/aws/ports/functions.ts';
import { DAY_MS } from '../../../../src/lib/durations.ts';
import { anAlarm } from '../alarms/support/an-alarm.ts';
import { configured, functionFacts, healthyFacts, NOW, queueFacts, tableFacts } from './support/healthy-facts.ts';

const refused = {
  gap: { code: 'AccessDenied', message: 'not allowed to x:Y on z.', hint: 'allow the IAM action x:Y.' },
};

/** What one check says of such a system: status and words. */
function said(id: string, over: Partial<SystemFacts>): string {
  const { status, evidence } = audit(healthyFacts(over)).find((check) => check.id === id)!;
  return `${status} ${evidence}`;
}

const withVersion = (over: Parameters<typeof configured>[1]): Partial<SystemFacts> => ({
  functions: [functionFacts({ versions: { value: [configured('1', over)] } })],
});
const senders = (...keys: readonly Partial<AccessKey>[]): Partial<SystemFacts> => ({
  senders: [
    {
      label: 'worker.sender',
      name: 'sender',
      service: 'worker',
      keys: {
        value: keys.map((key, index) => ({
          id: `K${index}`,
          active: true,
          createdAt: new Date(NOW - DAY_MS).toISOString(),
          ...key,
        })),
      },
    },
  ],
});
const source = (over: Partial<EventSource>): Partial<SystemFacts> => ({
  sources: {
    value: [
      {
        uuid: 'u',
        eventSourceArn: 'arn:aws:sqs:us-east-1:1:queue',
        functionArn: 'arn:aws:lambda:us-east-1:1:function:processor:live',
        state: 'Enabled',
        batchSize: 10,
        reportsBatchItemFailures: true,
        maximumConcurrency: 2,
        ...over,
      },
    ],
  },
});

describe('what the simulator does not bring about', () => {
  test.each([
    [
      'a key beyond its age',
      'sender-key',
      senders({ createdAt: new Date(NOW - 91 * DAY_MS).toISOString() }),
      'NG K0 is 91 d old, 90 at most',
    ],
    [
      'a key just at its age',
      'sender-key',
      senders({ createdAt: new Date(NOW - 90 * DAY_MS).toISOString() }),
      'OK one key, 90 d old',
    ],
    ['a sender without a key', 'sender-key', senders({ active: false }), 'NG no active key: worker cannot send'],
    [
      'x86',
      'architecture',
      withVersion({ architecture: 'x86_64' }),
      'NG x86_64: arm64 is a fifth cheaper beyond what is free',
    ],
    [
      'a VPC',
      'function-extras',
      withVersion({ inVpc: true }),
      'NG in a VPC: it reaches AWS through a NAT gateway or endpoints, which cost',
    ],
    [
      'a runtime that is not known',
      'runtime',
      withVersion({ runtime: 'cobol85' }),
      'SKIP cobol85: no date is known (2026-02-11)',
    ],
    ['an image', 'runtime', withVersion({ runtime: '' }), 'SKIP a container image: no date is known (2026-02-11)'],
    [
      'a runtime on the day before its end',
      'runtime',
      { ...withVersion({ runtime: 'nodejs20.x' }), nowMs: Date.UTC(2026, 3, 29) },
      'OK nodejs20.x, deprecated on 2026-04-30',
    ],
    [
      'a class of table of which nothing is free',
      'table-billing',
      { tables: [tableFacts({ tableClass: 'STANDARD_INFREQUENT_ACCESS' })] },
      'NG of the Standard-IA class, of which nothing is free',
    ],
    [
      'a table that can be taken back',
      'table-billing',
      { tables: [tableFacts({}, true)] },
      'NOTE provisioned; its point-in-time recovery costs',
    ],
    ['that it can be taken back', 'table-recovery', { tables: [tableFacts({}, true)] }, 'OK on'],
    [
      'a table with a key',
      'table-encryption',
      { tables: [tableFacts({ kmsKeyArn: 'arn:key' })] },
      'OK KMS key arn:key',
    ],
    [
      'a key of a table',
      'kms-keys',
      { tables: [tableFacts({ kmsKeyArn: 'arn:key' })] },
      'NG processor.table: KMS key arn:key: $1 a month if it is your own',
    ],
    [
      'a key that AWS manages',
      'kms-keys',
      { queues: [queueFacts(false, { kmsKeyId: 'alias/aws/sqs' })] },
      'OK no KMS key of your own',
    ],
    [
      'units of indexes',
      'table-units',
      { tables: [tableFacts({ indexes: [{ name: 'i', read: 21, write: 1, sizeBytes: 0, items: 0 }] })] },
      'NG 26 read and 6 write units of 25 each',
    ],
    [
      'logs beyond what is free',
      'log-storage',
      { logGroups: { value: [{ name: 'a', storedBytes: 26e9, retentionDays: null }] } },
      'NG 26 GB in 1 log group of 25 GB free, 1 without an end',
    ],
    [
      'versions that fill the Region',
      'code-storage',
      withVersion({ codeBytes: 61e9 }),
      'NG 61 GB in 1 version of 75 GB in a Region',
    ],
    [
      'composite alarms',
      'alarm-metrics',
      {
        account: {
          ...healthyFacts().account!,
          alarms: { value: [{ name: 'all', metrics: 0, highResolution: false, composite: true }] },
        },
      },
      'NG all: composite alarms are never free',
    ],
    [
      'a queue that tells nothing of its encryption',
      'queue-encryption',
      { functions: [], queues: [queueFacts(true, { managedEncryption: null })] },
      'SKIP the queue does not tell whether SQS encrypts it',
    ],
    [
      'a queue with a key',
      'queue-encryption',
      { functions: [], queues: [queueFacts(true, { kmsKeyId: 'alias/mine', managedEncryption: false })] },
      'OK KMS key alias/mine',
    ],
    [
      'dead letters of which nobody knows the age',
      'dead-letters',
      { functions: [], queues: [queueFacts(true, { visible: 2 })] },
      'NOTE 2 dead letters; only a look at them tells when the first is dropped',
    ],
    [
      'dead letters with time left',
      'dead-letters',
      { functions: [], queues: [{ ...queueFacts(true, { visible: 1 }), oldestAgeSeconds: { value: 86_400 } }] },
      'NOTE 1 dead letter, the first is dropped by 2026-12-03',
    ],
    [
      'reserved concurrency alone',
      'concurrency',
      { ...source({ maximumConcurrency: null }), functions: [functionFacts({ reserved: { value: 5 } })] },
      'OK 5 at a time, reserved',
    ],
    [
      'runs with memory to spare',
      'memory',
      { functions: [functionFacts({ memory: { value: { usedMb: 84, memoryMb: 256, runs: 3 } } })] },
      'OK 84 of 256 MB at most, 3 runs',
    ],
    [
      'a mapping of another queue',
      'mapping',
      source({ eventSourceArn: 'arn:aws:sqs:us-east-1:1:other' }),
      'NG nothing leads from queue to live',
    ],
    [
      'an alias that serves a version that is not listed',
      'settings-served',
      { functions: [functionFacts({ versions: { value: [configured('2')] } })] },
      'SKIP version 1, which serves, is not among the versions',
    ],
  ] as const)('%s', (_what, id, over, words) => {
    expect(said(id, over)).toBe(words);
  });

  test('a function that nothing says when to run, and one with a schedule', () => {
    const functions = [functionFacts({ queue: null })];
    const schedule = { name: 'weekly', enabled: true, targetArn: 'arn:aws:lambda:us-east-1:1:function:processor:live' };
    expect(said('alarm-did-not-run', { functions })).toBe('SKIP no schedule of EventBridge Scheduler calls it');
    expect(said('schedule', { functions })).toBe('SKIP no schedule of EventBridge Scheduler calls it');
    expect(said('alarm-did-not-run', { functions, schedules: { value: [schedule] } })).toBe(
      'NG no alarm watches runs that did not happen',
    );
    expect(said('schedule', { functions, schedules: { value: [schedule] } })).toBe('OK weekly');
  });

  test('a formula that may watch what no plain alarm does', () => {
    expect(said('alarm-dlq', { alarms: { value: [anAlarm({ rule: null })] } })).toBe(
      'NG no alarm watches dead letters; what 1 of a formula or of other alarms watch was not looked at',
    );
  });

  test('a composite alarm that may tell in the stead of another one', () => {
    const actions = { alarm: [], ok: [], insufficientData: [] };
    const rule = { dimensions: { QueueName: 'dlq' }, comparison: 'GreaterThanOrEqualToThreshold', threshold: 1 };
    const child = anAlarm({ name: 'depth', actions, rule });
    expect(said('alarm-dlq', { alarms: { value: [child] } })).toBe('NG depth rings, but it has no action for ALARM');
    expect(said('alarm-dlq', { alarms: { value: [child, anAlarm({ composite: true, rule: null })] } })).toBe(
      'SKIP depth tells nobody itself; whether 1 composite alarm does was not looked at',
    );
  });
});

describe('a check', () => {
  test('has the worst status of its parts, and the words of those alone', () => {
    const check = audit(
      healthyFacts({ queues: [queueFacts(false), queueFacts(true, { managedEncryption: false })] }),
    ).find(({ id }) => id === 'queue-encryption');
    expect(check).toMatchObject({ status: 'NG', evidence: 'processor.dlq: messages lie there unencrypted' });
    expect(check!.results.map(({ subject, status }) => [subject, status])).toEqual([
      ['processor.queue', 'OK'],
      ['processor.dlq', 'NG'],
    ]);
  });

  test('is skipped with the reason where what it needs could not be read, and no other is', () => {
    const checks = audit(healthyFacts({ functions: [functionFacts({ policy: refused })] }));
    expect(checks.filter(({ results }) => results.some(({ code }) => code === 'AccessDenied'))).toMatchObject([
      { id: 'through-alias', status: 'SKIP', evidence: 'not allowed to x:Y on z', mend: 'allow the IAM action x:Y.' },
    ]);
  });

  test('tells of the parts that there was something to look at in', () => {
    const functions = [functionFacts({ p95Ms: { value: 84 } }), functionFacts({ label: 'reporter', name: 'reporter' })];
    expect(said('duration', { functions })).toBe('OK processor: p95 84 ms of 10 s, last 7 d');
  });

  test('that is about nothing in the system is left out', () => {
    const ids = audit(healthyFacts()).map(({ id }) => id);
    expect(ids).not.toContain('topic-key');
    expect(audit(healthyFacts({ functions: [], queues: [], tables: [], account: null }))).toEqual([]);
  });

  test('comes pillar after pillar, what is wrong first', () => {
    const ranks = { NG: 0, SKIP: 1, NOTE: 2, OK: 3 };
    const checks = audit(healthyFacts());
    const order = checks.map(({ pillar, status }) => `${pillar} ${ranks[status]}`);
    const pillars = [...new Set(checks.map(({ pillar }) => pillar))];
    expect(pillars).toEqual(['operational', 'security', 'reliability', 'performance', 'cost']);
    for (const pillar of pillars) {
      const own = order.filter((each) => each.startsWith(pillar));
      expect(own).toEqual([...own].sort());
    }
  });
});
