import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqsQueues } from '../../../src/lib/aws/adapters/sqs-queues.ts';
import { FileLedgers } from '../../../src/lib/dlq/ledger/file-ledgers.ts';
import { replay } from '../../../src/lib/dlq/replay/replay.ts';
import type { ReplayEvent } from '../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayOptions } from '../../../src/lib/dlq/replay/replay-options.ts';
import type { ReplayResult } from '../../../src/lib/dlq/replay/replay-result.ts';
import { replayOptions } from '../../unit/lib/dlq/support/replay-options.ts';
import { resultOf } from '../../unit/lib/dlq/support/result-of.ts';
import { DeadLetterScene } from './support/dead-letter-scene.ts';

let scene: DeadLetterScene;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-runs-'));
});
afterEach(async () => {
  await scene.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(
  options: Partial<ReplayOptions> = {},
  onEvent: (event: ReplayEvent) => void = () => {},
  signal = new AbortController().signal,
): Promise<ReplayResult> {
  const queues = new SqsQueues(scene.setup);
  const events = replay(
    { queues, ledgers: new FileLedgers(folder), clock: scene.clock },
    replayOptions({
      dlq: await queues.describe(scene.dlqName),
      target: await queues.describe(scene.sourceName),
      ...options,
    }),
    signal,
  );
  return resultOf(events, onEvent);
}

async function arrived(): Promise<Map<string, number[]>> {
  const groups = new Map<string, number[]>();
  for (const message of await scene.take(scene.sourceUrl)) {
    const group = message.Attributes?.['MessageGroupId'] ?? '';
    groups.set(group, [...(groups.get(group) ?? []), (JSON.parse(message.Body!) as { n: number }).n]);
  }
  return groups;
}

describe('a replay over the wire', () => {
  test('of a FIFO queue with lost answers, broken connections and failing deletes delivers once and in order', async () => {
    scene = await DeadLetterScene.start({ rate: 10 });
    await scene.send(scene.dlqUrl, 300, 30);
    const fault = { service: 'sqs', probability: 0.15 };
    scene.simulator.faults.add({ ...fault, operation: 'SendMessageBatch', dropResponse: true });
    scene.simulator.faults.add({ ...fault, operation: 'SendMessageBatch', reset: true });
    scene.simulator.faults.add({
      ...fault,
      operation: 'DeleteMessageBatch',
      error: { statusCode: 500, code: 'InternalError' },
    });
    scene.simulator.faults.add({ ...fault, operation: 'ReceiveMessage', dropResponse: true });
    const result = await run();
    scene.simulator.faults.clear();
    expect(result).toMatchObject({ replayed: 300, failed: 0, suppressed: 0, undeleted: 0, remaining: 0 });
    const groups = await arrived();
    expect(groups.size).toBe(30);
    for (const [group, numbers] of groups) {
      const first = Number(group.slice(1));
      expect(numbers).toEqual(Array.from({ length: 10 }, (_, k) => first + 30 * k));
    }
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('keeps bodies, attributes of every type and the trace header byte for byte', async () => {
    scene = await DeadLetterScene.start({ fifo: false });
    const attributes = {
      text: { DataType: 'String.custom', StringValue: 'grüße ✓' },
      number: { DataType: 'Number', StringValue: '12.50' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.from({ length: 256 }, (_, n) => n) },
    };
    await scene.client.send(
      new SendMessageCommand({
        QueueUrl: scene.dlqUrl,
        MessageBody: ' {"spaced" : "ü\\u0000"}\n',
        MessageAttributes: attributes,
        MessageSystemAttributes: {
          AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793' },
        },
      }),
    );
    expect(await run()).toMatchObject({ replayed: 1, failed: 0 });
    const [copy] = await scene.take(scene.sourceUrl);
    expect(copy!.Body).toBe(' {"spaced" : "ü\\u0000"}\n');
    expect(copy!.MessageAttributes).toMatchObject(attributes);
    expect(copy!.Attributes).toMatchObject({ AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793' });
  });

  test('stopped by an abort can be resumed, and what it left is visible at once', async () => {
    scene = await DeadLetterScene.start();
    await scene.send(scene.dlqUrl, 200, 20);
    const stop = new AbortController();
    const first = await run({ concurrency: 2 }, (event) => event.type === 'sent' && stop.abort(), stop.signal);
    expect(first.stopped).toMatchObject({ code: 'Interrupted', exitCode: 130 });
    expect(first.replayed).toBeGreaterThan(0);
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 200 - first.replayed, inFlight: 0 });
    const { header } = await new FileLedgers(folder).ends(first.runId);
    const second = await run({ resume: header });
    expect(second).toMatchObject({ runId: first.runId, matched: 200, replayed: 200, remaining: 0, stopped: null });
    const groups = await arrived();
    expect([...groups.values()].flat()).toHaveLength(200);
    for (const numbers of groups.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  test('by two processes at the same time delivers every message of a FIFO queue once and in order', async () => {
    scene = await DeadLetterScene.start({ rate: 10 });
    await scene.send(scene.dlqUrl, 200, 25);
    const [one, two] = await Promise.all([run(), run()]);
    expect(one.replayed + two.replayed).toBe(200);
    const groups = await arrived();
    expect([...groups.values()].flat()).toHaveLength(200);
    for (const numbers of groups.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });
});
