import { afterEach, expect, it } from 'vitest';
import { startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { trafficEvents } from '../../../src/lib/sandbox/traffic.ts';
import { seededRandom } from '../../../src/lib/simulator/kernel/random.ts';
import { monthOf } from '../../../src/lib/usage/month.ts';
import type { UsageReport } from '../../../src/lib/usage/usage-row.ts';
import { AccountUnderReport, DAY, HOUR, rowOf } from './support/account-under-report.ts';
import { expectBill } from './support/expect-bill.ts';
import { visits } from './support/visits.ts';

// The source article's month, lived through on the simulated clock: 10,000 queries through queue, processor and table, with
// the pollers asking all the time and a report a week. Nothing is planted; the figures are those of docs/usage.md.

const VISITS = 2_000;
const QUERIES_A_VISIT = 5;

let lived: AccountUnderReport | undefined;
afterEach(async () => {
  await lived?.stop();
  lived = undefined;
});

it('the example system’s month of 10,000 queries', { timeout: 300_000 }, async () => {
  const month = monthOf(Date.UTC(2026, 8, 1));
  // Environments stay warm for half a day: each cold start is a thread, and a month shall take seconds.
  const sandbox = await startSandbox({ now: month.startMs, rate: 0, lambda: { idleMs: 12 * HOUR } });
  await sandbox.worker.close();
  const { simulator } = sandbox;
  const account = new AccountUnderReport(simulator);
  lived = account;
  const times = visits(VISITS, month.startMs, month.endMs, seededRandom(7));
  const visitOf = (index: number) => Math.floor(index / QUERIES_A_VISIT);
  const plan = { events: VISITS * QUERIES_A_VISIT, sessions: VISITS, poison: 0, seed: 7 };
  const QueueUrl = `${simulator.endpoint}/${simulator.accountId}/${SYSTEM.queue}`;
  const half = month.startMs + 15 * DAY;
  let mid: UsageReport | undefined;
  let index = 0;
  for (const event of trafficEvents(plan, (each) => times[visitOf(each)]!)) {
    const visit = visitOf(index++);
    const at = times[visit]!;
    if (mid === undefined && at > half) {
      await account.moveTo(half);
      mid = await account.report();
    }
    if (at > account.clock.now()) await account.moveTo(at);
    // As the Worker sends: each query by itself, those of a visit in its group.
    await account.call('sqs', 'SendMessage', {
      QueueUrl,
      MessageBody: JSON.stringify(event),
      MessageGroupId: `visit-${visit}`,
      MessageDeduplicationId: event.id,
    });
  }
  await account.moveTo(month.endMs - 1);
  const report = await account.report();

  await expectBill(report, account);
  expect(simulator.region().dynamodb.itemCount(SYSTEM.table)).toBe(10_000);
  expect(report.self.apiCalls).toBeLessThanOrEqual(45);

  // docs/usage.md, "The article's month, measured".
  const share = (id: string) => rowOf(report, id).utilisation;
  expect(share('lambda-requests')).toBeCloseTo(0.004, 3);
  expect(share('lambda-compute')).toBeLessThan(0.001);
  expect(share('sqs-requests')).toBeCloseTo(0.275, 2);
  expect(share('dynamodb-write-capacity')).toBeCloseTo(0.88, 4);
  expect(share('dynamodb-read-capacity')).toBeCloseTo(0.48, 4);
  expect(rowOf(report, 'dynamodb-write-units').used).toBe(10_000);
  expect(share('dynamodb-storage')).toBeLessThan(0.001);
  expect(rowOf(report, 'eventbridge-scheduler').used).toBe(4);
  expect(share('cloudwatch-alarms')).toBeCloseTo(0.8, 4);
  expect(rowOf(report, 'sns-emails').used).toBe(12);
  expect(report.totals.costUsd).toBe(0);

  // What the report of the 16th expected of the month: visits have the rhythm of the week, the polls none.
  for (const id of ['lambda-requests', 'sqs-requests', 'dynamodb-write-units']) {
    const expected = rowOf(mid!, id).projected! / rowOf(report, id).used!;
    expect({ id, isNear: Math.abs(expected - 1) < 0.05, expected }).toMatchObject({ isNear: true });
  }
});
