/** What stands at the end of a reason that cvops wrote: HCP Terraform does not say when a lock was taken. */
const MARK = / \[cvops, (\d{4}-\d\d-\d\dT[\d:.]+Z)\]$/;

/** What `terraform` itself gives as reason: https://github.com/hashicorp/terraform/blob/v1.11.4/internal/cloud/state.go */
export const TERRAFORM_REASON = 'Locked by Terraform';

/** The reason to lock with: the words, and when. */
export function lockReason(words: string | undefined, nowMs: number): string {
  return `${words ?? 'Locked by hand'} [cvops, ${new Date(nowMs).toISOString()}]`;
}

/** The words of a reason, and the time in it when cvops wrote it. */
export function readLockReason(reason: string | null): {
  readonly words: string | null;
  readonly since: string | null;
} {
  const since = MARK.exec(reason ?? '')?.[1];
  const isTime = since !== undefined && !Number.isNaN(Date.parse(since));
  return isTime ? { words: reason!.replace(MARK, ''), since } : { words: reason, since: null };
}
