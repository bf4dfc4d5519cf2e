import { randomBytes } from 'node:crypto';

/** An id that sorts by time: `r-20261123T030405Z-1f2e`. */
export function releaseId(nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `r-${stamp}-${randomBytes(2).toString('hex')}`;
}
