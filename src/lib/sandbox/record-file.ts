import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { recordPath, type SandboxRecord } from './record.ts';

/** Writes the record whole or not at all; only the owner may read it. The folder must exist. */
export function writeRecord(stateFolder: string, record: SandboxRecord): void {
  const path = recordPath(stateFolder);
  const draft = `${path}.${record.pid}`;
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export function removeRecord(stateFolder: string): void {
  try {
    rmSync(recordPath(stateFolder), { force: true });
  } catch (cause) {
    // A file stands where the folder should be: there is no record.
    if ((cause as NodeJS.ErrnoException).code !== 'ENOTDIR') throw cause;
  }
}
