import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A folder that takes long to make, made once. It is made aside and renamed when complete, so that runs at the same time
 * do not meet half of it.
 * @param {string} folder
 * @param {(temporary: string) => Promise<void>} make fills the folder that it is given
 * @returns {Promise<string>} the folder
 */
export async function madeOnce(folder, make) {
  const complete = join(folder, 'complete');
  if (await exists(complete)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await make(temporary);
    await writeFile(join(temporary, 'complete'), '');
    await rename(temporary, folder);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    // Another run was quicker; its result is as good.
    if (!(await exists(complete))) throw cause;
  }
  return folder;
}

async function exists(path) {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
