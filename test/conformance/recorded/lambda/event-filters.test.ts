import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import { functionArn, invalidParameter, status } from './expected.ts';
import { ECHO, LambdaUnderTest } from './lambda-under-test.ts';

interface Case {
  /** The recorded cases with this filter; some were recorded twice under another name. */
  readonly ids: string;
  readonly body: object;
  readonly matching: object;
  readonly other: object | string;
}

const CASES: readonly Case[] = [
  {
    ids: 'single',
    body: { 'my-key': ['my-value'] },
    matching: { 'my-key': 'my-value' },
    other: { 'my-key': 'other-value' },
  },
  {
    ids: 'valid-json-filter',
    body: { 'my-key': ['my-value'] },
    matching: { 'my-key': 'my-value' },
    other: 'plain-string',
  },
  {
    ids: 'or',
    body: { 'my-key': ['my-value-one', 'my-value-two'] },
    matching: { 'my-key': 'my-value-two' },
    other: { 'my-key': 'other-value' },
  },
  {
    ids: 'and',
    body: { 'my-key-one': ['other-filter', 'my-value-one'], 'my-key-two': ['my-value-two'] },
    matching: { 'my-key-one': 'my-value-one', 'my-key-two': 'my-value-two' },
    other: { 'my-key-one': 'other-value-', 'my-key-two': 'my-value-two' },
  },
  {
    ids: 'exists',
    body: { 'my-key': [{ exists: true }] },
    matching: { 'my-key': 'any-value-one' },
    other: { 'other-key': 'any-value-two' },
  },
  {
    ids: 'numeric-bigger',
    body: { 'my-number': [{ numeric: ['>', 100] }] },
    matching: { 'my-number': 101 },
    other: { 'my-number': 100 },
  },
  {
    ids: 'numeric-smaller',
    body: { 'my-number': [{ numeric: ['<', 100] }] },
    matching: { 'my-number': 99 },
    other: { 'my-number': 100 },
  },
  {
    ids: 'numeric-range',
    body: { 'my-number': [{ numeric: ['>=', 100, '<', 200] }] },
    matching: { 'my-number': 100 },
    other: { 'my-number': 200 },
  },
  {
    ids: 'prefix',
    body: { 'my-key': [{ prefix: 'yes' }] },
    matching: { 'my-key': 'yes-value' },
    other: { 'my-key': 'no-value' },
  },
  {
    ids: 'filter0, single-filter',
    body: { testItem: ['test24'] },
    matching: { testItem: 'test24' },
    other: { testItem: 'tesWER' },
  },
  {
    ids: 'filter1, or-filter',
    body: { testItem: ['test24', 'test45'] },
    matching: { testItem: 'test45' },
    other: { testItem: 'WERTD' },
  },
  {
    ids: 'filter2, and-filter',
    body: { testItem: ['test24', 'test45'], test2: ['go'] },
    matching: { testItem: 'test45', test2: 'go' },
    other: { testItem: 'test67', test2: 'go' },
  },
  {
    ids: 'filter3, exists-filter',
    body: { test2: [{ exists: true }] },
    matching: { test2: '7411' },
    other: { test5: '74545' },
  },
  {
    ids: 'filter4',
    body: { test2: [{ numeric: ['>', 100] }] },
    matching: { test2: 105 },
    other: 'this is a test string',
  },
  {
    ids: 'filter5',
    body: { test2: [{ numeric: ['<', 100] }] },
    matching: { test2: 93 },
    other: { test2: 105 },
  },
  {
    ids: 'filter6',
    body: { test2: [{ numeric: ['>=', 100, '<', 200] }] },
    matching: { test2: 105 },
    other: { test2: 200 },
  },
  {
    ids: 'filter7, numeric-prefix',
    body: { test2: [{ prefix: 'us-1' }] },
    matching: { test2: 'us-1-48454' },
    other: { test2: 'eu-wert' },
  },
];

describe('filters of event source mappings, as AWS applied them', () => {
  let lambda: LambdaUnderTest;
  beforeAll(async () => {
    lambda = await LambdaUnderTest.start();
  });
  afterAll(() => lambda.close());

  const map = (FunctionName: string, EventSourceArn: string, Pattern: string) =>
    lambda.client.send(
      new CreateEventSourceMappingCommand({
        FunctionName,
        EventSourceArn,
        MaximumBatchingWindowInSeconds: 1,
        FilterCriteria: { Filters: [{ Pattern }] },
      }),
    );

  it.each(CASES)('test_sqs_event_filter[$ids]', async ({ body, matching, other }) => {
    const recorded = recordedCase();
    const fn = await lambda.createRunning(ECHO);
    const { url, arn } = await lambda.queue();
    const text = JSON.stringify(matching);
    await lambda.send(url, text);
    await lambda.send(url, typeof other === 'string' ? other : JSON.stringify(other));
    recorded.expectAnswer(await map(fn, arn, JSON.stringify({ body })), {
      BatchSize: 10,
      EventSourceArn: 'arn:<partition>:sqs:<region>:111111111111:<resource:1>',
      EventSourceMappingArn: 'arn:<partition>:lambda:<region>:111111111111:event-source-mapping:<uuid:1>',
      FilterCriteria: { Filters: [{ Pattern: { body } }] },
      FunctionArn: functionArn('<resource:2>'),
      FunctionResponseTypes: [],
      LastModified: 'datetime',
      MaximumBatchingWindowInSeconds: 1,
      State: 'Creating',
      StateTransitionReason: 'USER_INITIATED',
      UUID: '<uuid:1>',
      ...status(202),
    });
    await lambda.pass(5);
    const expected = {
      messageId: '<uuid:2>',
      receiptHandle: '<receipt-handle:1>',
      body: text,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: 'timestamp',
        SenderId: '<sender-id>',
        ApproximateFirstReceiveTimestamp: 'timestamp',
      },
      messageAttributes: {},
      md5OfMessageAttributes: null,
      md5OfBody: '<digest-of-body:1>',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:<partition>:sqs:<region>:111111111111:<resource:1>',
      awsRegion: '<region>',
    };
    recorded.expectAnswer({ events: await lambda.printed(fn) }, { events: [{ Records: [expected] }] });
    await lambda.pass(60);
    expect(await lambda.receive(url)).toEqual([]);
  });

  it.each([
    ['None', 'null'],
    ['simple string', 'simple string'],
    ['invalid_filter2', '{"eventSource":"aws:sqs"}'],
    ['invalid_filter3', '{"eventSource":[]}'],
  ])('test_sqs_invalid_event_filter[%s]', async (_, pattern) => {
    const fn = await lambda.createRunning(ECHO);
    const { arn } = await lambda.queue();
    recordedCase().expectAnswer(
      await answerOf(map(fn, arn, pattern)),
      invalidParameter('Invalid filter pattern definition.'),
    );
  });
});
