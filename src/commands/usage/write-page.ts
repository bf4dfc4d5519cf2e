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

/** The page that a report is to be written as. */
export interface Page {
  /** Writes it, whole or not at all; what stood there is replaced. @returns the whole path. */
  write(report: UsageReport): Promise<string>;
}

/**
 * Acts with the page of `--html`: a place that cannot be written is refused before anything else is done, and nothing
 * is left there when the page was not written.
 * @param path as it was given, from the folder that the command runs in; undefined: no page is wanted
 * @throws CvopsError `UsageError` for a folder, `FileNotWritable`
 */
export async function withPage<T>(
  path: string | undefined,
  context: Context,
  act: (page: Page | null) => Promise<T>,
): Promise<T> {
  if (path === undefined) return act(null);
  const whole = resolve(context.cwd, path);
  const target = await openArchiveTarget(whole, true, exportsFolder(context));
  try {
    return await act({
      async write(report) {
        const { usagePage } = await import('../../lib/usage/page/usage-page.ts');
        target.add(usagePage(report));
        await target.finish();
        return whole;
      },
    });
  } finally {
    await target.discard();
  }
}
