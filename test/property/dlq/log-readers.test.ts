import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogLine } from '../../../src/lib/aws/ports/function-logs.ts';
import { describeAttempt } from '../../../src/lib/dlq/explain/attempts.ts';
import { callSite, errorFromText } from '../../../src/lib/dlq/explain/error-text.ts';
import { foldLines } from '../../../src/lib/dlq/explain/fold-lines.ts';
import { invocationError, readInvocations } from '../../../src/lib/dlq/explain/invocations.ts';
import { readRecord } from '../../../src/lib/dlq/explain/log-record.ts';
import { failureCause, signatureOf } from '../../../src/lib/dlq/inspect/failure-cause.ts';
import { mask } from '../../../src/lib/dlq/inspect/mask.ts';
import { summary } from '../../../src/lib/dlq/inspect/summary.ts';

const REQUEST = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

/** Pieces of real lines, so that random text comes near to what the readers look for. */
const piece = fc.constantFrom(
  'START RequestId: ',
  'REPORT RequestId: ',
  `${REQUEST}`,
  'Duration: 1.5 ms',
  'Status: timeout',
  'Error Type: ',
  'Task timed out after 3.00 seconds',
  'TypeError: ',
  'Traceback (most recent call last):',
  '\n    at f (/var/task/a.js:1:2)',
  '\n  File "a.py", line 1, in f',
  'Caused by: ',
  '[ERROR]',
  '\t',
  '\n',
  '\r',
  '\u00a0',
  '{"level":"ERROR"',
  '{"type":"platform.report","record":{"status":"timeout"}}',
  '{"error":{"name":1,"stack":{}}}',
  '{"message":{"errorType":[]}}',
  "(reading 'x')",
  '"',
  "'",
  '`',
  '\ue001',
  ' \ud800',
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.oneof(piece, fc.string({ maxLength: 12 })), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.json({ maxDepth: 3 }),
  fc
    .dictionary(
      fc.constantFrom(
        'level',
        'message',
        'error',
        'err',
        'exception',
        'stackTrace',
        'messageId',
        'cause',
        'version',
        'record',
        'type',
        'requestId',
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    .map((value) => JSON.stringify(value)),
);
const line: fc.Arbitrary<LogLine> = fc.record({
  at: fc.integer({ min: 0, max: 5_000 }),
  stream: fc.constantFrom('a', '2026/08/07/[6]b'),
  message: text,
});

test('no line, whatever is in it, stops a reader', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      for (const each of lines) {
        const record = readRecord(each);
        callSite(record.error?.stack ?? null);
        errorFromText(each.message);
        const cause = failureCause(each);
        if (cause !== null) signatureOf(cause);
      }
      for (const run of readInvocations(lines)) {
        invocationError(run);
        describeAttempt(run, REQUEST);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('no line is lost on the way to an invocation, and none is counted twice', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const letters = (each: readonly { message: string }[]) =>
        each.reduce((sum, { message }) => sum + message.replaceAll('\n', '').length, 0);
      const inOrder = [...lines].sort((a, b) => a.at - b.at);
      expect(letters(foldLines(inOrder))).toBe(letters(lines));
      expect(letters(readInvocations(lines).flatMap(({ records }) => records.map((record) => record.line)))).toBe(
        letters(lines),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('a mask is one short line, and masking twice changes nothing that masking once did not', () => {
  fc.assert(
    fc.property(text, (words) => {
      const masked = mask(summary(words));
      expect(masked.length).toBeLessThanOrEqual(160);
      expect(masked).not.toMatch(/\n/);
      expect(mask(masked).length).toBeLessThanOrEqual(160);
    }),
    { numRuns: 2_000 },
  );
});

test('ids, numbers and times never tell two messages of one error apart', () => {
  const sentence = fc.constantFrom(
    (id: string, n: number, at: string) => `user ${id} has ${n} carts since ${at}`,
    (id: string, n: number, at: string) => `${at}: ${n} of 9 retries for "${id}"`,
    (id: string, n: number, at: string) => `item '${id}' (${n} bytes) expired at ${at}.`,
  );
  const time = fc
    .date({ min: new Date(2000, 1), max: new Date(2040, 1), noInvalidDate: true })
    .map((at) => at.toISOString());
  const values = fc.tuple(fc.uuid(), fc.nat(), time);
  fc.assert(
    fc.property(sentence, values, values, (say, one, other) => {
      expect(mask(say(...one))).toBe(mask(say(...other)));
    }),
    { numRuns: 500 },
  );
});
