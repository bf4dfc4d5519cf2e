import { expect, test } from 'vitest';
import { Answers } from '../../../../src/lib/audit/answers.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';

const stranger = new CvopsError('EndpointNotAws', ExitCode.setup, 'got 404 Not Found.');
const strange = () => Promise.reject(stranger);

test('an operation that an emulator does not know is a gap, beside those that it answers', async () => {
  const answers = new Answers();
  expect(await answers.read(strange)).toEqual({ gap: { code: 'OperationUnknown', message: 'got 404 Not Found.' } });
  expect(await answers.read(async () => 1)).toEqual({ value: 1 });
  expect(() => answers.refuseStranger()).not.toThrow();
});

test('what answers nothing as AWS does is refused', async () => {
  const answers = new Answers();
  await answers.read(strange);
  expect(() => answers.refuseStranger()).toThrow(stranger);
});

test('a refusal is an answer of AWS', async () => {
  const answers = new Answers();
  await answers.read(strange);
  await answers.read(() => Promise.reject(new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.')));
  expect(() => answers.refuseStranger()).not.toThrow();
});

test('what no call mends ends all', async () => {
  const answers = new Answers();
  const gone = new CvopsError('EndpointUnreachable', ExitCode.setup, 'cannot reach it.');
  await expect(answers.read(() => Promise.reject(gone))).rejects.toBe(gone);
  await expect(answers.read(async () => 1)).rejects.toBe(gone);
});
