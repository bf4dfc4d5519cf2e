import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { observeCalls } from '../../support/observe-calls.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const cli = deadLetterCli();

const cvops = (...argv: string[]) => cli.run(argv);

function archive(name: string, count: number, groups = 1): void {
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify({ messageId: `id-${n}`, groupId: `g${n % groups}`, body: `${n}` }),
  );
  writeFileSync(join(cli.home, name), `${lines.join('\n')}\n`);
}
const bodies = async (url: string) => (await cli.scene.take(url)).map(({ Body }) => Number(Body)).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('dlq import', () => {
  test('sends the messages of a file to the dead-letter queue of the service', async () => {
    archive('dead.ndjson', 12, 3);
    const result = await cvops('dlq', 'import', 'processor', '--from', 'dead.ndjson', '--yes', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      kind: 'cvops/dlq.import',
      data: {
        service: 'processor',
        queue: 'cv-analytics-dlq.fifo',
        path: join(cli.home, 'dead.ndjson'),
        messages: 12,
        groups: 3,
        count: 12,
        failed: 0,
        remaining: 0,
        stopped: null,
      },
      next: [{ command: 'cvops dlq replay processor --dry-run' }],
    });
    expect(await bodies(cli.scene.dlqUrl)).toEqual(upTo(12));
  });

  test('--to names another queue, and the queue that they came from is told', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2, 2);
    await cvops('dlq', 'export', '--to', 'dead.ndjson');
    const result = await cvops(
      'dlq',
      'import',
      '--from',
      'dead.ndjson',
      '--to',
      cli.scene.sourceName,
      '--yes',
      '--json',
    );
    expect(result.code).toBe(0);
    expect(jsonOf(result).warnings).toMatchObject([{ code: 'OtherQueue' }]);
    expect(await cli.scene.depth(cli.scene.sourceUrl)).toEqual({ visible: 2, inFlight: 0 });
  });

  test('reads what is piped in', async () => {
    archive('dead.ndjson', 5);
    const stdin = readFileSync(join(cli.home, 'dead.ndjson'));
    const result = await cli.run(['dlq', 'import', '--from', '-', '--yes', '--json'], { stdin });
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ count: 5, path: '-' });
    expect(await bodies(cli.scene.dlqUrl)).toEqual(upTo(5));
  });

  test('does not wait for a terminal to be typed into', async () => {
    const result = await cli.run(['dlq', 'import', '--from', '-', '--yes'], { stdinTTY: true });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('nothing is');
  });

  test('--dry-run checks the file and the queue, and sends nothing', async () => {
    archive('dead.ndjson', 5, 2);
    const result = await cvops('dlq', 'import', '--from', 'dead.ndjson', '--dry-run', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      data: { dryRun: true, count: 0, messages: 5, groups: 2, remaining: 5 },
      next: [{ command: 'cvops dlq import --from dead.ndjson' }],
    });
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('without a terminal it needs --yes', async () => {
    archive('dead.ndjson', 1);
    expect((await cvops('dlq', 'import', '--from', 'dead.ndjson')).code).toBe(2);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('the same file is sent once, and --again sends it once more', async () => {
    archive('dead.ndjson', 2, 2);
    await cvops('dlq', 'import', '--from', 'dead.ndjson', '--yes');
    const second = await cvops('dlq', 'import', '--from', 'dead.ndjson', '--yes');
    expect(second.code).toBe(6);
    expect(second.stderr).toContain('sent to cv-analytics-dlq.fifo already');
    expect((await cvops('dlq', 'import', '--from', 'dead.ndjson', '--yes', '--again')).code).toBe(0);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 4, inFlight: 0 });
  });

  test('interrupted, it says how to go on, and does', async () => {
    archive('dead.ndjson', 60, 3);
    const stop = new AbortController();
    observeCalls(cli.scene.simulator, (operation) => {
      if (operation === 'SendMessageBatch') stop.abort();
    });
    const argv = ['dlq', 'import', '--from', 'dead.ndjson', '--yes', '--json'];
    const first = await cli.run(argv, { signal: stop.signal });
    expect(first.code).toBe(130);
    const { data, next } = jsonOf(first);
    expect(data.remaining).toBe(60 - data.count);
    expect(data.remaining).toBeGreaterThan(0);
    expect(next[0]?.command).toBe('cvops dlq import --from dead.ndjson');
    const second = await cli.run(argv);
    expect(jsonOf(second).data).toMatchObject({ count: 60, sentBefore: data.count, remaining: 0 });
    expect(await bodies(cli.scene.dlqUrl)).toEqual(upTo(60));
  });

  test('a message that the queue refuses is told, the rest of its group stays, the others go', async () => {
    archive('dead.ndjson', 8, 2);
    cli.scene.simulator.faults.add({
      service: 'sqs',
      operation: 'SendMessageBatch',
      bodyContains: '"cvops-id-2"',
      error: { statusCode: 400, code: 'InvalidMessageContents' },
    });
    const result = await cvops('dlq', 'import', '--from', 'dead.ndjson', '--yes', '--json', '--concurrency', '1');
    expect(result.code).toBe(3);
    expect(jsonOf(result).data).toMatchObject({ count: 5, failed: 1, blocked: 2, remaining: 3 });
    expect(result.stderr).toContain('line 3: InvalidMessageContents');
    expect(await bodies(cli.scene.dlqUrl)).toEqual([0, 1, 3, 5, 7]);
  });

  test.each([
    ['a line that is no JSON', '{"body":"1","groupId":"g"}\noops\n', 1, 'line 2: is not JSON'],
    ['a field of the wrong type', '{"body":1}\n', 1, 'line 1: "body" is not text'],
    ['a cut file', '{"body":"1","groupId":"g"}\n{"body":"2","gro', 1, 'line 2: is cut off'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d, 0x0a]), 1, 'line 1: is not UTF-8 at byte 2'],
    ['the lines of a standard queue', '{"body":"1","fifo":false}\n', 2, 'is a FIFO one'],
  ])('%s is told before anything is sent', async (_, content, code, why) => {
    writeFileSync(join(cli.home, 'bad.ndjson'), content);
    const result = await cvops('dlq', 'import', '--from', 'bad.ndjson', '--yes');
    expect(result.code).toBe(code);
    expect(result.stderr.split('\n')[0]).toContain(why);
    expect(result.stderr.split('\n')).toHaveLength(3);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test.each([
    [['--from', 'none.ndjson', '--yes'], 5, 'no file'],
    [['--from', '.', '--yes'], 2, 'is a folder'],
    [['--yes'], 2, '--from FILE is missing'],
    [['--from', 'a', '--rate', 'fast', '--yes'], 2, '--rate "fast"'],
  ])('%j is refused in one line', async (flags, code, why) => {
    const result = await cvops('dlq', 'import', ...flags);
    expect(result.code).toBe(code);
    expect(result.stderr.split('\n')[0]).toContain(why);
  });
});
