import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppendFile } from '../../../../../src/lib/dlq/archive/append-file.ts';
import { openArchiveSource } from '../../../../../src/lib/dlq/archive/archive-source.ts';
import { openArchiveTarget, openStandardOutput } from '../../../../../src/lib/dlq/archive/archive-target.ts';
import { readLines } from '../../../../../src/lib/dlq/archive/lines.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const spool = () => at('spool');
const names = () => readdirSync(folder).sort();
const target = (path: string, force = false) => openArchiveTarget(path, force, spool());

describe('the file of an export', () => {
  test('has its name only when it is whole, and is private', async () => {
    const file = await target(at('a'));
    file.add('1\n');
    expect(existsSync(at('a'))).toBe(false);
    await file.finish();
    await file.discard();
    expect(readFileSync(at('a'), 'utf8')).toBe('1\n');
    expect(statSync(at('a')).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(['a']);
  });

  test('leaves nothing when it is discarded', async () => {
    const file = await target(at('a'));
    file.add('1\n');
    await file.discard();
    expect(names()).toEqual([]);
  });

  test('does not replace a file without --force, and replaces it whole with', async () => {
    writeFileSync(at('a'), 'old');
    await expect(target(at('a'))).rejects.toMatchObject({ code: 'FileExists', exitCode: 2 });
    const file = await target(at('a'), true);
    file.add('new\n');
    expect(readFileSync(at('a'), 'utf8')).toBe('old');
    await file.finish();
    expect(readFileSync(at('a'), 'utf8')).toBe('new\n');
    expect(names()).toEqual(['a']);
  });

  test('does not replace one that came in the meantime', async () => {
    const file = await target(at('a'));
    file.add('mine\n');
    writeFileSync(at('a'), 'theirs');
    await expect(file.finish()).rejects.toMatchObject({ code: 'FileExists' });
    expect(readFileSync(at('a'), 'utf8')).toBe('theirs');
    expect(names()).toEqual(['a']);
  });

  test('behind a symbolic link replaces the file, not the link', async () => {
    writeFileSync(at('real'), 'old');
    symlinkSync(at('real'), at('link'));
    const file = await target(at('link'), true);
    file.add('new\n');
    await file.finish();
    expect(readFileSync(at('real'), 'utf8')).toBe('new\n');
  });

  test.each([
    ['a folder that is not there', () => at('none/a'), /no such folder/],
    ['a file as a folder', () => join(at('file'), 'a'), /a part of its path is a file/],
    ['a folder', () => folder, /is a folder/],
  ])('%s is told in one line', async (_, path, why) => {
    writeFileSync(at('file'), '');
    await expect(target(path())).rejects.toThrow(why);
  });

  test.skipIf(!existsSync('/dev/full'))('a device gets everything at the end, and a full one is told', async () => {
    const file = await target('/dev/full');
    file.add('1\n');
    await expect(file.finish()).rejects.toMatchObject({
      code: 'FileNotWritable',
      message: 'cannot write /dev/full (the disk is full).',
    });
    expect(statSync('/dev/full').isFile()).toBe(false);
  });

  test('standard output gets nothing before the end, then every character whole', async () => {
    const written: string[] = [];
    const file = await openStandardOutput((text) => written.push(text), spool());
    const line = `${'ü😀'.repeat(30_000)}\n`;
    file.add(line);
    expect(written).toEqual([]);
    await file.finish();
    expect(written.join('')).toBe(line);
    expect(written.length).toBeGreaterThan(1);
    expect(readdirSync(spool())).toEqual([]);
  });
});

describe('a file that only grows', () => {
  const failure = (cause: unknown) => cause;

  test('has on disk what was added before, in order', async () => {
    const file = new AppendFile(await open(at('a'), 'ax'), failure);
    const waits = Array.from({ length: 50 }, (_, n) => {
      file.add(`${n}\n`);
      return file.synced().then(() => expect(readFileSync(at('a'), 'utf8')).toContain(`${n}\n`));
    });
    await Promise.all(waits);
    await file.close();
    expect(readFileSync(at('a'), 'utf8').split('\n').slice(0, -1).map(Number)).toEqual(Array.from(Array(50).keys()));
  });

  test.skipIf(!existsSync('/dev/full'))('writes nothing more after a failure', async () => {
    const file = new AppendFile(await open('/dev/full', 'a'), failure);
    file.add('1\n');
    await expect(file.synced()).rejects.toMatchObject({ code: 'ENOSPC' });
    file.add('2\n');
    await expect(file.synced()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(file.close()).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  test('is cut back to what was on disk for sure when a write fails half-way', async () => {
    writeFileSync(at('a'), 'before\n');
    const real = await open(at('a'), 'a');
    let full = false;
    const handle = new Proxy(real, {
      get(handle, name) {
        if (name === 'appendFile' && full) {
          return async (text: string) => {
            await real.appendFile(text.slice(0, 3));
            throw Object.assign(new Error('full'), { code: 'ENOSPC' });
          };
        }
        const value = handle[name as keyof typeof handle];
        return typeof value === 'function' ? value.bind(handle) : value;
      },
    });
    const file = new AppendFile(handle, failure, 'before\n'.length);
    file.add('whole\n');
    await file.synced();
    full = true;
    file.add('cut off\n');
    await expect(file.synced()).rejects.toThrow('full');
    await file.close().catch(() => {});
    expect(readFileSync(at('a'), 'utf8')).toBe('before\nwhole\n');
  });
});

describe('the lines of a file', () => {
  async function linesOf(content: string | Buffer) {
    writeFileSync(at('lines'), content);
    const file = await open(at('lines'), 'r');
    const lines: { number: number; text: string; whole: boolean; end: number }[] = [];
    try {
      for await (const { number, bytes, whole, end } of readLines(file, 'lines')) {
        lines.push({ number, text: bytes.toString(), whole, end });
      }
    } finally {
      await file.close();
    }
    return lines;
  }

  test('are numbered, keep their place, and tell whether they end', async () => {
    expect(await linesOf('a\n\nb')).toEqual([
      { number: 1, text: 'a', whole: true, end: 2 },
      { number: 2, text: '', whole: true, end: 3 },
      { number: 3, text: 'b', whole: false, end: 4 },
    ]);
    expect(await linesOf('')).toEqual([]);
  });

  test('may be longer than a piece that is read', async () => {
    const long = 'ü'.repeat(700_000);
    const lines = await linesOf(`${long}\nb\n`);
    expect(lines.map(({ text }) => text)).toEqual([long, 'b']);
  });

  test('are refused when no message can be so long', async () => {
    await expect(linesOf('a'.repeat(9 << 20))).rejects.toMatchObject({ code: 'InvalidArchive' });
  });
});

describe('the file of an import', () => {
  const source = (path: string, input = '') =>
    openArchiveSource(
      path,
      async function* () {
        yield Buffer.from(input);
      },
      spool(),
    );

  test('that is not there or is a folder is told', async () => {
    await expect(source(at('none'))).rejects.toMatchObject({ code: 'FileNotFound', exitCode: 5 });
    await expect(source(folder)).rejects.toMatchObject({ code: 'UsageError' });
  });

  test('that somebody writes to is told', async () => {
    writeFileSync(at('a'), 'a\n');
    const file = await source(at('a'));
    await expect(file.checkUnchanged()).resolves.toBeUndefined();
    writeFileSync(at('a'), 'ab\n');
    await expect(file.checkUnchanged()).rejects.toMatchObject({ code: 'FileChanged' });
    await file.close();
  });

  test('that is piped in may be read twice and leaves no trace', async () => {
    const file = await source('-', 'a\nb\n');
    expect(readdirSync(spool())).toEqual([]);
    for (let time = 0; time < 2; time++) {
      const texts: string[] = [];
      for await (const { bytes } of readLines(file.file, file.name)) texts.push(bytes.toString());
      expect(texts).toEqual(['a', 'b']);
    }
    await file.close();
  });
});
