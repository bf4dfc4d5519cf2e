import { randomBytes } from 'node:crypto';

/** Id of a run: sorts by time, short enough to type, e.g. `20260807-141503-9f3c`. @param now ms since the epoch */
export function newRunId(now: number): string {
  const [date, time] = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `${date}-${time}-${randomBytes(2).toString('hex')}`;
}
