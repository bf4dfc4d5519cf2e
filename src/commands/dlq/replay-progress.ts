import type { ReplayEvent } from '../../lib/dlq/replay/replay-event.ts';
import { formatCount, formatDuration, plural } from '../../lib/io/format.ts';
import type { Progress } from '../../lib/io/progress.ts';
import { movingLine } from './moving-line.ts';

/** The state line is made anew after so many ms; a run has thousands of events a second. */
const STATE_EVERY_MS = 100;
/** Failures told one by one; more are only counted. */
const FAILURES_TOLD = 5;

type Verdict = Extract<ReplayEvent, { type: 'verdict' }>;

const CANARY = {
  sent: (count: string) => `Canary: ${count} sent; waiting for the verdict before the others go`,
  passed: (count: string) => `Canary: ${count} processed; going on`,
  failed: (count: string) => `Canary: ${count} not all known to be processed; the others stay`,
} as const;

/** Turns the events of a replay into a state line and milestones. */
export function replayProgress(progress: Progress): (event: ReplayEvent) => void {
  let expected = 0;
  let sentBefore: number | null = null;
  let sent = 0;
  let deleted = 0;
  let failures = 0;
  let blocked = 0;
  let returned = 0;
  let startedAt = 0;
  let judging = false;
  let shownAt = 0;
  return (event) => {
    switch (event.type) {
      case 'started':
        expected = event.expected;
        startedAt = event.at;
        progress.milestone(
          `${event.resumed ? 'Going on with' : 'Starting'} run ${event.runId}: ${event.dlq} → ${event.target}`,
        );
        break;
      case 'sent':
      case 'deleted':
      case 'received':
        if (event.type === 'sent') {
          sentBefore ??= event.total - event.count;
          sent = event.total;
        }
        if (event.type === 'deleted') deleted = event.total;
        if (event.at - shownAt < STATE_EVERY_MS) break;
        shownAt = event.at;
        progress.update(state(event.at));
        break;
      case 'failed':
      case 'suppressed':
      case 'uncertain':
      case 'undeleted':
        if (++failures <= FAILURES_TOLD) progress.milestone(`${event.messageId} ${event.type}: ${event.message}`);
        if (failures === FAILURES_TOLD + 1) progress.milestone('further failures are only counted');
        break;
      case 'canary':
        progress.milestone(CANARY[event.state](plural(event.count, 'message')));
        break;
      case 'returned':
        returned++;
        break;
      case 'blocked':
        blocked++;
        break;
      case 'throttled':
        progress.update(
          `slowing down${event.ratePerSecond === null ? '' : ` to ${Math.round(event.ratePerSecond)}/s`}`,
        );
        break;
      case 'waiting':
        progress.milestone(`waiting up to ${formatDuration((event.until - event.at) / 1000)}: ${event.reason}`);
        break;
      case 'moving':
        progress.update(movingLine(event));
        break;
      case 'note':
        progress.milestone(event.message);
        break;
      case 'verdict':
        if (!judging && event.pending > 0) progress.milestone(waiting(event));
        judging = true;
        progress.update(verdict(event));
        break;
      default:
    }
  };

  function state(at: number): string {
    const now = sent - (sentBefore ?? 0);
    const perSecond = now / Math.max(0.001, (at - startedAt) / 1000);
    const left = Math.max(0, expected - now);
    return [
      `sent ${formatCount(sent)} of about ${formatCount(sent + left)}`,
      `${formatCount(Math.round(perSecond))}/s`,
      `deleted ${formatCount(deleted)}`,
      ...(left > 0 && perSecond > 0 ? [`about ${formatDuration(left / perSecond)} left`] : []),
      ...(returned > 0 ? [`returned ${formatCount(returned)}`] : []),
      ...(failures > 0 ? [`failed ${formatCount(failures)}`] : []),
      ...(blocked > 0 ? [`${plural(blocked, 'group')} stopped`] : []),
    ].join(' · ');
  }
}

function waiting({ succeeded, returned, pending, knownBy, at }: Verdict): string {
  const count = plural(succeeded + returned + pending, 'message');
  return `waiting for the verdict of ${count}${knownBy === null ? '' : `, known ${within(knownBy, at)}`}`;
}

function verdict({ succeeded, returned, pending, knownBy, at }: Verdict): string {
  const counts = `${formatCount(succeeded)} succeeded, ${formatCount(returned)} returned, ${formatCount(pending)} pending`;
  return `verdict: ${counts}${knownBy === null ? '' : `; known ${within(knownBy, at)}`}`;
}

function within(until: number, at: number): string {
  return until <= at ? 'soon' : `in ${formatDuration((until - at) / 1000)} at the latest`;
}
