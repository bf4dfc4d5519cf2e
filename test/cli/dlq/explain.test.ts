import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { SqsQueues } from '../../../src/lib/aws/adapters/sqs-queues.ts';
import { explain } from '../../../src/lib/dlq/explain/explain.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const GROUP = '/aws/lambda/cv-analytics-processor';
const REQUEST = 'aaaaaaaa-bbbb-4ccc-8ddd-00000000000';
const STREAM = '2026/08/07/[6]0f1e2d3c4b5a';

const cli = deadLetterCli();

const cvops = (...argv: string[]) => cli.run(argv);

/** One run of the function, as Lambda writes it. */
function run(number: number, ...own: (string | object)[]): void {
  runAt(cli.scene.clock.now(), number, ...own);
}

function runAt(timestamp: number, number: number, ...own: (string | object)[]): void {
  const requestId = `${REQUEST}${number}`;
  const lines = [
    `START RequestId: ${requestId} Version: 6`,
    ...own,
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 256 MB\tMax Memory Used: 84 MB${number === 1 ? '\tInit Duration: 151.44 ms' : ''}`,
  ];
  cli.scene.simulator.region().logs.write(
    GROUP,
    STREAM,
    lines.map((line) => ({
      timestamp,
      message: typeof line === 'string' ? line : JSON.stringify({ requestId, version: '6', ...line }),
    })),
  );
}

async function deadLetters(count: number, groups = count): Promise<string[]> {
  await cli.scene.send(cli.scene.dlqUrl, count, groups);
  const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
  return data.messages.map(({ messageId }: { messageId: string }) => messageId);
}

const uriError = {
  name: 'URIError',
  message: 'URI malformed',
  stack:
    'URIError: URI malformed\n    at decodeURIComponent (<anonymous>)\n    at normalise (/var/task/index.mjs:13:363)',
};

describe('dlq explain', () => {
  test('joins a message with every attempt, and gives it back', async () => {
    const [messageId] = await deadLetters(3);
    for (const number of [1, 2, 3]) {
      run(number, 'words of the run', {
        level: 'ERROR',
        message: 'event failed',
        messageId,
        outcome: 'failed',
        error: uriError,
      });
      cli.scene.simulator.clock.advance(60_000);
    }
    const result = await cvops('dlq', 'explain', messageId!, '--json');
    expect(result.code).toBe(0);
    const { kind, data, warnings } = jsonOf(result);
    expect(kind).toBe('cvops/dlq.explain');
    expect(data).toMatchObject({
      service: 'processor',
      messageId,
      inQueue: true,
      basis: 'log',
      error: {
        name: 'URIError',
        message: 'URI malformed',
        stack: uriError.stack,
        callSite: 'normalise (index.mjs:13:363)',
      },
      version: '6',
      requestId: `${REQUEST}3`,
      blockedBy: null,
      attemptsComplete: true,
      expiryBasis: 'exact',
    });
    expect(data.attempts).toMatchObject([
      { outcome: 'failed', version: '6', durationMs: 12.5, usedMb: 84, memoryMb: 256, initMs: 151.44 },
      { outcome: 'failed', initMs: null },
      { outcome: 'failed', initMs: null },
    ]);
    expect(data.logs).toHaveLength(15);
    expect(data.logs.map(({ message }: { message: string }) => message)).toContain('words of the run');
    expect(warnings).toEqual([]);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 3, inFlight: 0 });
  });

  test('takes the beginning of an id, and refuses one that several messages have', async () => {
    const ids = await deadLetters(20);
    const result = jsonOf(await cvops('dlq', 'explain', 'processor', ids[7]!.slice(0, 12), '--json'));
    expect(result.data.messageId).toBe(ids[7]);
    const beginnings = ids.map((id) => id.slice(0, 1));
    const common = beginnings.find((digit, index) => beginnings.indexOf(digit) !== index)!;
    // Of one character, which the command refuses as too short, there are sure to be several.
    const queues = new SqsQueues(cli.scene.setup);
    const asked = explain({
      queues,
      clock: cli.scene.clock,
      signal: new AbortController().signal,
      dlq: await queues.describe(cli.scene.dlqName),
      id: common,
      limit: 100,
      logs: null,
    });
    await expect(asked).rejects.toMatchObject({ code: 'MessageAmbiguous', exitCode: 2 });
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 20, inFlight: 0 });
  });

  test('of a message that never had its turn names the one that failed first, and why', async () => {
    const [blocker, waiting] = await deadLetters(2, 1);
    run(
      1,
      { level: 'ERROR', message: 'event failed', messageId: blocker, outcome: 'failed', error: uriError },
      { level: 'WARN', message: 'left for the next delivery', messageId: waiting, cause: blocker },
    );
    const { data, next } = jsonOf(await cvops('dlq', 'explain', waiting!, '--json'));
    expect(data).toMatchObject({
      error: { name: 'LeftBehind' },
      blockedBy: { messageId: blocker, version: '6', error: { name: 'URIError' } },
      attempts: [{ outcome: 'left behind', blockedBy: blocker }],
    });
    expect(next[0]).toMatchObject({ command: `cvops dlq explain processor ${blocker}` });
    const shown = await cli.run(['dlq', 'explain', waiting!], {
      stdoutTTY: true,
      columns: 200,
    });
    expect(shown.stdout).toContain(`${waiting} never had its turn: it waited behind ${blocker}.`);
  });

  test('of a message that is not in the queue any more says so, and what the log holds', async () => {
    const gone = '3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a';
    run(1, { level: 'ERROR', message: 'event failed', messageId: gone, error: uriError });
    run(2, { level: 'INFO', message: 'event written', messageId: gone, outcome: 'written' });
    const { data, warnings } = jsonOf(await cvops('dlq', 'explain', gone, '--json'));
    expect(data).toMatchObject({
      messageId: gone,
      inQueue: false,
      error: { name: 'URIError' },
      attempts: [{ outcome: 'failed' }, { outcome: 'processed' }],
      receiveCount: null,
      expiresAt: null,
    });
    expect(warnings.map(({ code }) => code)).toEqual(['NotInQueue']);
  });

  test.each([
    ['a timeout', [`2026-08-07T12:00:00.000Z ${REQUEST}1 Task timed out after 10.00 seconds`], 'TimedOut'],
    [
      'a crash',
      [`RequestId: ${REQUEST}1 Error: Runtime exited with error: exit status 129`, 'Runtime.ExitError'],
      'Runtime.ExitError',
    ],
    [
      'an error of the whole run',
      [`2026-08-07T12:00:00.000Z\t${REQUEST}1\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"boom"}`],
      'TypeError',
    ],
  ])('lays %s to the message that the run had begun', async (_, lines, name) => {
    const [messageId] = await deadLetters(1);
    run(1, { level: 'INFO', message: 'begun', messageId }, ...lines);
    const { data } = jsonOf(await cvops('dlq', 'explain', messageId!, '--json'));
    expect(data).toMatchObject({ error: { name }, requestId: `${REQUEST}1`, version: '6' });
  });

  test('of a function that logs no ids takes the only run that began with the first receive, and says so', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1, 1);
    const { Messages = [] } = await cli.scene.client.send(
      new ReceiveMessageCommand({
        QueueUrl: cli.scene.dlqUrl,
        VisibilityTimeout: 0,
        MessageSystemAttributeNames: ['ApproximateFirstReceiveTimestamp'],
      }),
    );
    const [{ MessageId: messageId, Attributes } = {}] = Messages;
    const received = Number(Attributes!['ApproximateFirstReceiveTimestamp']);
    runAt(received + 40, 1, `t\t${REQUEST}1\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"boom"}`);
    const { data, warnings } = jsonOf(await cvops('dlq', 'explain', messageId!, '--json'));
    expect(data).toMatchObject({ basis: 'time', error: { name: 'TypeError' } });
    expect(warnings.map(({ code }) => code)).toEqual(['JoinedByTime']);
  });

  test('of a message that neither queue nor log knows is exit code 5 and a hint', async () => {
    await deadLetters(2);
    run(1, 'words');
    const unknown = await cvops('dlq', 'explain', '3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a', '--json');
    expect(unknown.code).toBe(5);
    expect(jsonOf(unknown).error).toMatchObject({
      code: 'MessageNotFound',
      hint: expect.stringContaining('cvops dlq runs'),
    });
    expect((await cvops('dlq', 'explain', 'ffffffffffff')).code).toBe(5);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 2, inFlight: 0 });
  });

  test.each([
    ['no id', [], 'which message? Give a MessageId.'],
    ['a word', ['processor'], '"processor" is not a MessageId.'],
    ['too little of one', ['3f1'], '"3f1" is too short'],
    ['too much of one', ['3f1c1b1e-8a53-4a3e-9d0b-1f6f1c1b1e8a0'], 'is not a MessageId.'],
  ])('refuses %s as a usage error', async (_, args, words) => {
    const { code, stderr } = await cvops('dlq', 'explain', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  test('without a log tells what the queue knows', async () => {
    const [messageId] = await deadLetters(1);
    cli.scene.simulator.faults.add({ service: 'logs', error: { code: 'AccessDeniedException', statusCode: 400 } });
    const { data, warnings } = jsonOf(await cvops('dlq', 'explain', messageId!, '--json'));
    expect(data).toMatchObject({
      inQueue: true,
      logsRead: false,
      error: null,
      version: null,
      logs: [],
      body: { n: 0 },
    });
    expect(warnings.map(({ code }) => code)).toEqual(['LogsUnreadable']);
  });
});
