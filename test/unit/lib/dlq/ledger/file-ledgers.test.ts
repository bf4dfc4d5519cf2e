import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileLedgers } from '../../../../../src/lib/dlq/ledger/file-ledgers.ts';
import type { LedgerRecord, RunHeader } from '../../../../../src/lib/dlq/ledger/ledger-record.ts';
import { openMessages } from '../../../../../src/lib/dlq/ledger/open-messages.ts';
import { listRuns } from '../../../../../src/lib/dlq/replay/runs.ts';

let folder: string;
let ledgers: FileLedgers;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'cvops-ledger-')), 'runs');
  ledgers = new FileLedgers(folder);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const header = (runId: string, at = 1): RunHeader => ({
  type: 'run',
  format: 1,
  runId,
  at,
  dlq: { name: 'dead.fifo', arn: 'arn:dead' },
  target: { name: 'live.fifo', arn: 'arn:live', fifo: true },
  service: 'processor',
  options: { filter: null, group: null, max: null, outOfOrder: false },
  visibilitySeconds: 60,
});
const sent = (id: string): LedgerRecord => ({
  type: 'sent',
  at: 5,
  messages: [{ id, newId: `new-${id}`, sequence: '1' }],
});
const intent = (id: string, at = 4): LedgerRecord => ({
  type: 'intent',
  at,
  messages: [{ id, group: 'g', dedup: `cvops-${id}`, body: 'ü'.repeat(10), attributes: {}, system: {} }],
});
const end = (open: number): LedgerRecord => ({
  type: 'end',
  at: 9,
  open,
  counts: { matched: 1, replayed: 1, failed: 0, skipped: 0, suppressed: 0, remaining: 0 },
  verified: null,
});
const path = (runId: string) => join(folder, `${runId}.ndjson`);

async function all(runId: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of ledgers.read(runId)) records.push(record);
  return records;
}

async function write(runId: string, ...records: LedgerRecord[]): Promise<void> {
  const ledger = await ledgers.create(header(runId));
  for (const record of records) await ledger.commit(record);
  await ledger.close();
}

describe('a ledger on disk', () => {
  test('can be read by its owner only', async () => {
    await write('a');
    expect(statSync(path('a')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('gives back what was committed, in order', async () => {
    await write('a', intent('1'), sent('1'));
    expect(await all('a')).toEqual([header('a'), intent('1'), sent('1')]);
  });

  test('holds a record once its commit resolves, whatever else is being written', async () => {
    const ledger = await ledgers.create(header('a'));
    ledger.note(intent('noted'));
    const commits = Array.from({ length: 50 }, async (_, n) => {
      await ledger.commit(sent(`${n}`));
      expect(readFileSync(path('a'), 'utf8')).toContain(`"new-${n}"`);
    });
    await Promise.all(commits);
    await ledger.close();
    const records = await all('a');
    expect(records).toHaveLength(52);
    expect(records[1]).toEqual(intent('noted'));
  });

  test('cut off in its last line is read without it, and goes on behind it', async () => {
    await write('a', intent('1'), sent('1'));
    truncateSync(path('a'), statSync(path('a')).size - 7);
    expect(await all('a')).toEqual([header('a'), intent('1')]);
    const ledger = await ledgers.reopen('a');
    await ledger.commit(sent('2'));
    await ledger.close();
    expect(await all('a')).toEqual([header('a'), intent('1'), sent('2')]);
  });

  test('with a broken line before the end is refused, with the line named', async () => {
    await write('a', intent('1'));
    appendFileSync(path('a'), '{"type":"se\n');
    await expect(all('a')).rejects.toMatchObject({ code: 'LedgerDamaged', message: expect.stringContaining('line 3') });
  });

  test('of an unknown run, or a name that is a path, is not found', async () => {
    for (const runId of ['b', '../a', 'a/b', '']) {
      await expect(all(runId)).rejects.toMatchObject({ code: 'RunNotFound' });
      await expect(ledgers.reopen(runId)).rejects.toMatchObject({ code: 'RunNotFound' });
    }
  });

  test('never replaces another', async () => {
    await write('a');
    await expect(ledgers.create(header('a'))).rejects.toMatchObject({ code: 'LedgerNotWritable' });
  });

  test('below something that is no folder is an expected error', async () => {
    writeFileSync(join(folder, '..', 'file'), '');
    const wrong = new FileLedgers(join(folder, '..', 'file', 'runs'));
    await expect(wrong.create(header('a'))).rejects.toMatchObject({ code: 'LedgerNotWritable', exitCode: 4 });
    expect(await wrong.list()).toEqual([]);
    await expect(wrong.ends('a')).rejects.toMatchObject({ code: 'RunNotFound' });
  });

  test('below a folder that takes none is refused, not tried without end', async () => {
    const nowhere = new FileLedgers('/proc/nowhere/runs');
    await expect(nowhere.create(header('a'))).rejects.toMatchObject({ code: 'LedgerNotWritable', exitCode: 4 });
  });

  test('tells its first and last record without being read whole', async () => {
    await write('a', intent('1'), end(0));
    expect(await ledgers.ends('a')).toEqual({ header: header('a'), last: end(0) });
    await write('b');
    expect(await ledgers.ends('b')).toEqual({ header: header('b'), last: header('b') });
  });

  test('with a last line of a megabyte is still not taken for one that ended', async () => {
    const big = {
      ...intent('1'),
      messages: [{ ...(intent('1') as never as { messages: [object] }).messages[0], body: 'x'.repeat(1 << 20) }],
    };
    await write('a', big as LedgerRecord);
    expect((await ledgers.ends('a')).last.type).toBe('intent');
  });
});

describe('what a ledger leaves open', () => {
  test('is what was sent and not deleted, and what may have been sent, since its first try', async () => {
    await write('a', intent('1', 4), intent('2', 4), intent('3', 4), sent('1'), sent('2'), intent('3', 70));
    const ledger = await ledgers.reopen('a');
    await ledger.commit({ type: 'done', at: 80, ids: ['1'] });
    await ledger.close();
    const open = await openMessages(ledgers.read('a'));
    expect([...open.sent]).toEqual([['2', 'new-2']]);
    expect([...open.unresolved]).toEqual([['3', 4]]);
    expect(open).toMatchObject({ replayed: 2, lastAt: 80, ended: false });
  });

  test('is nothing for a send that was certainly refused', async () => {
    await write('a', intent('1'), { type: 'failed', at: 5, messages: [{ id: '1', code: 'X', message: 'x' }] }, end(0));
    const open = await openMessages(ledgers.read('a'));
    expect(open).toMatchObject({ replayed: 0, ended: true });
    expect(open.unresolved.size).toBe(0);
  });
});

describe('the list of runs', () => {
  test('tells done, open, interrupted and damaged ones apart, newest first', async () => {
    await write('1-done', end(0));
    await write('2-open', end(3));
    await write('3-interrupted', intent('1'), sent('1'));
    writeFileSync(path('4-damaged'), '');
    expect(await listRuns(ledgers)).toMatchObject([
      { runId: '4-damaged', status: 'damaged' },
      { runId: '3-interrupted', status: 'interrupted', replayed: 1 },
      { runId: '2-open', status: 'open' },
      { runId: '1-done', status: 'done', replayed: 1 },
    ]);
  });

  test('is empty where there was never a run', async () => {
    expect(await listRuns(ledgers)).toEqual([]);
  });
});
