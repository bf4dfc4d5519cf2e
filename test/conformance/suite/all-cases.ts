import { accountCases } from './account.cases.ts';
import type { ConformanceCase } from './case.ts';
import { cloudWatchCases } from './cloudwatch.cases.ts';
import { dynamoDbCases } from './dynamodb.cases.ts';
import { lambdaAliasCases } from './lambda-aliases.cases.ts';
import { lambdaInvokeCases } from './lambda-invoke.cases.ts';
import { lambdaQueueCases } from './lambda-queues.cases.ts';
import { lambdaVersionCases } from './lambda-versions.cases.ts';
import { logsCases } from './logs.cases.ts';
import { snsCases } from './sns.cases.ts';
import { sqsBatchCases } from './sqs-batch.cases.ts';
import { sqsDeadLetterCases } from './sqs-dead-letters.cases.ts';
import { sqsFifoCases } from './sqs-fifo.cases.ts';
import { sqsStandardCases } from './sqs-standard.cases.ts';

/** Every case, in the order of the matrix. */
export const allCases: readonly ConformanceCase[] = [
  ...sqsStandardCases,
  ...sqsBatchCases,
  ...sqsFifoCases,
  ...sqsDeadLetterCases,
  ...lambdaVersionCases,
  ...lambdaAliasCases,
  ...lambdaInvokeCases,
  ...lambdaQueueCases,
  ...cloudWatchCases,
  ...logsCases,
  ...dynamoDbCases,
  ...snsCases,
  ...accountCases,
];
