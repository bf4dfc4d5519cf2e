import { expect, test } from 'vitest';
import { untilInterrupted } from '../../../src/commands/endless.ts';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';

const clock = { now: () => 0, sleep: async () => {} };
const broken = () => new CvopsError('ConnectionBroken', ExitCode.failed, 'it broke.');

test('Ctrl-C during a call ends it, whatever that call ends with', async () => {
  const abort = new AbortController();
  const step = async () => {
    abort.abort();
    throw broken();
  };
  await expect(untilInterrupted({ clock, signal: abort.signal, note: () => {} }, 1, step)).resolves.toBeUndefined();
});

test('what fails at once ends it; what fails later is noted once, and tried again', async () => {
  const abort = new AbortController();
  const notes: string[] = [];
  const context = { clock, signal: abort.signal, note: (line: string) => notes.push(line) };
  await expect(untilInterrupted(context, 1, () => Promise.reject(broken()))).rejects.toThrow('it broke.');
  const steps = ['well', 'broken', 'broken', 'well', 'broken', 'end'];
  await untilInterrupted(context, 1, async () => {
    const next = steps.shift();
    if (next === 'broken') throw broken();
    if (next === 'end') abort.abort();
  });
  expect(notes).toEqual(['it broke. Trying again.', 'it broke. Trying again.']);
});

test('a bug ends it', async () => {
  let looks = 0;
  const step = async () => {
    if (++looks > 1) throw new TypeError('a bug');
  };
  const context = { clock, signal: new AbortController().signal, note: () => {} };
  await expect(untilInterrupted(context, 1, step)).rejects.toThrow('a bug');
});
