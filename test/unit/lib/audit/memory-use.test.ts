import { expect, test } from 'vitest';
import { memoryUse } from '../../../../src/lib/audit/memory-use.ts';
import type { LogLine } from '../../../../src/lib/aws/ports/function-logs.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';

const ID = '00000000-0000-4000-8000-000000000000';
const report = (memory: number, used: number): LogLine => ({
  at: 0,
  stream: 's',
  message: `REPORT RequestId: ${ID}\tDuration: 2 ms\tBilled Duration: 2 ms\tMemory Size: ${memory} MB\tMax Memory Used: ${used} MB`,
});

/** A log of these pages; how many were read is counted. */
function logOf(...pages: readonly (readonly LogLine[])[]) {
  const log = {
    read: 0,
    async *reportLines() {
      for (const page of pages) {
        log.read++;
        yield page;
      }
    },
  };
  return log;
}

test('the run that was nearest to its memory counts, whatever else was written', async () => {
  const other = { at: 0, stream: 's', message: `it said "REPORT RequestId"` };
  const log = logOf([report(512, 300), other], [], [report(256, 200)]);
  expect(await memoryUse(log, 'f', [], 0)).toEqual({ usedMb: 200, memoryMb: 256, runs: 2 });
});

test('a long log is not read to its end', async () => {
  const page = [report(256, 100)];
  const log = logOf(page, page, page, page, page);
  expect(await memoryUse(log, 'f', [], 0)).toMatchObject({ runs: 3 });
  expect(log.read).toBe(3);
});

/** A log that cannot be read. */
const logWith = (failure: Error) => ({
  reportLines: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }) }),
});

test('nothing is known without a run, or without a log', async () => {
  expect(await memoryUse(logOf([]), 'f', [], 0)).toBeNull();
  expect(
    await memoryUse(logWith(new CvopsError('LogGroupNotFound', ExitCode.notFound, 'gone.')), 'f', [], 0),
  ).toBeNull();
});

test('what may not be read is no missing log', async () => {
  const denied = new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
  await expect(memoryUse(logWith(denied), 'f', [], 0)).rejects.toBe(denied);
});
