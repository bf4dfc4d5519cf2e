import { describe, expect, test } from 'vitest';
import type { LedgerMessage, LedgerRecord, RunHeader } from '../../../../src/lib/dlq/ledger/ledger-record.ts';
import { replayedEvents } from '../../../../src/lib/release/replayed-events.ts';
import { MemoryLedgers } from '../dlq/support/memory-ledgers.ts';

const arn = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;
const from = { service: 'processor', dlqArn: arn('dead.fifo') };

function header(runId: string, over: Partial<RunHeader> = {}): RunHeader {
  return {
    type: 'run',
    format: 1,
    runId,
    at: 0,
    dlq: { name: 'dead.fifo', arn: arn('dead.fifo') },
    target: { name: 'work.fifo', arn: arn('work.fifo'), fifo: true },
    service: 'processor',
    options: { filter: null, group: null, max: null, outOfOrder: false, edit: null },
    visibilitySeconds: 60,
    ...over,
  };
}

function message(id: string): LedgerMessage {
  return {
    id,
    group: 'g',
    dedup: 'ours',
    body: `{"id":"${id}"}`,
    attributes: { tenant: { type: 'String', string: 'a' } },
    system: { SentTimestamp: '1000', MessageDeduplicationId: 'theirs', DeadLetterQueueSourceArn: arn('work.fifo') },
  };
}

const intent = (...ids: string[]): LedgerRecord => ({ type: 'intent', at: 0, messages: ids.map(message) });
const sent = (...ids: string[]): LedgerRecord => ({
  type: 'sent',
  at: 0,
  messages: ids.map((id) => ({ id, newId: `new-${id}`, sequence: null })),
});

async function ledgers(...runs: (readonly [RunHeader, ...LedgerRecord[]])[]): Promise<MemoryLedgers> {
  const all = new MemoryLedgers();
  for (const [first, ...records] of runs) {
    const ledger = await all.create(first);
    for (const record of records) await ledger.commit(record);
  }
  return all;
}

const ids = (events: readonly string[]) => events.map((event) => JSON.parse(event).Records[0].messageId as string);

describe('what a replay sent, as events', () => {
  test('is what the function would be given, one message an event', async () => {
    const all = await ledgers([header('1'), intent('a'), sent('a')]);
    const { events } = await replayedEvents(all, from, undefined);
    expect(JSON.parse(events[0]!)).toEqual({
      Records: [
        {
          messageId: 'a',
          receiptHandle: 'cvops-smoke-test',
          body: '{"id":"a"}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: '1000',
            MessageGroupId: 'g',
            MessageDeduplicationId: 'theirs',
          },
          messageAttributes: {
            tenant: { stringValue: 'a', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfMessageAttributes: null,
          md5OfBody: '6a1a81494a7765ad411580b31c1b7044',
          eventSource: 'aws:sqs',
          eventSourceARN: arn('work.fifo'),
          awsRegion: 'eu-west-1',
        },
      ],
    });
  });

  test('leaves out what failed and what was never proven, and tells what was sent once', async () => {
    const failed: LedgerRecord = { type: 'failed', at: 0, messages: [{ id: 'b', code: 'X', message: '' }] };
    const all = await ledgers([
      header('1'),
      intent('a', 'b', 'c'),
      sent('a'),
      failed,
      { type: 'resumed', at: 0 },
      intent('c', 'd'),
      sent('c'),
      sent('c'),
    ]);
    const { events, sent: count } = await replayedEvents(all, from, undefined);
    expect(ids(events)).toEqual(['a', 'c']);
    expect(count).toBe(2);
  });

  test.each([1, 19, 20, 21, 39, 40, 41, 1_000, 12_345])(
    'of %i messages takes 20 at most, from begin to end',
    async (n) => {
      const names = Array.from({ length: n }, (_, index) => String(index));
      const all = await ledgers([header('1'), intent(...names), sent(...names)]);
      const { events, sent: count } = await replayedEvents(all, from, undefined);
      const numbers = ids(events).map(Number);
      expect(count).toBe(n);
      expect(numbers).toHaveLength(Math.min(n, 20));
      expect(numbers[0]).toBe(0);
      const gaps = numbers.slice(1).map((number, index) => number - numbers[index]!);
      expect(Math.min(...gaps, n)).toBeGreaterThanOrEqual(1);
      // The part behind the last one is as large as those between the others.
      expect(n - numbers.at(-1)!).toBeLessThanOrEqual(Math.max(1, n / 10));
    },
  );
});

describe('the last replay', () => {
  test('is the newest of this dead-letter queue that sent something', async () => {
    const elsewhere = header('5', {
      dlq: { name: 'dead.fifo', arn: arn('dead.fifo').replace('eu-west-1', 'us-east-1') },
    });
    const all = await ledgers(
      [header('1'), intent('a'), sent('a')],
      [header('2', { options: { ...header('2').options, edit: '{a: b}' } }), intent('b'), sent('b')],
      [header('3')],
      [elsewhere, intent('c'), sent('c')],
    );
    expect(await replayedEvents(all, from, undefined)).toMatchObject({ runId: '2', sent: 1, edited: true });
    expect(await replayedEvents(all, from, '1')).toMatchObject({ runId: '1', edited: false });
  });

  test.each([
    [
      'there is none',
      undefined,
      [],
      'no replay of the dead letters of processor has sent a message from this machine.',
    ],
    [
      'AWS moved the messages, which leaves none here, rather than to take an older one',
      undefined,
      [
        [header('1'), intent('a'), sent('a')],
        [header('2', { native: { toTarget: false, targets: [], ratePerSecond: null, before: [] } })],
      ],
      "run 2 was AWS's own move task, which leaves no messages on this machine.",
    ],
    ['the run that is named sent nothing', '1', [[header('1'), intent('a')]], 'run 1 sent no message.'],
    [
      'the run that is named is of another queue',
      '1',
      [[header('1', { dlq: { name: 'other', arn: arn('other') } })]],
      'run 1 replayed other, which is not where dead letters of processor are.',
    ],
  ] as const)('is refused when %s', async (_, run, runs, message) => {
    const all = await ledgers(...(runs as readonly (readonly [RunHeader, ...LedgerRecord[]])[]));
    await expect(replayedEvents(all, from, run)).rejects.toMatchObject({
      code: 'NoReplayedEvents',
      exitCode: 5,
      message: `--smoke: ${message}`,
    });
  });
});
