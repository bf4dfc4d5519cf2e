import { describe, expect, test } from 'vitest';
import type { FunctionCode, LatestCode } from '../../../../src/lib/aws/ports/function-code.ts';
import { settledCode } from '../../../../src/lib/deploy/settled-code.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';

const READY: LatestCode = {
  codeSha256: 'x',
  revisionId: 'r',
  state: 'Active',
  stateReason: null,
  lastUpdate: 'Successful',
  lastUpdateReason: null,
  settings: '',
};
const UPDATING: LatestCode = { ...READY, lastUpdate: 'InProgress' };

/** Waits by moving its own hands; answers one after the other, the last one for ever. */
function wait(answers: readonly (Partial<LatestCode> | Error)[], isOurs = true) {
  let nowMs = 0;
  let asked = 0;
  const lines: string[] = [];
  const code = {
    latest: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return { ...READY, ...answer };
    },
  } as unknown as FunctionCode;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
  const { signal } = new AbortController();
  const done = settledCode({ code, clock }, 'f', isOurs, signal, (line) => lines.push(line));
  return { done, lines, asked: () => asked, waitedMs: () => nowMs };
}

describe('waiting for an update of a function', () => {
  test('asks again soon, and says once what it waits for', async () => {
    const { done, lines, waitedMs } = wait([UPDATING, UPDATING, READY]);
    expect(await done).toEqual(READY);
    expect(lines).toEqual(['waiting for f: InProgress']);
    expect(waitedMs()).toBeLessThan(1_000);
  });

  test.each([
    ['FunctionFailed', { state: 'Failed', stateReason: 'The image is gone.' }, 'f is Failed: The image is gone.'],
    [
      'UpdateFailed',
      { lastUpdate: 'Failed', lastUpdateReason: 'The subnet has no addresses' },
      'the update of f failed: The subnet has no addresses.',
    ],
  ])('%s ends it at once, with Lambda’s reason', async (code, answer, message) => {
    const { done, asked } = wait([UPDATING, answer]);
    await expect(done).rejects.toMatchObject({ code, message, exitCode: ExitCode.gate });
    expect(asked()).toBe(2);
  });

  test('an earlier update that failed does not stop the upload that may mend it', async () => {
    const { done } = wait([{ lastUpdate: 'Failed' }], false);
    expect(await done).toMatchObject({ lastUpdate: 'Failed' });
  });

  test('what may not be read ends it at once', async () => {
    const denied = new CvopsError('AccessDenied', ExitCode.setup, 'no');
    const { done, asked } = wait([UPDATING, denied]);
    await expect(done).rejects.toBe(denied);
    expect(asked()).toBe(2);
  });

  test('gives up after ten minutes as pending', async () => {
    const { done, waitedMs } = wait([{ state: 'Pending', stateReason: 'The function is being created.' }]);
    await expect(done).rejects.toMatchObject({
      code: 'UpdatePending',
      exitCode: ExitCode.pending,
      message: 'f is still Pending after 10 min: The function is being created.',
    });
    expect(waitedMs()).toBeLessThan(11 * 60_000);
  });
});
