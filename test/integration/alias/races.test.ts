import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAliasRecord } from '../../../src/lib/release/alias-record.ts';
import { ReleasedFunction } from '../../support/released-function.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

const PAIRS = 100;

let released: ReleasedFunction;
beforeEach(async () => {
  released = await ReleasedFunction.start(3);
});
afterEach(() => released.stop());

const cvops = (...argv: string[]) => runCli([...argv, '--json', '--yes'], { ...released.host });

/** Holds the first `count` calls of an operation until all of them are there. */
function meet(operation: string, count: number): void {
  const { lambda } = released.simulator.region();
  const work = lambda.operations[operation]!;
  const operations = lambda.operations as Record<string, typeof work>;
  const waiting: (() => void)[] = [];
  operations[operation] = async (input, call) => {
    const answer = await work(input, call);
    if (waiting.length + 1 === count) {
      operations[operation] = work;
      for (const go of waiting) go();
    } else await new Promise<void>((resolve) => waiting.push(resolve));
    return answer;
  };
}

describe('two operators at the same time', () => {
  test(`${PAIRS} pairs of promotions: one wins each, the loser exits 1 and names the winner, nothing is half-done`, async () => {
    const winners = new Set<string>();
    for (let pair = 0; pair < PAIRS; pair++) {
      // The ledger's table takes one write a second: throttled, the SDK would wait in real time.
      await released.simulator.clock.advance(5_000);
      await released.foreignMove({ version: '1', weights: {}, description: '' });
      // Both have seen the same alias before either writes.
      meet('GetAlias', 2);
      const results = await Promise.all(
        (pair % 2 === 0 ? ['2', '3'] : ['3', '2']).map((to) =>
          cvops('alias', 'promote', 'processor', '--to', to, '--no-smoke'),
        ),
      );
      const won = results.filter(({ code }) => code === 0);
      const lost = results.filter(({ code }) => code === 1);
      expect([won.length, lost.length]).toEqual([1, 1]);
      const { data } = jsonOf(won[0]!);
      const { error } = jsonOf(lost[0]!);
      expect(error.code).toBe('RevisionConflict');
      expect(error.message).toContain(`with cvops (promote ${data.releaseId})`);
      expect(error.message).toContain(`it serves version ${data.to} instead of version 1; nothing was done.`);
      const { version, weights, description } = await released.alias();
      expect({ version, weights }).toEqual({ version: data.to, weights: {} });
      expect(parseAliasRecord(description!)).toMatchObject({
        releaseId: data.releaseId,
        version: data.to,
        previous: '1',
        quarantined: [],
      });
      winners.add(data.to);
    }
    expect(winners).toEqual(new Set(['2', '3']));
  }, 180_000);

  test('a promotion and a rollback: one wins, and the way back is that of the winner', async () => {
    await cvops('alias', 'rollback', 'processor', '--to', '1');
    meet('GetAlias', 2);
    const [promoted, rolledBack] = await Promise.all([
      cvops('alias', 'promote', 'processor', '--to', '2', '--no-smoke'),
      cvops('alias', 'rollback', 'processor', '--to', '3'),
    ]);
    expect([promoted.code, rolledBack.code].sort()).toEqual([0, 1]);
    const winner = jsonOf(promoted.code === 0 ? promoted : rolledBack).data;
    expect(parseAliasRecord((await released.alias()).description!)).toMatchObject({
      version: winner.to,
      previous: '1',
      releaseId: winner.releaseId,
    });
  });
});

describe('the trap: 10 → 9 → 11 → back', () => {
  test('lands on 9, not on the highest lower number', async () => {
    for (let seed = 4; seed <= 9; seed++) await released.publish(seed);
    await cvops('alias', 'promote', 'processor', '--no-smoke');
    await released.publish(10);
    await cvops('alias', 'promote', 'processor', '--no-smoke');
    expect(await released.alias()).toMatchObject({ version: '10' });
    expect(jsonOf(await cvops('alias', 'rollback', 'processor')).data).toMatchObject({ from: '10', to: '9' });
    await released.publish(11);
    await cvops('alias', 'promote', 'processor', '--no-smoke');
    expect(await released.alias()).toMatchObject({ version: '11' });
    expect(jsonOf(await cvops('alias', 'rollback', 'processor')).data).toMatchObject({ from: '11', to: '9' });
    expect(parseAliasRecord((await released.alias()).description!)?.quarantined).toEqual(['11', '10']);
  });

  test('a rollback during somebody’s canary clears the split and goes back from neither', async () => {
    await cvops('alias', 'promote', 'processor', '--to', '2', '--no-smoke');
    await released.foreignMove({ weights: { 1: 0.5 } });
    const { data } = jsonOf(await cvops('alias', 'rollback', 'processor'));
    expect(data).toMatchObject({ from: '2', to: '2', endedSplit: { 1: 0.5 } });
    expect(await released.alias()).toMatchObject({ version: '2', weights: {} });
    // What 2 took over from is still known.
    expect(jsonOf(await cvops('alias', 'rollback', 'processor')).data).toMatchObject({ from: '2', to: '3' });
  });
});
