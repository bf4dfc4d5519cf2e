import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RELEASE_TABLE } from '../../src/lib/sandbox/release-table.ts';
import { ReleasedFunction } from '../support/released-function.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../support/run-cli.ts';

const TABLE = 'cv-analytics-releases';

let released: ReleasedFunction;
let home: string;
beforeEach(async () => {
  home = makeHome();
  released = await ReleasedFunction.start(2);
});
afterEach(async () => {
  await released.stop();
  removeHome(home);
});

const cvops = (...argv: string[]) => runCli([...argv, '--json'], { ...released.host, home });

/** What doctor says of the ledger: id → status and words. */
async function ledger(): Promise<Record<string, string>> {
  const { data } = jsonOf(await cvops('doctor'));
  const checks = data.checks as readonly { id: string; status: string; detail: string; hint: string | null }[];
  return Object.fromEntries(
    checks
      .filter(({ id }) => id.startsWith('ledger.'))
      .map(({ id, status, detail, hint }) => [id.slice(7), `${status} ${detail}${hint === null ? '' : ` → ${hint}`}`]),
  );
}

async function drop(): Promise<void> {
  await released.operate('dynamodb', 'DeleteTable', { TableName: TABLE });
  await released.simulator.clock.advance(1_000);
}

async function create(over: object): Promise<void> {
  await released.operate('dynamodb', 'CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: RELEASE_TABLE.KeySchema,
    AttributeDefinitions: RELEASE_TABLE.AttributeDefinitions,
    ...over,
  });
  await released.simulator.clock.advance(1_000);
}

describe('doctor on the ledger of releases', () => {
  test('finds it well, and writes nothing into it', async () => {
    expect(await ledger()).toEqual({
      table: 'OK table cv-analytics-releases is active, with keys target (S), sort (S)',
      units: 'OK 2 read and 2 write units; all configured tables have 2 and 2, 25 of each are free',
      read: 'OK entries can be read',
      write: 'OK entries can be added (tried, nothing was written)',
      queue: 'OK no entry waits on this machine',
    });
    const { Items } = await released.operate('dynamodb', 'Scan', { TableName: TABLE });
    expect(Items).toEqual([]);
  });

  test('a table that is not there, and the entries that wait for it', async () => {
    await drop();
    await cvops('alias', 'rollback', 'processor', '--to', '1', '--yes');
    const found = await ledger();
    expect(found).toMatchObject({
      table:
        'NG there is no table cv-analytics-releases: releases are remembered on this machine alone → docs/release-ledger.md shows the table.',
      units: 'SKIP there is no table',
      read: 'SKIP there is no table',
      write: 'SKIP there is no table',
    });
    expect(found['queue']).toMatch(
      /^NG not in the table yet: 1 entry on this machine, the oldest .+ old → the next release/,
    );
    await create({});
    await cvops('alias', 'rollback', 'processor', '--to', '2', '--yes');
    expect(await ledger()).toMatchObject({ queue: 'OK no entry waits on this machine' });
  });

  test('entries of another account or region do not wait for this one', async () => {
    await drop();
    await cvops('alias', 'rollback', 'processor', '--to', '1', '--yes');
    const { data } = jsonOf(await cvops('doctor', '--region', 'eu-west-2'));
    const queue = data.checks.find(({ id }: { id: string }) => id === 'ledger.queue');
    expect(queue).toMatchObject({ status: 'OK' });
  });

  test('keys that are not those of the ledger', async () => {
    await drop();
    await create({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
    });
    expect(await ledger()).toMatchObject({
      table:
        'NG table cv-analytics-releases has the keys id (N), not target (S), sort (S) → docs/release-ledger.md shows the table.',
      write: 'SKIP the table has other keys',
    });
  });

  test('a table on demand is not free', async () => {
    await drop();
    await create({});
    expect(await ledger()).toMatchObject({
      units:
        'NG table cv-analytics-releases is billed on demand: only provisioned units are free → give it 2 read and 2 write units, provisioned.',
    });
  });

  test('units of all configured tables together, over what is free', async () => {
    await released.operate('dynamodb', 'CreateTable', {
      TableName: 'cv-analytics-events',
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 24 },
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    });
    expect(await ledger()).toMatchObject({
      units:
        'NG 2 read and 2 write units; all configured tables have 7 and 26, 25 of each are free → provision less; 2 and 2 are enough for the ledger.',
    });
  });

  test.each([
    ['Query', 'read', 'write'],
    ['PutItem', 'write', 'read'],
  ])('names the action when %s is not allowed', async (operation, wrong, right) => {
    released.simulator.faults.add({
      service: 'dynamodb',
      operation,
      error: { code: 'AccessDeniedException', statusCode: 400, message: 'not authorized' },
    });
    const found = await ledger();
    expect(found[wrong]).toMatch(new RegExp(`^NG .*→ .*dynamodb:${operation}`));
    expect(found[right]).toMatch(/^OK /);
  });
});
