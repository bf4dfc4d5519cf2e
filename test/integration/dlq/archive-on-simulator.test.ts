import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqsQueues } from '../../../src/lib/aws/adapters/sqs-queues.ts';
import { openArchiveSource } from '../../../src/lib/dlq/archive/archive-source.ts';
import { openArchiveTarget } from '../../../src/lib/dlq/archive/archive-target.ts';
import { archivedLine } from '../../../src/lib/dlq/archive/archived-message.ts';
import { checkArchive } from '../../../src/lib/dlq/archive/check-archive.ts';
import { importMessages } from '../../../src/lib/dlq/archive/import-messages.ts';
import { lookAtMessages } from '../../../src/lib/dlq/archive/look-at-messages.ts';
import { purge } from '../../../src/lib/dlq/archive/purge.ts';
import { openPurgeFile } from '../../../src/lib/dlq/archive/purge-file.ts';
import { DeadLetterScene } from './support/dead-letter-scene.ts';

let folder: string;
let scene: DeadLetterScene;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-archive-'));
});
afterEach(async () => {
  await scene.stop();
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);
const signal = new AbortController().signal;
const everything = { filter: null, group: null, max: null, force: false };

/** Messages of every kind that SQS takes; numbered, so that their order shows. */
function bodyOf(n: number): string {
  if (n === 3) return `${n} ${'ü'.repeat(520_000)}`;
  return `${n} tab\t line\n return\r quote" back\\ \u2028 \ufffd \ue000 😀 \u{10ffff} ${'x'.repeat(n * 37)}`;
}

function attributesOf(n: number): Record<string, MessageAttributeValue> {
  if (n % 4 === 0) return {};
  return {
    text: { DataType: 'String', StringValue: `ü${n}` },
    'label.led': { DataType: 'String.x', StringValue: ' ' },
    whole: { DataType: 'Number.int', StringValue: `00${n}` },
    raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255, 254, 10, n % 256) },
    image: { DataType: 'Binary.png', BinaryValue: Buffer.alloc(n + 1, n) },
  };
}

async function fill(count: number, groups: number): Promise<void> {
  const fifo = scene.dlqUrl.endsWith('.fifo');
  for (let n = 0; n < count; n++) {
    await scene.client.send(
      new SendMessageCommand({
        QueueUrl: scene.dlqUrl,
        MessageBody: bodyOf(n),
        MessageAttributes: attributesOf(n),
        MessageSystemAttributes:
          n % 3 === 0 ? { AWSTraceHeader: { DataType: 'String', StringValue: `Root=1-5759e988-${n}` } } : undefined,
        ...(fifo ? { MessageGroupId: `g${n % groups}`, MessageDeduplicationId: `d-${n}` } : {}),
      }),
    );
  }
}

/** What must be the same after a message was exported, deleted and sent again. */
function content({ Body, MD5OfBody, MessageAttributes = {}, MD5OfMessageAttributes, Attributes = {} }: Message) {
  return {
    Body,
    MD5OfBody,
    MD5OfMessageAttributes,
    group: Attributes['MessageGroupId'],
    trace: Attributes['AWSTraceHeader'],
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        [DataType, StringValue, BinaryValue === undefined ? undefined : Buffer.from(BinaryValue).toString('hex')],
      ]),
    ),
  };
}

/** The content by group, each in its order; a standard queue has none, so there it is sorted. */
function byGroup(messages: readonly Message[]) {
  const groups: Record<string, object[]> = {};
  for (const each of messages) {
    const found = content(each);
    const name = found.group ?? 'none';
    groups[name] = [...(groups[name] ?? []), found];
  }
  groups['none']?.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return groups;
}

async function purgeTo(name: string) {
  const queues = new SqsQueues(scene.setup);
  const file = await openPurgeFile(path(name), false);
  try {
    const dlq = await queues.describe(scene.dlqName);
    return await purge({ ...everything, queues, clock: scene.clock, signal, dlq, file });
  } finally {
    await file.close();
  }
}

async function importFrom(name: string, to = scene.dlqName) {
  const queues = new SqsQueues(scene.setup);
  const source = await openArchiveSource(path(name), () => [] as never, folder);
  try {
    const target = await queues.describe(to);
    return await importMessages({
      queues,
      clock: scene.clock,
      signal,
      source,
      archive: await checkArchive(source, target),
      target,
      folder: path('imports'),
      rate: null,
      again: false,
      resendUncertain: false,
    });
  } finally {
    await source.close();
  }
}

describe.each([
  ['FIFO', true],
  ['standard', false],
])('on a %s queue', (_, fifo) => {
  beforeEach(async () => {
    scene = await DeadLetterScene.start({ fifo });
  });

  test('what is purged and imported is what was there, to the byte, in the order of each group', async () => {
    await fill(45, 3);
    expect(await purgeTo('archive')).toMatchObject({ deleted: 45, remaining: 0, complete: true });
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
    expect(await importFrom('archive')).toMatchObject({ sent: 45, remaining: 0 });
    const back = byGroup(await scene.take(scene.dlqUrl));
    await fill2();
    expect(back).toEqual(byGroup(await scene.take(scene.sourceUrl)));
  });

  test('answers that are lost on the way lose no message', async () => {
    await fill(40, 8);
    for (const operation of ['ReceiveMessage', 'DeleteMessageBatch', 'SendMessageBatch']) {
      scene.simulator.faults.add({ service: 'sqs', operation, dropResponse: true, times: 2 });
    }
    const purged = await purgeTo('archive');
    expect(purged).toMatchObject({ exported: 40, deleted: 40, undeleted: 0 });
    const { sent, possibleTwins } = await importFrom('archive');
    expect(sent).toBe(40);
    const back = await scene.take(scene.dlqUrl);
    expect(new Set(back.map(({ Body }) => Body)).size).toBe(40);
    // The SDK's own retries on a standard queue leave twins that nobody can see.
    if (fifo) expect(back).toHaveLength(40);
    if (fifo) expect(possibleTwins).toBe(0);
  });

  /** The same messages as they were put, in the other queue. */
  async function fill2(): Promise<void> {
    const dlq = scene.dlqUrl;
    scene.dlqUrl = scene.sourceUrl;
    await fill(45, 3);
    scene.dlqUrl = dlq;
  }
});

test('an export beside a consumer keeps its file and its queue whole', async () => {
  scene = await DeadLetterScene.start();
  await fill(30, 5);
  const queues = new SqsQueues(scene.setup);
  const dlq = await queues.describe(scene.dlqName);
  const target = await openArchiveTarget(path('archive'), false, folder);
  const look = await lookAtMessages(
    { ...everything, queues, clock: scene.clock, signal, dlq, limit: null },
    (message) => target.add(archivedLine(message, dlq, scene.clock.now())),
  );
  await target.finish();
  expect(look).toMatchObject({ matched: 30, complete: true, notGivenBack: 0 });
  expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 30, inFlight: 0 });
  const lines = readFileSync(path('archive'), 'utf8').split('\n').slice(0, -1);
  expect(lines.map((line) => JSON.parse(line).body).sort()).toEqual(
    Array.from({ length: 30 }, (_, n) => bodyOf(n)).sort(),
  );
});
