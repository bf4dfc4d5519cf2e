import { describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from './recorded-case.ts';

const A = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';

describe('a recorded case', () => {
  it('holds a placeholder to the value it met first', () => {
    const recorded = recordedCase();
    recorded.expectAnswer({ Id: A }, { Id: '<uuid:1>' });
    expect(recorded.bound('<uuid:1>')).toBe(A);
    expect(() => recorded.expectAnswer({ Id: B }, { Id: '<uuid:1>' })).toThrow('<uuid:1> is');
    expect(() => recorded.expectAnswer({ Id: A }, { Id: '<uuid:2>' })).toThrow('is to differ from <uuid:1>');
  });

  it('binds placeholders inside longer text', () => {
    const recorded = recordedCase();
    recorded.expectAnswer('arn:aws:sqs:us-east-1:1:jobs', 'arn:<partition>:sqs:<region>:1:<resource:1>');
    expect(recorded.bound('<resource:1>')).toBe('jobs');
    expect(() => recorded.expectAnswer('other', '<resource:1>')).toThrow('met "other"');
  });

  it('takes uuids for uuids only', () => {
    expect(() => recordedCase().expectAnswer('x', '<uuid:1>')).toThrow('expects a UUID');
  });

  it('compares sets of keys exactly, and undefined as absent', () => {
    const recorded = recordedCase();
    recorded.expectAnswer({ A: 1, B: undefined }, { A: 1 });
    expect(() => recorded.expectAnswer({ A: 1, B: 2 }, { A: 1 })).toThrow("B is not in AWS's answer");
    expect(() => recorded.expectAnswer({ A: 1 }, { A: 1, B: 2 })).toThrow('B is missing');
    expect(() => recorded.expectAnswer({ L: [1, 2] }, { L: [1] })).toThrow('expected 1 items, met 2');
  });

  it('takes any time for a time, and nothing else', () => {
    const recorded = recordedCase();
    for (const time of [new Date(0), 12.5, '1700000000000', '2024-05-01T00:00:00.000+0000']) {
      recorded.expectAnswer({ At: time }, { At: 'timestamp' });
    }
    expect(() => recorded.expectAnswer({ At: 'soon' }, { At: 'timestamp' })).toThrow('expected a time');
  });

  it('parses JSON text where an object is expected', () => {
    recordedCase().expectAnswer({ Body: '{"a":"b"}' }, { Body: { a: 'b' } });
    expect(() => recordedCase().expectAnswer({ Body: 'text' }, { Body: { a: 'b' } })).toThrow('expected an object');
  });

  it('compares the HTTP status where it is recorded', () => {
    const actual = { $metadata: { httpStatusCode: 200, requestId: 'r' } };
    recordedCase().expectAnswer(actual, {});
    recordedCase().expectAnswer(actual, { ResponseMetadata: { HTTPHeaders: {}, HTTPStatusCode: 200 } });
    expect(() => recordedCase().expectAnswer(actual, { ResponseMetadata: { HTTPStatusCode: 201 } })).toThrow('201');
  });

  it('reads an error of the SDK as the recordings write it', async () => {
    const error = Object.assign(new Error('gone'), {
      name: 'QueueDoesNotExist',
      $metadata: { httpStatusCode: 400 },
      $fault: 'client',
      Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' },
    });
    recordedCase().expectAnswer(await answerOf(Promise.reject(error)), {
      Error: {
        Code: 'AWS.SimpleQueueService.NonExistentQueue',
        Message: 'gone',
        QueryErrorCode: 'QueueDoesNotExist',
        Type: 'Sender',
      },
      message: 'gone',
      ResponseMetadata: { HTTPStatusCode: 400 },
    });
    expect(() => recordedCase().expectAnswer(error, { Error: { Code: 'Other', Message: 'gone' } })).toThrow('Other');
  });
});
