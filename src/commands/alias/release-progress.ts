import type { Context } from '../../lib/context.ts';
import { eventLines } from '../../lib/io/event-lines.ts';
import { formatCount, formatDuration } from '../../lib/io/format.ts';
import type { Progress } from '../../lib/io/progress.ts';
import type { ReleaseEvent, Tell } from '../../lib/release/release-event.ts';

/**
 * Tells the events of a release as they happen: a state line and milestones for people, NDJSON where that is asked for.
 * @param service named before each line, and in each event, where there are several.
 */
export function releaseProgress(progress: Progress, context: Context, service?: string): Tell {
  const line = eventLines(context);
  const prefix = service === undefined ? '' : `${service}: `;
  const show = showEvent({
    update: (text) => progress.update(`${prefix}${text}`),
    milestone: (text) => progress.milestone(`${prefix}${text}`),
  });
  return (event) => {
    const timed = { at: context.clock.now(), ...event };
    show(timed);
    line(service === undefined ? timed : { service, ...timed });
  };
}

function showEvent(progress: Pick<Progress, 'update' | 'milestone'>): (event: ReleaseEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'note':
        progress.update(event.message);
        break;
      case 'smoke':
        progress.milestone(
          event.failure === null
            ? `Smoke test: version ${event.version} passed ${event.of === 1 ? 'the event' : `all ${event.of} events`}`
            : `Smoke test: version ${event.version} failed: ${event.failure}`,
        );
        break;
      case 'step': {
        const seconds = (event.until - event.at) / 1000;
        progress.milestone(
          `Version ${event.version} has ${event.percent} % now; watching for ${formatDuration(seconds)}`,
        );
        progress.update(`watching version ${event.version} at ${event.percent} %`);
        break;
      }
      case 'look': {
        const { verdict, reasons, numbers } = event.judgement;
        const { canary, baseline } = numbers;
        const figures = `canary ${formatCount(canary.failures)} of ${formatCount(canary.invocations)} failed, baseline ${formatCount(baseline.failures)} of ${formatCount(baseline.invocations)}`;
        progress.update(
          `${event.percent} %: ${figures}; ${verdict}${reasons[0] === undefined ? '' : `: ${reasons[0].text}`}`,
        );
        break;
      }
      case 'moved':
        progress.milestone(`Version ${event.version} has all traffic`);
        break;
      case 'aborted':
        progress.milestone(`Back to version ${event.version}: ${event.why}`);
        break;
      default:
    }
  };
}
