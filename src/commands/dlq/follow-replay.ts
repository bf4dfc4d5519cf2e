import type { Context } from '../../lib/context.ts';
import type { ReplayEvent } from '../../lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../lib/dlq/replay/replay-result.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { eventLines } from '../../lib/io/event-lines.ts';
import { keepHeapSmall } from '../../lib/small-heap.ts';
import { replayProgress } from './replay-progress.ts';

/** A verdict that does not change is told again after so many ms: it may take hours. */
const REMIND_EVERY_MS = 30_000;

type Verdict = Extract<ReplayEvent, { type: 'verdict' }>;

/**
 * Runs what yields events to its end and tells what happens: as a state line and milestones on stderr and, with
 * `--output ndjson`, as one line an event on stdout.
 */
export async function followEvents<R>(events: AsyncGenerator<ReplayEvent, R, undefined>, context: Context): Promise<R> {
  keepHeapSmall();
  const { clock } = context;
  const progress = await context.progress();
  const show = replayProgress(progress);
  const tell = eventLines(context);
  const over = new AbortController();
  let verdict: Verdict | null = null;
  const remind = async () => {
    for (;;) {
      await clock.sleep(REMIND_EVERY_MS, over.signal);
      if (verdict !== null && verdict.pending > 0) show({ ...verdict, at: clock.now() });
    }
  };
  // It ends with what it reminds of.
  remind().catch(() => {});
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return value;
      if (value.type === 'verdict') verdict = value;
      show(value);
      tell(value);
    }
  } finally {
    over.abort();
    progress.stop();
  }
}

/** As `followEvents`; what stopped a replay before it sent anything is thrown, unless somebody stopped it. */
export async function followReplay(
  events: AsyncGenerator<ReplayEvent, ReplayResult, undefined>,
  context: Context,
): Promise<ReplayResult> {
  const result = await followEvents(events, context);
  const { stopped, replayed } = result;
  if (stopped === null || stopped.code === 'Interrupted' || replayed > 0) return result;
  throw new CvopsError(stopped.code, stopped.exitCode, stopped.message, {
    ...(stopped.hint === null ? {} : { hint: stopped.hint }),
  });
}
