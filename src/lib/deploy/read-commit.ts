import { execFile } from 'node:child_process';
import type { GitCommit } from '../release-ledger/release-entry.ts';

const PATIENCE_MS = 3_000;

/**
 * The commit that a folder stands at; null where it is no repository, has no commit, or there is no git. Asks git itself:
 * work trees, packed refs and foreign owners are its business.
 */
export function readCommit(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitCommit | null> {
  return new Promise((resolve) => {
    execFile(
      'git',
      ['log', '-1', '--no-show-signature', '--format=%H %ct'],
      { cwd: folder, timeout: PATIENCE_MS, env: { ...env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' } },
      (error, stdout) => {
        const match = /^([0-9a-f]{40,64}) (\d+)\s*$/.exec(String(stdout));
        resolve(error !== null || match === null ? null : { sha: match[1]!, committedAt: Number(match[2]) * 1_000 });
      },
    );
  });
}
