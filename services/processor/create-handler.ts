import { type Environment, lambdaApi, required } from '../shared/lambda-api.ts';
import { jsonLog } from '../shared/log.ts';
import { dynamoDbEventTable } from './event-table.ts';
import { type BatchResponse, processBatch, type QueueRecord } from './process-batch.ts';

/** What the handler needs of Lambda's context. */
export interface LambdaContext {
  readonly awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}

export type ProcessorHandler = (
  event: { readonly Records: readonly QueueRecord[] },
  context: LambdaContext,
) => Promise<BatchResponse>;

const DEFAULT_RETENTION_DAYS = 90;

/**
 * The processor's handler. Reads `TABLE_NAME`, `RETENTION_DAYS` (90) and what Lambda sets itself; throws an Error that
 * names what is missing.
 */
export function createHandler(environment: Environment, normaliseQuery: (query: string) => string): ProcessorHandler {
  const table = dynamoDbEventTable({
    api: lambdaApi('dynamodb', environment),
    tableName: required(environment, 'TABLE_NAME'),
  });
  const retentionDays = Number(environment['RETENTION_DAYS'] ?? DEFAULT_RETENTION_DAYS);
  if (!Number.isInteger(retentionDays) || retentionDays < 1) {
    throw new Error(`RETENTION_DAYS must be a number of days, not ${environment['RETENTION_DAYS']}.`);
  }
  const version = environment['AWS_LAMBDA_FUNCTION_VERSION'];
  return (event, context) => {
    const log = jsonLog((line) => process.stdout.write(`${line}\n`), { version, requestId: context.awsRequestId });
    const remainingMs = () => context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
    return processBatch(event.Records, { table, retentionDays, normaliseQuery, log }, remainingMs);
  };
}
