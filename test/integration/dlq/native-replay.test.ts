import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteQueueCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqsMoveTasks } from '../../../src/lib/aws/adapters/sqs-move-tasks.ts';
import { SqsQueues } from '../../../src/lib/aws/adapters/sqs-queues.ts';
import { FileLedgers } from '../../../src/lib/dlq/ledger/file-ledgers.ts';
import { cancelTask, runningTask } from '../../../src/lib/dlq/native/cancel-task.ts';
import { nativeTargets } from '../../../src/lib/dlq/native/native-targets.ts';
import { type NativeOptions, type NativePorts, replayNatively } from '../../../src/lib/dlq/native/replay-natively.ts';
import { verifyNativeRun } from '../../../src/lib/dlq/native/verify-native-run.ts';
import type { ReplayEvent } from '../../../src/lib/dlq/replay/replay-event.ts';
import type { ReplayResult } from '../../../src/lib/dlq/replay/replay-result.ts';
import { nativeOptions } from '../../unit/lib/dlq/support/native-options.ts';
import { resultOf } from '../../unit/lib/dlq/support/result-of.ts';
import { DeadLetterScene, type SceneOptions } from './support/dead-letter-scene.ts';

/** A slow machine gets all the simulated time that it takes. */
const PATIENT = { waitMs: 86_400_000 };

let scene: DeadLetterScene;
let folder: string;
let ports: NativePorts;
let events: ReplayEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-native-'));
  events = [];
});
afterEach(async () => {
  await scene.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: SceneOptions = {}): Promise<void> {
  scene = await DeadLetterScene.start({ fifo: false, ...options });
  ports = {
    queues: new SqsQueues(scene.setup),
    moveTasks: new SqsMoveTasks(scene.setup),
    ledgers: new FileLedgers(folder),
    clock: scene.clock,
  };
}

/** Lets `count` messages of the source fail until they are in the dead-letter queue, as a bad consumer does. */
async function die(count: number, sourceUrl = scene.sourceUrl, seconds = 30): Promise<void> {
  await scene.send(sourceUrl, count, 5);
  for (let receives = 0; receives < 3; receives++) {
    for (let taken = 1; taken > 0; ) {
      const { Messages = [] } = await scene.client.send(
        new ReceiveMessageCommand({ QueueUrl: sourceUrl, MaxNumberOfMessages: 10 }),
      );
      taken = Messages.length;
    }
    await scene.simulator.clock.advance((seconds + 1) * 1000);
  }
}

async function run(
  options: Partial<NativeOptions> & { to?: string } = {},
  onEvent: (event: ReplayEvent) => unknown = () => {},
  signal = new AbortController().signal,
): Promise<ReplayResult> {
  const { to, ...rest } = options;
  const dlq = await ports.queues.describe(scene.dlqName);
  const course = replayNatively(
    ports,
    nativeOptions({
      dlq,
      targets: (await nativeTargets(ports.queues, dlq, to, scene.sourceName)).targets,
      toTarget: to !== undefined,
      ...rest,
    }),
    signal,
  );
  return resultOf(course, (event) => {
    events.push(event);
    return onEvent(event);
  });
}

/** Takes messages from the source as a consumer does that now works; answers how to stop it, and what it saw. */
function consumer(): { readonly stop: () => Promise<number> } {
  let running = true;
  let seen = 0;
  const work = (async () => {
    while (running) {
      seen += (await scene.take(scene.sourceUrl)).length;
      await scene.clock.sleep(1_000);
    }
  })();
  return {
    stop: async () => {
      running = false;
      await work;
      return seen;
    },
  };
}

const tasks = async () =>
  (await scene.client.send(new ListMessageMoveTasksCommand({ SourceArn: await dlqArn(), MaxResults: 10 }))).Results ??
  [];
const dlqArn = async () => (await ports.queues.describe(scene.dlqName)).arn;

describe('a native replay over the wire', () => {
  test('moves everything back and waits for the verdict', async () => {
    await start();
    await die(25);
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 25, inFlight: 0 });
    const working = consumer();
    const result = await run({ verify: PATIENT });
    expect(await working.stop()).toBe(25);
    expect(result).toMatchObject({
      engine: 'native',
      matched: 25,
      replayed: 25,
      remaining: 0,
      stopped: null,
      verified: { succeeded: 25, returned: 0, pending: 0, approximate: true },
    });
    expect(await tasks()).toMatchObject([{ Status: 'COMPLETED' }]);
  });

  test('counts what fails again as come back', async () => {
    await start();
    await die(4);
    let broken = true;
    const failing = (async () => {
      while (broken) {
        await scene.client.send(new ReceiveMessageCommand({ QueueUrl: scene.sourceUrl, MaxNumberOfMessages: 10 }));
        await scene.clock.sleep(10_000);
      }
    })();
    const result = await run({ verify: PATIENT });
    broken = false;
    await failing;
    expect(result.verified).toMatchObject({ returned: 4, succeeded: 0, pending: 0 });
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 4, inFlight: 0 });
  });

  test('goes to the queue named, at the rate asked for', async () => {
    await start();
    await die(12);
    const other = await scene.create('other', {});
    expect(await run({ to: 'other', rate: 5 })).toMatchObject({ replayed: 12 });
    expect(await scene.depth(other)).toEqual({ visible: 12, inFlight: 0 });
    expect(await tasks()).toMatchObject([{ MaxNumberOfMessagesPerSecond: 5 }]);
  });

  test('cancelled by its signal leaves the rest and tells how many went', async () => {
    await start({ rate: 5 });
    await die(200);
    const stop = new AbortController();
    const result = await run(
      { rate: 4 },
      (event) => event.type === 'moving' && event.moved > 0 && stop.abort(),
      stop.signal,
    );
    expect(result.stopped).toMatchObject({ code: 'Interrupted', exitCode: 130 });
    expect(result.replayed).toBeGreaterThan(0);
    const { visible } = await scene.depth(scene.dlqUrl);
    expect(visible).toBe(200 - result.replayed);
    expect(await tasks()).toMatchObject([{ Status: 'CANCELLED', ApproximateNumberOfMessagesMoved: result.replayed }]);
  });

  test('whose target is deleted half-way ends with what AWS says', async () => {
    await start({ rate: 5 });
    await die(100);
    const other = await scene.create('other', {});
    let deleted = false;
    const result = await run({ to: 'other', rate: 3 }, async (event) => {
      if (event.type !== 'moving' || event.moved === 0 || deleted) return;
      deleted = true;
      await scene.client.send(new DeleteQueueCommand({ QueueUrl: other }));
    });
    expect(result.stopped).toMatchObject({ code: 'MoveTaskFailed', exitCode: 1 });
    expect(result.stopped!.message).toContain('AWS.SimpleQueueService.NonExistentQueue');
    expect(result.replayed).toBeGreaterThan(0);
    expect(result.replayed).toBeLessThan(100);
  });

  test('of letters that were sent to the dead-letter queue directly fails with the way out', async () => {
    await start();
    await scene.send(scene.dlqUrl, 3);
    const { stopped, replayed } = await run();
    expect(replayed).toBe(0);
    expect(stopped).toMatchObject({
      code: 'MoveTaskFailed',
      message: 'the move task failed after about 0 of 3 messages: CouldNotDetermineMessageSource.',
    });
    expect(stopped!.hint).toContain('--to');
  });

  test('keeps the order of each group of a FIFO queue', async () => {
    await start({ fifo: true });
    await die(50);
    expect(await run()).toMatchObject({ replayed: 50 });
    const groups = new Map<string, number[]>();
    for (const message of await scene.take(scene.sourceUrl)) {
      const group = message.Attributes!['MessageGroupId']!;
      groups.set(group, [...(groups.get(group) ?? []), (JSON.parse(message.Body!) as { n: number }).n]);
    }
    expect([...groups.values()].flat()).toHaveLength(50);
    for (const numbers of groups.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  test('of a queue that is nobody’s dead-letter queue is refused', async () => {
    await start();
    const other = await ports.queues.describe(scene.sourceName);
    await expect(nativeTargets(ports.queues, other, undefined, undefined)).rejects.toMatchObject({
      code: 'NotADeadLetterQueue',
      exitCode: 6,
    });
    // AWS itself says the same, where the sources could not be asked for.
    await expect(run({ dlq: other, force: true })).rejects.toMatchObject({ code: 'NotADeadLetterQueue' });
  });

  test('beside a task of somebody else is refused, and that task can be watched and cancelled', async () => {
    await start({ rate: 5 });
    await die(60);
    await scene.client.send(
      new StartMessageMoveTaskCommand({ SourceArn: await dlqArn(), MaxNumberOfMessagesPerSecond: 1 }),
    );
    await expect(run()).rejects.toMatchObject({ code: 'MoveTaskRunning', exitCode: 6 });
    const dlq = await ports.queues.describe(scene.dlqName);
    let watched = () => {};
    const seen = new Promise<void>((resolve) => {
      watched = resolve;
    });
    const watching = run({ attach: true }, ({ type }) => type === 'moving' && watched());
    await seen;
    const task = await runningTask(ports, dlq);
    const course = cancelTask(ports, { dlq, task: task!, service: null });
    let step = await course.next();
    while (step.done !== true) step = await course.next();
    expect(step.value.status).toBe('CANCELLED');
    expect((await watching).stopped).toMatchObject({ code: 'MoveTaskCancelled' });
    expect(await runningTask(ports, dlq)).toBeNull();
  });
});

describe('with faults on the way', () => {
  test('a start whose answer is lost attaches to the task that began', async () => {
    await start();
    await die(30);
    scene.simulator.faults.add({ service: 'sqs', operation: 'StartMessageMoveTask', dropResponse: true, times: 1 });
    expect(await run({ rate: 5 })).toMatchObject({ replayed: 30, stopped: null });
    expect(await tasks()).toHaveLength(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'note' }));
  });

  test('throttled and broken lists, and a lost cancel, are waited out', async () => {
    await start({ rate: 5 });
    await die(200);
    const fault = { service: 'sqs', operation: 'ListMessageMoveTasks' };
    const stop = new AbortController();
    let stopped = false;
    const result = await run(
      { rate: 4 },
      (event) => {
        if (event.type !== 'moving' || event.moved === 0 || stopped) return;
        stopped = true;
        scene.simulator.faults.add({ ...fault, error: { code: 'ThrottlingException' }, times: 2 });
        scene.simulator.faults.add({ ...fault, reset: true, times: 2 });
        scene.simulator.faults.add({ ...fault, operation: 'CancelMessageMoveTask', dropResponse: true, times: 1 });
        stop.abort();
      },
      stop.signal,
    );
    expect(result.stopped).toMatchObject({ code: 'Interrupted' });
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 200 - result.replayed, inFlight: 0 });
  });
});

describe('a verdict from a later shell', () => {
  async function verify(runId: string) {
    const { header } = await ports.ledgers.ends(runId);
    const course = verifyNativeRun(
      ports,
      {
        header,
        dlq: await ports.queues.describe(header.dlq.name),
        targets: await Promise.all(header.native!.targets.map((name) => ports.queues.describe(name))),
        ...PATIENT,
      },
      new AbortController().signal,
    );
    for (;;) {
      const step = await course.next();
      if (step.done === true) return step.value;
    }
  }

  test('is found from the ledger and written there', async () => {
    await start();
    await die(6);
    const { runId } = await run();
    const working = consumer();
    expect(await verify(runId)).toMatchObject({ replayed: 6, verified: { succeeded: 6, returned: 0, pending: 0 } });
    await working.stop();
    expect((await ports.ledgers.ends(runId)).last).toMatchObject({ type: 'end', verified: { succeeded: 6 } });
  });

  test('of a run whose process died while its task ran waits for that, and then asks AWS', async () => {
    await start();
    await die(200);
    const dlq = await ports.queues.describe(scene.dlqName);
    const course = replayNatively(
      ports,
      {
        dlq,
        targets: [await ports.queues.describe(scene.sourceName)],
        toTarget: false,
        service: null,
        rate: 1,
        force: false,
        verify: null,
        attach: false,
        resume: null,
      },
      new AbortController().signal,
    );
    // Killed: nobody asks for the next event any more.
    for (let step = await course.next(); step.done !== true && step.value.type !== 'moving'; )
      step = await course.next();
    const runId = (await ports.ledgers.list())[0]!;
    await expect(verify(runId)).rejects.toMatchObject({ code: 'MoveTaskRunning', exitCode: 8 });
    await scene.simulator.clock.advance(300_000);
    const working = consumer();
    expect(await verify(runId)).toMatchObject({ replayed: 200, verified: { succeeded: 200, returned: 0, pending: 0 } });
    await working.stop();
  });
});
