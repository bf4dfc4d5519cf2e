import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { FileEntryQueue } from '../../../../src/lib/release-ledger/file-entry-queue.ts';
import { RecordedReleases } from '../../../../src/lib/release-ledger/recorded-releases.ts';
import { DAY_1, draft, MINUTE_MS } from './support/entries.ts';
import { MemoryTable } from './support/memory-table.ts';

const ACTOR = 'arn:aws:sts::111122223333:assumed-role/ops/ana';
const missing = new CvopsError('TableNotFound', ExitCode.notFound, 'table "releases" does not exist here.');

let home: string;
let folder: string;
let table: MemoryTable;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cvops-ledger-'));
  folder = join(home, 'cvops', 'unwritten-releases');
  table = new MemoryTable();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const files = () => readdirSync(folder);

function ledger(place: { table?: string; endpoint?: string | null } = {}, at: MemoryTable = table): RecordedReleases {
  return new RecordedReleases({
    place: { table: 'releases', endpoint: null, ...place },
    queue: new FileEntryQueue(folder),
    table: async () => at,
    account: async () => ({
      identity: async () => ({ accountId: '111122223333', arn: ACTOR }),
      clockSkewMs: () => null,
    }),
  });
}

const written = (at: MemoryTable = table) => at.rows.map((row) => JSON.parse(row.entry).id);
const history = async (at = ledger(), since = 0) => at.history('cv-analytics-processor', 'live', since);
const second = { id: 'r-20261101T120100Z-0002', at: DAY_1 + MINUTE_MS, from: '5', to: '6' };

describe('the ledger of releases', () => {
  test('keeps a release with who did it, and leaves nothing on this machine', async () => {
    expect(await ledger().append(draft())).toEqual([]);
    expect(table.rows).toMatchObject([
      { target: 'cv-analytics-processor:live', sort: '2026-11-01T12:00:00.000Z#r-20261101T120000Z-0001' },
    ]);
    const { entries } = await history();
    expect(entries).toMatchObject([{ source: 'table', entry: { actor: ACTOR, by: 'ana', from: '4', to: '5' } }]);
    expect(files()).toEqual([]);
  });

  test('reads the newest first, of one alias, and none that began before', async () => {
    await ledger().append(draft());
    await ledger().append(draft(second));
    await ledger().append(draft({ ...second, id: 'r-x', alias: 'next' }));
    expect((await history()).entries.map(({ entry }) => entry.to)).toEqual(['6', '5']);
    expect((await history(ledger(), DAY_1 + 1)).entries.map(({ entry }) => entry.to)).toEqual(['6']);
  });

  test('keeps a release on this machine, for its owner only, while the table is away', async () => {
    table.away = missing;
    const [warning] = await ledger().append(draft());
    expect(warning).toMatchObject({
      code: 'ReleaseQueued',
      message: expect.stringMatching(
        /r-20261101T120000Z-0001 is not in the ledger yet: table "releases" does not exist/,
      ),
    });
    const [name] = files();
    expect(statSync(join(folder, name!)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const { entries, warnings } = await history();
    expect(entries).toMatchObject([{ source: 'queued', entry: { to: '5', actor: ACTOR } }]);
    expect(warnings).toMatchObject([{ code: 'LedgerUnreadable' }]);
  });

  test('writes what waits with the next release that reaches the table', async () => {
    table.away = missing;
    await ledger().append(draft());
    const [warning] = await ledger().append(draft(second));
    expect(warning?.message).toContain('(2 wait by now)');
    table.away = undefined;
    const third = { id: 'r-20261101T120200Z-0003', at: DAY_1 + 2 * MINUTE_MS, from: '6', to: '7' };
    expect(await ledger().append(draft(third))).toEqual([]);
    expect(written().sort()).toEqual(['r-20261101T120000Z-0001', second.id, third.id]);
    expect(files()).toEqual([]);
    expect((await history()).entries.map(({ source }) => source)).toEqual(['table', 'table', 'table']);
  });

  test('a release that died between writing and forgetting is not there twice', async () => {
    table.away = missing;
    await ledger().append(draft());
    const left = readFileSync(join(folder, files()[0]!));
    const name = files()[0]!;
    table.away = undefined;
    await ledger().append(draft(second));
    writeFileSync(join(folder, name), left);
    expect((await history()).entries).toHaveLength(2);
    await ledger().append(draft({ ...second, id: 'r-3', at: second.at + 1 }));
    expect(written().filter((id) => id === 'r-20261101T120000Z-0001')).toHaveLength(1);
    expect(files()).toEqual([]);
  });

  test('writes nothing into the table of another place: other name, other endpoint, other account', async () => {
    table.away = missing;
    await ledger().append(draft());
    const other = new MemoryTable();
    await ledger({ table: 'others' }, other).append(draft(second));
    await ledger({ endpoint: 'http://127.0.0.1:4566' }, other).append(draft(second));
    const foreign = draft({ ...second, aliasArn: draft().aliasArn.replace('111122223333', '444455556666') });
    await ledger({}, other).append(foreign);
    expect(written(other)).not.toContain('r-20261101T120000Z-0001');
    expect(files()).toHaveLength(1);
  });

  test('releases side by side write what waits once', async () => {
    table.away = missing;
    for (let n = 1; n <= 5; n++) await ledger().append(draft({ id: `r-${n}`, at: DAY_1 + n }));
    table.away = undefined;
    await Promise.all([6, 7, 8].map((n) => ledger().append(draft({ id: `r-${n}`, at: DAY_1 + n }))));
    expect(written().sort()).toEqual(['r-1', 'r-2', 'r-3', 'r-4', 'r-5', 'r-6', 'r-7', 'r-8']);
    expect(files()).toEqual([]);
  });

  test('never changes what is written', async () => {
    await ledger().append(draft());
    await ledger().append(draft({ outcome: 'failed' }));
    expect((await history()).entries).toMatchObject([{ entry: { outcome: 'succeeded' } }]);
  });

  test('fails no release, whatever breaks', async () => {
    table.away = new TypeError('a bug');
    writeFileSync(join(home, 'cvops'), 'a file where the folder should be');
    const [warning] = await ledger().append(draft());
    expect(warning).toMatchObject({ code: 'ReleaseNotRemembered', message: expect.stringContaining('a bug') });
  });

  test('a rollback points at the release that it restores', async () => {
    await ledger().append(draft());
    await ledger().append(draft(second));
    await ledger().append(
      draft({ id: 'r-back', at: second.at + 1, kind: 'rollback', from: '6', to: '5', undoes: second.id }),
    );
    expect((await history()).entries[0]?.entry).toMatchObject({
      undoes: second.id,
      restores: 'r-20261101T120000Z-0001',
    });
  });

  test('does not hide that the table cannot be reached at all', async () => {
    table.away = new CvopsError('NoCredentials', ExitCode.setup, 'no AWS credentials were found.');
    await expect(history()).rejects.toMatchObject({ code: 'NoCredentials' });
  });

  test('counts entries of a form that it does not know', async () => {
    table.rows.push({ target: 'cv-analytics-processor:live', sort: '2026-11-02#x', entry: '{"form":9}' });
    await ledger().append(draft());
    const { entries, warnings } = await history();
    expect(entries).toHaveLength(1);
    expect(warnings).toMatchObject([{ code: 'UnknownEntries', message: expect.stringContaining('1 of 2 entries') }]);
  });
});
