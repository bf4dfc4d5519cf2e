import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

const DLQ = 'cv-analytics-dlq.fifo';
const QUEUE = 'cv-analytics-queue.fifo';

let sandbox: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  ({ sandbox, env } = await startExampleSystem());
});
afterEach(() => sandbox.simulator.faults.clear());
afterAll(() => sandbox.close());

describe('dlq list', () => {
  test('tells of an empty queue without asking for an age', async () => {
    const result = await runCli(['dlq', 'list', '--json'], { env });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(jsonOf(result)).toMatchObject({
      kind: 'cvops/dlq.list',
      data: {
        queues: [
          {
            service: 'processor',
            dlq: DLQ,
            source: [QUEUE],
            fifo: true,
            visible: 0,
            inFlight: 0,
            delayed: 0,
            oldestAgeSeconds: null,
            retentionSeconds: 1_209_600,
            maxReceiveCount: 3,
            expiresAtLatest: null,
            sourceRetentionSeconds: 345_600,
          },
        ],
      },
      next: [],
    });
  });

  test.each([
    ['may not be asked', { code: 'AccessDeniedException', statusCode: 403 }, ['NotRead']],
    ['is not known', { code: 'InvalidAction', statusCode: 400 }, []],
  ])('takes the source from the configuration where ListDeadLetterSourceQueues %s', async (_, error, warned) => {
    sandbox.simulator.faults.add({ service: 'sqs', operation: 'ListDeadLetterSourceQueues', error });
    const result = await runCli(['dlq', 'list', '--json'], { env });
    expect(result.code).toBe(0);
    expect(jsonOf(result).data.queues[0]).toMatchObject({ source: [QUEUE], maxReceiveCount: 3 });
    expect(jsonOf(result).warnings.map(({ code }) => code)).toEqual(warned);
  });

  test('names the IAM action where the queue may not be read at all', async () => {
    sandbox.simulator.faults.add({
      service: 'sqs',
      operation: 'GetQueueAttributes',
      error: { code: 'AccessDenied', statusCode: 403 },
    });
    const result = await runCli(['dlq', 'list'], { env });
    expect(result.code).toBe(4);
    expect(result.stderr).toContain(`not allowed to sqs:GetQueueAttributes on queue "${DLQ}"`);
    expect(result.stderr).toContain('Hint: allow the IAM action sqs:GetQueueAttributes.');
  });
});
