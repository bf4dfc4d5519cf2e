import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from 'vitest';
import { jsonOf } from '../support/run-cli.ts';
import { describeOnMiniStack } from './support/describe-on-ministack.ts';

const GROUP = '/aws/lambda/cv-analytics-processor';
const STREAM = '2026/08/07/[6]0f1e2d3c4b5a';
const REQUEST = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001';

await describeOnMiniStack('why messages died, on MiniStack', (ministack) => {
  const { cvops } = ministack;
  let sqs: SQSClient;
  let dlq: string;
  let ids: readonly string[];

  beforeAll(async () => {
    const { logs } = ministack.clients;
    sqs = ministack.clients.sqs;
    dlq = (
      await sqs.send(new CreateQueueCommand({ QueueName: 'cv-analytics-dlq.fifo', Attributes: { FifoQueue: 'true' } }))
    ).QueueUrl!;
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: dlq,
        Entries: Array.from({ length: 8 }, (_, n) => ({
          Id: String(n),
          MessageBody: JSON.stringify({ n }),
          MessageGroupId: `g${n}`,
          MessageDeduplicationId: `d${n}`,
        })),
      }),
    );
    ids = [...sent.Successful!].sort((a, b) => Number(a.Id) - Number(b.Id)).map(({ MessageId }) => MessageId!);
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: STREAM }));
    const failed = ids.map((messageId, n) => ({
      level: n === 7 ? 'WARN' : 'ERROR',
      message: 'event failed',
      requestId: REQUEST,
      messageId,
      ...(n === 7
        ? { cause: ids[0] }
        : { error: { name: n < 5 ? 'TypeError' : 'RangeError', message: `item ${n} of "${messageId}"`, stack: '' } }),
    }));
    const lines = [
      `START RequestId: ${REQUEST} Version: 6`,
      ...failed.map((line) => JSON.stringify(line)),
      `END RequestId: ${REQUEST}`,
      `REPORT RequestId: ${REQUEST}\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 256 MB\tMax Memory Used: 84 MB`,
    ];
    const now = Date.now();
    await logs.send(
      new PutLogEventsCommand({
        logGroupName: GROUP,
        logStreamName: STREAM,
        logEvents: lines.map((message, index) => ({ timestamp: now + index, message })),
      }),
    );
  });

  test('inspect groups them by the log, tells their expiry, and gives them back', async () => {
    const { data } = jsonOf(await cvops('dlq', 'inspect'));
    expect(data).toMatchObject({ scanned: 8, complete: true, logsRead: true, notGivenBack: 0 });
    expect(
      data.groups.map(({ signature, count, versions }: { signature: string; count: number; versions: string[] }) => [
        signature,
        count,
        versions,
      ]),
    ).toEqual([
      ['TypeError: item <n> of "…"', 5, ['6']],
      ['RangeError: item <n> of "…"', 2, ['6']],
      ['LeftBehind: a message of its group failed before it', 1, ['6']],
    ]);
    expect(data.soonestExpiry).toMatchObject({ basis: 'exact' });
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: dlq, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '8',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  test('explain joins one with its run, and one that waited with the one that failed', async () => {
    const { data } = jsonOf(await cvops('dlq', 'explain', ids[2]!));
    expect(data).toMatchObject({
      inQueue: true,
      error: { name: 'TypeError' },
      version: '6',
      attempts: [{ outcome: 'failed', durationMs: 12.5, memoryMb: 256 }],
    });
    expect(jsonOf(await cvops('dlq', 'explain', ids[7]!)).data).toMatchObject({
      error: { name: 'LeftBehind' },
      blockedBy: { messageId: ids[0], error: { name: 'TypeError' } },
    });
  });

  test('a message that is not there is told from one that is hidden', async () => {
    const unknown = await cvops('dlq', 'explain', '3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a');
    expect(unknown.code).toBe(5);
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: dlq, VisibilityTimeout: 30 }));
    const { data, warnings } = jsonOf(await cvops('dlq', 'inspect'));
    expect(data).toMatchObject({ complete: false, hidden: 1, hiddenBy: { inFlight: 1 } });
    expect(warnings.find(({ code }) => code === 'Incomplete')?.message).toContain('1 held by others');
  });
});
