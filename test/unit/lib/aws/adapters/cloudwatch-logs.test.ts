import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CloudWatchLogs } from '../../../../../src/lib/aws/adapters/cloudwatch-logs.ts';

const logs = mockClient(CloudWatchLogsClient);
afterAll(() => logs.restore());
let reader: CloudWatchLogs;
beforeEach(() => {
  logs.reset();
  reader = new CloudWatchLogs({
    options: { region: 'us-east-1', maxAttempts: 1, customUserAgent: 'test' },
    observe() {},
    now: Date.now,
  });
});

const span = { fromMs: 1, toMs: 9, limit: 100 };
const failing = (name: string) => Object.assign(new Error('x'), { name, $fault: 'client' });

describe('the logs adapter', () => {
  test('asks for the quoted text in the function’s group, and for all lines without a text', async () => {
    logs.on(FilterLogEventsCommand).resolves({});
    await reader.find('f', { ...span, text: 'a-1 "b"' });
    await reader.find('f', { ...span, text: '' });
    const inputs = logs.commandCalls(FilterLogEventsCommand).map((call) => call.args[0].input);
    expect(inputs[0]).toMatchObject({ logGroupName: '/aws/lambda/f', filterPattern: '"a-1 \\"b\\""', startTime: 1 });
    expect(inputs[1]!.filterPattern).toBeUndefined();
  });

  test('reads another group where one is named, and there no lines of other functions', async () => {
    const line = (stream: string) => ({ timestamp: 2, message: stream, logStreamName: stream });
    const own = ['2026/11/23/f[7][0f1e]', '2026/11/23/[7]0f1e', 'by-hand'];
    const events = [...own, '2026/11/23/other[7][0f1e]', '2026/11/23/f-2[7][0f1e]'].map(line);
    logs.on(FilterLogEventsCommand).resolves({ events });
    const lines = await reader.find('f', { ...span, text: '', group: '/shared' });
    expect(lines!.map(({ stream }) => stream)).toEqual(own);
    expect(logs.commandCalls(FilterLogEventsCommand)[0]!.args[0].input.logGroupName).toBe('/shared');
  });

  test('asks for any of several words, in one stream', async () => {
    logs.on(FilterLogEventsCommand).resolves({});
    await reader.find('f', { ...span, text: '', anyOf: ['ERROR', 'timed out'], stream: 's' });
    expect(logs.commandCalls(FilterLogEventsCommand)[0]!.args[0].input).toMatchObject({
      filterPattern: '?ERROR ?"timed out"',
      logStreamNames: ['s'],
    });
  });

  test('reads on over empty pages, up to the limit, and answers oldest first', async () => {
    const event = (timestamp: number) => ({ timestamp, message: `m${timestamp}\n`, logStreamName: 's' });
    logs
      .on(FilterLogEventsCommand)
      .resolvesOnce({ events: [event(3)], nextToken: 'a' })
      .resolvesOnce({ events: [], nextToken: 'b' })
      .resolvesOnce({ events: [event(2)], nextToken: 'c' });
    const lines = await reader.find('f', { ...span, text: '', limit: 2 });
    expect(lines).toEqual([
      { at: 2, stream: 's', message: 'm2' },
      { at: 3, stream: 's', message: 'm3' },
    ]);
    expect(logs.calls()).toHaveLength(3);
  });

  test.each(['ResourceNotFoundException', 'AccessDeniedException'])('answers null on %s', async (name) => {
    logs.on(FilterLogEventsCommand).rejects(failing(name));
    expect(await reader.find('f', { ...span, text: '' })).toBeNull();
  });

  test('throws what is no question of reading', async () => {
    logs.on(FilterLogEventsCommand).rejects(failing('ExpiredTokenException'));
    await expect(reader.find('f', { ...span, text: '' })).rejects.toMatchObject({ code: 'CredentialsExpired' });
  });
});
