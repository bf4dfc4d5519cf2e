import { describe, expect, test } from 'vitest';
import type { FunctionLogs, LogLine, LogQuery } from '../../../../../src/lib/aws/ports/function-logs.ts';
import { batchFailures } from '../../../../../src/lib/release/canary/batch-failures.ts';

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const line = (version: string, message: string): LogLine => ({ at: 1, stream: `2026/11/23/[${version}]abc`, message });

const failed = (version: string, request: number, message = request) =>
  line(
    version,
    JSON.stringify({
      level: 'ERROR',
      message: 'failed',
      requestId: id(request),
      messageId: id(message),
      error: { name: 'E' },
    }),
  );

async function counted(lines: readonly LogLine[] | null): Promise<[Record<string, number> | null, LogQuery]> {
  let asked: LogQuery | undefined;
  const logs: FunctionLogs = {
    find: async (_, query) => {
      asked = query;
      return lines;
    },
  };
  const counts = await batchFailures(logs, 'processor', { fromMs: 60_000, toMs: 120_000 });
  return [counts === null ? null : Object.fromEntries(counts), asked!];
}

describe('what a log tells of batches that were given back in part', () => {
  test('counts invocations and not messages, by version', async () => {
    const lines = [failed('5', 1, 10), failed('6', 2, 20), failed('6', 2, 21), failed('6', 3, 30)];
    const [counts, query] = await counted(lines);
    expect(counts).toEqual({ 5: 1, 6: 2 });
    expect(query).toMatchObject({ fromMs: 60_000, toMs: 120_000 });
  });

  test('leaves out invocations that broke: Lambda counts those itself', async () => {
    const lines = [
      failed('6', 1),
      line('6', `2026-11-23T03:00:00.000Z ${id(1)} Task timed out after 3.00 seconds`),
      failed('6', 2),
      line('6', `2026-11-23T03:00:00.000Z\t${id(2)}\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"no"}`),
      failed('6', 3),
    ];
    expect((await counted(lines))[0]).toEqual({ 6: 1 });
  });

  test.each(['error', 'failure', 'timeout'])(
    'leaves out invocations that ended in %s by the JSON format',
    async (status) => {
      const record = { requestId: id(1), status, metrics: { durationMs: 3 } };
      const lines = [
        failed('6', 1),
        line('6', JSON.stringify({ time: 't', type: 'platform.report', record })),
        failed('6', 2),
        line(
          '6',
          JSON.stringify({
            time: 't',
            type: 'platform.report',
            record: { ...record, requestId: id(2), status: 'success' },
          }),
        ),
      ];
      expect((await counted(lines))[0]).toEqual({ 6: 1 });
    },
  );

  test('leaves out errors that name no message, and warnings that do', async () => {
    const lines = [
      line('6', JSON.stringify({ level: 'ERROR', message: 'cache cold', requestId: id(1) })),
      line('6', JSON.stringify({ level: 'WARN', message: 'left', requestId: id(2), messageId: id(2) })),
    ];
    expect((await counted(lines))[0]).toEqual({});
  });

  test('is not known where the log cannot be read, or is too long to be read at each look', async () => {
    expect((await counted(null))[0]).toBeNull();
    expect((await counted(Array.from({ length: 20_000 }, (_, n) => failed('6', n))))[0]).toBeNull();
  });
});
