import { describe, expect, test } from 'vitest';
import { discover, type Inventory } from '../../../../src/lib/init/discover.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:';

const inventory = (more: Partial<Inventory>): Inventory => ({
  functions: [],
  sources: [],
  queues: [],
  tables: [],
  topics: [],
  ...more,
});
const fn = (name: string, environment: Record<string, string> = {}, aliases: readonly string[] = ['live']) => ({
  name,
  environment,
  aliases,
});

describe('discovering a system', () => {
  test('names services by what their functions do not have in common', () => {
    const names = (...functions: string[]) =>
      Object.keys(discover(inventory({ functions: functions.map((name) => fn(name)) }), undefined).services);
    expect(names('shop-orders', 'shop-mails')).toEqual(['mails', 'orders']);
    expect(names('shop-orders', 'shop-orders-retry')).toEqual(['orders', 'orders-retry']);
    expect(names('orders', 'mails')).toEqual(['mails', 'orders']);
    expect(names('shop-orders')).toEqual(['shop-orders']);
    expect(Object.keys(discover(inventory({ functions: [fn('shop-orders')] }), 'shop').services)).toEqual(['orders']);
  });

  test('loses no function whose name without the prefix is that of another, or nothing', () => {
    const functions = ['shop-orders', 'shop_orders', '__'].map((name) => fn(name));
    const { services, ambiguous } = discover(inventory({ functions }), 'shop');
    expect(services).toEqual({
      orders: { function: 'shop-orders', alias: 'live' },
      'orders-2': { function: 'shop_orders', alias: 'live' },
      function: { function: '__', alias: 'live' },
    });
    expect(ambiguous).toEqual(['shop_orders would be the service orders, as shop-orders is: it was named orders-2.']);
  });

  test('follows a mapping to the queue and its redrive policy to the dead letters', () => {
    const { services, ambiguous } = discover(
      inventory({
        functions: [fn('f', {}, ['blue', 'live'])],
        sources: [{ eventSourceArn: `${QUEUE}jobs`, functionArn: `${FUNCTION}f:blue` }],
        queues: [
          { name: 'jobs', dlq: 'jobs-dead' },
          { name: 'jobs-dead', dlq: null },
        ],
      }),
      undefined,
    );
    expect(services).toEqual({ f: { function: 'f', alias: 'blue', queue: 'jobs', dlq: 'jobs-dead' } });
    expect(ambiguous).toEqual([]);
  });

  test('takes a table, a topic and a queue to send to from the environment: names, ARNs and URLs', () => {
    const { services, unused } = discover(
      inventory({
        functions: [
          fn('f', {
            TABLE: 'items',
            TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:news',
            QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/out',
          }),
        ],
        queues: [
          { name: 'out', dlq: null },
          { name: 'old', dlq: null },
        ],
        tables: ['items', 'more'],
        topics: ['news', 'rest'],
      }),
      undefined,
    );
    expect(services).toEqual({ f: { function: 'f', alias: 'live', queue: 'out', table: 'items', topic: 'news' } });
    expect(unused).toEqual(['queue old', 'table more', 'topic rest']);
  });

  test('says what it decided where there are several', () => {
    const { services, ambiguous } = discover(
      inventory({
        functions: [fn('f', { A: 'one', B: 'two' }, ['blue', 'green'])],
        sources: [
          { eventSourceArn: `${QUEUE}a`, functionArn: `${FUNCTION}f` },
          { eventSourceArn: `${QUEUE}b`, functionArn: `${FUNCTION}f` },
        ],
        queues: ['a', 'b'].map((name) => ({ name, dlq: null })),
        tables: ['one', 'two'],
      }),
      undefined,
    );
    expect(services['f']).toEqual({ function: 'f', alias: 'blue', queue: 'a', table: 'one' });
    expect(ambiguous).toEqual([
      'f reads the queues a, b: a was taken.',
      'the queue of f invokes the function itself, not an alias: no release of cvops reaches it.',
      'f has the aliases blue, green: blue was taken.',
      'the environment of f names the tables one, two: one was taken.',
    ]);
  });

  test('says that a function without an alias cannot be released', () => {
    expect(discover(inventory({ functions: [fn('f', {}, [])] }), undefined)).toMatchObject({
      services: { f: { function: 'f' } },
      ambiguous: ['f has no alias: there is nothing to release.'],
    });
  });

  test('takes a table named releases that no function uses for that of the releases', () => {
    const { releaseTable, unused } = discover(
      inventory({ functions: [fn('f', { T: 'a-releases' })], tables: ['a-releases', 'b-releases'] }),
      undefined,
    );
    expect(releaseTable).toBe('b-releases');
    expect(unused).toEqual([]);
  });
});
