import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

const TOTAL = 25;
const GROUPS = 5;
const BYTES = Buffer.from([0, 1, 254, 255]);

await describeOnMiniStack('dead letters in files, on MiniStack', (ministack) => {
  const { cvops } = ministack;
  let home: string;
  let sqs: SQSClient;

  beforeAll(() => {
    home = ministack.home;
    sqs = ministack.clients.sqs;
    const services = {
      plain: { queue: 'plain-queue', dlq: 'plain-dlq' },
      ordered: { queue: 'ordered-queue.fifo', dlq: 'ordered-dlq.fifo' },
    };
    writeFileSync(join(home, 'cvops.config.json'), JSON.stringify({ version: 1, services }));
  });

  /** A dead-letter queue with messages in it. */
  async function deadLetters(name: string): Promise<string> {
    const fifo = name.endsWith('.fifo');
    const created = await sqs.send(
      new CreateQueueCommand({ QueueName: name, ...(fifo ? { Attributes: { FifoQueue: 'true' } } : {}) }),
    );
    for (let from = 0; from < TOTAL; from += GROUPS) {
      await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: created.QueueUrl,
          Entries: Array.from({ length: GROUPS }, (_, n) => ({
            Id: `${n}`,
            MessageBody: JSON.stringify({ n: from + n, text: 'ü "\\ \u2028' }),
            MessageAttributes: {
              kind: { DataType: 'String', StringValue: `ü-${n}` },
              bytes: { DataType: 'Binary.raw', BinaryValue: BYTES },
            },
            ...(fifo ? { MessageGroupId: `g${n}`, MessageDeduplicationId: `${from + n}` } : {}),
          })),
        }),
      );
    }
    return created.QueueUrl!;
  }

  async function depth(QueueUrl: string): Promise<number> {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return (
      Number(Attributes!['ApproximateNumberOfMessages']) + Number(Attributes!['ApproximateNumberOfMessagesNotVisible'])
    );
  }

  /** Number, attributes and group of each message of an archive. */
  const contents = (name: string) =>
    readFileSync(join(home, name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .map(({ body, attributes, groupId }) => ({ body, attributes, groupId }))
      .sort((a, b) => JSON.parse(a.body).n - JSON.parse(b.body).n);

  test('an export is whole, a purge keeps what it deletes, and an import gives every byte back', async () => {
    const dlq = await deadLetters('plain-dlq');
    const exported = await cvops('dlq', 'export', 'plain', '--to', 'before.ndjson');
    expect(jsonOf(exported).data).toMatchObject({ count: TOTAL, complete: true, hidden: 0 });
    expect(await depth(dlq)).toBe(TOTAL);

    const purged = await cvops('dlq', 'purge', 'plain', '--to', 'gone.ndjson', '--yes', '--confirm', 'plain-dlq');
    expect(purged.code).toBe(0);
    expect(jsonOf(purged).data).toMatchObject({ exported: TOTAL, deleted: TOTAL, undeleted: 0, remaining: 0 });
    expect(await depth(dlq)).toBe(0);
    expect(contents('gone.ndjson')).toEqual(contents('before.ndjson'));

    const imported = await cvops('dlq', 'import', 'plain', '--from', 'gone.ndjson', '--yes');
    expect(imported.code).toBe(0);
    expect(jsonOf(imported).data).toMatchObject({ count: TOTAL, failed: 0, remaining: 0 });
    await cvops('dlq', 'export', 'plain', '--to', 'after.ndjson');
    expect(contents('after.ndjson')).toEqual(contents('before.ndjson'));
    expect(contents('after.ndjson')[7]!.attributes.bytes).toEqual({
      type: 'Binary.raw',
      binary: BYTES.toString('base64'),
    });
  });

  test('on FIFO what a look cannot see is said; a purge works through it, and an import keeps the order', async () => {
    const dlq = await deadLetters('ordered-dlq.fifo');
    // One receive of MiniStack mixes groups and so locks them all.
    const exported = jsonOf(await cvops('dlq', 'export', 'ordered', '--to', 'seen.ndjson')).data;
    expect(exported.count + exported.hidden).toBe(TOTAL);
    expect(exported.complete).toBe(exported.count === TOTAL);

    const consent = ['--yes', '--confirm', 'ordered-dlq.fifo'];
    const purged = await cvops('dlq', 'purge', 'ordered', '--to', 'all.ndjson', ...consent);
    expect(jsonOf(purged).data).toMatchObject({ exported: TOTAL, deleted: TOTAL, remaining: 0 });
    expect(contents('all.ndjson')).toHaveLength(TOTAL);

    expect((await cvops('dlq', 'import', 'ordered', '--from', 'all.ndjson', '--yes')).code).toBe(0);
    expect(await depth(dlq)).toBe(TOTAL);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: dlq, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    for (let group = 0; group < GROUPS; group++) {
      const own = Messages.filter(({ Attributes }) => Attributes!['MessageGroupId'] === `g${group}`);
      const numbers = own.map(({ Body }) => JSON.parse(Body!).n);
      expect(numbers).toEqual(Array.from({ length: own.length }, (_, index) => group + index * GROUPS));
    }
  });
});
