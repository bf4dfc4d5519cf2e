import { describe, expect, test } from 'vitest';
import { aFunction, aQueue, monthOf, periodAt, points, refused, rowOf } from '../support/month-of-readings.ts';

const period = periodAt('2026-09');
const HOURS = 720;
const every = (value: number, maximum?: number) => ({
  value: points(period, () => value, maximum === undefined ? {} : { maximum: () => maximum }),
});
const reads = (queueName: string, batchSize = 10) => ({ queueName, enabled: true, batchSize, maximumConcurrency: 2 });

describe('SQS requests', () => {
  test('are sends, two for each invocation of the consumer, and the empty receives of its pollers', async () => {
    const row = await rowOf(
      'sqs-requests',
      monthOf(period, {
        queues: [aQueue({ sent: every(100), received: every(100), emptyReceives: every(900) })],
        functions: [aFunction({ invocations: every(12), sources: { value: [reads('queue')] } })],
      }),
    );
    expect(row.used).toBeCloseTo(HOURS * (100 + 24 + 900), 6);
    expect(row.parts).toEqual([
      { name: 'traffic', used: expect.closeTo(HOURS * 124, 6) },
      { name: 'polling', used: HOURS * 900 },
    ]);
    // Ten messages may have been sent with one request.
    expect(row.range).toEqual({
      low: expect.closeTo(HOURS * (10 + 24 + 900), 6),
      high: expect.closeTo(HOURS * (100 + 24 + 900), 6),
    });
    expect(row.notes.join(' ')).toContain('idle pollers');
  });

  test('of five idle pollers are 648,000 in a month of 30 days with no traffic at all', async () => {
    const row = await rowOf('sqs-requests', monthOf(period, { queues: [aQueue({ emptyReceives: every(5 * 180) })] }));
    expect(row).toMatchObject({ used: 648_000, utilisation: 0.648, range: null, confidence: 'high' });
  });

  test('count each begun 64 KiB of a message', async () => {
    const bytes = 150 * 1024;
    const sizes = { value: points(period, () => 10 * bytes, { samples: 10, maximum: () => bytes }) };
    const row = await rowOf('sqs-requests', monthOf(period, { queues: [aQueue({ sent: every(10), sizes })] }));
    expect(row.used).toBe(HOURS * 10 * 3);
    expect(row.range!.low).toBeCloseTo((HOURS * 10 * bytes) / 65_536, 6);
    expect(row.range!.high).toBe(HOURS * 10 * 3);
  });

  test('of a queue that nobody configured reads lie between ten messages a receive and one', async () => {
    const row = await rowOf('sqs-requests', monthOf(period, { queues: [aQueue({ received: every(10) })] }));
    expect(row.used).toBeCloseTo(HOURS * 20, 6);
    expect(row.range).toEqual({ low: HOURS, high: HOURS * 20 });
    expect(row.notes.join(' ')).toContain('No configured function is mapped to queue');
  });

  test('of a function with two queues are split as the messages came', async () => {
    const row = await rowOf(
      'sqs-requests',
      monthOf(period, {
        queues: [
          aQueue({ name: 'a.fifo', fifo: true, received: every(30) }),
          aQueue({ name: 'b', received: every(10) }),
        ],
        functions: [aFunction({ invocations: every(8), sources: { value: [reads('a.fifo'), reads('b')] } })],
      }),
    );
    expect(row.used).toBeCloseTo(HOURS * 16, 6);
    // Which of the eight invocations each queue brought is not known: its messages came in tens, or one by one.
    expect(row.range).toEqual({ low: expect.closeTo(HOURS * 12, 6), high: expect.closeTo(HOURS * 48, 6) });
    expect(row.formula.terms.find(({ name }) => name === 'invocations by a.fifo')?.value).toBeCloseTo(HOURS * 6, 6);
  });

  test('of batches larger than a receive may be more than two for an invocation', async () => {
    const row = await rowOf(
      'sqs-requests',
      monthOf(period, {
        queues: [aQueue({ received: every(100) })],
        functions: [aFunction({ invocations: every(1), sources: { value: [reads('queue', 100)] } })],
      }),
    );
    expect(row.used).toBeCloseTo(HOURS * (10 + 1), 6);
    expect(row.range!.high).toBeCloseTo(HOURS * 101, 6);
  });

  test('of FIFO queues cost more than those of standard ones, after one allowance', async () => {
    const row = await rowOf(
      'sqs-requests',
      monthOf(period, {
        queues: [
          aQueue({ name: 'a.fifo', fifo: true, emptyReceives: every(3_000) }),
          aQueue({ name: 'b', emptyReceives: every(1_000) }),
        ],
      }),
    );
    const over = HOURS * 4_000 - 1_000_000;
    expect(row.costUsd).toBeCloseTo(over * (0.75 * 0.5e-6 + 0.25 * 0.4e-6), 8);
  });

  test('say so when it cannot be read who takes the messages, and stay between the bounds', async () => {
    const row = await rowOf(
      'sqs-requests',
      monthOf(period, {
        queues: [aQueue({ received: every(10) })],
        functions: [aFunction({ sources: refused })],
      }),
    );
    expect(row).toMatchObject({ gap: refused.gap, confidence: 'low', range: { low: HOURS, high: HOURS * 20 } });
  });

  test('of a queue that could not be read leave the others standing', async () => {
    const row = await rowOf(
      'sqs-requests',
      monthOf(period, { queues: [aQueue({ sent: refused }), aQueue({ name: 'b', emptyReceives: every(1) })] }),
    );
    expect(row).toMatchObject({ used: HOURS, gap: refused.gap });
  });

  test('go on polling at the pace of the last week, while traffic follows the week', async () => {
    const now = periodAt('2026-09', 15 * 24);
    // Five pollers until two were set on the 6th day.
    const empties = points(now, (hour) => (hour < 6 * 24 ? 900 : 360));
    const row = await rowOf('sqs-requests', monthOf(now, { queues: [aQueue({ emptyReceives: { value: empties } })] }));
    expect(row.projected).toBeCloseTo(6 * 24 * 900 + 24 * 24 * 360, 6);
  });
});
