import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePage, withPage } from '../../../../src/commands/usage/write-page.ts';
import type { Context } from '../../../../src/lib/context.ts';
import { usagePage } from '../../../../src/lib/usage/page/usage-page.ts';
import { exampleReport } from '../../../support/usage-reports.ts';

let folder: string;
let context: Context;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-html-'));
  context = { cwd: folder, folders: { state: join(folder, 'state') } } as Context;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const report = exampleReport();
const writePage = (path: string) => withPage(path, context, (page) => page!.write(report));

describe('--html', () => {
  test('writes the page from the folder that the command runs in', async () => {
    expect(await writePage('usage.html')).toBe(join(folder, 'usage.html'));
    expect(readFileSync(join(folder, 'usage.html'), 'utf8')).toBe(usagePage(report));
    expect(readdirSync(folder)).toEqual(['usage.html']);
  });

  test('replaces the page of yesterday, and the file behind a link rather than the link', async () => {
    writeFileSync(join(folder, 'yesterday.html'), 'old');
    symlinkSync(join(folder, 'yesterday.html'), join(folder, 'usage.html'));
    await writePage('usage.html');
    expect(readFileSync(join(folder, 'yesterday.html'), 'utf8')).toBe(usagePage(report));
    expect(lstatSync(join(folder, 'usage.html')).isSymbolicLink()).toBe(true);
  });

  test('writes the first page where a link leads, from one link to the next', async () => {
    mkdirSync(join(folder, 'pages'));
    symlinkSync('pages/latest.html', join(folder, 'usage.html'));
    symlinkSync('november.html', join(folder, 'pages', 'latest.html'));
    await writePage('usage.html');
    expect(readFileSync(join(folder, 'pages', 'november.html'), 'utf8')).toBe(usagePage(report));
    expect(lstatSync(join(folder, 'usage.html')).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, 'pages')).sort()).toEqual(['latest.html', 'november.html']);
  });

  test('refuses a folder', async () => {
    mkdirSync(join(folder, 'pages'));
    await expect(writePage('pages')).rejects.toMatchObject({
      code: 'UsageError',
      exitCode: 2,
      message: `${join(folder, 'pages')} is a folder.`,
    });
  });

  test('says where it cannot write, and leaves nothing there', async () => {
    await expect(writePage('nowhere/usage.html')).rejects.toMatchObject({
      code: 'FileNotWritable',
      exitCode: 1,
      message: `cannot write ${join(folder, 'nowhere', 'usage.html')} (no such folder).`,
    });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test('leaves alone the file that stands where a folder should be', async () => {
    writeFileSync(join(folder, 'usage.html'), 'old');
    await expect(writePage('usage.html/november')).rejects.toMatchObject({
      code: 'FileNotWritable',
      message: `cannot write ${join(folder, 'usage.html', 'november')} (a part of its path is a file).`,
    });
    expect(readFileSync(join(folder, 'usage.html'), 'utf8')).toBe('old');
  });

  test('leaves the page of yesterday alone, and nothing beside it, where there is none to write after all', async () => {
    writeFileSync(join(folder, 'usage.html'), 'old');
    const failed = withPage('usage.html', context, () => Promise.reject(new Error('no report')));
    await expect(failed).rejects.toThrow('no report');
    expect(readFileSync(join(folder, 'usage.html'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['usage.html']);
  });

  test('takes a file and nothing else', () => {
    expect(parsePage(undefined)).toBeUndefined();
    expect(parsePage('usage.html')).toBe('usage.html');
    expect(() => parsePage('-')).toThrow('--html writes a file: standard output carries the report itself.');
    expect(() => parsePage('')).toThrow('--html needs the name of a file.');
  });
});
