import type { GitCommit } from '../release-ledger/release-entry.ts';

const NOTE = /^cvops \S+ git ([0-9a-f]{40,64}) (\d{4}-\d{2}-\d{2}T\S+Z)$/;

/**
 * The description of a version that a deployment publishes: whoever finishes the release later, on whatever machine, learns
 * from it which commit it is of.
 * @param id of the deployment; makes the description one of a kind.
 */
export function versionNote(id: string, git: GitCommit | null): string {
  return git === null ? `cvops ${id}` : `cvops ${id} git ${git.sha} ${new Date(git.committedAt).toISOString()}`;
}

/** The commit that a version's description tells; null where none does. */
export function commitOf(description: string): GitCommit | null {
  const [, sha, time] = NOTE.exec(description) ?? [];
  const committedAt = Date.parse(time ?? '');
  return sha === undefined || Number.isNaN(committedAt) ? null : { sha, committedAt };
}
