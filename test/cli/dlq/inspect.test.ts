import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeadLetterScene } from '../../integration/dlq/support/dead-letter-scene.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

let scene: DeadLetterScene;
beforeEach(async () => {
  scene = await DeadLetterScene.start();
});
afterEach(() => scene.stop());

const cvops = (...argv: string[]) => runCli(argv, { env: scene.env, clock: scene.clock });

const log = (message: string | object) =>
  scene.simulator.region().logs.write('/aws/lambda/cv-analytics-processor', 'one', [
    {
      timestamp: scene.clock.now(),
      message: typeof message === 'string' ? message : JSON.stringify(message),
    },
  ]);

describe('dlq inspect', () => {
  test('tells an empty queue from one whose messages others hold', async () => {
    const shown = async () =>
      (await runCli(['dlq', 'inspect'], { env: scene.env, clock: scene.clock, stdoutTTY: true })).stdout;
    expect(await shown()).toBe('No dead letters in cv-analytics-dlq.fifo.\n');
    await scene.send(scene.dlqUrl, 1, 1);
    await fetch(scene.simulator.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage', 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ QueueUrl: scene.dlqUrl, VisibilityTimeout: 3600 }),
    });
    expect(await shown()).toBe('No dead letters can be seen in cv-analytics-dlq.fifo now; about 1 cannot.\n');
  });

  test('groups by the cause that the function logged, and gives every message back', async () => {
    await scene.send(scene.dlqUrl, 3, 3);
    const first = jsonOf(await cvops('dlq', 'inspect', '--json')).data.messages as { messageId: string }[];
    first.forEach(({ messageId }, n) => {
      log({
        level: 'ERROR',
        messageId,
        version: '6',
        error: { name: n === 2 ? 'RangeError' : 'TypeError', message: `cannot read ${n} of "x${n}"`, stack: '…' },
      });
    });
    const result = await cvops('dlq', 'inspect', '--json');
    expect(result.code).toBe(0);
    const { data, warnings } = jsonOf(result);
    expect(data).toMatchObject({
      service: 'processor',
      scanned: 3,
      complete: true,
      logsRead: true,
      groups: [
        { signature: 'TypeError: cannot read <n> of "…"', basis: 'log', count: 2, versions: ['6'] },
        { signature: 'RangeError: cannot read <n> of "…"', basis: 'log', count: 1, versions: ['6'] },
      ],
    });
    expect(data.messages[0]).toMatchObject({ body: { n: 0 }, attributes: { number: 0 }, groupId: 'g0', version: '6' });
    expect(warnings).toEqual([]);
    expect(await scene.depth(scene.dlqUrl)).toEqual({ visible: 3, inFlight: 0 });
  });

  test('groups by shape where no log can be read', async () => {
    await scene.send(scene.dlqUrl, 2, 2, (n) => (n === 0 ? '{"a":1}' : 'not json'));
    const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(data.groups.map((group: { signature: string }) => group.signature).sort()).toEqual([
      'text attributes(number:Number)',
      '{a:number} attributes(number:Number)',
    ]);
    expect(data.groups[0].basis).toBe('shape');
  });

  test('says that FIFO hides the rest of a group of more than ten', async () => {
    await scene.send(scene.dlqUrl, 25, 1);
    const { data, warnings } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(data).toMatchObject({ scanned: 10, complete: false, hidden: 15 });
    expect(warnings.map(({ code }) => code)).toContain('Incomplete');
  });

  test('shows only what a filter matches, and no more than --limit', async () => {
    await scene.send(scene.dlqUrl, 8, 8);
    const filtered = jsonOf(await cvops('dlq', 'inspect', '--json', '--filter', 'attributes.number >= `6`'));
    expect(filtered.data).toMatchObject({ scanned: 8, matched: 2 });
    const limited = jsonOf(await cvops('dlq', 'inspect', '--json', '--limit', '3'));
    expect(limited.data).toMatchObject({ scanned: 3, complete: false });
  });

  test('refuses a dead-letter queue with dead letters of its own, unless forced', async () => {
    const onward = await scene.create('onward.fifo', { FifoQueue: 'true' });
    expect(onward).toContain('onward.fifo');
    const { SetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
    const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:000000000000:onward.fifo';
    await scene.client.send(
      new SetQueueAttributesCommand({
        QueueUrl: scene.dlqUrl,
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 }) },
      }),
    );
    const refused = await cvops('dlq', 'inspect', '--json');
    expect(refused.code).toBe(6);
    expect(jsonOf(refused).error).toMatchObject({ code: 'OwnRedrivePolicy' });
    expect((await cvops('dlq', 'inspect', '--json', '--force')).code).toBe(0);
  });

  test('an empty queue is success, in every format', async () => {
    const result = await cvops('dlq', 'inspect');
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(jsonOf(await cvops('dlq', 'inspect', '--json')).data).toMatchObject({
      scanned: 0,
      groups: [],
      messages: [],
    });
  });
});

describe('dlq list', () => {
  test('tells depth, retention and where the dead letters come from', async () => {
    await scene.send(scene.dlqUrl, 4);
    const result = await cvops('dlq', 'list', '--json');
    expect(result.code).toBe(0);
    const { data, next } = jsonOf(result);
    expect(data.queues).toMatchObject([
      {
        service: 'processor',
        dlq: 'cv-analytics-dlq.fifo',
        source: ['cv-analytics-queue.fifo'],
        fifo: true,
        visible: 4,
        inFlight: 0,
        delayed: 0,
        retentionSeconds: 1_209_600,
        maxReceiveCount: 2,
      },
    ]);
    expect(next).toMatchObject([{ command: 'cvops dlq inspect processor' }]);
  });

  test('in a pipe is one line of tab-separated values for each queue', async () => {
    const { stdout } = await cvops('dlq', 'list');
    expect(stdout.trimEnd().split('\t').slice(0, 4)).toEqual([
      'processor',
      'cv-analytics-dlq.fifo',
      'cv-analytics-queue.fifo',
      '0',
    ]);
  });
});
