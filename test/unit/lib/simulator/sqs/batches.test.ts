import { describe, expect, it } from 'vitest';
import { SqsUnderTest } from './sqs-under-test.ts';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('a batch', () => {
  const start = () => {
    const test = new SqsUnderTest();
    return { test, QueueUrl: test.queue('jobs') };
  };

  it('needs entries with distinct ids', () => {
    const { test, QueueUrl } = start();
    const send = (Entries: unknown) => () => test.call('SendMessageBatch', { QueueUrl, Entries });
    expect(send([])).toThrow('There should be at least one SendMessageBatchRequestEntry in the request.');
    expect(send(undefined)).toThrow('at least one');
    const entry = { Id: 'a', MessageBody: 'x' };
    expect(send([entry, entry])).toThrow('Id a repeated.');
  });

  it('fails by entry, with the rest sent', () => {
    const { test, QueueUrl } = start();
    const answer = test.call('SendMessageBatch', {
      QueueUrl,
      Entries: [
        { Id: 'good', MessageBody: 'fine' },
        { Id: 'characters', MessageBody: 'a\u0000b' },
        { Id: 'surrogate', MessageBody: '\ud800' },
        { Id: 'delay', MessageBody: 'x', DelaySeconds: 901 },
        { Id: 'attribute', MessageBody: 'x', MessageAttributes: { 'AWS.x': text('x') } },
        { Id: 'also-good', MessageBody: '\u{1f600}\t\n' },
      ],
    });
    expect(answer.Successful.map((entry: { Id: string }) => entry.Id)).toEqual(['good', 'also-good']);
    expect(answer.Failed.map((entry: { Id: string; Code: string }) => [entry.Id, entry.Code])).toEqual([
      ['characters', 'InvalidMessageContents'],
      ['surrogate', 'InvalidMessageContents'],
      ['delay', 'InvalidParameterValue'],
      ['attribute', 'InvalidParameterValue'],
    ]);
    expect(answer.Failed.every((entry: { SenderFault: boolean }) => entry.SenderFault)).toBe(true);
    expect(test.bodies(QueueUrl)).toEqual(['fine', '\u{1f600}\t\n']);
  });

  it('of deletes and changes fails by entry too', () => {
    const { test, QueueUrl } = start();
    test.send(QueueUrl, 'a');
    const [{ ReceiptHandle }] = test.receive(QueueUrl) as [{ ReceiptHandle: string }];
    const Entries = [
      { Id: 'good', ReceiptHandle, VisibilityTimeout: 10 },
      { Id: 'bad', ReceiptHandle: 'garbage', VisibilityTimeout: 10 },
      { Id: 'long', ReceiptHandle, VisibilityTimeout: 43_201 },
    ];
    const changed = test.call('ChangeMessageVisibilityBatch', { QueueUrl, Entries });
    expect(changed.Successful).toEqual([{ Id: 'good' }]);
    expect(changed.Failed).toMatchObject([
      { Id: 'bad', Code: 'ReceiptHandleIsInvalid', SenderFault: true },
      { Id: 'long', Code: 'InvalidParameterValue', SenderFault: true },
    ]);
    const deleted = test.call('DeleteMessageBatch', { QueueUrl, Entries: Entries.slice(0, 2) });
    expect(deleted.Successful).toEqual([{ Id: 'good' }]);
    expect(deleted.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
    expect(test.counts(QueueUrl)).toEqual([0, 0, 0]);
  });

  it('sends nothing when it is too long as a whole', () => {
    const { test, QueueUrl } = start();
    const Entries = [0, 1].map((i) => ({ Id: `e${i}`, MessageBody: 'é'.repeat(300_000) }));
    expect(() => test.call('SendMessageBatch', { QueueUrl, Entries })).toThrow('You have sent 1200000 bytes.');
    expect(test.counts(QueueUrl)).toEqual([0, 0, 0]);
  });
});

describe('message attributes', () => {
  const send = (MessageAttributes: unknown, more: object = {}) => {
    const test = new SqsUnderTest();
    return test.send(test.queue('jobs'), 'body', { MessageAttributes, ...more });
  };

  it('are ten at most', () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, text('x')]));
    expect(() => send(many)).toThrow('Number of message attributes [11] exceeds the allowed maximum [10].');
  });

  it('do not count the trace header, which has a digest of its own', () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, text('x')]));
    const answer = send(ten, {
      MessageSystemAttributes: { AWSTraceHeader: text('Root=1-5759e988-bd862e3fe1be46a994272793') },
    });
    expect(answer.MD5OfMessageSystemAttributes).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.MD5OfMessageSystemAttributes).not.toBe(answer.MD5OfMessageAttributes);
    expect(() => send(undefined, { MessageSystemAttributes: { Other: text('x') } })).toThrow('AWSTraceHeader');
  });

  it.each([
    [
      { a: { DataType: 'Number', StringValue: 'many' } },
      "Can't cast the value of message (user) attribute 'a' to a number.",
    ],
    [{ a: { DataType: 'Float', StringValue: '1' } }, 'invalid message attribute type'],
    [{ a: { StringValue: '1' } }, 'non-empty attribute type'],
    [{ a: { DataType: 'Binary', StringValue: 'x' } }, "non-empty value of type 'Binary'"],
    [{ '.a': text('x') }, 'is invalid'],
    [{ a: { ...text('x'), StringListValues: ['y'] } }, 'list values in SendMessage operation are not supported'],
  ])('%j are refused', (attributes, message) => {
    expect(() => send(attributes)).toThrow(message);
  });

  it('may carry empty list values, which are dropped', () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    const a = { ...text('x'), StringListValues: [], BinaryListValues: [] };
    test.send(queue, 'body', { MessageAttributes: { a } });
    expect(test.receive(queue)[0].MessageAttributes).toEqual({ a: text('x') });
  });
});
