import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { inStateFolder, makePrivateFolder } from '../private-folder.ts';

/**
 * What was about to be done when this was written, or was done last:
 * `creating` a second key, `testing` it, `pushing` it to the Worker, `pushed`, the first one `retired` (made Inactive).
 */
export type RotationStep = 'creating' | 'testing' | 'pushing' | 'pushed' | 'retired';

/** Where a rotation stands. Ids only: the secret is in the memory of one process, and goes with it. */
export interface RotationRecord {
  readonly step: RotationStep;
  /** Ids of the keys that there were before. */
  readonly before: readonly string[];
  readonly newKey: string | null;
  readonly oldKey: string | null;
  /** When the step began, ISO 8601. */
  readonly at: string;
}

/** A Worker's new secret is a new deployment, which is everywhere in seconds; requests in flight end with the old key. */
export const SETTLE_MS = 30_000;

export interface RotationJournal {
  /** Null when no rotation is under way. */
  read(): RotationRecord | null;
  write(record: RotationRecord): void;
  clear(): void;
}

const STEPS: readonly string[] = ['creating', 'testing', 'pushing', 'pushed', 'retired'] satisfies RotationStep[];

/** One file in the state folder, for the owner alone, whole or not at all. */
export function fileJournal(path: string): RotationJournal {
  return {
    read() {
      try {
        const record = JSON.parse(readFileSync(path, 'utf8')) as Partial<RotationRecord> | null;
        return record !== null && STEPS.includes(record.step ?? '') && Array.isArray(record.before)
          ? (record as RotationRecord)
          : null;
      } catch {
        // Without a journal the keys themselves are looked at: two active ones end the command with a question.
        return null;
      }
    },
    write(record) {
      inStateFolder(path, () => {
        makePrivateFolder(dirname(path));
        const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
        const file = openSync(draft, 'wx', 0o600);
        try {
          writeSync(file, JSON.stringify(record));
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        renameSync(draft, path);
      });
    },
    clear: () => rmSync(path, { force: true }),
  };
}
