import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { observeCalls } from '../../support/observe-calls.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const cli = deadLetterCli();

const purge = (...flags: string[]) => cli.run(['dlq', 'purge', ...flags]);
const consent = ['--yes', '--confirm', 'cv-analytics-dlq.fifo'];
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);

describe('dlq purge', () => {
  test('exports every message, deletes it, and the file gives it back', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 35, 2);
    const result = await purge('processor', ...consent, '--json');
    expect(result.code).toBe(0);
    const { kind, data, next } = jsonOf(result);
    expect(kind).toBe('cvops/dlq.purge');
    expect(data).toMatchObject({
      service: 'processor',
      queue: 'cv-analytics-dlq.fifo',
      matched: 35,
      exported: 35,
      deleted: 35,
      undeleted: 0,
      skipped: 0,
      remaining: 0,
      complete: true,
      stopped: null,
    });
    expect(data.exportPath).toMatch(/state\/cvops\/exports\/cv-analytics-dlq\.fifo-\d{8}-\d{6}-[0-9a-f]{4}\.ndjson$/);
    expect(statSync(data.exportPath).mode & 0o777).toBe(0o600);
    expect(linesOf(data.exportPath)).toHaveLength(35);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 0, inFlight: 0 });
    expect(next).toEqual([{ command: `cvops dlq import processor --from ${data.exportPath}`, why: 'put them back' }]);
    expect((await cli.run(['dlq', 'import', '--from', data.exportPath, '--yes'])).code).toBe(0);
    expect(
      (await cli.scene.take(cli.scene.dlqUrl)).map(({ Body }) => JSON.parse(Body!).n).sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 35 }, (_, n) => n));
  });

  test.each([
    [[], /--yes/],
    [['--yes'], /--confirm cv-analytics-dlq.fifo --yes/],
    [['--confirm', 'cv-analytics-dlq.fifo'], /--yes/],
    [['--yes', '--confirm', 'cv-analytics-dlq'], /--confirm "cv-analytics-dlq" is not "cv-analytics-dlq.fifo"/],
    [['--no-input', '--yes'], /--confirm/],
  ])('%j is not enough without a terminal', async (flags, why) => {
    await cli.scene.send(cli.scene.dlqUrl, 2);
    const result = await purge(...flags);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(why);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 2, inFlight: 0 });
  });

  test('--dry-run says what would go, and changes and writes nothing', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 6, 2);
    const result = await purge('--dry-run', '--json', '--filter', 'body.n > `3`');
    expect(result.code).toBe(0);
    const { data } = jsonOf(result);
    expect(data).toMatchObject({ dryRun: true, matched: 2, deleted: 0, skipped: 4, complete: true });
    expect(existsSync(data.exportPath)).toBe(false);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 6, inFlight: 0 });
  });

  test('only what matches goes', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 12, 3);
    const result = await purge(...consent, '--group', 'g1', '--to', 'gone.ndjson', '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({
      deleted: 4,
      remaining: 8,
      complete: true,
      exportPath: join(cli.home, 'gone.ndjson'),
    });
    expect(linesOf(join(cli.home, 'gone.ndjson')).map((line) => JSON.parse(line).groupId)).toEqual(Array(4).fill('g1'));
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 8, inFlight: 0 });
  });

  test('an empty queue leaves no file', async () => {
    const result = await purge(...consent, '--json');
    expect(result.code).toBe(0);
    expect(jsonOf(result).data).toMatchObject({ deleted: 0, exportPath: null });
    expect(readdirSync(join(cli.home, 'state/cvops/exports'))).toEqual([]);
  });

  test('a file that is there is never touched, for it may be the only copy', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1);
    writeFileSync(join(cli.home, 'gone.ndjson'), 'earlier');
    const result = await purge(...consent, '--to', 'gone.ndjson', '--force');
    expect(result.code).toBe(2);
    expect(readFileSync(join(cli.home, 'gone.ndjson'), 'utf8')).toBe('earlier');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 1, inFlight: 0 });
  });

  test('deletes that fail leave the rest, and say how to go on', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 24, 12);
    let deletes = 0;
    cli.scene.simulator.faults.add({
      service: 'sqs',
      operation: 'DeleteMessageBatch',
      error: { statusCode: 403, code: 'AccessDenied' },
      times: 100,
    });
    const refused = await purge(...consent, '--json');
    expect(refused.code).toBe(4);
    expect(jsonOf(refused).error).toMatchObject({ code: 'AccessDenied' });
    expect(jsonOf(refused).error.hint).toContain('none is known to be deleted');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 24, inFlight: 0 });
    cli.scene.simulator.faults.clear();
    observeCalls(cli.scene.simulator, (operation) => {
      if (operation !== 'DeleteMessageBatch' || ++deletes > 1) return;
      cli.scene.simulator.faults.add({
        service: 'sqs',
        operation: 'DeleteMessageBatch',
        error: { statusCode: 403, code: 'AccessDenied' },
      });
    });
    const partial = await purge(...consent, '--json');
    expect(partial.code).toBe(3);
    const { data, next } = jsonOf(partial);
    expect(data.deleted).toBeGreaterThan(0);
    expect(data.stopped).toMatchObject({ code: 'AccessDenied' });
    expect(data.deleted + (await cli.scene.depth(cli.scene.dlqUrl)).visible).toBe(24);
    expect(next[0]).toEqual({ command: 'cvops dlq purge processor', why: 'go on' });
  });

  test.each([
    [['--to', 'none/gone.ndjson'], 1, 'no such folder'],
    [['--to', '-'], 2, 'keeps its export in a file'],
  ])('%j is refused before anything is received', async (flags, code, why) => {
    await cli.scene.send(cli.scene.dlqUrl, 1);
    const result = await purge(...consent, ...flags);
    expect(result.code).toBe(code);
    expect(result.stderr.split('\n')[0]).toContain(why);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 1, inFlight: 0 });
  });
});
