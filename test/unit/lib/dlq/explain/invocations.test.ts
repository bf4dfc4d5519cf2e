import { describe, expect, test } from 'vitest';
import type { LogLine } from '../../../../../src/lib/aws/ports/function-logs.ts';
import { describeAttempt } from '../../../../../src/lib/dlq/explain/attempts.ts';
import { callSite } from '../../../../../src/lib/dlq/explain/error-text.ts';
import { foldLines } from '../../../../../src/lib/dlq/explain/fold-lines.ts';
import { invocationError, readInvocations } from '../../../../../src/lib/dlq/explain/invocations.ts';

const ONE = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001';
const TWO = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000002';
const MESSAGE = '3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a';
const OTHER = '11111111-2222-4333-8444-555555555555';

function lines(stream: string, from: number, ...texts: string[]): LogLine[] {
  return texts.map((message, index) => ({ at: from + index, stream, message }));
}
const report = (id: string, rest = '') =>
  `REPORT RequestId: ${id}\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB${rest}`;

describe('stack traces that were logged line by line', () => {
  test('become one line: Java', () => {
    const folded = foldLines(
      lines(
        's',
        0,
        'java.lang.RuntimeException: no',
        '\tat a.B.c(B.java:1)',
        'Caused by: x.Y: z',
        '\t... 3 more',
        'next',
      ),
    );
    expect(folded.map(({ message }) => message.split('\n').length)).toEqual([4, 1]);
  });

  test('become one line: Python, up to the error below the traceback', () => {
    const folded = foldLines(
      lines(
        's',
        0,
        'Traceback (most recent call last):',
        '  File "a.py", line 1, in h',
        '    f()',
        'ValueError: no',
        'next',
      ),
    );
    expect(folded.map(({ message }) => message.split('\n').at(-1))).toEqual(['ValueError: no', 'next']);
  });

  test('are not joined across streams, nor after a pause', () => {
    const two = [
      ...lines('a', 0, 'java.lang.E: x'),
      ...lines('b', 1, '\tat a.B.c(B.java:1)'),
      ...lines('a', 5_000, '\tat d'),
    ];
    expect(foldLines(two)).toHaveLength(3);
  });
});

describe('the lines of a stream', () => {
  test('fall to their invocations, those without a request id too', () => {
    const all = [
      ...lines(
        's',
        0,
        'INIT_START Runtime Version: python:3.13',
        `START RequestId: ${ONE} Version: 6`,
        'words',
        `END RequestId: ${ONE}`,
        report(ONE, '\tInit Duration: 80.00 ms'),
      ),
      ...lines('s', 100, `START RequestId: ${TWO} Version: 6`, 'more words', report(TWO)),
      ...lines('t', 1, 'elsewhere'),
    ];
    const runs = readInvocations(all);
    expect(runs.map(({ requestId, stream, records }) => [requestId, stream, records.length])).toEqual([
      [ONE, 's', 5],
      [null, 't', 1],
      [TWO, 's', 3],
    ]);
    expect(runs[0]).toMatchObject({ version: '6', ended: true, report: { initMs: 80 } });
  });

  test.each([
    ['a timeout', [`t ${ONE} Task timed out after 3.00 seconds`, report(ONE)], 'TimedOut'],
    [
      'the memory that ran out',
      [
        `RequestId: ${ONE} Error: Runtime exited with error: signal: killed`,
        `REPORT RequestId: ${ONE}\tDuration: 5.00 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB`,
      ],
      'OutOfMemory',
    ],
    [
      'an exit',
      [`RequestId: ${ONE} Error: Runtime exited with error: exit status 1`, report(ONE)],
      'Runtime.ExitError',
    ],
    [
      'the last error of the function itself',
      [`t\t${ONE}\tERROR\tTypeError: a`, `t\t${ONE}\tERROR\tRangeError: b`, report(ONE)],
      'RangeError',
    ],
    ['nothing for a run that went well', ['words', report(ONE)], undefined],
  ])('tell %s', (_, texts, name) => {
    const [run] = readInvocations(lines('s', 0, `START RequestId: ${ONE} Version: 6`, ...texts));
    expect(invocationError(run!)?.name).toBe(name);
  });
});

describe('one attempt', () => {
  const attempt = (...texts: (string | object)[]) => {
    const all = texts.map((text) => (typeof text === 'string' ? text : JSON.stringify(text)));
    return describeAttempt(readInvocations(lines('s', 0, `START RequestId: ${ONE} Version: 6`, ...all))[0]!, MESSAGE);
  };
  const failed = { level: 'ERROR', requestId: ONE, messageId: MESSAGE, error: { name: 'E', message: 'm' } };
  const written = { level: 'INFO', requestId: ONE, messageId: MESSAGE, outcome: 'written' };
  const behind = { level: 'WARN', requestId: ONE, messageId: MESSAGE, cause: OTHER };

  test('failed with the error that names the message, not with one that names another', () => {
    const others = { ...failed, messageId: OTHER, error: { name: 'Other', message: 'o' } };
    expect(attempt(failed, others, report(ONE))).toMatchObject({
      outcome: 'failed',
      error: { name: 'E' },
      version: '6',
    });
    expect(attempt(written, others, report(ONE))).toMatchObject({ outcome: 'processed', error: null });
    expect(attempt(failed, others).lines.some(({ message }) => message.includes('Other'))).toBe(false);
  });

  test('failed when its run ran out of time, whatever was written of the message before', () => {
    expect(attempt(written, `t ${ONE} Task timed out after 3.00 seconds`)).toMatchObject({
      outcome: 'failed',
      error: { name: 'TimedOut' },
    });
  });

  test('was left behind another', () => {
    expect(attempt(behind, report(ONE))).toMatchObject({ outcome: 'left behind', blockedBy: OTHER });
  });

  test('is unknown where the log names it and tells no more', () => {
    expect(attempt({ level: 'INFO', requestId: ONE, messageId: MESSAGE }, report(ONE)).outcome).toBe('unknown');
  });
});

describe('the place of an error', () => {
  test.each([
    [
      'Node',
      'at JSON.parse (<anonymous>)\n    at node:internal/x:1:1\n    at async read (file:///var/task/a.mjs:2:7)',
      'read (a.mjs:2:7)',
    ],
    ['a library', '    at g (/var/task/node_modules/x/y.js:1:1)\n    at f (/var/task/b.js:3:4)', 'f (b.js:3:4)'],
    [
      'Python',
      'File "/var/task/app.py", line 9, in handler\n  File "/var/lang/lib/json.py", line 1, in loads',
      'handler (app.py:9)',
    ],
    ['Java', '\tat java.base/java.util.X.y(X.java:1)\n\tat com.example.H.h(H.java:2)', 'com.example.H.h(H.java:2)'],
  ])('is the first of the application: %s', (_, stack, place) => {
    expect(callSite(stack)).toBe(place);
  });
});
