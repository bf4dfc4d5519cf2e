import { resolve } from 'node:path';
import type { Context } from '../../lib/context.ts';
import { openArchiveTarget } from '../../lib/dlq/archive/archive-target.ts';
import type { UsageReport } from '../../lib/usage/usage-row.ts';
import type { FlagSpec } from '../command.ts';
import { exportsFolder } from '../dlq/archive-options.ts';
import { usageError } from '../parse.ts';

export const pageFlag: FlagSpec = {
  flags: '--html <file>',
  description: 'write the report as one page for a browser, too: no network, light and dark, for screen and paper',
};

/** The file of `--html`, as it was given; undefined without it. */
export function parsePage(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const path = String(value);
  if (path === '') throw usageError('--html needs the name of a file.', 'e.g. --html usage.html.');
  if (path === '-')
    throw usageError('--html writes a file: standard output carries the report itself.', 'e.g. --html usage.html.');
  return path;
}

/**
 * Writes the report as a page, whole or not at all; what stood there is replaced.
 * @param path as it was given, from the folder that the command runs in
 * @returns the whole path
 * @throws CvopsError `UsageError` for a folder, `FileNotWritable`
 */
export async function writePage(path: string, report: UsageReport, context: Context): Promise<string> {
  const whole = resolve(context.cwd, path);
  const target = await openArchiveTarget(whole, true, exportsFolder(context));
  try {
    const { usagePage } = await import('../../lib/usage/page/usage-page.ts');
    target.add(usagePage(report));
    await target.finish();
  } finally {
    await target.discard();
  }
  return whole;
}
