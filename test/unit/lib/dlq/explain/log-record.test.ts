import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../../../src/lib/dlq/explain/log-record.ts';

const REQUEST = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const MESSAGE = '3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a';
const read = (message: string, stream = '2026/08/07/[6]0f1e2d3c') => readRecord({ at: 1, stream, message });

describe('a line of Lambda itself', () => {
  test('tells the begin of a run and its version', () => {
    expect(read(`START RequestId: ${REQUEST} Version: 6`, 's')).toMatchObject({
      kind: 'start',
      requestId: REQUEST,
      version: '6',
    });
    expect(read(`START RequestId: ${REQUEST} Version: $LATEST\n`, 's')).toMatchObject({ version: '$LATEST' });
  });

  test('tells duration, memory and cold start of a run', () => {
    const text = `REPORT RequestId: ${REQUEST}\tDuration: 102.25 ms\tBilled Duration: 254 ms\tMemory Size: 256 MB\tMax Memory Used: 84 MB\tInit Duration: 151.44 ms\t\nXRAY TraceId: 1-5e34a614\tSegmentId: 6\tSampled: true`;
    expect(read(text)).toMatchObject({
      kind: 'report',
      requestId: REQUEST,
      report: { durationMs: 102.25, billedMs: 254, memoryMb: 256, usedMb: 84, initMs: 151.44, status: null },
      error: null,
    });
  });

  test.each([
    [
      'a timeout',
      `2026-08-07T12:00:00.000Z ${REQUEST} Task timed out after 3.00 seconds`,
      { kind: 'timeout', requestId: REQUEST, error: { name: 'TimedOut' } },
    ],
    [
      'a killed process',
      `RequestId: ${REQUEST} Error: Runtime exited with error: signal: killed\nRuntime.ExitError`,
      { kind: 'exit', requestId: REQUEST, error: { name: 'Runtime.ExitError' } },
    ],
    [
      'a report of an error',
      `REPORT RequestId: ${REQUEST}\tDuration: 9.10 ms\tBilled Duration: 10 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory`,
      { kind: 'report', report: { status: 'error' }, error: { name: 'Runtime.OutOfMemory' } },
    ],
    [
      'a report of a timeout',
      `REPORT RequestId: ${REQUEST}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tStatus: timeout`,
      { error: { name: 'TimedOut', message: 'Task timed out after 3.00 seconds' } },
    ],
    [
      'a failed init',
      'INIT_REPORT Init Duration: 9999.81 ms\tPhase: init\tStatus: timeout',
      { kind: 'init', report: { initMs: 9999.81, status: 'timeout' } },
    ],
    [
      'a timeout in the JSON format',
      JSON.stringify({
        time: '2026-08-07T12:00:00.000Z',
        type: 'platform.report',
        record: {
          requestId: REQUEST,
          metrics: {
            durationMs: 3000,
            billedDurationMs: 3000,
            memorySizeMB: 128,
            maxMemoryUsedMB: 40,
            initDurationMs: 101.2,
          },
          status: 'timeout',
        },
      }),
      { kind: 'report', requestId: REQUEST, report: { memoryMb: 128, initMs: 101.2 }, error: { name: 'TimedOut' } },
    ],
    [
      'a start in the JSON format',
      JSON.stringify({ time: 't', type: 'platform.start', record: { requestId: REQUEST, version: '6' } }),
      { kind: 'start', requestId: REQUEST, version: '6' },
    ],
    [
      'a failed init in the JSON format',
      JSON.stringify({
        time: 't',
        type: 'platform.initReport',
        record: { phase: 'init', status: 'error', errorType: 'Runtime.ExitError', metrics: { durationMs: 12 } },
      }),
      { kind: 'init', error: { name: 'Runtime.ExitError' } },
    ],
    [
      'an end in the JSON format that ran out of time',
      JSON.stringify({
        time: 't',
        type: 'platform.runtimeDone',
        record: { requestId: REQUEST, status: 'timeout', metrics: { durationMs: 3000 } },
      }),
      { kind: 'end', requestId: REQUEST, error: { name: 'TimedOut', message: 'Task timed out after 3.00 seconds' } },
    ],
    [
      'an end in the JSON format of a runtime that died',
      JSON.stringify({
        time: 't',
        type: 'platform.runtimeDone',
        record: { requestId: REQUEST, status: 'failure', errorType: 'Runtime.ExitError' },
      }),
      { kind: 'end', requestId: REQUEST, error: { name: 'Runtime.ExitError' } },
    ],
    [
      'a good end in the JSON format',
      JSON.stringify({
        time: 't',
        type: 'platform.runtimeDone',
        record: { requestId: REQUEST, status: 'success', metrics: { durationMs: 3 } },
      }),
      { kind: 'end', requestId: REQUEST, error: null },
    ],
  ])('tells %s', (_, text, told) => {
    expect(read(text)).toMatchObject(told);
  });
});

describe('a line of a function', () => {
  test.each([
    [
      'Node, an uncaught error',
      `2026-08-07T12:00:00.000Z\t${REQUEST}\tERROR\tInvoke Error \t${JSON.stringify({ errorType: 'TypeError', errorMessage: 'x is not a function', stack: ['TypeError: x is not a function', '    at handler (/var/task/index.js:3:9)'] })}`,
      {
        requestId: REQUEST,
        error: { name: 'TypeError', message: 'x is not a function', stack: expect.stringContaining('index.js:3') },
      },
    ],
    [
      'Node, a module that is not there',
      `2026-08-07T12:00:00.000Z\tundefined\tERROR\tUncaught Exception \t${JSON.stringify({ errorType: 'Runtime.ImportModuleError', errorMessage: "Error: Cannot find module 'zod'\nRequire stack:\n- /var/task/index.js", stack: ['Runtime.ImportModuleError: …'] })}`,
      { requestId: null, error: { name: 'Runtime.ImportModuleError' } },
    ],
    [
      'Node, console.error of words and an error',
      `2026-08-07T12:00:00.000Z\t${REQUEST}\tERROR\tcould not write ${MESSAGE} ConditionalCheckFailedException: The conditional request failed\n    at f (/var/task/index.js:10:3) {\n  '$fault': 'client'\n}`,
      {
        messageId: MESSAGE,
        error: { name: 'ConditionalCheckFailedException', message: 'The conditional request failed' },
      },
    ],
    [
      'Node in the JSON format, console.error(error)',
      JSON.stringify({
        timestamp: 't',
        level: 'ERROR',
        requestId: REQUEST,
        message: { errorType: 'RangeError', errorMessage: 'no', stackTrace: ['RangeError: no', '    at f'] },
      }),
      { requestId: REQUEST, level: 'ERROR', error: { name: 'RangeError', message: 'no' } },
    ],
    [
      'Node in the JSON format, console.log of an object',
      JSON.stringify({
        timestamp: 't',
        level: 'INFO',
        requestId: REQUEST,
        message: { level: 'ERROR', message: 'not stored', messageId: MESSAGE, error: { name: 'RangeError' } },
      }),
      { requestId: REQUEST, level: 'ERROR', text: 'not stored', messageId: MESSAGE, error: { name: 'RangeError' } },
    ],
    [
      'Node in the JSON format, console.log of a JSON text',
      JSON.stringify({
        timestamp: 't',
        level: 'INFO',
        requestId: REQUEST,
        message: JSON.stringify({ message: 'stored', messageId: MESSAGE, outcome: 'written' }),
      }),
      { requestId: REQUEST, level: 'INFO', text: 'stored', messageId: MESSAGE, outcome: 'written', error: null },
    ],
    [
      'Node in the JSON format, words that name the message',
      JSON.stringify({
        timestamp: 't',
        level: 'ERROR',
        requestId: REQUEST,
        message: `could not write ${MESSAGE} TypeError: no price\n    at f (/var/task/index.js:10:3)`,
        errorType: 'TypeError',
        errorMessage: 'no price',
        stackTrace: ['TypeError: no price', '    at f (/var/task/index.js:10:3)'],
      }),
      { requestId: REQUEST, messageId: MESSAGE, error: { name: 'TypeError', message: 'no price' } },
    ],
    [
      'Python in the JSON format',
      JSON.stringify({
        timestamp: 't',
        level: 'ERROR',
        requestId: REQUEST,
        logger: 'root',
        message: 'it failed',
        errorType: 'KeyError',
        errorMessage: "'price'",
        stackTrace: ['  File "/var/task/app.py", line 9, in handler\n    body["price"]\n'],
      }),
      { requestId: REQUEST, text: 'it failed', error: { name: 'KeyError', message: "'price'" } },
    ],
    [
      'Node in the JSON format, words and an error',
      JSON.stringify({
        timestamp: 't',
        level: 'ERROR',
        requestId: REQUEST,
        message: 'it failed',
        errorType: 'RangeError',
        errorMessage: 'no',
        stackTrace: [],
      }),
      { error: { name: 'RangeError', message: 'no' } },
    ],
    [
      'Python, an uncaught error',
      "[ERROR] KeyError: 'userId'\nTraceback (most recent call last):\n\u00a0\u00a0File \"/var/task/app.py\", line 5, in handler\n\u00a0\u00a0\u00a0\u00a0event['userId']",
      { level: 'ERROR', error: { name: 'KeyError', message: "'userId'", stack: expect.stringContaining('app.py') } },
    ],
    [
      'Python, logger.exception',
      `[ERROR]\t2026-08-07T12:00:00.000Z\t${REQUEST}\tfailed on ${MESSAGE}\nTraceback (most recent call last):\n  File "/var/task/app.py", line 9, in handler\n    json.loads(body)\njson.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)`,
      {
        requestId: REQUEST,
        messageId: MESSAGE,
        error: { name: 'json.decoder.JSONDecodeError', message: 'Expecting value: line 1 column 1 (char 0)' },
      },
    ],
    [
      'Python, boto3',
      '[ERROR] ClientError: An error occurred (ProvisionedThroughputExceededException) when calling the PutItem operation: slow down\nTraceback (most recent call last):\n  File "/var/task/app.py", line 9, in handler',
      { error: { name: 'ProvisionedThroughputExceededException', message: 'PutItem: slow down' } },
    ],
    [
      'Python, one error while handling another',
      'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: \'a\'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 3, in f\nValueError: no a',
      { error: { name: 'ValueError', message: 'no a', rootCause: "KeyError: 'a'" } },
    ],
    [
      'Java, an uncaught error',
      'no user: java.lang.IllegalStateException\njava.lang.IllegalStateException: no user\n\tat com.example.Handler.handleRequest(Handler.java:21)\nCaused by: java.sql.SQLException: connection refused\n\t... 12 more',
      {
        error: {
          name: 'java.lang.IllegalStateException',
          message: 'no user',
          rootCause: 'java.sql.SQLException: connection refused',
        },
      },
    ],
    [
      'Java, log4j2',
      `2026-08-07 12:00:00 ${REQUEST} ERROR Handler:34 - java.lang.NullPointerException: Cannot invoke "Event.id()" because "event" is null\n\tat com.example.Handler.handle(Handler.java:34)`,
      { requestId: REQUEST, level: 'ERROR', error: { name: 'java.lang.NullPointerException' } },
    ],
    [
      'Powertools for TypeScript',
      JSON.stringify({
        level: 'ERROR',
        message: 'record failed',
        service: 'orders',
        function_request_id: REQUEST,
        error: {
          name: 'SyntaxError',
          location: '/var/task/a.js:1',
          message: 'Unexpected end of JSON input',
          stack: 'SyntaxError: …\n    at JSON.parse (<anonymous>)',
        },
      }),
      {
        requestId: REQUEST,
        text: 'record failed',
        error: { name: 'SyntaxError', message: 'Unexpected end of JSON input' },
      },
    ],
    [
      'Powertools for Python',
      JSON.stringify({
        level: 'ERROR',
        location: 'h:1',
        message: 'failed',
        function_request_id: REQUEST,
        exception: 'Traceback (most recent call last):\n  File "/var/task/a.py", line 1, in h\nValueError: no',
        exception_name: 'ValueError',
      }),
      { error: { name: 'ValueError', message: 'no', stack: expect.stringContaining('a.py') } },
    ],
    [
      'Powertools for Java',
      JSON.stringify({
        level: 'ERROR',
        message: 'failed',
        error: { message: 'no', name: 'java.lang.IllegalStateException', stack: '\tat a.B.c(B.java:1)' },
        function_request_id: REQUEST,
        function_version: '7',
      }),
      { requestId: REQUEST, version: '7', error: { name: 'java.lang.IllegalStateException', message: 'no' } },
    ],
    [
      'pino',
      JSON.stringify({
        level: 50,
        time: 1,
        awsRequestId: REQUEST,
        err: { type: 'TypeError', message: 'x', stack: 's' },
        msg: 'failed',
      }),
      { level: 'ERROR', requestId: REQUEST, text: 'failed', error: { name: 'TypeError', message: 'x' } },
    ],
    [
      'the example processor',
      JSON.stringify({
        level: 'ERROR',
        message: 'event failed',
        version: '6',
        requestId: REQUEST,
        messageId: MESSAGE,
        outcome: 'failed',
        error: { name: 'URIError', message: 'URI malformed', stack: 's' },
      }),
      { version: '6', messageId: MESSAGE, outcome: 'failed', error: { name: 'URIError' } },
    ],
  ])('of %s tells the error', (_, text, told) => {
    expect(read(text)).toMatchObject(told);
  });

  test.each([
    ['a business object', JSON.stringify({ level: 'INFO', message: { type: 'visit', name: 'home', message: 'hi' } })],
    [
      'an error that was handled',
      `2026-08-07T12:00:00.000Z\t${REQUEST}\tINFO\tTypeError: retried\n    at f (a.js:1:1)`,
    ],
    ['words', 'Error budgets are fine'],
    ['half of a JSON document', '{"level":"ERROR","error":{"name":"Type'],
  ])('of %s tells none', (_, text) => {
    expect(read(text).error).toBeNull();
  });

  test('takes the version from its stream where it has none, and no version of an application', () => {
    expect(read('words').version).toBe('6');
    expect(read('words', '2026/08/07/orders[$LATEST][0f1e2d3c]').version).toBe('$LATEST');
    expect(read('words', 'my-stream[7]').version).toBeNull();
    expect(read('{"version":"1.4.2"}').version).toBe('6');
    expect(read('{"version":"8"}').version).toBe('8');
  });

  test('tells whom a message was left behind', () => {
    const text = JSON.stringify({ level: 'WARN', messageId: MESSAGE, cause: REQUEST, message: 'left' });
    expect(read(text)).toMatchObject({ messageId: MESSAGE, blockedBy: REQUEST, error: null });
    expect(read(JSON.stringify({ level: 'WARN', messageId: MESSAGE, cause: 'rain' })).blockedBy).toBeNull();
  });
});
