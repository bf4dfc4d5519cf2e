import { existsSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { ArchiveScene } from './support.ts';

let scene: ArchiveScene;
beforeEach(() => {
  scene = new ArchiveScene();
});
afterEach(() => scene.end());

const put = (count: number, groups: number) => {
  for (let n = 0; n < count; n++) scene.queues.put(scene.dead, { body: `${n}`, groupId: `g${n % groups}` });
};

describe('purge', () => {
  test('works through groups of more than ten, each in its order, and never calls PurgeQueue', async () => {
    put(75, 2);
    const result = await scene.purge('p');
    expect(result).toMatchObject({
      matched: 75,
      exported: 75,
      deleted: 75,
      undeleted: 0,
      remaining: 0,
      complete: true,
    });
    expect(scene.stored()).toEqual([]);
    for (const group of [0, 1]) {
      const own = scene.bodies('p').filter((body) => Number(body) % 2 === group);
      expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
    }
  });

  test('deletes nothing whose line is not on disk', async () => {
    put(40, 4);
    const deletedBefore: string[][] = [];
    scene.queues.faults = {
      before: (operation) => {
        if (operation === 'delete') deletedBefore.push([...scene.bodies('p')]);
      },
      after: (operation) => {
        if (operation !== 'delete') return;
        const onDisk = new Set(deletedBefore.at(-1));
        const left = new Set(scene.stored().map(({ body }) => body));
        for (let n = 0; n < 40; n++) expect(onDisk.has(`${n}`) || left.has(`${n}`)).toBe(true);
      },
    };
    await scene.purge('p');
    expect(deletedBefore.length).toBeGreaterThan(0);
  });

  test('only what matches goes, also when it stands behind others of its group', async () => {
    put(60, 2);
    const result = await scene.purge('p', { filter: ({ body }) => Number(body) % 5 === 0 });
    expect(
      scene
        .bodies('p')
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(
      Array.from({ length: 60 }, (_, n) => n).filter(
        (n) => n % 5 === 0 && !scene.stored().some((m) => m.body === `${n}`),
      ),
    );
    expect(result.deleted + scene.stored().length).toBe(60);
    expect(scene.stored().filter(({ body }) => Number(body) % 5 !== 0)).toHaveLength(48);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
    // Ten that do not match at the head of a group hide what is behind them: said, not guessed.
    if (result.deleted < 12) expect(result).toMatchObject({ complete: false, remaining: 60 - result.deleted });
  });

  test('a maximum is kept to', async () => {
    put(30, 30);
    const result = await scene.purge('p', { max: 12 });
    expect(result).toMatchObject({ deleted: 12, reachedMax: true });
    expect(scene.stored()).toHaveLength(18);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('a delete that fails for one is tried again, and one that never works is told', async () => {
    put(6, 6);
    scene.queues.faults = {
      entry: (operation, index) =>
        operation === 'delete' && index === 0 ? { code: 'InternalError', senderFault: false } : undefined,
    };
    const result = await scene.purge('p', { concurrency: 1 });
    expect(result).toMatchObject({ exported: 6, undeleted: 1, deleted: 5, remaining: 1 });
    expect(scene.stored()).toHaveLength(1);
    expect(new Set(scene.bodies('p')).size).toBe(scene.bodies('p').length);
  });

  test('a visibility that ended before the delete counts nothing; the message is deleted when it shows up again', async () => {
    put(4, 1);
    let slow = true;
    scene.queues.faults = {
      slow: (operation) => {
        if (operation !== 'delete' || !slow) return [0, 0];
        slow = false;
        return [400, 0];
      },
      // Nothing keeps them hidden meanwhile.
      before: (operation) => {
        if (operation === 'changeVisibility') throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken');
      },
    };
    const result = await scene.purge('p', { visibilitySeconds: 10 });
    expect(result).toMatchObject({ exported: 4, deleted: 4, undeleted: 0 });
    expect(scene.stored()).toEqual([]);
    expect(scene.bodies('p')).toEqual(['0', '1', '2', '3']);
  });

  test('a handle that another receive has outdated is not used: SQS would say done, and delete nothing', async () => {
    scene.end();
    scene = new ArchiveScene(false);
    scene.queues.put(scene.dead, { body: 'a' });
    let deletes = 0;
    scene.queues.faults = {
      before: (operation) => {
        if (operation !== 'delete' || ++deletes > 1) return;
        scene.clock.skip(100_000);
        void scene.queues.receive({ name: scene.dead } as never, { max: 1, waitSeconds: 0, visibilitySeconds: 9_000 });
        throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken');
      },
    };
    expect(await scene.purge('p')).toMatchObject({ exported: 1, deleted: 0, undeleted: 1 });
    expect(deletes).toBe(1);
    expect(scene.stored()).toHaveLength(1);
  });

  test('two purges at once lose nothing: each message is gone and in one of the files', async () => {
    put(90, 9);
    const results = await Promise.all([scene.purge('a'), scene.purge('b')]);
    expect(scene.stored()).toEqual([]);
    expect(new Set([...scene.bodies('a'), ...scene.bodies('b')]).size).toBe(90);
    expect(results.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(90);
  });

  test('an interruption finishes what is under way and leaves the rest visible', async () => {
    put(60, 6);
    const stop = new AbortController();
    scene.signal = stop.signal;
    let deletes = 0;
    scene.queues.faults = {
      after: (operation) => {
        if (operation === 'delete' && ++deletes === 2) stop.abort();
      },
    };
    const result = await scene.purge('p');
    expect(result.stopped).toMatchObject({ code: 'Interrupted', exitCode: ExitCode.interrupted });
    expect(result.deleted + scene.stored().length).toBe(60);
    expect(scene.bodies('p')).toHaveLength(result.exported);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('a delete that is not allowed stops the purge and is told', async () => {
    put(20, 2);
    scene.queues.faults = {
      before: (operation) => {
        if (operation === 'delete') throw new CvopsError('AccessDenied', ExitCode.setup, 'not allowed');
      },
    };
    const result = await scene.purge('p');
    expect(result).toMatchObject({ deleted: 0, stopped: { code: 'AccessDenied' } });
    expect(scene.stored()).toHaveLength(20);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('an export that cannot be written deletes nothing and gives all back', async () => {
    put(20, 2);
    const file = {
      add() {},
      synced: async () => {
        throw new CvopsError('FileNotWritable', ExitCode.failed, 'the disk is full');
      },
    };
    const result = await scene.purge('p', { file });
    expect(result).toMatchObject({ exported: 0, deleted: 0, stopped: { code: 'FileNotWritable' } });
    expect(scene.stored()).toHaveLength(20);
    expect(scene.queues.inFlight(scene.dead)).toBe(0);
  });

  test('its file is private and new', async () => {
    put(1, 1);
    await scene.purge('p');
    expect(statSync(scene.path('p')).mode & 0o777).toBe(0o600);
    put(1, 1);
    await expect(scene.purge('p')).rejects.toMatchObject({ code: 'FileExists' });
    expect(scene.stored()).toHaveLength(1);
    expect(existsSync(scene.path('p'))).toBe(true);
  });

  test('a standard queue is emptied too', async () => {
    scene.end();
    scene = new ArchiveScene(false);
    for (let n = 0; n < 33; n++) scene.queues.put(scene.dead, { body: `${n}` });
    expect(await scene.purge('p')).toMatchObject({ deleted: 33, complete: true, remaining: 0 });
    expect(scene.bodies('p')).toHaveLength(33);
  });
});
