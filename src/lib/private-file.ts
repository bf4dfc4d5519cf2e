import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from './private-folder.ts';

/** Flags of `open` under which a file must be new. */
type NewFile = 'ax' | 'wx+';

/** A new file that only its owner can read. Fails when it is there already. */
export async function createPrivateFile(path: string, flags: NewFile): Promise<FileHandle> {
  const file = await open(path, flags, 0o600);
  // The name must survive a crash too, not only the content.
  await syncFolder(dirname(path));
  return file;
}

/** A file without a name: it is gone with the process, however that ends. */
export async function createSpool(folder: string): Promise<FileHandle> {
  makePrivateFolder(folder);
  const path = join(folder, `.spool-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  // Some file systems (and Windows) do not sync folders; the files themselves are synced all the same.
  await handle
    .sync()
    .catch(() => {})
    .finally(() => handle.close());
}
