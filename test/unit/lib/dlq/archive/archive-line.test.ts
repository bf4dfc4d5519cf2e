import { describe, expect, test } from 'vitest';
import type { MessageAttribute, Queue, ReceivedMessage } from '../../../../../src/lib/aws/ports/queues.ts';
import { archivedLine } from '../../../../../src/lib/dlq/archive/archived-message.ts';
import { BadLine, type ParsedLine, parseLine } from '../../../../../src/lib/dlq/archive/parse-line.ts';
import { md5OfAttributes } from '../../../../../src/lib/dlq/attributes-md5.ts';

const queue = { name: 'dead.fifo', arn: 'arn:aws:sqs:eu-west-2:1:dead.fifo', fifo: true } as Queue;
const NOW = Date.UTC(2026, 7, 7, 12);

function received(message: Partial<ReceivedMessage>): ReceivedMessage {
  return {
    messageId: '2d1f0e6c-6b0a-4c70-a0b4-7c9b1d1a1a11',
    receiptHandle: 'handle',
    body: 'body',
    md5OfBody: '',
    md5OfAttributes: null,
    attributes: {},
    system: {},
    ...message,
  };
}

function parsed(text: string | Uint8Array, { number = 7, whole = true } = {}): ParsedLine | null {
  return parseLine({ number, bytes: Buffer.from(text as string), whole, end: 0 });
}

function refusal(text: string | Uint8Array, whole = true): BadLine {
  try {
    parsed(text, { whole });
  } catch (cause) {
    if (cause instanceof BadLine) return cause;
    throw cause;
  }
  throw new Error('taken');
}

const roundTrip = (message: ReceivedMessage) => parsed(archivedLine(message, queue, NOW).slice(0, -1))!;

describe('a line of an archive', () => {
  test('holds every field under its name, and nothing twice', () => {
    const line = archivedLine(
      received({
        system: {
          MessageGroupId: 'g1',
          MessageDeduplicationId: 'd1',
          SequenceNumber: '18870000000000000000',
          SentTimestamp: '1786104000123',
          ApproximateFirstReceiveTimestamp: '1786104000456',
          ApproximateReceiveCount: '4',
          SenderId: 'AIDA',
          AWSTraceHeader: 'Root=1-2-3',
          DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-2:1:live.fifo',
          SqsManagedSseEnabled: 'x',
        },
        attributes: { size: { dataType: 'Number.int', stringValue: '7' } },
        md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
      }),
      queue,
      NOW,
    );
    expect(line.endsWith('\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      kind: 'cvops/dlq.message',
      version: 1,
      queueArn: queue.arn,
      fifo: true,
      exportedAt: '2026-08-07T12:00:00.000Z',
      messageId: '2d1f0e6c-6b0a-4c70-a0b4-7c9b1d1a1a11',
      groupId: 'g1',
      deduplicationId: 'd1',
      sequenceNumber: '18870000000000000000',
      sentAt: '2026-08-07T12:00:00.123Z',
      firstReceivedAt: '2026-08-07T12:00:00.456Z',
      receiveCount: 4,
      senderId: 'AIDA',
      deadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-2:1:live.fifo',
      traceHeader: 'Root=1-2-3',
      system: { SqsManagedSseEnabled: 'x' },
      attributes: { size: { type: 'Number.int', string: '7' } },
      body: 'body',
      md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
      md5OfAttributes: null,
    });
  });

  test('a time or count that the field cannot give back exactly stays among the system attributes', () => {
    const line = JSON.parse(
      archivedLine(received({ system: { SentTimestamp: '017', ApproximateReceiveCount: 'many' } }), queue, NOW),
    );
    expect(line).toMatchObject({
      sentAt: null,
      receiveCount: null,
      system: { SentTimestamp: '017', ApproximateReceiveCount: 'many' },
    });
  });

  test.each([
    [
      'every kind of text',
      'tab\t line\n return\r quote" back\\ umlaut ü euro € 😀 \u2028\u2029 \ufffd \ue000 \u{10ffff}',
    ],
    ['JSON inside', '{"a":"\\ud83d\\ude00"}'],
    ['half a pair', 'a\ud800b'],
    ['the other half', '\udc00'],
    ['a byte order mark', '\ufeffbody'],
  ])('gives the body back as it was: %s', (_, body) => {
    expect(roundTrip(received({ body })).body).toBe(body);
  });

  test('gives attributes of every type and label back, down to the byte', () => {
    const attributes: Record<string, MessageAttribute> = Object.fromEntries([
      ['text', { dataType: 'String', stringValue: 'ü' }],
      ['labelled', { dataType: 'String.x', stringValue: ' ' }],
      ['number', { dataType: 'Number', stringValue: '1e3' }],
      ['whole', { dataType: 'Number.int', stringValue: '007' }],
      ['raw', { dataType: 'Binary', binaryValue: Buffer.from([0, 255, 254, 10]) }],
      ['image', { dataType: 'Binary.png', binaryValue: Buffer.from([137]) }],
      ['__proto__', { dataType: 'String', stringValue: 'a name like any other' }],
    ]);
    const back = roundTrip(received({ attributes, md5OfAttributes: md5OfAttributes(attributes) })).attributes;
    expect(Object.entries(back)).toEqual(Object.entries(attributes));
  });

  test.each([
    ['body', { md5OfBody: '00000000000000000000000000000000' }],
    ['attributes', { md5OfAttributes: '00000000000000000000000000000000' }],
  ])('is not written when the %s did not arrive whole', (what, sums) => {
    expect(() => archivedLine(received(sums), queue, NOW)).toThrow(`the ${what} of message 2d1f0e6c`);
  });

  test('the MD5 of attributes is the one that SQS computes', () => {
    // Recorded from SQS.
    expect(
      md5OfAttributes({
        timestamp: { dataType: 'Number', stringValue: '1493147359900' },
      }),
    ).toBe('235c5c510d26fb653d073faed50ae77c');
    expect(md5OfAttributes({})).toBeNull();
  });
});

describe('a line that is not taken', () => {
  test.each([
    ['no JSON', '{"body":"a",}', null, /is not JSON/],
    ['a list', '["a"]', null, /no JSON object/],
    ['no body', '{"Body":"a"}', 'body', /missing/],
    ['a body that is no text', '{"body":{"a":1}}', 'body', /is not text/],
    ['another kind', '{"kind":"other","body":"a"}', 'kind', /cvops\/dlq.message/],
    ['a later version', '{"version":2,"body":"a"}', 'version', /reads 1/],
    ['an id with a blank', '{"messageId":"a b","body":"a"}', 'messageId', /no message id/],
    ['a group that is a number', '{"groupId":7,"body":"a"}', 'groupId', /is not text/],
    ['fifo as text', '{"fifo":"yes","body":"a"}', 'fifo', /true nor false/],
    ['a list of attributes', '{"body":"a","attributes":[]}', 'attributes', /no JSON object/],
    ['an attribute without a type', '{"body":"a","attributes":{"x":{"string":"a"}}}', 'attributes.x.type', /missing/],
    ['an attribute without a value', '{"body":"a","attributes":{"x":{"type":"String"}}}', 'attributes.x', /one of/],
    [
      'an attribute with two values',
      '{"body":"a","attributes":{"x":{"type":"String","string":"a","binary":"YQ=="}}}',
      'attributes.x',
      /one of/,
    ],
    [
      'base64 that is none',
      '{"body":"a","attributes":{"x":{"type":"Binary","binary":"YQ="}}}',
      'attributes.x.binary',
      /not base64/,
    ],
    ['a changed body', '{"body":"a","md5OfBody":"841a2d689ad86bd1611447453c22c6fc"}', 'md5OfBody', /changed by hand/],
    [
      'changed attributes',
      '{"body":"a","md5OfAttributes":"841a2d689ad86bd1611447453c22c6fc"}',
      'md5OfAttributes',
      /changed by hand/,
    ],
  ])('%s', (_, text, field, why) => {
    const found = refusal(text);
    expect(found).toMatchObject({ line: 7, field });
    expect(found.message).toMatch(why);
  });

  test('bytes that are no UTF-8 are refused, not replaced, and their place is told', () => {
    const bytes = Buffer.concat([Buffer.from('{"body":"\ufffd'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(refusal(bytes).message).toBe('is not UTF-8 at byte 13');
    expect(refusal(Uint8Array.of(0x7b, 0xff)).message).toBe('is not UTF-8 at byte 2');
  });

  test('a last line that was cut off is told from a wrong one', () => {
    const found = refusal('{"body":"a', false);
    expect(found.message).toContain('cut off');
    expect(found.hint).toContain('head -n 6');
    expect(refusal('{"body":"a').message).not.toContain('cut off');
  });

  test('nothing of a body is shown', () => {
    expect(refusal('{"body":"secret" oops}').message).not.toContain('secret');
  });

  test('a blank line is no line, and a whole last line needs no line feed', () => {
    expect(parsed('')).toBeNull();
    expect(parsed(' \r')).toBeNull();
    expect(parsed('{"body":"a"}', { whole: false })?.body).toBe('a');
  });
});
