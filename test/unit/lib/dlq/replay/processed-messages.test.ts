import { expect, test } from 'vitest';
import { processedMessages } from '../../../../../src/lib/dlq/replay/processed-messages.ts';

const MESSAGE = '11111111-2222-4333-8444-555555555555';
const own = (outcome: string) => ({ level: 'INFO', message: 'stored', messageId: MESSAGE, outcome });
const wrapped = (message: unknown) =>
  JSON.stringify({ timestamp: '2026-08-07T12:00:00.000Z', level: 'INFO', requestId: 'r', message });

const processed = (message: string) =>
  processedMessages({
    reader: { find: async () => [{ at: 1, stream: 's', message }] },
    functionName: 'f',
    ids: null,
    fromMs: 0,
    toMs: 1,
  });

test.each([
  ['as it is', JSON.stringify(own('written'))],
  ['behind the prefix of the text format', `2026-08-07T12:00:00.000Z\tr\tINFO\t${JSON.stringify(own('duplicate'))}`],
  ['as an object in the JSON format', wrapped(own('processed'))],
  ['as text in the JSON format', wrapped(JSON.stringify(own('ok')))],
])('a line of JSON %s tells of a processed message', async (_, line) => {
  expect(await processed(line)).toEqual([MESSAGE]);
});

test.each([
  ['that failed', JSON.stringify(own('failed'))],
  ['without an outcome', JSON.stringify({ messageId: MESSAGE })],
  ['without a message', JSON.stringify({ outcome: 'written' })],
  ['that is cut short', JSON.stringify(own('written')).slice(0, -1)],
  ['of words alone', `written ${MESSAGE}`],
])('a line %s tells of none', async (_, line) => {
  expect(await processed(line)).toEqual([]);
});
