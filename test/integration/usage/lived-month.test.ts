import { afterEach, expect, it } from 'vitest';
import { seededRandom } from '../../../src/lib/simulator/kernel/random.ts';
import { monthOf } from '../../../src/lib/usage/month.ts';
import { AccountUnderReport, DAY, HOUR, rowOf } from './support/account-under-report.ts';
import { expectBill } from './support/expect-bill.ts';
import { visits } from './support/visits.ts';

const VISITS = 600;

let lived: AccountUnderReport | undefined;
afterEach(async () => {
  await lived?.stop();
  lived = undefined;
});

it('a month without a message: five pollers that wait 20 s each are 648,000 requests', {
  timeout: 300_000,
}, async () => {
  const month = monthOf(Date.UTC(2026, 8, 1));
  const account = await AccountUnderReport.start(month.startMs - HOUR);
  lived = account;
  await account.createFunction('worker', 256);
  await createPolledQueue(account);
  account.configure({ work: { function: 'worker', alias: 'live', queue: 'work' } });
  await account.moveTo(month.endMs + HOUR);
  expect(account.billed('sqs-requests', month.startMs, month.endMs, 'work')).toBe(648_000);
  expect(rowOf(await account.report('--month', '2026-09'), 'sqs-requests').used).toBe(648_000);
});

/** Answers the queue's URL. */
async function createPolledQueue(account: AccountUnderReport): Promise<string> {
  const { QueueUrl } = await account.call('sqs', 'CreateQueue', { QueueName: 'work' });
  await account.call('lambda', 'CreateEventSourceMapping', {
    EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:work',
    FunctionName: 'worker:live',
  });
  return QueueUrl;
}

// A standard queue with five pollers, big messages and batches, a release with more memory, a table that goes on demand and
// has an index, over all of a February. Nothing is planted.
it('a month with five idle pollers, a release and a change of the table', { timeout: 300_000 }, async () => {
  const month = monthOf(Date.UTC(2027, 1, 1));
  const account = await AccountUnderReport.start(month.startMs, { idleMs: 12 * HOUR });
  lived = account;
  const source = 'export const handler = async ({ Records }) => { console.log(Records.length); };';
  await account.createFunction('worker', 256, source);
  const QueueUrl = await createPolledQueue(account);
  const capacity = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
  await account.call('dynamodb', 'CreateTable', {
    TableName: 'results',
    AttributeDefinitions: ['id', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    ProvisionedThroughput: capacity,
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-kind',
        KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
        ProvisionedThroughput: capacity,
      },
    ],
  });
  account.configure({ work: { function: 'worker', alias: 'live', queue: 'work', table: 'results' } });

  const later: { at: number; run: () => Promise<unknown> }[] = [
    { at: month.startMs + 11 * DAY + 7 * HOUR, run: () => release(account) },
    {
      at: month.startMs + 17 * DAY + 40 * 60_000,
      run: () => account.call('dynamodb', 'UpdateTable', { TableName: 'results', BillingMode: 'PAY_PER_REQUEST' }),
    },
  ];
  for (const [visit, at] of visits(VISITS, month.startMs + HOUR, month.endMs, seededRandom(11)).entries()) {
    while (later.length > 0 && later[0]!.at < at) {
      const { at: due, run } = later.shift()!;
      await account.moveTo(due);
      await run();
    }
    if (at > account.clock.now()) await account.moveTo(at);
    // Every tenth visit sends one of 100 KB, the others five at once.
    if (visit % 10 === 0) {
      await account.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x'.repeat(100_000) });
    } else {
      const Entries = ['a', 'b', 'c', 'd', 'e'].map((Id) => ({ Id, MessageBody: `${Id} of ${visit}` }));
      await account.call('sqs', 'SendMessageBatch', { QueueUrl, Entries });
    }
    const Item = { id: { S: `visit-${visit}` }, kind: { S: `kind-${visit % 7}` } };
    await account.call('dynamodb', 'PutItem', { TableName: 'results', Item });
  }
  // At its end: exactly from the log, and beside what AWS itself tells, as of the last full hour.
  await account.moveTo(month.endMs - 1);
  account.simulator.freeTier.steer({ lagHours: 0 });
  const exact = await account.report('--exact', '--reconcile');
  const gbSeconds = account.billed('lambda-gb-seconds', month.startMs, month.endMs);
  expect(rowOf(exact, 'lambda-compute')).toMatchObject({ used: expect.closeTo(gbSeconds, 6), range: null });
  const { rows, creditsLeftUsd } = exact.reconciliation!;
  const lastHour = month.endMs - HOUR;
  for (const [id, truth] of [
    ['lambda-requests', account.billed('lambda-requests', month.startMs, lastHour)],
    ['lambda-compute', account.billed('lambda-gb-seconds', month.startMs, lastHour)],
    ['sqs-requests', account.billed('sqs-requests', month.startMs, lastHour)],
  ] as const) {
    const row = rows.find((each) => each.id === id);
    expect(row).toMatchObject({ id, aws: expect.closeTo(truth, 6), state: 'agrees' });
  }
  // AWS does not list capacity among what it tracks.
  expect(rows.find(({ id }) => id === 'dynamodb-write-capacity')).toMatchObject({ aws: null, state: 'not reported' });
  expect(creditsLeftUsd).toBe(100);

  await account.moveTo(month.endMs + 7 * HOUR);
  const report = await account.report('--month', '2027-02');

  await expectBill(report, account);
  // Five pollers, a poll each 20 s, 28 days, less what came with messages.
  const polls = rowOf(report, 'sqs-requests').parts.find(({ name }) => name === 'polling')!.used;
  expect(polls / (5 * 180 * month.hours)).toBeCloseTo(1, 2);
  expect(rowOf(report, 'dynamodb-write-units').parts.find(({ name }) => name === 'on-demand')!.used).toBeGreaterThan(0);
});

/** The same code with four times the memory, live at once. */
async function release(account: AccountUnderReport): Promise<void> {
  await account.call('lambda', 'UpdateFunctionConfiguration', { FunctionName: 'worker', MemorySize: 1024 });
  await account.clock.advance(1000);
  await account.call('lambda', 'PublishVersion', { FunctionName: 'worker' });
  await account.clock.advance(1000);
  await account.call('lambda', 'UpdateAlias', { FunctionName: 'worker', Name: 'live', FunctionVersion: '2' });
}
