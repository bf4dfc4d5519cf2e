import { describe, expect, test } from 'vitest';
import type { FunctionLogs, LogLine } from '../../../../../src/lib/aws/ports/function-logs.ts';
import { causesByMessage } from '../../../../../src/lib/dlq/inspect/causes-by-message.ts';
import { failureCause, signatureOf } from '../../../../../src/lib/dlq/inspect/failure-cause.ts';
import { mask } from '../../../../../src/lib/dlq/inspect/mask.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';

const ID = '3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a';
const OTHER = '11111111-2222-4333-8444-555555555555';
const REQUEST = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const line = (message: string, at = 1): LogLine => ({ at, stream: 's', message });

describe('a signature', () => {
  test.each([
    ['user 42 not found', 'user <n> not found'],
    [`no item ${ID}`, 'no item <id>'],
    ['expired at 2026-08-07T12:00:01.123Z', 'expired at <time>'],
    ['Unexpected token "x" in JSON at position 17', 'Unexpected token … in JSON at position <n>'],
    ["visitor 'a' is missing, can't go on", "visitor '…' is missing, can't go on"],
    ['mail to ana@example.org bounced', 'mail to <mail> bounced'],
    ['bad hash 0a1b2c3d4e5f', 'bad hash <id>'],
    ['took -1.5 s\nat line 3', 'took <n> s'],
    ['utf8 and sha256 stay', 'utf8 and sha256 stay'],
  ])('masks what differs: %s', (text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  test('is the same for errors that differ in values only', () => {
    const one = signatureOf({ name: 'TypeError', message: `item ${ID} has 3 parts` });
    expect(signatureOf({ name: 'TypeError', message: `item ${OTHER} has 14 parts` })).toBe(one);
    expect(signatureOf({ name: 'RangeError', message: `item ${OTHER} has 14 parts` })).not.toBe(one);
  });
});

describe('a log line', () => {
  test('of structured JSON tells name, message, message id and version', () => {
    const text = JSON.stringify({
      messageId: ID,
      version: '6',
      error: { name: 'TypeError', message: 'x', stack: 'y' },
    });
    expect(failureCause(line(text))).toMatchObject({ name: 'TypeError', message: 'x', messageId: ID, version: '6' });
  });

  test('in Lambda’s plain format tells the error and its request', () => {
    const text = `2026-08-07T12:00:00.000Z\t${REQUEST}\tERROR\tTypeError: cannot read properties of undefined\n    at f`;
    expect(failureCause(line(text))).toMatchObject({
      name: 'TypeError',
      message: 'cannot read properties of undefined',
      requestId: REQUEST,
    });
  });

  test('in Lambda’s plain format may carry JSON', () => {
    const text = `2026-08-07T12:00:00.000Z\t${REQUEST}\tERROR\t{"messageId":"${ID}","error":{"name":"E","message":"m"}}`;
    expect(failureCause(line(text))).toMatchObject({ name: 'E', messageId: ID, requestId: REQUEST });
  });

  test('of an uncaught exception tells its type', () => {
    const text = `2026-08-07T12:00:00.000Z\t${REQUEST}\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"boom"}`;
    expect(failureCause(line(text))).toMatchObject({ name: 'TypeError', message: 'boom', requestId: REQUEST });
  });

  test('of a timeout is a cause too', () => {
    const text = `2026-08-07T12:00:00.000Z ${REQUEST} Task timed out after 3.00 seconds`;
    expect(failureCause(line(text))).toMatchObject({ name: 'TimedOut', requestId: REQUEST });
  });

  test.each([
    ['START RequestId: x Version: 6'],
    [`{"messageId":"${ID}","outcome":"written"}`],
    ['{not json'],
    ['plain words'],
  ])('that tells no failure is none: %s', (text) => {
    expect(failureCause(line(text))).toBeNull();
  });
});

describe('the causes of messages', () => {
  const logs = (lines: readonly LogLine[] | null, seen: string[] = []): FunctionLogs => ({
    find: async (_name, { text }) => {
      seen.push(text);
      return lines === null ? null : lines.filter(({ message }) => message.includes(text));
    },
  });
  const ask = (reader: FunctionLogs, ids: readonly string[]) =>
    causesByMessage({ logs: reader, functionName: 'f', messageIds: new Set(ids), fromMs: 0, toMs: 9 });

  test('are the last ones logged', async () => {
    const error = (message: string) => JSON.stringify({ messageId: ID, error: { name: 'E', message } });
    const found = await ask(logs([line(error('first'), 1), line(error('last'), 2)]), [ID]);
    expect(found?.get(ID)?.message).toBe('last');
  });

  test('are those of the group for a message that only ever waited behind another', async () => {
    const behind = JSON.stringify({ level: 'WARN', messageId: ID, message: 'left for later', cause: OTHER });
    const own = JSON.stringify({ level: 'ERROR', messageId: ID, error: { name: 'E', message: 'own' } });
    expect((await ask(logs([line(behind)]), [ID]))?.get(ID)?.name).toBe('LeftBehind');
    expect((await ask(logs([line(own, 1), line(behind, 2)]), [ID]))?.get(ID)?.name).toBe('E');
  });

  test('are joined through the request where the line itself names no message', async () => {
    const many = Array.from({ length: 8 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);
    const lines = [
      line(JSON.stringify({ requestId: REQUEST, messageId: many[0], level: 'INFO' }), 1),
      line(`2026-08-07T12:00:00.000Z ${REQUEST} Task timed out after 3.00 seconds`, 2),
    ];
    const found = await ask(logs(lines), many);
    expect([...found!.keys()]).toEqual([many[0]]);
    expect(found?.get(many[0]!)).toMatchObject({ name: 'TimedOut' });
  });

  test('are null where the log cannot be read', async () => {
    expect(await ask(logs(null), [ID])).toBeNull();
    const throttled: FunctionLogs = {
      find: () => Promise.reject(new CvopsError('Throttled', ExitCode.failed, 'slow down')),
    };
    expect(await ask(throttled, [ID])).toBeNull();
  });
});
