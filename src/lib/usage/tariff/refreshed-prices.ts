import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { PriceFile } from './price-file.ts';

/** Where `usage prices --refresh` leaves the prices of a Region. @param folder the state folder. */
export function refreshedPricesPath(folder: string, region: string): string {
  return join(folder, 'prices', `${region}.json`);
}

/**
 * The refreshed prices of a Region; null when it was never refreshed.
 * @throws CvopsError `InvalidPrices` (4): the file cannot be read, or a row is missing or wrong.
 */
export async function readRefreshedPrices(path: string, region: string): Promise<PriceFile | null> {
  let fileText: string;
  try {
    fileText = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new CvopsError('InvalidPrices', ExitCode.setup, `${path} cannot be read: ${code}.`, {
      hint: 'make it readable, or delete it to use the prices that cvops came with.',
      cause,
    });
  }
  // The schema is loaded only where there is something to check.
  const { parsePriceFile } = await import('./price-file.ts');
  const file = parsePriceFile(fileText, path);
  if (file.region === region) return file;
  throw new CvopsError('InvalidPrices', ExitCode.setup, `${path}: "region" is "${file.region}", not "${region}".`, {
    hint: 'write the file anew with `cvops usage prices --refresh`, or delete it.',
  });
}
