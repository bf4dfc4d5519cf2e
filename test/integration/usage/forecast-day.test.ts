import { afterEach, expect, it } from 'vitest';
import { seededRandom } from '../../../src/lib/simulator/kernel/random.ts';
import { forecast } from '../../../src/lib/usage/forecast/forecast.ts';
import { EXAMPLE_SYSTEM } from '../../../src/lib/usage/forecast/system-model.ts';
import { shippedTariff } from '../../../src/lib/usage/tariff/load-tariff.ts';
import { AccountUnderReport, DAY, HOUR } from './support/account-under-report.ts';

let lived: AccountUnderReport | undefined;
afterEach(async () => {
  await lived?.stop();
  lived = undefined;
});

// A FIFO queue with five pollers, messages by chance over a day, and the simulator's bill of it beside what the model says
// of such a day. The simulator gives a message to the poller that has waited longest, the model to any of them: the bill
// lies between its figure and its lower bound.
it.each([500, 8_000])(
  'a day of %i messages takes the requests that the forecast tells',
  { timeout: 300_000 },
  async (messages) => {
    const start = Date.UTC(2027, 1, 2);
    const account = await AccountUnderReport.start(start - HOUR, { idleMs: 2 * DAY });
    lived = account;
    await account.createFunction('worker', 256);
    const { QueueUrl } = await account.call('sqs', 'CreateQueue', {
      QueueName: 'work.fifo',
      Attributes: { FifoQueue: 'true' },
    });
    await account.call('lambda', 'CreateEventSourceMapping', {
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:work.fifo',
      FunctionName: 'worker:live',
      BatchSize: 10,
    });
    const random = seededRandom(5);
    const times = Array.from({ length: messages }, () => start + Math.floor(random() * DAY)).sort((a, b) => a - b);
    for (const [index, at] of times.entries()) {
      if (at > account.clock.now()) await account.moveTo(at);
      await account.call('sqs', 'SendMessage', {
        QueueUrl,
        MessageBody: 'a question',
        MessageGroupId: `session-${index % 97}`,
        MessageDeduplicationId: `event-${index}`,
      });
    }
    await account.moveTo(start + DAY);

    const { rows } = forecast(messages, { ...EXAMPLE_SYSTEM, days: 1 }, await shippedTariff('us-east-1'));
    const told = (id: string) => rows.find((row) => row.id === id)!;
    const { used, range } = told('sqs-requests');
    const requests = account.billed('sqs-requests', start, start + DAY);
    expect(requests).toBeGreaterThanOrEqual(range.low * 0.99);
    expect(requests).toBeLessThanOrEqual(used * 1.01);
    expect(account.billed('lambda-requests', start, start + DAY) / told('lambda-requests').used).toBeCloseTo(1, 2);
  },
);
