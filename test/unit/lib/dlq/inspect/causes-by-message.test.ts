import { describe, expect, test } from 'vitest';
import type { FunctionLogs, LogLine, LogQuery } from '../../../../../src/lib/aws/ports/function-logs.ts';
import { findCauses } from '../../../../../src/lib/dlq/inspect/causes-by-message.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 7, 7, 12);
const STREAM = '2026/08/07/[6]0f1e2d3c';
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const request = (n: number) => `aaaaaaaa-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A log in memory that answers as CloudWatch does: the oldest lines of the span, at most `limit`. */
class Log implements FunctionLogs {
  readonly queries: LogQuery[] = [];
  readonly #lines: LogLine[];

  constructor(lines: readonly Omit<LogLine, 'stream'>[]) {
    this.#lines = lines.map((line) => ({ stream: STREAM, ...line })).sort((a, b) => a.at - b.at);
  }

  async find(_: string, query: LogQuery): Promise<readonly LogLine[]> {
    this.queries.push(query);
    const { text, anyOf = [], fromMs, toMs, limit } = query;
    return this.#lines
      .filter(({ at, message }) => at >= fromMs && at <= toMs && message.includes(text))
      .filter(({ message }) => anyOf.length === 0 || anyOf.some((word) => message.includes(word)))
      .slice(0, limit);
  }
}

const failed = (n: number, message = 'm', at = NOW - 60_000) => ({
  at,
  message: JSON.stringify({ level: 'ERROR', requestId: request(n), messageId: id(n), error: { name: 'E', message } }),
});
const ids = (count: number) => new Set(Array.from({ length: count }, (_, n) => id(n)));
const ask = (logs: FunctionLogs, messageIds: ReadonlySet<string>) =>
  findCauses({ logs, functionName: 'f', messageIds, fromMs: NOW - 14 * 24 * HOUR, toMs: NOW });

describe('the causes of many messages', () => {
  test('cost one search for the words of failures when all of them died within the hour', async () => {
    const log = new Log(Array.from({ length: 500 }, (_, n) => failed(n)));
    const found = await ask(log, ids(500));
    expect(found!.byMessage.size).toBe(500);
    expect(log.queries).toHaveLength(1);
    expect(log.queries[0]).toMatchObject({ text: '', fromMs: NOW - HOUR, anyOf: expect.arrayContaining(['ERROR']) });
  });

  test('are searched backwards in growing spans, up to the first of them and no further', async () => {
    const log = new Log(Array.from({ length: 10 }, (_, n) => failed(n, 'm', NOW - n * 2 * HOUR)));
    const found = await ask(log, ids(10));
    expect(found!.byMessage.size).toBe(10);
    expect(log.queries.map(({ fromMs, toMs }) => Math.round((toMs - fromMs) / HOUR))).toEqual([1, 4, 16]);
  });

  test('are read page by page, and none is missed where a page ends', async () => {
    const many = Array.from({ length: 25_000 }, (_, n) => failed(n, 'm', NOW - 50_000 + Math.floor(n / 3)));
    const log = new Log(many);
    const found = await ask(log, ids(25_000));
    expect(found!.byMessage.size).toBe(25_000);
    expect(found!.complete).toBe(true);
    expect(log.queries).toHaveLength(3);
  });

  test('stop where the log is too long to read whole, and say so', async () => {
    const noise = { at: NOW - 1_000, message: 'ERROR of something else' };
    const endless: FunctionLogs = {
      find: async (_, { limit }) => Array.from({ length: limit }, () => ({ ...noise, stream: STREAM })),
    };
    expect((await ask(endless, ids(10)))!.complete).toBe(false);
  });

  test('are looked for in the last lines where no line has a word of a failure', async () => {
    const plain = Array.from({ length: 8 }, (_, n) => ({ at: NOW - 60_000, message: `giving up on ${id(n)}` }));
    const log = new Log([
      ...plain,
      { at: NOW - 59_000, message: `java.lang.IllegalStateException: no ${id(3)}\n\tat a.B.c(B.java:1)` },
    ]);
    const wordless: FunctionLogs = {
      find: (name, query) =>
        query.anyOf === undefined || query.anyOf.length === 0 ? log.find(name, query) : Promise.resolve([]),
    };
    expect((await ask(wordless, ids(8)))!.byMessage.get(id(3))?.name).toBe('java.lang.IllegalStateException');
  });

  test('take the version from the stream, and keep the last lines of each message', async () => {
    const log = new Log([
      ...Array.from({ length: 9 }, (_, n) => failed(1, `try ${n}`, NOW - 60_000 + n)),
      failed(0),
      ...[2, 3, 4, 5].map((n) => failed(n)),
    ]);
    const found = await ask(log, ids(6));
    expect(found!.byMessage.get(id(1))).toMatchObject({ message: 'try 8', version: '6' });
    expect(found!.lines.get(id(1))).toHaveLength(5);
    expect(found!.lines.get(id(1))!.at(-1)!.message).toContain('try 8');
  });

  test('of a whole run fall to each message that it names, but not over an error of that message in the same run', async () => {
    const begun = {
      at: NOW - 60_000,
      message: JSON.stringify({
        level: 'INFO',
        requestId: request(9),
        batch: [id(0), id(1), id(2), id(3), id(4), id(5)],
      }),
    };
    const own = {
      at: NOW - 59_000,
      message: JSON.stringify({
        level: 'ERROR',
        requestId: request(9),
        messageId: id(2),
        error: { name: 'Own', message: 'o' },
      }),
    };
    const late = {
      at: NOW - 58_000,
      message: `2026-08-07T11:59:02.000Z ${request(9)} Task timed out after 3.00 seconds`,
    };
    const found = await ask(new Log([begun, own, late]), ids(6));
    expect(found!.byMessage.get(id(0))).toMatchObject({ name: 'TimedOut', version: '6' });
    expect(found!.byMessage.get(id(2))).toMatchObject({ name: 'Own' });
    expect(found!.unlinked).toEqual([]);
  });

  test('of many failed runs are joined in one reading of that time, not in one search for each', async () => {
    const lines = Array.from({ length: 300 }, (_, run) => [
      {
        at: NOW - 600_000 + run * 1_000,
        message: `t\t${request(run)}\tINFO\tbegun with ${id(2 * run)} ${id(2 * run + 1)}`,
      },
      { at: NOW - 600_000 + run * 1_000 + 900, message: `t ${request(run)} Task timed out after 3.00 seconds` },
    ]).flat();
    const log = new Log(lines);
    const found = await ask(log, ids(600));
    expect(found!.byMessage.size).toBe(600);
    expect([...found!.byMessage.values()].every(({ name }) => name === 'TimedOut')).toBe(true);
    expect(log.queries.length).toBeLessThan(12);
  });

  test('leave failures that name no message apart, the most frequent first', async () => {
    const plain = (n: number, text: string) => ({ at: NOW - 60_000 + n, message: `t\t${request(n)}\tERROR\t${text}` });
    const found = await ask(
      new Log([plain(1, 'TypeError: a 1'), plain(2, 'RangeError: b'), plain(3, 'TypeError: a 2')]),
      ids(6),
    );
    expect(found!.byMessage.size).toBe(0);
    expect(found!.unlinked).toMatchObject([
      { signature: 'TypeError: a <n>', count: 2, versions: ['6'] },
      { signature: 'RangeError: b', count: 1 },
    ]);
  });
});
