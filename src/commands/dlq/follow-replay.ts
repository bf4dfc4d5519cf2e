import type { Context } from '../../lib/context.ts';
import type { ReplayEvent } from '../../lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../lib/dlq/replay/replay-result.ts';
import { eventLines } from '../../lib/io/event-lines.ts';
import { replayProgress } from './replay-progress.ts';

/**
 * Runs a replay to its end and tells what happens: as a state line and milestones on stderr and, with
 * `--output ndjson`, as one line an event on stdout.
 */
export async function followReplay(
  events: AsyncGenerator<ReplayEvent, ReplayResult, undefined>,
  context: Context,
): Promise<ReplayResult> {
  const progress = await context.progress();
  const show = replayProgress(progress);
  const tell = eventLines(context);
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return value;
      show(value);
      tell(value);
    }
  } finally {
    progress.stop();
  }
}
