import { describe, expect, test } from 'vitest';
import type { Queue } from '../../../../src/lib/aws/ports/queues.ts';
import { archivedLine } from '../../../../src/lib/dlq/archive/archived-message.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { failureOf, smokeTest } from '../../../../src/lib/release/smoke.ts';
import { parseSmokeEvents } from '../../../../src/lib/release/smoke-events.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';
import { FakeFunctions, FUNCTION, madeVersion } from './support/fake-functions.ts';

describe('the events of a smoke file', () => {
  test.each([
    ['one event', '{"a":1}', ['{"a":1}']],
    ['one event over several lines', '{\n  "a": 1\n}\n', ['{"a":1}']],
    ['a list', '[{"a":1},{"a":2}]', ['{"a":1}', '{"a":2}']],
    ['NDJSON with empty lines', '{"a":1}\n\r\n{"a":2}\r\n', ['{"a":1}', '{"a":2}']],
    ['a byte order mark', '\uFEFF{"a":1}', ['{"a":1}']],
    ['a word', '"x"', ['"x"']],
    ['null, which is an event, too', 'null', ['null']],
  ])('%s', (_, text, events) => {
    expect(parseSmokeEvents(text, 'events')).toEqual(events);
  });

  test.each([
    ['', 'events holds no event.'],
    ['[]', 'events holds no event.'],
    ['{"a":1}\n{a:2}', 'line 2 of events is no JSON.'],
  ])('%j is refused', (text, message) => {
    expect(() => parseSmokeEvents(text, 'events')).toThrow(message);
  });
});

test('a dead letter as it was exported is the event that its function would get', () => {
  const queue = {
    arn: 'arn:aws:sqs:eu-west-1:000000000000:dead.fifo',
    fifo: true,
  } as Queue;
  const line = archivedLine(
    {
      messageId: 'm-1',
      receiptHandle: 'h',
      body: '{"n":1}',
      md5OfBody: '',
      md5OfAttributes: null,
      attributes: {
        tenant: { dataType: 'String', stringValue: 'a' },
        raw: { dataType: 'Binary', binaryValue: Buffer.from('x') },
      },
      system: { MessageGroupId: 'g', SentTimestamp: '1000', ApproximateReceiveCount: '4' },
    },
    queue,
    0,
  );
  expect(JSON.parse(parseSmokeEvents(line + line, 'dead.ndjson')[1]!)).toEqual({
    Records: [
      {
        messageId: 'm-1',
        receiptHandle: 'cvops-smoke-test',
        body: '{"n":1}',
        attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'g', SentTimestamp: '1000' },
        messageAttributes: {
          tenant: { stringValue: 'a', stringListValues: [], binaryListValues: [], dataType: 'String' },
          raw: { binaryValue: 'eA==', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
        },
        md5OfMessageAttributes: null,
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:dead.fifo',
        awsRegion: 'eu-west-1',
        md5OfBody: null,
      },
    ],
  });
});

describe('what counts as a failure of an invocation', () => {
  test.each([
    ['an answer', null, '{"ok":true}', null],
    ['no JSON at all', null, '', null],
    ['an empty list of failed messages', null, '{"batchItemFailures":[]}', null],
    ['messages given back', null, '{"batchItemFailures":[{},{}]}', 'it gave 2 messages of the batch back'],
    ['a function error', 'Unhandled', '{"errorType":"TypeError","errorMessage":"x is\\nnot"}', 'TypeError: x is not'],
    ['a function error without words', 'Unhandled', 'null', 'Unhandled'],
    [
      'a timeout',
      'Unhandled',
      '{"errorMessage":"Task timed out after 3.00 seconds"}',
      'Task timed out after 3.00 seconds',
    ],
  ])('%s', (_, functionError, payload, failure) => {
    expect(failureOf({ functionError, payload })).toBe(failure);
  });
});

describe('a smoke test', () => {
  const version = madeVersion('6');
  const world = () => {
    const clock = new VirtualClock();
    const functions = new FakeFunctions(clock, ['5', '6'], '5');
    const run = (events: readonly string[]) =>
      smokeTest({ functions: functions.port(), clock }, FUNCTION, version, events, new AbortController().signal);
    return { functions, run };
  };

  test('stops at the first failure and says which event it was', async () => {
    const { functions, run } = world();
    functions.answer = (_, payload) =>
      payload === '2'
        ? { functionError: 'Unhandled', payload: '{"errorMessage":"no"}' }
        : { functionError: null, payload };
    expect(await run(['1', '2', '3'])).toEqual({ version: '6', passed: 1, of: 3, failure: 'event 2: no' });
    expect(functions.invokes.map(({ payload }) => payload)).toEqual(['1', '2']);
  });

  test('tries again what was throttled, and gives up in the end', async () => {
    const { functions, run } = world();
    let throttles = 3;
    functions.hooks = {
      before: () => {
        if (throttles-- > 0) throw new CvopsError('Throttled', ExitCode.failed, 'throttled.');
      },
    };
    expect(await run(['1'])).toMatchObject({ failure: null });
    throttles = 100;
    await expect(run(['1'])).rejects.toMatchObject({ code: 'Throttled' });
  });

  test('does not run an event again whose answer never came', async () => {
    const { functions, run } = world();
    functions.hooks = {
      after: () => {
        throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken.');
      },
    };
    await expect(run(['1'])).rejects.toMatchObject({ code: 'ConnectionBroken' });
    expect(functions.invokes).toHaveLength(1);
  });
});
