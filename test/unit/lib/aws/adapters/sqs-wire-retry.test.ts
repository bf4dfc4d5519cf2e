import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqsQueues } from '../../../../../src/lib/aws/adapters/sqs-queues.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await Simulator.start();
  await simulator.call('sqs', 'CreateQueue', { QueueName: 'dead' });
});
afterEach(() => simulator.close());

test('a receive whose first answer was lost says that it was asked again', async () => {
  const queues = new SqsQueues({
    options: {
      region: 'us-east-1',
      endpoint: simulator.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 3,
      customUserAgent: 'test',
    },
    observe() {},
    now: Date.now,
  });
  const dead = await queues.describe('dead');
  let retries = 0;
  const receive = () => queues.receive(dead, { max: 10, waitSeconds: 0, onRetry: () => retries++ });
  simulator.region().sqs.plant('dead', [{ body: 'one' }, { body: 'two' }]);
  simulator.faults.add({ service: 'sqs', operation: 'ReceiveMessage', times: 1, dropResponse: true });
  expect(await receive()).toEqual([]);
  expect(retries).toBe(1);
  expect(await receive()).toEqual([]);
  expect(retries).toBe(1);
});
