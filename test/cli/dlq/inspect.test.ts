import { describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const cli = deadLetterCli();

const cvops = (...argv: string[]) => cli.run(argv);

const log = (message: string | object) =>
  cli.scene.simulator.region().logs.write('/aws/lambda/cv-analytics-processor', 'one', [
    {
      timestamp: cli.scene.clock.now(),
      message: typeof message === 'string' ? message : JSON.stringify(message),
    },
  ]);

describe('dlq inspect', () => {
  test('tells an empty queue from one whose messages others hold', async () => {
    const shown = async () => (await cli.run(['dlq', 'inspect'], { stdoutTTY: true })).stdout;
    expect(await shown()).toBe('No dead letters in cv-analytics-dlq.fifo.\n');
    await cli.scene.send(cli.scene.dlqUrl, 1, 1);
    await fetch(cli.scene.simulator.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage', 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify({ QueueUrl: cli.scene.dlqUrl, VisibilityTimeout: 3600 }),
    });
    expect(await shown()).toBe('No dead letters can be seen in cv-analytics-dlq.fifo now; about 1 cannot.\n');
  });

  test('sees all of many small groups, though a receive ends in the middle of one', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 40, 10);
    expect(jsonOf(await cvops('dlq', 'inspect', '--json')).data).toMatchObject({
      scanned: 40,
      complete: true,
      hidden: 0,
      hiddenBy: { groups: [] },
    });
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 40, inFlight: 0 });
  });

  test('groups by the cause that the function logged, and gives every message back', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
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
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 3, inFlight: 0 });
  });

  test('groups by shape where no log can be read', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2, 2, (n) => (n === 0 ? '{"a":1}' : 'not json'));
    const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(data.groups.map((group: { signature: string }) => group.signature).sort()).toEqual([
      'text attributes(number:Number)',
      '{a:number} attributes(number:Number)',
    ]);
    expect(data.groups[0].basis).toBe('shape');
  });

  test('says that FIFO hides the rest of a group of more than ten', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 25, 1);
    const { data, warnings } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(data).toMatchObject({ scanned: 10, complete: false, hidden: 15 });
    expect(warnings.map(({ code }) => code)).toContain('Incomplete');
  });

  test('shows only what a filter matches, and no more than --limit', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 8, 8);
    const filtered = jsonOf(await cvops('dlq', 'inspect', '--json', '--filter', 'attributes.number >= `6`'));
    expect(filtered.data).toMatchObject({ scanned: 8, matched: 2 });
    const limited = jsonOf(await cvops('dlq', 'inspect', '--json', '--limit', '3'));
    expect(limited.data).toMatchObject({ scanned: 3, complete: false });
  });

  test('refuses a dead-letter queue with dead letters of its own, unless forced', async () => {
    const onward = await cli.scene.create('onward.fifo', { FifoQueue: 'true' });
    expect(onward).toContain('onward.fifo');
    const { SetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
    const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:000000000000:onward.fifo';
    await cli.scene.client.send(
      new SetQueueAttributesCommand({
        QueueUrl: cli.scene.dlqUrl,
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

describe('dlq inspect', () => {
  const terminal = (columns: number, ...argv: string[]) =>
    cli.run(['dlq', 'inspect', ...argv], { stdoutTTY: true, columns });

  async function failAll(version: string): Promise<readonly string[]> {
    const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    const ids = data.messages.map(({ messageId }: { messageId: string }) => messageId) as string[];
    for (const messageId of ids) {
      const error = { name: 'TypeError', message: `Cannot read properties of undefined (reading 'userId')` };
      log({ level: 'ERROR', message: 'event failed', requestId: `request of ${messageId}`, messageId, version, error });
    }
    return ids;
  }

  test.each([80, 120])('fits one screen of %i columns, whatever the queue holds', async (columns) => {
    await cli.scene.send(cli.scene.dlqUrl, 60, 60);
    await failAll('6');
    const { stdout } = await terminal(columns);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines[0]).toContain('60 dead letters in cv-analytics-dlq.fifo, 1 cause.');
    expect(stdout).toContain('… and 55 more messages; --json lists all.');
    expect(stdout).toContain('TypeError: Cannot read');
    expect(stdout).toContain('userId');
  });

  test('with --explain shows the last lines and the request of each message', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2, 2);
    const [first] = await failAll('6');
    log({ level: 'INFO', message: 'tried again', messageId: first, requestId: `request of ${first}` });
    const { stdout } = await terminal(120, '--explain');
    expect(stdout).toContain('INFO tried again');
    expect(stdout).toContain(`${first}, version 6, request request of ${first}`);
    expect(stdout).toContain("ERROR event failed (TypeError: Cannot read properties of undefined (reading 'userId'))");
    const { data } = jsonOf(await cvops('dlq', 'inspect', '--explain', '--json'));
    expect(data.messages[0]).toMatchObject({
      version: '6',
      requestId: expect.any(String),
      failedAt: expect.any(String),
    });
    expect(data.messages[0].logs).toMatchObject([
      { at: expect.any(String), message: expect.stringContaining('TypeError') },
      { message: expect.stringContaining('tried again') },
    ]);
  });

  test('in a pipe is one line for each cause, with whole values', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
    await failAll('6');
    const { stdout } = await cvops('dlq', 'inspect');
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stdout.split('\t').slice(0, 3)).toEqual([
      '3',
      "TypeError: Cannot read properties of undefined (reading 'userId')",
      '6',
    ]);
  });

  test('says which groups FIFO hides the rest of', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 25, 1);
    log('begin');
    const { data, warnings } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(data.hiddenBy).toEqual({ inFlight: 0, delayed: 0, groups: ['g0'] });
    expect(warnings).toEqual([
      {
        code: 'Incomplete',
        message: 'about 15 messages not seen: FIFO shows ten messages of a group at most, and of g0 there are more.',
      },
    ]);
  });

  test('warns of what expires within a day, and offers to keep it', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2, 2);
    await cli.scene.simulator.clock.advance((14 * 24 - 5) * 3_600_000);
    log('begin');
    const { data, warnings, next } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(warnings).toMatchObject([
      {
        code: 'ExpiresSoon',
        message: expect.stringMatching(/^2 messages expire within 24 h, the first in 4 h/),
      },
    ]);
    expect(next[0]).toMatchObject({ command: 'cvops dlq export processor --to dead-letters.ndjson' });
    expect(data.soonestExpiry.basis).toBe('exact');
  });

  test('tells of failures that name no message, and lays them to none', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2, 2);
    log(`2026-08-07T12:00:00.000Z\taaaaaaaa-bbbb-4ccc-8ddd-000000000001\tERROR\tTypeError: boom`);
    const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
    expect(data.groups[0].basis).toBe('shape');
    // Few messages are looked up one by one; the search over the time comes with more of them.
    expect(data.unlinked).toEqual([]);
    await cli.scene.send(cli.scene.dlqUrl, 8, 8, (n) => `more ${n}`);
    const more = jsonOf(await cvops('dlq', 'inspect', '--json')).data;
    expect(more.unlinked).toMatchObject([{ signature: 'TypeError: boom', count: 1 }]);
    expect((await terminal(100)).stdout).toContain('1 × TypeError: boom');
  });

  test.each([-40, 40])('finds causes and tells expiry with a local clock that is %i minutes off', async (minutes) => {
    await cli.scene.send(cli.scene.dlqUrl, 8, 8);
    await failAll('6');
    const clock = { ...cli.scene.clock, now: () => cli.scene.clock.now() + minutes * 60_000 };
    const { stdout } = await cli.run(['dlq', 'inspect'], { clock, stdoutTTY: true, columns: 120 });
    expect(stdout).toContain('8 dead letters in cv-analytics-dlq.fifo, 1 cause. The first expires in 13 d 23 h.');
  });

  test('reports what it added to the receive counts', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1, 1);
    const counts = [];
    for (let look = 0; look < 3; look++) {
      const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
      expect(data.receivesAdded).toBe(1);
      counts.push(data.messages[0].receiveCount);
    }
    expect(counts).toEqual([1, 2, 3]);
  });

  test('leaves no trace after Ctrl-C, at whatever moment it comes', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 40, 40);
    const codes = new Set<number>();
    for (let moment = 1; moment < 60; moment += 7) {
      const stop = new AbortController();
      let readings = 0;
      const clock = {
        ...cli.scene.clock,
        now: () => {
          if (++readings === moment) stop.abort(new CvopsError('Interrupted', 130, 'interrupted.'));
          return cli.scene.clock.now();
        },
      };
      const { code } = await cli.run(['dlq', 'inspect', '--json'], { clock, signal: stop.signal });
      codes.add(code);
      expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 40, inFlight: 0 });
    }
    expect(codes).toContain(130);
  });

  test('says on stderr what it could not give back, even when the filter fails', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
    const refuse = {
      service: 'sqs',
      operation: 'ChangeMessageVisibilityBatch',
      error: { code: 'InternalError', statusCode: 500 },
    };
    cli.scene.simulator.faults.add(refuse);
    const failed = await cvops('dlq', 'inspect', '--filter', 'abs(messageId)');
    expect(failed.code).toBe(2);
    expect(failed.stderr).toMatch(/^[123] messages? could not be given back; visible again by \d{4}-/);
    cli.scene.simulator.faults.clear();
  });
});

describe('dlq list', () => {
  test('tells depth, retention and where the dead letters come from', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 4);
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

describe('an expression that cannot be read', () => {
  const wrong = "body.type = 'visit'";

  test.each([
    ['--filter', ['dlq', 'inspect', '--filter', wrong], 'UsageError'],
    ['--edit', ['dlq', 'replay', '--dry-run', '--edit', `{body: ${wrong}}`], 'UsageError'],
    ['--query', ['dlq', 'list', '--query', wrong], 'InvalidQuery'],
  ])('says in JSON where %s is wrong', async (_flag, argv, code) => {
    const { error } = jsonOf(await cli.run([...argv, '--json']));
    expect(error).toMatchObject({ code, exitCode: 2, expression: argv.at(-1) });
    expect(error.expression[error.position - 1]).toBe('=');
  });

  test('has a caret under it on a terminal, between the error and its hint, and none in a pipe', async () => {
    const argv = ['dlq', 'inspect', '--filter', wrong];
    const lines = (await cli.run(argv, { stderrTTY: true })).stderr.split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.slice(1, 3)).toEqual(["  body.type = 'visit'", '            ^']);
    expect(lines[3]).toMatch(/^Hint: /);
    expect((await cli.run(argv)).stderr.split('\n')).toEqual([lines[0]?.replace(/\u001b\[\d+m/g, ''), lines[3], '']);
  });
});
