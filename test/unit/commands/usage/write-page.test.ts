import {
  existsSync,
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
import { parsePage, writePage } from '../../../../src/commands/usage/write-page.ts';
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

describe('--html', () => {
  test('writes the page from the folder that the command runs in', async () => {
    expect(await writePage('usage.html', report, context)).toBe(join(folder, 'usage.html'));
    expect(readFileSync(join(folder, 'usage.html'), 'utf8')).toBe(usagePage(report));
    expect(readdirSync(folder)).toEqual(['usage.html']);
  });

  test('replaces the page of yesterday, and the file behind a link rather than the link', async () => {
    writeFileSync(join(folder, 'yesterday.html'), 'old');
    symlinkSync(join(folder, 'yesterday.html'), join(folder, 'usage.html'));
    await writePage('usage.html', report, context);
    expect(readFileSync(join(folder, 'yesterday.html'), 'utf8')).toBe(usagePage(report));
  });

  test('refuses a folder', async () => {
    mkdirSync(join(folder, 'pages'));
    await expect(writePage('pages', report, context)).rejects.toMatchObject({
      code: 'UsageError',
      exitCode: 2,
      message: `${join(folder, 'pages')} is a folder.`,
    });
  });

  test('says where it cannot write, and leaves nothing there', async () => {
    await expect(writePage('nowhere/usage.html', report, context)).rejects.toMatchObject({
      code: 'FileNotWritable',
      exitCode: 1,
      message: `cannot write ${join(folder, 'nowhere', 'usage.html')} (no such folder).`,
    });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test('leaves alone the file that stands where a folder should be', async () => {
    writeFileSync(join(folder, 'usage.html'), 'old');
    await expect(writePage('usage.html/november', report, context)).rejects.toMatchObject({
      code: 'FileNotWritable',
      message: `cannot write ${join(folder, 'usage.html', 'november')} (a part of its path is a file).`,
    });
    expect(readFileSync(join(folder, 'usage.html'), 'utf8')).toBe('old');
  });

  test('takes a file and nothing else', () => {
    expect(parsePage(undefined)).toBeUndefined();
    expect(parsePage('usage.html')).toBe('usage.html');
    expect(() => parsePage('-')).toThrow('--html writes a file: standard output carries the report itself.');
    expect(() => parsePage('')).toThrow('--html needs the name of a file.');
  });
});
