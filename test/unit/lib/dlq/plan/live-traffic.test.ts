import { expect, test } from 'vitest';
import type { FunctionLogs, LogLine } from '../../../../../src/lib/aws/ports/function-logs.ts';
import type { Queue } from '../../../../../src/lib/aws/ports/queues.ts';
import type { Consumer } from '../../../../../src/lib/dlq/plan/consumer.ts';
import { liveTrafficCheck } from '../../../../../src/lib/dlq/plan/live-traffic.ts';

const DEAD = '00000000-0000-4000-8000-00000000000d';
const NEWER = '00000000-0000-4000-8000-00000000000e';
const DIED_AT = 10_000_000;

const line = (at: number, fields: object): LogLine => ({ at, stream: 's', message: JSON.stringify(fields) });
const failure = line(DIED_AT - 1_000, {
  level: 'ERROR',
  messageId: DEAD,
  groupId: 'g',
  error: { name: 'E', message: 'x' },
});
const passage = line(DIED_AT + 1_000, { level: 'INFO', messageId: NEWER, groupId: 'g', outcome: 'written' });

function check(lines: readonly LogLine[] | null, over: { fifo?: boolean; visible?: number } = {}) {
  const logs: FunctionLogs = {
    find: async (_, { text, fromMs, toMs }) =>
      lines?.filter(({ at, message }) => at >= fromMs && at <= toMs && message.includes(text)) ?? null,
  };
  return liveTrafficCheck({
    target: {
      name: 'live.fifo',
      fifo: over.fifo ?? true,
      attributes: { visible: over.visible ?? 0, inFlight: 0, delayed: 0 },
    } as Queue,
    consumers: [{ functionName: 'processor' } as Consumer],
    logs,
    groups: [{ groupId: 'g', deadSince: DIED_AT }],
    isDead: (id) => id === DEAD,
    nowMs: DIED_AT + 60_000,
    signal: new AbortController().signal,
  });
}

test('a newer message of the group that was processed since went past', async () => {
  expect(await check([failure, passage])).toMatchObject({ status: 'NG', blocking: false });
});

test('the dead letters themselves, failures and what happened before do not count', async () => {
  const before = { ...passage, at: DIED_AT - 5_000 };
  const deadAgain = line(DIED_AT + 1_000, { level: 'INFO', messageId: DEAD, groupId: 'g' });
  const failedToo = line(DIED_AT + 1_000, { ...JSON.parse(failure.message), messageId: NEWER });
  expect(await check([before, failure, deadAgain, failedToo])).toMatchObject({ status: 'OK' });
});

test('a log that names no groups, or cannot be read, tells nothing, and that is said', async () => {
  expect(await check([])).toMatchObject({ status: 'SKIP' });
  expect(await check(null)).toMatchObject({ status: 'SKIP' });
});

test('what waits in the queue now is told beside it', async () => {
  expect((await check([], { visible: 4 }))?.detail).toContain('about 4 wait in live.fifo now');
});

test('a standard queue has no order that could be passed', async () => {
  expect(await check([failure, passage], { fifo: false })).toBeNull();
});
