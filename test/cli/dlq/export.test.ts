import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const cli = deadLetterCli();

const cvops = (...argv: string[]) => cli.run(argv);
const read = (name: string) => readFileSync(join(cli.home, name), 'utf8');

describe('dlq export', () => {
  test('keeps what looks like a secret as it was sent; the screen does not show it', async () => {
    const secret = 'canary-of-the-environment';
    const body = JSON.stringify({ url: 'https://user:password@host/', token: secret });
    await cli.scene.send(cli.scene.dlqUrl, 1, 1, () => body);
    const options = { env: { ...cli.scene.env, TFE_TOKEN: secret } };
    await cli.run(['dlq', 'export', '--to', 'dead.ndjson'], options);
    expect(JSON.parse(read('dead.ndjson')).body).toBe(body);
    const shown = await cli.run(['dlq', 'inspect', '--json'], options);
    expect(jsonOf(shown).data.scanned).toBe(1);
    expect(shown.stdout).not.toMatch(/canary-of|user:password/);
  });

  test('writes every message to a private file and leaves the queue as it was', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 24, 3);
    const result = await cvops('dlq', 'export', 'processor', '--to', 'dead.ndjson', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({
      kind: 'cvops/dlq.export',
      data: {
        service: 'processor',
        queue: 'cv-analytics-dlq.fifo',
        count: 24,
        path: join(cli.home, 'dead.ndjson'),
        complete: true,
        hidden: 0,
      },
      next: [{ command: 'cvops dlq import processor --from dead.ndjson' }],
    });
    const lines = read('dead.ndjson').split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(JSON.parse(line).body).n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, n) => n),
    );
    expect(statSync(join(cli.home, 'dead.ndjson')).mode & 0o777).toBe(0o600);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 24, inFlight: 0 });
  });

  test('what comes next is ready to be typed, whatever the name of the file', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1);
    const { next } = jsonOf(await cvops('dlq', 'export', '--to', "dead's letters.ndjson", '--json'));
    expect(next[0]?.command).toBe(`cvops dlq import processor --from 'dead'\\''s letters.ndjson'`);
  });

  test.each(['table', 'tsv', 'ndjson', 'markdown'])('--to - writes nothing else to the pipe as %s', async (format) => {
    await cli.scene.send(cli.scene.dlqUrl, 3);
    const { stdout } = await cvops('dlq', 'export', '--to', '-', '--output', format);
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(Array(3).fill('cvops/dlq.message'));
  });

  test('--to - writes the messages to the pipe and all else to stderr', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3);
    const result = await cvops('dlq', 'export', '--to', '-');
    expect(result.code).toBe(0);
    expect(
      result.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).kind),
    ).toEqual(Array(3).fill('cvops/dlq.message'));
    expect(result.stderr).toContain('Exported 3 messages from cv-analytics-dlq.fifo to standard output.');
  });

  test('--to - and --json cannot both have standard output', async () => {
    const result = await cvops('dlq', 'export', '--to', '-', '--json');
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toContain('--to -');
  });

  test('what FIFO hides is said, and the exit code is 3', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 15);
    const result = await cvops('dlq', 'export', '--to', 'dead.ndjson', '--json');
    expect(result.code).toBe(3);
    const { data, warnings } = jsonOf(result);
    expect(data).toMatchObject({ count: 10, complete: false, hidden: 5, reason: 'groups' });
    expect(warnings[0]).toMatchObject({ code: 'Incomplete' });
    expect(warnings[0]?.message).toContain('about 5 messages not seen');
  });

  test('a maximum that was asked for is no failure', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 6, 6);
    const result = await cvops('dlq', 'export', '--to', 'dead.ndjson', '--max', '2', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ count: 2, complete: false, reason: 'max' });
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 6, inFlight: 0 });
  });

  test('an empty queue gives an empty file', async () => {
    const result = await cvops('dlq', 'export', '--to', 'dead.ndjson');
    expect(result.code).toBe(0);
    expect(read('dead.ndjson')).toBe('');
  });

  test('a file that is there is not replaced without --force', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1);
    writeFileSync(join(cli.home, 'dead.ndjson'), 'mine');
    const refused = await cvops('dlq', 'export', '--to', 'dead.ndjson');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('is there already');
    expect(read('dead.ndjson')).toBe('mine');
    expect((await cvops('dlq', 'export', '--to', 'dead.ndjson', '--force')).code).toBe(0);
    expect(JSON.parse(read('dead.ndjson')).kind).toBe('cvops/dlq.message');
  });

  test('a filter that fails on a message leaves no file and nothing hidden', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 4, 4);
    const result = await cvops('dlq', 'export', '--to', 'dead.ndjson', '--filter', 'abs(body.text)');
    expect(result.code).toBe(2);
    expect(existsSync(join(cli.home, 'dead.ndjson'))).toBe(false);
    expect(readdirSync(cli.home).filter((name) => name.includes('dead'))).toEqual([]);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 4, inFlight: 0 });
  });

  test.each([
    [['--to', 'none/dead.ndjson'], 1, 'no such folder'],
    [['--to', '.'], 2, 'is a folder'],
    [[], 2, '--to FILE is missing'],
    [['--to', 'a', '--max', 'x'], 2, '--max "x"'],
    [['--to', 'a', '--filter', 'body.['], 2, '--filter'],
  ])('%j is refused in one line', async (flags, code, why) => {
    const result = await cvops('dlq', 'export', ...flags);
    expect(result.code).toBe(code);
    expect(result.stderr.split('\n')[0]).toContain(why);
  });
});
