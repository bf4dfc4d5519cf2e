import { beforeEach, describe, expect, test } from 'vitest';
import type { EventSource, Functions } from '../../../../../src/lib/aws/ports/functions.ts';
import { findConsumers } from '../../../../../src/lib/dlq/plan/consumer.ts';
import { sizeChecks } from '../../../../../src/lib/dlq/plan/look-checks.ts';
import { consumerChecks, queueChecks } from '../../../../../src/lib/dlq/plan/preflight.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { FakeQueues } from '../support/fake-queues.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let queues: FakeQueues;
beforeEach(() => {
  queues = new FakeQueues(new VirtualClock());
  queues.create('dead.fifo');
  queues.create('live.fifo', { visibilityTimeoutSeconds: 60, redrive: { to: 'dead.fifo', maxReceiveCount: 3 } });
});

const source = (state: string): EventSource => ({
  uuid: 'u',
  eventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:live.fifo',
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:processor:live',
  state,
  batchSize: 10,
  reportsBatchItemFailures: true,
  maximumConcurrency: null,
});

function functions(given: { sources?: EventSource[]; timeoutSeconds?: number; reserved?: number | null }): Functions {
  const fake: Partial<Functions> = {
    listEventSourcesOf: async () => given.sources ?? [source('Enabled')],
    getAlias: async (functionName, name) => ({
      functionName,
      name,
      arn: '',
      version: '6',
      weights: {},
      description: '',
      revisionId: '',
    }),
    getVersion: async (_name, version) => {
      expect(version).toBe('6');
      return { timeoutSeconds: given.timeoutSeconds ?? 10 } as Awaited<ReturnType<Functions['getVersion']>>;
    },
    reservedConcurrency: async () => given.reserved ?? null,
  };
  return fake as Functions;
}

async function statuses(ports: Functions | null, to = 'live.fifo'): Promise<Record<string, string>> {
  const dlq = await queues.describe('dead.fifo');
  const target = await queues.describe(to);
  const checks = [...queueChecks(dlq, target, false), ...sizeChecks(dlq, target, null)];
  if (ports !== null) checks.push(...(await consumerChecks(target, await findConsumers(target, ports), ports)));
  return Object.fromEntries(checks.map(({ id, status, blocking }) => [id, blocking ? `${status}!` : status]));
}

describe('the preflight of a replay', () => {
  test('is all OK for a queue whose function reads it', async () => {
    expect(await statuses(functions({}))).toEqual({
      'own-redrive': 'OK',
      target: 'OK',
      'message-size': 'OK',
      encryption: 'OK',
      'return-path': 'OK',
      consumer: 'OK',
      visibility: 'OK',
      concurrency: 'OK',
    });
  });

  test('names a consumer that is missing, switched off, too slow, or not allowed to run', async () => {
    expect(await statuses(functions({ sources: [] }))).toMatchObject({ consumer: 'NG' });
    expect(await statuses(functions({ sources: [source('Disabled')] }))).toMatchObject({ consumer: 'NG' });
    expect(await statuses(functions({ timeoutSeconds: 11 }))).toMatchObject({ visibility: 'NG' });
    expect(await statuses(functions({ reserved: 0 }))).toMatchObject({ concurrency: 'NG' });
    const many = [{ ...source('Enabled'), maximumConcurrency: 10 }];
    expect(await statuses(functions({ sources: many, reserved: 9 }))).toMatchObject({ concurrency: 'NG' });
    expect(await statuses(functions({ sources: many, reserved: 10 }))).toMatchObject({ concurrency: 'OK' });
  });

  test('skips what it may not look at', async () => {
    const denied = functions({});
    denied.listEventSourcesOf = () => Promise.reject(new CvopsError('AccessDenied', ExitCode.setup, 'not allowed'));
    expect(await statuses(denied)).toMatchObject({ consumer: 'SKIP' });
    expect(await statuses(null)).not.toHaveProperty('consumer');
    const blind = functions({});
    blind.reservedConcurrency = denied.listEventSourcesOf as never;
    expect(await statuses(blind)).toMatchObject({ consumer: 'OK', visibility: 'OK', concurrency: 'SKIP' });
  });

  test('forbids the queue itself, a queue of the other type, and a dead-letter queue that loses messages onward', async () => {
    queues.create('plain');
    expect(await statuses(null, 'plain')).toMatchObject({ target: 'NG!', 'return-path': 'NG' });
    expect(await statuses(null, 'dead.fifo')).toMatchObject({ target: 'NG!' });
    queues.create('dead.fifo', { redrive: { to: 'live.fifo', maxReceiveCount: 9 } });
    expect(await statuses(null)).toMatchObject({ 'own-redrive': 'NG!' });
  });

  test('warns of a target that takes less than the dead-letter queue holds', async () => {
    queues.create('small.fifo', { maximumMessageSize: 1_024 });
    expect(await statuses(null, 'small.fifo')).toMatchObject({ 'message-size': 'NG' });
  });
});
