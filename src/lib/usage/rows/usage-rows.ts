import type { DeclaredUsage } from '../../config/config.ts';
import type { Readings } from '../readings.ts';
import type { Tariff } from '../tariff/tariff.ts';
import type { UsageRow } from '../usage-row.ts';
import { cloudWatchRows } from './cloudwatch.ts';
import { declaredRows } from './declared.ts';
import { dynamoDbRows } from './dynamodb.ts';
import { eventRows } from './events.ts';
import { lambdaRows } from './lambda.ts';
import { logRows } from './logs.ts';
import { snsRows } from './sns.ts';
import { sqsRows } from './sqs.ts';

/** Every row of the report, in its order; without a function, queue, table or topic there are no rows of its kind. */
export function usageRows(readings: Readings, tariff: Tariff, declared: DeclaredUsage = {}): readonly UsageRow[] {
  const input = { readings, tariff };
  return [
    ...lambdaRows(input),
    ...sqsRows(input),
    ...dynamoDbRows(input),
    ...snsRows(input),
    ...eventRows(input),
    ...cloudWatchRows(input),
    ...logRows(input),
    ...declaredRows(input, declared),
  ];
}
