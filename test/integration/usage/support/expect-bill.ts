import type { UsageReport } from '../../../../src/lib/usage/usage-row.ts';
import { type AccountUnderReport, type BilledQuantity, DAY, expectTruth, HOUR } from './account-under-report.ts';

const GB = 2 ** 30;

/** Every row that the simulator's bill knows of, against it, month to date. Levels are those of the last hour. */
export async function expectBill(report: UsageReport, account: AccountUnderReport): Promise<void> {
  const from = Date.parse(report.period.from);
  const now = account.clock.now();
  const billed = (quantity: BilledQuantity) => account.billed(quantity, from, from + report.period.days * DAY);
  const { logGroups } = await account.call('logs', 'DescribeLogGroups');
  const kept = logGroups.reduce((sum: number, group: { storedBytes: number }) => sum + group.storedBytes, 0);
  const truths: Readonly<Record<string, number>> = {
    'lambda-requests': billed('lambda-requests'),
    'lambda-compute': billed('lambda-gb-seconds') + billed('lambda-gb-seconds-arm'),
    'sqs-requests': billed('sqs-requests'),
    'dynamodb-write-capacity': billed('dynamodb-write-capacity'),
    'dynamodb-read-capacity': billed('dynamodb-read-capacity'),
    'dynamodb-write-units': billed('dynamodb-write-units'),
    'dynamodb-read-units': billed('dynamodb-read-units'),
    'dynamodb-storage': account.billed('dynamodb-bytes', now - HOUR, now) / GB,
    'sns-publishes': billed('sns-publishes'),
    'sns-emails': billed('sns-emails'),
    'eventbridge-rules': billed('events-invocations'),
    'eventbridge-scheduler': billed('scheduler-invocations'),
    'cloudwatch-logs': (billed('logs-bytes') + kept) / GB,
  };
  const ids = report.rows.map(({ id }) => id);
  for (const [id, truth] of Object.entries(truths)) if (ids.includes(id)) expectTruth(report, id, truth);
}
