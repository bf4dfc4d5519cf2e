import { beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { readyVersion } from '../../../../src/lib/release/ready-version.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';
import { FakeFunctions, FUNCTION, madeVersion } from './support/fake-functions.ts';

let clock: VirtualClock;
let functions: FakeFunctions;
let told: string[];
beforeEach(() => {
  clock = new VirtualClock();
  functions = new FakeFunctions(clock, ['5'], '5');
  told = [];
});

const is = (state: string, stateReason: string | null = null) =>
  functions.versions.set('6', madeVersion('6', { state, stateReason }));

const ready = (signal = new AbortController().signal) =>
  readyVersion({ functions: functions.port(), clock }, FUNCTION, functions.versions.get('6')!, signal, (line) =>
    told.push(line),
  );

describe('a version before its release', () => {
  test('that is Active is asked for nothing', async () => {
    is('Active');
    expect(await ready()).toMatchObject({ version: '6', state: 'Active' });
    expect(functions.invokes).toEqual([]);
  });

  test('that is Pending is waited for', async () => {
    is('Pending', 'The function is being created.');
    void clock.sleep(90_000).then(() => is('Active'));
    expect(await ready()).toMatchObject({ state: 'Active' });
    expect(told[0]).toBe('waiting for version 6: Pending: The function is being created');
    expect(functions.invokes).toEqual([]);
  });

  test('that is Inactive is woken by one invocation, which fails and brings it back', async () => {
    is('Inactive', 'The function is idle.');
    functions.hooks = {
      after: (call) => {
        if (call !== 'invoke') return;
        // Its state is told late.
        void clock.sleep(3_000).then(() => is('Pending', 'The function is being restored.'));
        void clock.sleep(8_000).then(() => is('Active'));
        throw new CvopsError('ResourceConflictException', ExitCode.failed, 'the function is in state Pending.');
      },
    };
    expect(await ready()).toMatchObject({ state: 'Active' });
    expect(functions.invokes).toEqual([{ qualifier: '6', payload: '{"Records":[]}' }]);
  });

  test('that is Inactive again when it was called is called three times, then given up with Lambda’s reason', async () => {
    is('Inactive', 'No address is free.');
    const started = clock.now();
    const calls: number[] = [];
    functions.hooks = {
      after: (call) => {
        if (call !== 'invoke') return;
        calls.push(clock.now() - started);
        is('Pending', 'The function is being restored.');
        void clock.sleep(4_000).then(() => is('Inactive', 'No address is free.'));
        throw new CvopsError('ResourceNotReadyException', ExitCode.failed, 'the function is inactive.');
      },
    };
    await expect(ready()).rejects.toMatchObject({
      code: 'VersionNotReady',
      exitCode: 8,
      message: 'version 6 of processor is Inactive again after 3 calls: No address is free.',
    });
    expect(calls).toEqual([0, 4_000, 8_000]);
  });

  test('that stays Inactive, as if nobody had called, is called again after half a minute', async () => {
    is('Inactive');
    const started = clock.now();
    const calls: number[] = [];
    functions.hooks = {
      after: (call) => {
        if (call !== 'invoke') return;
        calls.push(clock.now() - started);
        if (calls.length === 2) is('Active');
      },
    };
    expect(await ready()).toMatchObject({ state: 'Active' });
    expect(calls).toEqual([0, 30_000]);
  });

  test('that is Failed ends it at once with Lambda’s reason', async () => {
    is('Failed', 'The subnet has no free addresses.');
    await expect(ready()).rejects.toMatchObject({
      code: 'VersionFailed',
      exitCode: 6,
      message: 'version 6 of processor is Failed: The subnet has no free addresses.',
    });
  });

  test('that never comes is given up, as still pending', async () => {
    is('Pending');
    await expect(ready()).rejects.toMatchObject({ code: 'VersionNotReady', exitCode: 8 });
  });

  test('that may not be looked at ends it at once: no waiter takes "not allowed" for "not yet"', async () => {
    is('Pending');
    const started = clock.now();
    functions.hooks = {
      before: () => {
        throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed to lambda:GetFunctionConfiguration.');
      },
    };
    await expect(ready()).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(clock.now() - started).toBe(1_000);
  });

  test('that may not be invoked cannot be woken, and says so', async () => {
    is('Inactive');
    functions.hooks = {
      before: (call) => {
        if (call === 'invoke')
          throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed to lambda:InvokeFunction.');
      },
    };
    await expect(ready()).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('is not waited for after Ctrl-C', async () => {
    is('Pending');
    const abort = new AbortController();
    void clock.sleep(10_000).then(() => abort.abort(new Error('interrupted')));
    await expect(ready(abort.signal)).rejects.toThrow('interrupted');
  });
});
