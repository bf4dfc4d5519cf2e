import { describe, expect, test } from 'vitest';
import { observeCalls } from '../../support/observe-calls.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const cli = deadLetterCli();

const cvops = (...argv: string[]) => cli.run(argv);

describe('dlq replay', () => {
  test('moves every dead letter to its queue and proves that none came back', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 12, 3);
    const consumer = consume();
    const result = await cvops('dlq', 'replay', 'processor', '--yes', '--json');
    await consumer.stop();
    expect(result.code).toBe(0);
    const { kind, data } = jsonOf(result);
    expect(kind).toBe('cvops/dlq.replay');
    expect(data).toMatchObject({
      service: 'processor',
      engine: 'client',
      matched: 12,
      replayed: 12,
      failed: 0,
      skipped: 0,
      suppressed: 0,
      remaining: 0,
      verified: { succeeded: 12, returned: 0, pending: 0 },
      stopped: null,
    });
    expect(data.runId).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(data.requests).toBeGreaterThan(0);
    expect(data.costUsd).toBeGreaterThan(0);
    expect(consumer.bodies.sort()).toEqual(Array.from({ length: 12 }, (_, n) => JSON.stringify({ n })).sort());
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('--output ndjson tells every event as it happens, the last with the result', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 12, 3);
    const result = await cvops('dlq', 'replay', '--yes', '--no-verify', '--output', 'ndjson');
    const events = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; at: string; count?: number; result?: { replayed: number } });
    expect(events[0]).toMatchObject({ type: 'started', expected: 12 });
    const total = (type: string) =>
      events.filter((event) => event.type === type).reduce((sum, { count = 0 }) => sum + count, 0);
    expect([total('received'), total('sent'), total('deleted')]).toEqual([12, 12, 12]);
    expect(events.at(-1)).toMatchObject({ type: 'finished', result: { replayed: 12 } });
    expect(events.every(({ at }) => new Date(at).toISOString() === at)).toBe(true);
  });

  test('a canary goes first, and the others follow when it was processed', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 12, 12);
    const consumer = consume();
    const result = await cvops('dlq', 'replay', '--canary', '2', '--yes', '--json');
    await consumer.stop();
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ replayed: 12, verified: { succeeded: 12 } });
    expect(result.stderr).toContain('Canary: 2 messages processed; going on');
  });

  test('a canary without a verdict in time ends in exit code 8 and leaves the others', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 12, 12);
    const result = await cvops('dlq', 'replay', '--canary', '2', '--yes', '--json', '--wait', '1s');
    expect(result.code).toBe(8);
    const { data, next } = jsonOf(result);
    expect(data).toMatchObject({ replayed: 2, remaining: 10, stopped: { code: 'CanaryPending' } });
    expect(next[0]?.command).toBe(`cvops dlq replay --resume ${data.runId}`);
    expect((await cli.scene.depth(cli.scene.dlqUrl)).visible).toBe(10);
  });

  test.each([
    [['--canary', '2', '--no-verify'], '--canary waits for a verdict'],
    [['--max-returns', '101'], '--max-returns "101" is not a percentage'],
    [['--canary', 'all'], '--canary "all"'],
  ])('%j is refused in one line', async (flags, words) => {
    const result = await cvops('dlq', 'replay', '--yes', ...flags);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
  });

  test('--dry-run shows the plan and changes nothing', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 7, 2);
    const result = await cvops('dlq', 'replay', '--dry-run', '--json', '--rate', '2/s');
    expect(result.code).toBe(0);
    const { data, next } = jsonOf(result);
    expect(data).toMatchObject({ dryRun: true, runId: null, matched: 7, replayed: 0, verified: null });
    expect(data.plan).toMatchObject({ seconds: 4, look: { scanned: 7, complete: true, gaps: 0 } });
    expect(data.plan.look.groups).toEqual([
      { groupId: 'g0', count: 4 },
      { groupId: 'g1', count: 3 },
    ]);
    expect(next[0]?.command).toBe('cvops dlq replay processor --rate 2/s');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 7, inFlight: 0 });
    expect(await cli.scene.depth(cli.scene.sourceUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('without a terminal it needs --yes and sends nothing without', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1);
    const result = await cvops('dlq', 'replay');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--yes');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('an empty dead-letter queue is done at once', async () => {
    const result = await cvops('dlq', 'replay', '--yes', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ matched: 0, replayed: 0, remaining: 0, verified: null });
  });

  test('a filter that would leave a gap in a group is refused, and --out-of-order allows it', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 6, 2);
    const filter = ['--filter', 'body.n > `2`', '--yes', '--json', '--no-verify'];
    const refused = await cvops('dlq', 'replay', ...filter);
    expect(refused.code).toBe(2);
    expect(jsonOf(refused).error).toMatchObject({ code: 'FilterLeavesGaps' });
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 6, inFlight: 0 });
    const allowed = await cvops('dlq', 'replay', ...filter, '--out-of-order');
    expect(jsonOf(allowed).data).toMatchObject({ matched: 3, replayed: 3, skipped: 3, remaining: 3 });
    expect(allowed.code).toBe(0);
  });

  test('a filter with a syntax error is a usage error before any call', async () => {
    const result = await cvops('dlq', 'replay', '--yes', '--filter', 'body.[');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--filter: it ends too early, at character 6: body.[');
  });

  test('copies that fail again come back, are named, and end in exit code 6', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 4, 4);
    const consumer = consume((body) => body === '{"n":3}');
    const result = await cvops('dlq', 'replay', '--yes', '--json');
    await consumer.stop();
    expect(jsonOf(result).data.verified).toMatchObject({ succeeded: 3, returned: 1, pending: 0 });
    expect(result.code).toBe(6);
    const [back] = await cli.scene.take(cli.scene.dlqUrl);
    expect(jsonOf(result).data.verified.returnedIds).toEqual([back!.MessageId]);
  });

  test('copies that nobody reads are pending: exit code 8, and dlq verify asks again', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2);
    const replayed = await cvops('dlq', 'replay', '--yes', '--json', '--wait', '2s');
    expect(replayed.code).toBe(8);
    const { data, next } = jsonOf(replayed);
    expect(data.verified).toMatchObject({ succeeded: 0, returned: 0, pending: 2 });
    expect(next.map(({ command }) => command)).toContain(`cvops dlq verify ${data.runId}`);
    await cli.scene.take(cli.scene.sourceUrl);
    const verified = await cvops('dlq', 'verify', data.runId, '--json');
    expect(verified.code).toBe(0);
    expect(jsonOf(verified).data).toMatchObject({ replayed: 2, verified: { succeeded: 2, pending: 0 } });
    const runs = await cvops('dlq', 'runs', '--json');
    expect(jsonOf(runs).data.runs).toMatchObject([
      { runId: data.runId, status: 'done', replayed: 2, verified: { succeeded: 2 } },
    ]);
  });

  test('an unknown run is exit code 5', async () => {
    for (const argv of [
      ['dlq', 'verify', 'nope'],
      ['dlq', 'replay', '--yes', '--resume', '../../etc/passwd'],
    ]) {
      const result = await cvops(...argv, '--json');
      expect(result.code).toBe(5);
      expect(jsonOf(result).error.code).toBe('RunNotFound');
    }
  });

  test('a target of the other type is refused', async () => {
    await cli.scene.create('plain', {});
    await cli.scene.send(cli.scene.dlqUrl, 1);
    const result = await cvops('dlq', 'replay', '--yes', '--json', '--to', 'plain');
    expect(result.code).toBe(6);
    expect(jsonOf(result).error.message).toContain('cv-analytics-dlq.fifo is FIFO and plain is standard');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 1, inFlight: 0 });
  });

  test.each([
    [['--rate', 'fast'], '--rate "fast" is not a rate'],
    [['--max', '0'], '--max "0" is not a whole number from 1 up'],
    [['--wait', 'soon'], '--wait "soon" is not a duration'],
    [['--resume', 'x', '--max', '3'], 'leave out --max'],
  ])('%j is a usage error', async (flags, words) => {
    const result = await cvops('dlq', 'replay', '--yes', ...flags);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
  });
});

/** Reads the source queue until stopped; deletes what does not fail. */
function consume(fails: (body: string) => boolean = () => false) {
  let going = true;
  const bodies: string[] = [];
  const { client, sourceUrl } = cli.scene;
  const work = (async () => {
    const { DeleteMessageCommand, ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
    while (going) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: sourceUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
      );
      for (const message of Messages) {
        if (fails(message.Body!)) continue;
        bodies.push(message.Body!);
        await client.send(new DeleteMessageCommand({ QueueUrl: sourceUrl, ReceiptHandle: message.ReceiptHandle! }));
      }
    }
  })();
  return {
    bodies,
    async stop() {
      going = false;
      await work;
    },
  };
}

describe('dlq replay, seen by a person', () => {
  test('with a function that logs what it wrote, the verdict comes from its log', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
    const going = new AbortController();
    const worker = (async () => {
      const { DeleteMessageCommand, ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
      while (!going.signal.aborted) {
        const { Messages = [] } = await cli.scene.client.send(
          new ReceiveMessageCommand({ QueueUrl: cli.scene.sourceUrl, WaitTimeSeconds: 2 }),
        );
        for (const { MessageId, ReceiptHandle } of Messages) {
          const message = JSON.stringify({ level: 'INFO', messageId: MessageId, outcome: 'written' });
          cli.scene.simulator
            .region()
            .logs.write('/aws/lambda/cv-analytics-processor', 's', [{ timestamp: cli.scene.clock.now(), message }]);
          await cli.scene.client.send(new DeleteMessageCommand({ QueueUrl: cli.scene.sourceUrl, ReceiptHandle }));
        }
      }
    })();
    const result = await cli.run(['dlq', 'replay', '--yes'], {
      stdoutTTY: true,
    });
    going.abort();
    await worker;
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('✓ Replayed 3 of 3 messages; 3 of 3 succeeded (says the function’s log).');
    expect(result.stdout).toContain('cv-analytics-dlq.fifo');
    expect(result.stderr).toMatch(
      /Starting run \d{8}-\d{6}-[0-9a-f]{4}: cv-analytics-dlq.fifo → cv-analytics-queue.fifo/,
    );
  });

  test('interrupted with Ctrl-C it says what is left and how to go on, and leaves it visible', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 60, 6);
    const stop = new AbortController();
    let sends = 0;
    observeCalls(cli.scene.simulator, (operation) => {
      if (operation === 'SendMessageBatch' && ++sends === 2) stop.abort();
    });
    const result = await cli.run(['dlq', 'replay', '--yes', '--json'], {
      signal: stop.signal,
    });
    expect(result.code).toBe(130);
    const { data, next } = jsonOf(result);
    expect(data.stopped).toMatchObject({ code: 'Interrupted' });
    expect(data.replayed).toBeLessThan(60);
    expect(next[0]?.command).toBe(`cvops dlq replay --resume ${data.runId}`);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 60 - data.replayed, inFlight: 0 });
    const resumed = await cvops('dlq', 'replay', '--resume', data.runId, '--yes', '--json', '--no-verify');
    expect(resumed.code).toBe(0);
    expect(jsonOf(resumed).data).toMatchObject({ runId: data.runId, replayed: 60, remaining: 0 });
    expect(await cli.scene.take(cli.scene.sourceUrl)).toHaveLength(60);
  });
});
