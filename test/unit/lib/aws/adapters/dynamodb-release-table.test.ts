import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoDbReleaseTable } from '../../../../../src/lib/aws/adapters/dynamodb-release-table.ts';
import { operator } from '../../../../../src/lib/sandbox/operate.ts';
import { RELEASE_TABLE } from '../../../../../src/lib/sandbox/release-table.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0 }) });
  // The pages of this test are more than two units a second.
  const { ProvisionedThroughput: _, ...definition } = RELEASE_TABLE;
  const table = { ...definition, BillingMode: 'PAY_PER_REQUEST' };
  await operator(simulator, 'us-east-1', 'test')('dynamodb', 'CreateTable', table);
  await simulator.clock.advance(1_000);
});
afterAll(() => simulator.close());

function table(name: string): DynamoDbReleaseTable {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const options = { region: 'us-east-1', endpoint: simulator.endpoint, credentials, maxAttempts: 1 };
  return new DynamoDbReleaseTable(
    { options: { ...options, customUserAgent: 'test' }, observe: () => {}, now: Date.now },
    name,
  );
}

const row = (sort: string, entry = sort, target = 'f:live') => ({ target, sort, entry });

test('adds a row once, and never replaces what is there', async () => {
  const releases = table('cv-analytics-releases');
  expect(await releases.add(row('1', 'first', 'g:live'))).toBe('added');
  expect(await releases.add(row('1', 'second', 'g:live'))).toBe('there');
  expect(await releases.newest('g:live', '0')).toEqual([row('1', 'first', 'g:live')]);
});

test('tries to add without adding, whether there is such a row or not', async () => {
  const releases = table('cv-analytics-releases');
  await releases.tryAdd();
  expect(await releases.newest('cvops', '0')).toEqual([]);
  await releases.add(row('doctor', 'kept', 'cvops'));
  await releases.tryAdd();
  expect(await releases.newest('cvops', '0')).toEqual([row('doctor', 'kept', 'cvops')]);
});

test('answers the newest first, from a time on, at most so many, of one target, over all pages', async () => {
  const releases = table('cv-analytics-releases');
  // Together above the 1 MB of a page.
  const wide = 'x'.repeat(300_000);
  for (const sort of ['3', '1', '5', '2', '4']) await releases.add(row(sort, wide));
  await releases.add(row('9', '', 'f:next'));
  const sorts = async (from: string, limit?: number) =>
    (await releases.newest('f:live', from, limit)).map(({ sort }) => sort);
  expect(await sorts('0')).toEqual(['5', '4', '3', '2', '1']);
  expect(await sorts('3')).toEqual(['5', '4', '3']);
  expect(await sorts('0', 2)).toEqual(['5', '4']);
});

test('names the table that is not there', async () => {
  await expect(table('nowhere').newest('f:live', '0')).rejects.toMatchObject({
    code: 'TableNotFound',
    message: 'table "nowhere" does not exist here.',
    hint: expect.stringContaining('docs/release-ledger.md'),
  });
  await expect(table('nowhere').add(row('1'))).rejects.toMatchObject({ code: 'TableNotFound' });
  await expect(table('nowhere').tryAdd()).rejects.toMatchObject({ code: 'TableNotFound' });
});
