import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inStateFolder, makePrivateFolder } from '../../../src/lib/private-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a private folder', () => {
  test('is made with those above it, for the owner alone, once or twice', () => {
    const path = join(folder, 'a', 'b', 'c');
    makePrivateFolder(path);
    makePrivateFolder(path);
    for (const each of [path, join(folder, 'a')]) expect(statSync(each).mode & 0o777).toBe(0o700);
  });

  test('is refused where a file stands in its place', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => makePrivateFolder(file)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(() => makePrivateFolder(join(file, 'a', 'b'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });

  // Node's own recursive mkdir never comes back from here.
  test.skipIf(process.platform !== 'linux')('is refused below a parent that takes none', () => {
    expect(() => makePrivateFolder('/proc/cvops/a/b')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});

describe('what the system refuses in the state folder', () => {
  const refused = (code: string) =>
    inStateFolder('/state', () => {
      throw Object.assign(new Error(code), { code, syscall: 'mkdir' });
    });

  test.each([
    ['EROFS', 4, 'it is read-only', 'XDG_STATE_HOME'],
    ['EACCES', 4, 'no permission', 'XDG_STATE_HOME'],
    ['ENOSPC', 1, 'the disk is full', 'make room'],
  ])('%s exits %i', (code, exitCode, why, hint) => {
    expect(() => refused(code)).toThrow(
      expect.objectContaining({
        code: 'StateNotWritable',
        exitCode,
        message: `cannot write to the state folder /state (${why}).`,
        hint: expect.stringContaining(hint),
      }),
    );
  });

  test('is told from a bug', () => {
    expect(() =>
      inStateFolder('/state', () => {
        throw new TypeError('x');
      }),
    ).toThrow(TypeError);
  });
});
