import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inStateFolder, makePrivateFolder } from '../../../private-folder.ts';
import type { PriceFile } from '../price-file.ts';

/**
 * Writes a price file whole or not at all; what was there before stays until then.
 * @throws CvopsError `StateNotWritable`
 */
export function writePrices(path: string, file: PriceFile): void {
  const draft = `${path}.${process.pid}.part`;
  inStateFolder(dirname(path), () => {
    makePrivateFolder(dirname(path));
    try {
      writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true });
      renameSync(draft, path);
    } catch (cause) {
      rmSync(draft, { force: true });
      throw cause;
    }
  });
}
