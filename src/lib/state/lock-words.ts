import { instant } from '../io/format.ts';
import type { LockState } from './workspace-state.ts';

/** `bob`, `team ops`, `run run-abc (applying)`. */
export function holderWords({ kind, name, id, status }: LockState): string {
  if (kind === null) return 'someone whom HCP Terraform does not name';
  if (kind === 'run') return `run ${id}${status === null ? '' : ` (${status.replaceAll('_', ' ')})`}`;
  return `${kind === 'team' ? 'team ' : ''}${name ?? id}`;
}

/** `bob since 2026-11-23T03:00:00.000Z (2 h ago): "state surgery"`, with what is known of it. */
export function lockWords(lock: LockState, nowMs: number): string {
  const { since, reason } = lock;
  const ago = since === null ? '' : ` since ${since} (${instant(Date.parse(since), nowMs).text})`;
  return `${holderWords(lock)}${ago}${reason === null ? '' : `: "${reason}"`}`;
}
