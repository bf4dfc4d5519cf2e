import type { ReplayEvent } from '../../lib/dlq/replay/replay-event.ts';
import { formatCount, formatDuration } from '../../lib/io/format.ts';

const STATES: Readonly<Record<Extract<ReplayEvent, { type: 'moving' }>['status'], string>> = {
  RUNNING: 'AWS moves',
  CANCELLING: 'cancelling',
  CANCELLED: 'cancelled',
  COMPLETED: 'moved',
  FAILED: 'failed',
};

/** `AWS moves · about 2,100 of 10,000 · 480/s · about 17 s left`: the counts are AWS's approximations. */
export function movingLine(event: Extract<ReplayEvent, { type: 'moving' }>): string {
  const { status, moved, toMove, ratePerSecond, etaSeconds } = event;
  return [
    STATES[status],
    `about ${formatCount(moved)}${toMove === null ? '' : ` of ${formatCount(toMove)}`}`,
    ...(ratePerSecond === null ? [] : [`${formatCount(Math.round(ratePerSecond))}/s`]),
    ...(etaSeconds === null ? [] : [`about ${formatDuration(etaSeconds)} left`]),
  ].join(' · ');
}
