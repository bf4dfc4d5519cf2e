import { describe, expect, it } from 'vitest';
import { matchesPattern, parsePattern } from '../../../../../src/lib/simulator/lambda/event-filter.ts';
import { isWanted, queueRecord } from '../../../../../src/lib/simulator/lambda/queue-event.ts';

const takes = (pattern: unknown, event: unknown) => matchesPattern(parsePattern(JSON.stringify(pattern)), event);

describe('a filter pattern', () => {
  it.each([
    [{ a: ['x', null] }, { a: null }, true],
    [{ a: ['x'] }, {}, false],
    [{ a: { b: [1] } }, { a: { b: 1 } }, true],
    [{ a: { b: [1] } }, { a: 1 }, false],
    [{ a: ['x'] }, { a: ['w', 'x'] }, true],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: [{ exists: false }] }, { a: 1 }, false],
    [{ a: [{ suffix: '.png' }] }, { a: 'cat.png' }, true],
    [{ a: [{ 'equals-ignore-case': 'ON' }] }, { a: 'on' }, true],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
    [{ a: [{ 'anything-but': 'x' }] }, {}, false],
    [{ a: [{ numeric: ['=', 3] }] }, { a: 3 }, true],
    [{ a: [{ numeric: ['=', 3] }] }, { a: '3' }, false],
    [{ $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
    [{ $or: [{ a: [1] }, { b: [2] }] }, { b: 3 }, false],
  ])('%j on %j is %s', (pattern, event, expected) => {
    expect(takes(pattern, event)).toBe(expected);
  });

  it.each(['{}', '[]', '1', '{"a":[]}', '{"a":[{"like":"x"}]}', '{"a":[{"numeric":[">"]}]}', '{"a":[{"prefix":1}]}'])(
    '%s is refused',
    (text) => {
      expect(() => parsePattern(text)).toThrow('Invalid filter pattern definition.');
    },
  );
});

describe('a record of a queue', () => {
  const record = (body: string) =>
    queueRecord(
      {
        messageId: 'id',
        receiptHandle: 'handle',
        body,
        md5OfBody: '',
        attributes: { ApproximateReceiveCount: '1' },
        messageAttributes: { kind: { DataType: 'String', StringValue: 'order' } },
      },
      'arn:aws:sqs:us-east-1:111111111111:q',
      'us-east-1',
    );
  const wanted = (body: string, pattern: unknown) => isWanted(record(body), [parsePattern(JSON.stringify(pattern))]);

  // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html has this table.
  it('with a text body passes text patterns only', () => {
    expect(wanted('hello', { body: ['hello'] })).toBe(true);
    expect(wanted('hello', { body: ['other'] })).toBe(false);
    expect(wanted('hello', { body: { word: ['hello'] } })).toBe(false);
  });

  it('with a JSON body passes patterns for its fields only', () => {
    expect(wanted('{"word":"hello"}', { body: { word: ['hello'] } })).toBe(true);
    expect(wanted('{"word":"hello"}', { body: ['{"word":"hello"}'] })).toBe(false);
  });

  it('is judged by other fields whatever its body is', () => {
    const pattern = { messageAttributes: { kind: { stringValue: ['order'] } } };
    expect(wanted('hello', pattern)).toBe(true);
    expect(wanted('{}', pattern)).toBe(true);
    expect(wanted('hello', { messageAttributes: { kind: { stringValue: ['refund'] } } })).toBe(false);
  });

  it('passes when one of several patterns takes it, or when there is none', () => {
    const patterns = [parsePattern('{"body":["a"]}'), parsePattern('{"body":["b"]}')];
    expect(isWanted(record('b'), patterns)).toBe(true);
    expect(isWanted(record('c'), patterns)).toBe(false);
    expect(isWanted(record('c'), [])).toBe(true);
  });
});
