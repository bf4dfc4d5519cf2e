import { lambdaApi, required } from '../shared/lambda-api.ts';
import { errorField, jsonLog } from '../shared/log.ts';
import { dynamoDbEventDays } from './event-days.ts';
import { type ReportOutcome, reportWeek } from './report-week.ts';
import { snsTopic } from './topic.ts';

const days = dynamoDbEventDays({
  api: lambdaApi('dynamodb', process.env),
  tableName: required(process.env, 'TABLE_NAME'),
});
const topic = snsTopic({ api: lambdaApi('sns', process.env), topicArn: required(process.env, 'TOPIC_ARN') });

/**
 * The reporter: last week's numbers by mail. The week is the one before the event's `time`, which EventBridge rules
 * carry (https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html), or before now.
 */
export async function handler(
  event: { readonly time?: string },
  context: { readonly awsRequestId?: string },
): Promise<ReportOutcome> {
  const log = jsonLog((line) => process.stdout.write(`${line}\n`), {
    version: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
    requestId: context.awsRequestId,
  });
  try {
    return await reportWeek(event.time === undefined ? new Date() : new Date(event.time), { days, topic, log });
  } catch (cause) {
    log('ERROR', 'report failed', { error: errorField(cause) });
    // Lambda tries an asynchronous invocation twice more.
    throw cause;
  }
}
