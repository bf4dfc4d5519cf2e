import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import { functionArn, invalidParameter, notFound, status, userError } from './expected.ts';
import { archive, ECHO, LambdaUnderTest } from './lambda-under-test.ts';

/** Sends what it does to a queue through the SQS query API: no client library is needed inside the handler. */
const SEND = `
const send = (url, body) => fetch(process.env.AWS_ENDPOINT_URL, {
  method: 'POST',
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request',
  },
  body: new URLSearchParams({ Action: 'SendMessage', Version: '2012-11-05', QueueUrl: url, MessageBody: JSON.stringify(body) }),
});`;

/** Fails while the message asks for it, and tells the message's destination queue of each attempt. */
const FAILS_AS_TOLD = archive(`${SEND}
export const handler = async (event) => {
  const [record] = event.Records;
  const message = JSON.parse(record.body);
  const fails = message.fail_attempts >= Number(record.attributes.ApproximateReceiveCount);
  await send(message.destination, { error: fails ? 'failed attempt' : null, event });
  if (fails) throw new Error('failed attempt');
};`);

/** Reports the records that ask to fail, or what RESULT says, to the queue REPORT_TO and as its answer. */
const REPORTS_FAILURES = archive(`${SEND}
export const handler = async (event) => {
  const failed = event.Records.filter(({ body, attributes }) =>
    JSON.parse(body).fail_attempts >= Number(attributes.ApproximateReceiveCount));
  const result = process.env.RESULT === undefined
    ? { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
    : JSON.parse(process.env.RESULT);
  await send(process.env.REPORT_TO, { event, result });
  return result;
};`);

const SENDS_RECORDS = archive(`${SEND}
export const handler = async ({ Records }) => { await send(process.env.REPORT_TO, Records); };`);

const QUEUE_ARN = 'arn:<partition>:sqs:<region>:111111111111:<resource:1>';

/** One record as recorded; the attributes of FIFO messages come on top. */
function record(
  n: number,
  receipt: number,
  body: unknown,
  members: { attributes?: object; [member: string]: unknown } = {},
) {
  const { attributes, ...more } = members;
  return {
    messageId: `<uuid:${n}>`,
    receiptHandle: `<receipt-handle:${receipt}>`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: 'timestamp',
      SenderId: '<sender-id>',
      ApproximateFirstReceiveTimestamp: 'timestamp',
      ...attributes,
    },
    messageAttributes: {},
    // Older recordings leave it out; those of the same day and later hold null.
    md5OfMessageAttributes: null,
    md5OfBody: `<digest-of-body:${n}>`,
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE_ARN,
    awsRegion: '<region>',
    ...more,
  };
}

function mapping(members: object = {}) {
  return {
    BatchSize: 10,
    EventSourceArn: QUEUE_ARN,
    EventSourceMappingArn: 'arn:<partition>:lambda:<region>:111111111111:event-source-mapping:<uuid:1>',
    FunctionArn: functionArn('<resource:2>'),
    FunctionResponseTypes: [],
    LastModified: 'datetime',
    MaximumBatchingWindowInSeconds: 0,
    State: 'Creating',
    StateTransitionReason: 'USER_INITIATED',
    UUID: '<uuid:1>',
    ...members,
  };
}

describe('event source mappings on queues, as AWS answered', () => {
  let lambda: LambdaUnderTest;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
  });
  afterEach(() => lambda.close());

  const map = (input: Partial<CreateEventSourceMappingCommandInput>) =>
    lambda.client.send(new CreateEventSourceMappingCommand(input as CreateEventSourceMappingCommandInput));
  const update = (UUID: string, more: object) =>
    lambda.client.send(new UpdateEventSourceMappingCommand({ UUID, ...more }));
  const get = (UUID: string) => lambda.client.send(new GetEventSourceMappingCommand({ UUID }));
  const bodies = async (url: string) => (await lambda.receive(url)).map(({ Body }) => JSON.parse(Body!));

  it('test_duplicate_event_source_mappings', async () => {
    const recorded = recordedCase();
    const [one, other] = [await lambda.createRunning(ECHO), await lambda.createRunning(ECHO)];
    const { arn } = await lambda.queue();
    const created = await map({ FunctionName: one, EventSourceArn: arn });
    recorded.expectAnswer(created, mapping(status(202)));
    recorded.expectAnswer(
      await answerOf(map({ FunctionName: one, EventSourceArn: arn })),
      userError(
        409,
        'ResourceConflictException',
        `An event source mapping with SQS arn (" ${QUEUE_ARN} ") and function (" <resource:2> ") already exists. Please update or delete the existing mapping with UUID <uuid:1>`,
      ),
    );
    await map({ FunctionName: other, EventSourceArn: arn });
  });

  it('test_event_source_mapping_default_batch_size', async () => {
    const recorded = recordedCase();
    const fn = await lambda.createRunning(ECHO);
    const created = await map({ FunctionName: fn, EventSourceArn: (await lambda.queue()).arn });
    recorded.expectAnswer(created, mapping(status(202)));
    const tooMany = invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
    recorded.expectAnswer(await answerOf(update(created.UUID!, { FunctionName: fn, BatchSize: 11 })), tooMany);
    const EventSourceArn = (await lambda.queue()).arn;
    recorded.expectAnswer(await answerOf(map({ FunctionName: fn, EventSourceArn, BatchSize: 11 })), tooMany);
  });

  it('test_sqs_event_source_mapping', async () => {
    const recorded = recordedCase();
    const fn = await lambda.createRunning(ECHO);
    const { url, arn } = await lambda.queue();
    const created = await map({ FunctionName: fn, EventSourceArn: arn, MaximumBatchingWindowInSeconds: 1 });
    recorded.expectAnswer(created, mapping({ MaximumBatchingWindowInSeconds: 1, ...status(202) }));
    await lambda.pass();
    await lambda.send(url, '{"foo": "bar"}');
    await lambda.pass(2);
    recorded.expectAnswer(
      { events: await lambda.printed(fn) },
      { events: [{ Records: [record(2, 1, { foo: 'bar' })] }] },
    );
    await lambda.pass(60);
    expect(await lambda.receive(url)).toEqual([]);
  });

  const SIZES = [15, 100, 1000, 10_000];
  it.each(SIZES)('test_sqs_event_source_mapping_batch_size[%i]', async (BatchSize) => {
    const recorded = recordedCase();
    const report = await lambda.queue();
    const fn = await lambda.createRunning(SENDS_RECORDS, { Environment: { Variables: { REPORT_TO: report.url } } });
    const { url, arn } = await lambda.queue();
    const created = await map({ FunctionName: fn, EventSourceArn: arn, MaximumBatchingWindowInSeconds: 10, BatchSize });
    recorded.expectAnswer(created, mapping({ BatchSize, MaximumBatchingWindowInSeconds: 10, ...status(202) }));
    await lambda.pass();
    for (const [batch, count] of [10, 5].entries()) {
      const Entries = Array.from({ length: count }, (_, i) => ({
        Id: `${i}-${batch}`,
        MessageBody: `${i}-${batch}-message-${i}`,
      }));
      await lambda.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    await lambda.pass(30);
    const records = (await bodies(report.url)).flat().sort((a, b) => (a.body < b.body ? -1 : 1));
    const expected = Array.from({ length: 10 }, (_, i) =>
      (i < 5 ? [0, 1] : [0]).map((batch) => `${i}-${batch}-message-${i}`),
    );
    recorded.expectAnswer(
      { Records: records },
      { Records: expected.flat().map((body, i) => record(i + 2, i + 1, body)) },
    );
  });

  it('test_sqs_event_source_mapping_batching_reserved_concurrency', async () => {
    const recorded = recordedCase();
    const report = await lambda.queue();
    const fn = await lambda.createRunning(SENDS_RECORDS, { Environment: { Variables: { REPORT_TO: report.url } } });
    const reserved = { FunctionName: fn, ReservedConcurrentExecutions: 2 };
    recorded.expectAnswer(await lambda.client.send(new PutFunctionConcurrencyCommand(reserved)), {
      ReservedConcurrentExecutions: 2,
      ...status(200),
    });
    const { url, arn } = await lambda.queue();
    for (let batch = 0; batch < 3; batch++) {
      const Entries = Array.from({ length: 10 }, (_, i) => ({
        Id: `${i}-${batch}`,
        MessageBody: `${i}-${batch}-message`,
      }));
      await lambda.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    const ScalingConfig = { MaximumConcurrency: 2 };
    const settings = { MaximumBatchingWindowInSeconds: 1, BatchSize: 20, ScalingConfig };
    const created = await map({ FunctionName: fn, EventSourceArn: arn, ...settings });
    recorded.expectAnswer(created, mapping({ ...settings, ...status(202) }));
    await lambda.pass(5);
    const batches = await bodies(report.url);
    expect(batches).toHaveLength(2);
    const records = batches.flat().sort((a, b) => (a.body < b.body ? -1 : 1));
    const expected = Array.from({ length: 30 }, (_, i) => `${Math.floor(i / 3)}-${i % 3}-message`);
    recorded.expectAnswer({ Records: records }, { Records: expected.map((body, i) => record(i + 2, i + 1, body)) });
  });

  it('test_sqs_event_source_mapping_update', async () => {
    const recorded = recordedCase();
    const printsItself = archive(`export const handler = async (event) => {
      const { AWS_LAMBDA_FUNCTION_VERSION: function_version, CUSTOM_VAR } = process.env;
      process.stdout.write(JSON.stringify({ function_version, CUSTOM_VAR, event }) + '\\n');
    };`);
    const fn = await lambda.createRunning(printsItself);
    const publish = async (CUSTOM_VAR: string) => {
      await lambda.setEnvironment(fn, { CUSTOM_VAR });
      return (await lambda.client.send(new PublishVersionCommand({ FunctionName: fn }))).FunctionArn!;
    };
    const first = await publish('a');
    const { url, arn } = await lambda.queue();
    const window = { MaximumBatchingWindowInSeconds: 1 };
    const created = await map({ FunctionName: first, EventSourceArn: arn, ...window });
    recorded.expectAnswer(created, mapping({ ...window, ...status(202) }));
    await lambda.pass();
    await lambda.send(url, '{"foo": "bar"}');
    await lambda.pass(2);
    const eventOne = {
      function_version: '1',
      CUSTOM_VAR: 'a',
      event: { Records: [record(2, 1, { foo: 'bar' })] },
    };
    recorded.expectAnswer({ events: await lambda.printed(fn) }, { events: [eventOne] });

    const second = await publish('b');
    const moved = mapping({ ...window, FunctionArn: functionArn('<resource:3>') });
    const updated = await update(created.UUID!, { FunctionName: second });
    recorded.expectAnswer(updated, { ...moved, State: 'Updating', ...status(202) });
    await lambda.pass();
    recorded.expectAnswer(await get(created.UUID!), { ...moved, State: 'Enabled', ...status(200) });
    await lambda.send(url, '{"foo": "bar2"}');
    await lambda.pass(2);
    const eventTwo = {
      function_version: '2',
      CUSTOM_VAR: 'b',
      event: { Records: [record(3, 2, { foo: 'bar2' })] },
    };
    recorded.expectAnswer({ events: await lambda.printed(fn) }, { events: [eventOne, eventTwo] });
    await lambda.pass(60);
    expect(await lambda.receive(url)).toEqual([]);
  });

  it('test_esm_with_not_existing_sqs_queue', async () => {
    const fn = await lambda.createRunning(ECHO, { Timeout: 5 });
    recordedCase().expectAnswer(
      await answerOf(
        map({ FunctionName: fn, EventSourceArn: 'arn:aws:sqs:us-east-1:111111111111:none', BatchSize: 1 }),
      ),
      invalidParameter(
        'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
      ),
    );
  });

  /** A function and a queue whose visibility timeout is the function's timeout; what ran is told to `told`. */
  async function retried(
    code: Uint8Array,
    seconds: number,
    attributes: Record<string, string> = {},
    more: object = {},
  ) {
    const told = await lambda.queue();
    const Variables = { REPORT_TO: told.url, ...more };
    const fn = await lambda.createRunning(code, { Timeout: seconds, Environment: { Variables } });
    const fifo = attributes['FifoQueue'] === 'true' ? '.fifo' : '';
    const source = await lambda.queue(`${lambda.name('source')}${fifo}`, {
      VisibilityTimeout: String(seconds),
      ...attributes,
    });
    return { fn, source, told };
  }
  async function withDeadLetters(maxReceiveCount: number, attributes: Record<string, string> = {}) {
    const fifo = attributes['FifoQueue'] === 'true' ? '.fifo' : '';
    const dead = await lambda.queue(`${lambda.name('dead')}${fifo}`, attributes);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
    return { dead, policy: { RedrivePolicy } };
  }
  const count = (n: number) => ({ attributes: { ApproximateReceiveCount: String(n) } });

  it('test_failing_lambda_retries_after_visibility_timeout', async () => {
    const recorded = recordedCase();
    const { fn, source, told } = await retried(FAILS_AS_TOLD, 5);
    const created = await map({ FunctionName: fn, EventSourceArn: source.arn, BatchSize: 1 });
    await lambda.pass();
    recorded.expectAnswer(await get(created.UUID!), mapping({ BatchSize: 1, State: 'Enabled', ...status(200) }));
    const body = JSON.stringify({ destination: told.url, fail_attempts: 1 });
    await lambda.send(source.url, body);
    await lambda.pass(4);
    const [first, ...none] = await bodies(told.url);
    expect(none).toEqual([]);
    recorded.expectAnswer(first, { error: 'failed attempt', event: { Records: [record(2, 3, body)] } });
    await lambda.pass(1);
    const [second] = await bodies(told.url);
    recorded.expectAnswer(second, { error: null, event: { Records: [record(2, 4, body, count(2))] } });
    await lambda.pass(6);
    expect(await lambda.receive(source.url)).toEqual([]);
  });

  it('test_message_body_and_attributes_passed_correctly', async () => {
    const recorded = recordedCase();
    const { policy } = await withDeadLetters(2);
    const { fn, source, told } = await retried(FAILS_AS_TOLD, 5, policy);
    await map({ FunctionName: fn, EventSourceArn: source.arn, BatchSize: 1 });
    await lambda.pass();
    const body = JSON.stringify({ destination: told.url, fail_attempts: 0 });
    const MessageAttributes = {
      Title: { DataType: 'String', StringValue: 'The Whistler' },
      Author: { DataType: 'String', StringValue: 'John Grisham' },
      WeeksOn: { DataType: 'Number', StringValue: '6' },
    };
    await lambda.sqs.send(new SendMessageCommand({ QueueUrl: source.url, MessageBody: body, MessageAttributes }));
    await lambda.pass();
    const attribute = (dataType: string, stringValue: string) => ({
      stringValue,
      stringListValues: [],
      binaryListValues: [],
      dataType,
    });
    const expected = record(1, 2, body, {
      messageAttributes: {
        WeeksOn: attribute('Number', '6'),
        Author: attribute('String', 'John Grisham'),
        Title: attribute('String', 'The Whistler'),
      },
      md5OfMessageAttributes: 'd25a6aea97eb8f585bfa92d314504a92',
    });
    const [first] = await bodies(told.url);
    recorded.expectAnswer(first, { error: null, event: { Records: [expected] } });
  });

  it('test_redrive_policy_with_failing_lambda', async () => {
    const recorded = recordedCase();
    const { dead, policy } = await withDeadLetters(2);
    const { fn, source, told } = await retried(FAILS_AS_TOLD, 5, policy);
    await map({ FunctionName: fn, EventSourceArn: source.arn, BatchSize: 1 });
    await lambda.pass();
    const body = JSON.stringify({ destination: told.url, fail_attempts: 2 });
    await lambda.send(source.url, body);
    await lambda.pass();
    const failed = (receipt: number, n: number) => ({
      error: 'failed attempt',
      event: { Records: [record(1, receipt, body, count(n))] },
    });
    const [first] = await bodies(told.url);
    recorded.expectAnswer(first, failed(4, 1));
    expect(await lambda.receive(dead.url)).toEqual([]);
    await lambda.pass(5);
    const [second] = await bodies(told.url);
    recorded.expectAnswer(second, failed(5, 2));
    await lambda.pass(5);
    recorded.expectAnswer(
      { Messages: await lambda.receive(dead.url) },
      {
        Messages: [
          { Body: body, MD5OfBody: '<digest-of-body:1>', MessageId: '<uuid:1>', ReceiptHandle: '<receipt-handle:3>' },
        ],
      },
    );
  });

  it('test_report_batch_item_failures', async () => {
    const recorded = recordedCase();
    const fifo = { FifoQueue: 'true' };
    const { dead, policy } = await withDeadLetters(2, fifo);
    const { fn, source, told } = await retried(REPORTS_FAILURES, 8, { ...fifo, ...policy });
    const messages = [0, 1, 1, 2].map((fail_attempts, i) => ({ message: i + 1, fail_attempts }));
    const sent = await lambda.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: source.url,
        Entries: messages.map((message) => ({
          Id: `message-${message.message}`,
          MessageBody: JSON.stringify(message),
          MessageGroupId: '1',
          MessageDeduplicationId: `dedup-${message.message}`,
        })),
      }),
    );
    recorded.expectAnswer(sent, {
      Successful: messages.map(({ message: n }) => ({
        Id: `message-${n}`,
        MD5OfMessageBody: `<digest-of-body:${n}>`,
        MessageId: `<uuid:${n}>`,
        SequenceNumber: `<sequence-number:${n}>`,
      })),
      ...status(200),
    });
    const created = await map({
      FunctionName: fn,
      EventSourceArn: source.arn,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    recorded.expectAnswer(
      created,
      mapping({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        EventSourceMappingArn: 'arn:<partition>:lambda:<region>:111111111111:event-source-mapping:<uuid:5>',
        UUID: '<uuid:5>',
        ...status(202),
      }),
    );
    const fifoRecord = (n: number, receipt: number, receives: number) =>
      record(n, receipt, messages[n - 1], {
        attributes: {
          ApproximateReceiveCount: String(receives),
          MessageDeduplicationId: `dedup-${n}`,
          MessageGroupId: '1',
          SequenceNumber: `<sequence-number:${n}>`,
        },
      });
    const failures = (...ids: number[]) => ({ batchItemFailures: ids.map((n) => ({ itemIdentifier: `<uuid:${n}>` })) });
    await lambda.pass(3);
    const [first] = await bodies(told.url);
    recorded.expectAnswer(first, {
      event: { Records: [1, 2, 3, 4].map((n) => fifoRecord(n, n + 3, 1)) },
      result: failures(2, 3, 4),
    });
    expect(await lambda.receive(dead.url)).toEqual([]);
    await lambda.pass(8);
    const [second] = await bodies(told.url);
    recorded.expectAnswer(second, {
      event: { Records: [2, 3, 4].map((n) => fifoRecord(n, n + 6, 2)) },
      result: failures(4),
    });
    await lambda.pass(8);
    expect(await lambda.receive(told.url)).toEqual([]);
    recorded.expectAnswer(
      { Messages: await lambda.receive(dead.url) },
      {
        Messages: [
          {
            Body: messages[3],
            MD5OfBody: '<digest-of-body:4>',
            MessageId: '<uuid:4>',
            ReceiptHandle: '<receipt-handle:3>',
          },
        ],
      },
    );
  });

  const REPORTING = { BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] } as const;
  const ONE = JSON.stringify({ message: 1, fail_attempts: 0 });

  it('test_report_batch_item_failures_empty_json_batch_succeeds', async () => {
    const recorded = recordedCase();
    const { dead, policy } = await withDeadLetters(1);
    const { fn, source, told } = await retried(REPORTS_FAILURES, 4, policy, { RESULT: '{}' });
    await map({
      FunctionName: fn,
      EventSourceArn: source.arn,
      ...REPORTING,
      FunctionResponseTypes: [...REPORTING.FunctionResponseTypes],
    });
    await lambda.pass();
    await lambda.send(source.url, ONE);
    await lambda.pass();
    const [first] = await bodies(told.url);
    recorded.expectAnswer(first, { event: { Records: [record(1, 2, ONE)] }, result: {} });
    await lambda.pass(5);
    expect(await lambda.receive(dead.url)).toEqual([]);
    expect(await lambda.receive(source.url)).toEqual([]);
  });

  it('test_report_batch_item_failures_invalid_result_json_batch_fails', async () => {
    const recorded = recordedCase();
    const RESULT = '{"batchItemFailures": [{"foo":"notvalid"}]}';
    const { dead, policy } = await withDeadLetters(2);
    const { fn, source, told } = await retried(REPORTS_FAILURES, 4, policy, { RESULT });
    await map({
      FunctionName: fn,
      EventSourceArn: source.arn,
      ...REPORTING,
      FunctionResponseTypes: [...REPORTING.FunctionResponseTypes],
    });
    await lambda.pass();
    await lambda.send(source.url, ONE);
    await lambda.pass();
    const result = { batchItemFailures: [{ foo: 'notvalid' }] };
    const [first] = await bodies(told.url);
    recorded.expectAnswer(first, { event: { Records: [record(1, 4, ONE)] }, result });
    await lambda.pass(4);
    const [second] = await bodies(told.url);
    recorded.expectAnswer(second, { event: { Records: [record(1, 5, ONE, count(2))] }, result });
    await lambda.pass(4);
    recorded.expectAnswer(
      { Messages: await lambda.receive(dead.url) },
      {
        Messages: [
          { Body: ONE, MD5OfBody: '<digest-of-body:1>', MessageId: '<uuid:1>', ReceiptHandle: '<receipt-handle:3>' },
        ],
      },
    );
  });

  it('test_report_batch_item_failures_on_lambda_error', async () => {
    const recorded = recordedCase();
    const { dead, policy } = await withDeadLetters(2);
    const { fn, source } = await retried(REPORTS_FAILURES, 2, policy);
    const second = { message: 2, fail_attempts: 0 };
    const Entries = [
      { Id: 'message-1', MessageBody: '{not a json body' },
      { Id: 'message-2', MessageBody: JSON.stringify(second) },
    ];
    await lambda.sqs.send(new SendMessageBatchCommand({ QueueUrl: source.url, Entries }));
    await map({ FunctionName: fn, EventSourceArn: source.arn, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await lambda.pass(6);
    const dlq_messages = (await lambda.receive(dead.url)).sort((a, b) => (a.Body! > b.Body! ? -1 : 1));
    const message = (n: number, Body: unknown) => ({
      MessageId: `<uuid:${n}>`,
      ReceiptHandle: `<receipt-handle:${n}>`,
      MD5OfBody: `<digest-of-body:${n}>`,
      Body,
    });
    recorded.expectAnswer({ dlq_messages }, { dlq_messages: [message(1, '{not a json body'), message(2, second)] });
  });

  it('test_fifo_message_group_parallelism', async () => {
    const recorded = recordedCase();
    const sleeps = archive(`export const handler = () => new Promise((resolve) => setTimeout(resolve, 20));`);
    const fn = await lambda.createRunning(sleeps, { Timeout: 10 });
    const { url, arn } = await lambda.queue('parallel.fifo', {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      VisibilityTimeout: '60',
    });
    const created = await map({ FunctionName: fn, EventSourceArn: arn, Enabled: false, BatchSize: 1 });
    const one = mapping({ BatchSize: 1 });
    recorded.expectAnswer(created, { ...one, State: 'Disabled', ...status(202) });
    for (let i = 0; i < 5; i++) {
      await lambda.sqs.send(
        new SendMessageCommand({ QueueUrl: url, MessageBody: `message-${i}`, MessageGroupId: 'one-group' }),
      );
    }
    recorded.expectAnswer(await update(created.UUID!, { Enabled: true }), {
      ...one,
      State: 'Enabling',
      ...status(202),
    });
    await lambda.pass();
    recorded.expectAnswer(await get(created.UUID!), { ...one, State: 'Enabled', ...status(200) });
    await lambda.pass(60);
    // One group runs in order, so one environment was enough for all five.
    const { logStreams } = await lambda.logs.send(new DescribeLogStreamsCommand({ logGroupName: `/aws/lambda/${fn}` }));
    expect(logStreams).toHaveLength(1);
    expect(await lambda.receive(url)).toEqual([]);
  });

  it('test_sqs_queue_as_lambda_dead_letter_queue', async () => {
    const recorded = recordedCase();
    const dead = await lambda.queue();
    const fails = archive(
      `export const handler = async () => { throw new Error('Test exception (this is intentional)'); };`,
    );
    const { FunctionName, DeadLetterConfig } = await lambda.create({
      Runtime: 'nodejs22.x',
      Code: { ZipFile: fails },
      DeadLetterConfig: { TargetArn: dead.arn },
    });
    recorded.expectAnswer(DeadLetterConfig, { TargetArn: QUEUE_ARN });
    await lambda.client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
    const Payload = JSON.stringify({ raise_error: 1 });
    await lambda.client.send(new InvokeCommand({ FunctionName, Payload, InvocationType: 'Event' }));
    await lambda.pass();
    recorded.expectAnswer(
      { Messages: await lambda.receive(dead.url) },
      {
        Messages: [
          {
            Body: { raise_error: 1 },
            MD5OfBody: '<digest-of-body:1>',
            MD5OfMessageAttributes: '<attributes-digest>',
            MessageAttributes: {
              ErrorCode: { DataType: 'Number', StringValue: '200' },
              ErrorMessage: { DataType: 'String', StringValue: 'Test exception (this is intentional)' },
              RequestID: { DataType: 'String', StringValue: '<request-id:1>' },
            },
            MessageId: '<uuid:1>',
            ReceiptHandle: '<receipt-handle:1>',
          },
        ],
      },
    );
  });

  it('test_event_source_mapping_exceptions', async () => {
    const recorded = recordedCase();
    const missing = notFound('The resource you requested does not exist.');
    const UUID = '00000000-0000-4000-8000-000000000000';
    recorded.expectAnswer(await answerOf(get(UUID)), missing);
    recorded.expectAnswer(await answerOf(lambda.client.send(new DeleteEventSourceMappingCommand({ UUID }))), missing);
    recorded.expectAnswer(await answerOf(update(UUID, { Enabled: false })), missing);
    const EventSourceArn = 'arn:aws:sqs:us-east-1:111111111111:somequeue';
    for (const filter of [{}, { FunctionName: 'doesnotexist' }, { EventSourceArn }]) {
      expect((await lambda.client.send(new ListEventSourceMappingsCommand(filter))).EventSourceMappings).toEqual([]);
    }
    const FunctionName = 'doesnotexist';
    recorded.expectAnswer(await answerOf(map({ FunctionName })), invalidParameter('Unrecognized event source.'));
    recorded.expectAnswer(
      await answerOf(map({ FunctionName, EventSourceArn })),
      invalidParameter('Function does not exist'),
    );
    const DestinationConfig = { OnSuccess: { Destination: 'arn:aws:sqs:us-east-1:111111111111:someotherqueue' } };
    recorded.expectAnswer(
      await answerOf(map({ FunctionName, EventSourceArn, DestinationConfig })),
      invalidParameter('Unsupported DestinationConfig parameter for given event source mapping type.'),
    );
  });

  it('test_function_name_variations', async () => {
    const recorded = recordedCase();
    const fn = await lambda.createRunning(ECHO);
    const published = await lambda.client.send(new PublishVersionCommand({ FunctionName: fn }));
    await lambda.client.send(new CreateAliasCommand({ FunctionName: fn, FunctionVersion: '1', Name: 'myalias' }));
    const { arn } = await lambda.queue();
    const full = (await lambda.get(fn)).Configuration!.FunctionArn!;
    const variations: readonly [name: string, suffix: string][] = [
      [fn, ''],
      [`${fn}:$LATEST`, ':$LATEST'],
      [`${fn}:1`, ':1'],
      [`${fn}:myalias`, ':myalias'],
      [full, ''],
      [published.FunctionArn!, ':1'],
      [`${full}:myalias`, ':myalias'],
    ];
    for (const [i, [FunctionName, suffix]] of variations.entries()) {
      const created = await map({ FunctionName, EventSourceArn: arn });
      recorded.expectAnswer(
        created,
        mapping({
          EventSourceMappingArn: `arn:<partition>:lambda:<region>:111111111111:event-source-mapping:<uuid:${i}>`,
          FunctionArn: functionArn(`<resource:3>${suffix}`),
          UUID: `<uuid:${i}>`,
          ...status(202),
        }),
      );
      await lambda.pass();
      expect(await get(created.UUID!)).toMatchObject({ State: 'Enabled' });
      await lambda.client.send(new DeleteEventSourceMappingCommand({ UUID: created.UUID! }));
      await lambda.pass();
      await expect(get(created.UUID!)).rejects.toThrow('does not exist');
    }
  });
});
