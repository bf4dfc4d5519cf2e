import type { ReplayEvent } from '../../../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../../../../src/lib/dlq/replay/replay-result.ts';

/** Follows a replay to its end; each event is waited for before the replay goes on. */
export async function resultOf(
  events: AsyncIterable<ReplayEvent>,
  onEvent: (event: ReplayEvent) => unknown = () => {},
): Promise<ReplayResult> {
  for await (const event of events) {
    await onEvent(event);
    if (event.type === 'finished') return event.result;
  }
  throw new Error('no result');
}
