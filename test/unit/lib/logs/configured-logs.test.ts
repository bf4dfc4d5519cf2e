import { describe, expect, test } from 'vitest';
import type { FunctionLogs, LogLine, LogPages, LogQuery } from '../../../../src/lib/aws/ports/function-logs.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { ConfiguredLogs } from '../../../../src/lib/logs/configured-logs.ts';

const QUERY = { text: '', fromMs: 0, toMs: 9, limit: 10 };
const line = (at: number): LogLine => ({ at, stream: 's', message: `m${at}` });

/** Groups with the times of their lines; an error is thrown by what pages, and null to who searches. */
function groups(held: Readonly<Record<string, readonly number[] | CvopsError>>): FunctionLogs & LogPages {
  const linesOf = ({ group }: LogQuery) => {
    const times = held[group!];
    if (times === undefined) throw missing();
    if (times instanceof CvopsError) throw times;
    return times.map(line);
  };
  return {
    async find(_, query) {
      const times = held[query.group!];
      return Array.isArray(times) ? linesOf(query) : null;
    },
    async *pages(_, query) {
      yield linesOf(query).slice(0, query.limit);
    },
  };
}

const missing = () => new CvopsError('LogGroupNotFound', ExitCode.notFound, 'no group.');
const denied = () => new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
const times = (lines: readonly LogLine[] | null) => lines?.map(({ at }) => at);

async function paged(logs: LogPages, limit = 10): Promise<number[]> {
  const all: number[] = [];
  for await (const lines of logs.pages('f', { ...QUERY, limit })) all.push(...lines.map(({ at }) => at));
  return all;
}

describe('the log of a function whose versions log to two groups', () => {
  const both = groups({ old: [1, 4], new: [2, 3] });
  const logs = (inner: FunctionLogs & LogPages) => new ConfiguredLogs(inner, async () => ['old', 'new']);

  test('is one, oldest first, no longer than asked for', async () => {
    expect(times(await logs(both).find('f', QUERY))).toEqual([1, 2, 3, 4]);
    expect(times(await logs(both).find('f', { ...QUERY, limit: 3 }))).toEqual([1, 2, 3]);
    expect((await paged(logs(both))).sort()).toEqual([1, 2, 3, 4]);
    expect(await paged(logs(both), 3)).toHaveLength(3);
  });

  test('is the one group that is there, while the other is not made yet', async () => {
    const half = groups({ old: [1] });
    expect(times(await logs(half).find('f', QUERY))).toEqual([1]);
    expect(await paged(logs(half))).toEqual([1]);
    const none = logs(groups({}));
    expect(await none.find('f', QUERY)).toBeNull();
    expect([...none.unread]).toEqual(['f']);
    await expect(paged(none)).rejects.toMatchObject({ code: 'LogGroupNotFound' });
  });

  test('is not called whole where one group may not be read', async () => {
    await expect(paged(logs(groups({ old: [1], new: denied() })))).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('is asked for once', async () => {
    let asked = 0;
    const counted = new ConfiguredLogs(both, async () => [++asked === 1 ? 'old' : 'new']);
    await counted.find('f', QUERY);
    expect(times(await counted.find('f', QUERY))).toEqual([1, 4]);
    expect(asked).toBe(1);
  });
});
