import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ArchiveScene } from './support.ts';

let scene: ArchiveScene;
beforeEach(() => {
  scene = new ArchiveScene();
});
afterEach(() => scene.end());

const bodiesOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).body);

describe('a look for an export', () => {
  test('sees groups of up to ten whole, though a receive ends in the middle of one', async () => {
    for (let n = 0; n < 24; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: `g${Math.floor(n / 8)}` });
    const { look, lines } = await scene.look();
    expect(look).toMatchObject({ scanned: 24, matched: 24, complete: true, hidden: 0, reason: null });
    expect(look.groups).toEqual([
      { groupId: 'g0', count: 8 },
      { groupId: 'g1', count: 8 },
      { groupId: 'g2', count: 8 },
    ]);
    for (const group of [0, 1, 2]) {
      const own = bodiesOf(lines).filter((body) => Math.floor(Number(body) / 8) === group);
      expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
    }
  });

  test('says how many of a longer group it could not see', async () => {
    for (let n = 0; n < 13; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: 'g' });
    const { look } = await scene.look();
    expect(look).toMatchObject({ matched: 10, complete: false, hidden: 3, reason: 'groups' });
  });

  test('leaves the queue as it was: everything there, nothing hidden, the same order', async () => {
    const put = Array.from({ length: 35 }, (_, n) =>
      scene.queues.put(scene.dead, { body: `${n}`, groupId: `g${n % 4}` }),
    );
    await scene.look();
    expect(scene.stored().map(({ messageId }) => messageId)).toEqual(put);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('ends at the maximum, and what it saw beyond is given back', async () => {
    for (let n = 0; n < 30; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: `g${n}` });
    const { look, lines } = await scene.look({ max: 7 });
    expect(lines).toHaveLength(7);
    expect(look).toMatchObject({ matched: 7, complete: false, reason: 'max' });
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('takes only what matches the filter and the group', async () => {
    for (let n = 0; n < 12; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: `g${Math.floor(n / 6)}` });
    const { look, lines } = await scene.look({ group: 'g1', filter: ({ body }) => Number(body) % 2 === 1 });
    expect(bodiesOf(lines)).toEqual(['7', '9', '11']);
    expect(look).toMatchObject({ scanned: 12, matched: 3, complete: true });
  });

  test('a filter that throws hides nothing', async () => {
    for (let n = 0; n < 12; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: `g${n}` });
    const filter = () => {
      throw new Error('no');
    };
    await expect(scene.look({ filter })).rejects.toThrow('no');
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('is refused on a queue that could lose messages by it, and --force looks', async () => {
    scene.queues.create('deader.fifo');
    scene.queues.create(scene.dead, { redrive: { to: 'deader.fifo', maxReceiveCount: 9 } });
    scene.queues.put(scene.dead, { body: 'a', groupId: 'g' });
    await expect(scene.look()).rejects.toMatchObject({ code: 'OwnRedrivePolicy', exitCode: 6 });
    expect(scene.queues.calls.filter(({ operation }) => operation === 'receive')).toEqual([]);
    expect((await scene.look({ force: true })).look.matched).toBe(1);
  });

  test('what cannot be given back of a cut group counts as seen', async () => {
    for (let n = 0; n < 14; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: n < 8 ? 'a' : 'b' });
    let first = true;
    scene.queues.faults = {
      entry: (operation) => {
        if (operation !== 'changeVisibility' || !first) return undefined;
        first = false;
        return { code: 'InternalError', senderFault: false };
      },
    };
    const { look, lines } = await scene.look();
    expect(new Set(bodiesOf(lines)).size).toBe(lines.length);
    expect(look.matched + look.hidden).toBe(14);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });
});
