import { describe, expect, test } from 'vitest';
import type { AccessKey, AccessKeys, KeyUse, NewAccessKey } from '../../../../src/lib/aws/ports/access-keys.ts';
import { type RotationOptions, rotateKey } from '../../../../src/lib/credentials/rotate-key.ts';
import type { RotationRecord } from '../../../../src/lib/credentials/rotation-journal.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';

const OPTIONS: RotationOptions = { user: 'sender', retireAfterMs: null, retire: null };
const MINUTE = 60_000;
const STEPS = ['creating', 'testing', 'pushing', 'pushed', 'retired'] as const;

class Crash extends Error {}

/** IAM, a Worker that sends with the key it was given, and a journal; each change may be the last of its process. */
class World {
  now = Date.parse('2026-11-23T03:00:00Z');
  readonly keys = new Map<string, { active: boolean; createdAt: string; use: KeyUse }>();
  /** The key that the Worker has. */
  worker: string | null = null;
  journal: RotationRecord | null = null;
  /** How often a new key is not known yet. */
  unknownFor = 0;
  /** Done by somebody else while the Worker is told. */
  meanwhile: (() => void) | undefined;
  /** Changes until the process dies: before the change is made, or right after it. */
  crash: { at: number; after: boolean } | undefined;
  readonly told: string[] = [];
  /** Every moment at which the Worker's key did not work. */
  readonly gaps: string[] = [];
  #made = 0;
  #changes = 0;

  add(id: string, active = true): void {
    const createdAt = new Date(this.now).toISOString();
    this.keys.set(id, { active, createdAt, use: { at: null, service: null } });
  }

  /** The Worker sends an event. */
  send(): void {
    const key = this.keys.get(this.worker ?? '');
    if (key !== undefined) key.use = { at: new Date(this.now).toISOString(), service: 'sqs' };
  }

  run(options: Partial<RotationOptions> = {}) {
    this.#changes = 0;
    const { keys } = this;
    const port: AccessKeys = {
      list: async () => [...keys].map(([id, key]): AccessKey => ({ id, active: key.active, createdAt: key.createdAt })),
      create: async () => {
        const id = `KEY${++this.#made}`;
        if (keys.size === 2) throw new CvopsError('AccessKeyLimit', ExitCode.failed, 'two keys');
        this.#change('create', () => this.add(id));
        return { id, secret: `secret-of-${id}` };
      },
      deactivate: async (_user, id) =>
        this.#change('deactivate', () => {
          keys.get(id)!.active = false;
        }),
      remove: async (_user, id) => this.#change('remove', () => void keys.delete(id)),
      lastUse: async (id) => keys.get(id)!.use,
      isKnown: async ({ id }) => {
        if (this.unknownFor-- > 0) return false;
        keys.get(id)!.use = { at: new Date(this.now).toISOString(), service: 'sts' };
        return true;
      },
    };
    return rotateKey(
      {
        keys: port,
        holder: {
          push: async ({ id, secret }: NewAccessKey) => {
            expect(secret).toBe(`secret-of-${id}`);
            if (this.unknownFor > 0) this.gaps.push('push: a key that AWS does not know');
            this.#change('push', () => {
              this.worker = id;
            });
            this.meanwhile?.();
          },
        },
        journal: {
          read: () => this.journal,
          write: (record) =>
            this.#change('journal', () => {
              this.journal = record;
            }),
          clear: () =>
            this.#change('journal', () => {
              this.journal = null;
            }),
        },
        clock: {
          now: () => this.now,
          sleep: async (ms) => {
            this.now += ms;
          },
        },
        signal: new AbortController().signal,
        tell: (done) => this.told.push(done),
      },
      { ...OPTIONS, ...options },
    );
  }

  #change(what: string, make: () => void): void {
    const dies = this.crash?.at === this.#changes++;
    if (dies && !this.crash!.after) throw new Crash();
    make();
    if (this.keys.size > 2) this.gaps.push(`${what}: three keys`);
    if (this.worker !== null && this.keys.get(this.worker)?.active !== true)
      this.gaps.push(`${what}: the Worker's key`);
    if (dies) throw new Crash();
  }

  get active(): string[] {
    return [...this.keys].filter(([, { active }]) => active).map(([id]) => id);
  }
}

function withOld(): World {
  const world = new World();
  world.add('OLD');
  world.worker = 'OLD';
  world.now += 100 * 24 * 60 * MINUTE;
  return world;
}

describe('a rotation', () => {
  test('creates, proves, pushes, and then makes the first key Inactive', async () => {
    const world = withOld();
    expect(await world.run()).toEqual({
      newKey: 'KEY1',
      oldKey: 'OLD',
      oldKeyIs: 'inactive',
      resumedAt: null,
      deleted: [],
    });
    expect(world).toMatchObject({ worker: 'KEY1', gaps: [], active: ['KEY1'] });
    expect(world.told).toEqual([
      'created key KEY1',
      'AWS takes key KEY1',
      'the Worker has key KEY1',
      'key OLD stays for 30 s, for events in flight',
      'key OLD is Inactive',
    ]);
  });

  test('the next one deletes what the first retired, and rotates again', async () => {
    const world = withOld();
    await world.run();
    expect(await world.run()).toMatchObject({ newKey: 'KEY2', oldKey: 'KEY1', deleted: ['OLD'], resumedAt: 'retired' });
    expect(world).toMatchObject({ worker: 'KEY2', gaps: [], active: ['KEY2'] });
  });

  test('with a time to retire after, the old key is deleted in the same run', async () => {
    const world = withOld();
    expect(await world.run({ retireAfterMs: MINUTE })).toMatchObject({ oldKeyIs: 'deleted' });
    expect([...world.keys.keys()]).toEqual(['KEY1']);
    expect(world.journal).toBeNull();
  });

  test('of a user without a key makes the first', async () => {
    const world = new World();
    expect(await world.run()).toMatchObject({ newKey: 'KEY1', oldKey: null, oldKeyIs: 'none' });
    expect(world).toMatchObject({ worker: 'KEY1', journal: null });
  });

  test('a new key is pushed only when AWS knows it, some times in a row', async () => {
    const world = withOld();
    world.unknownFor = 5;
    await world.run();
    expect(world).toMatchObject({ worker: 'KEY1', gaps: [] });
  });

  test('a key that AWS never knows is not pushed; the next run deletes it', async () => {
    const world = withOld();
    world.unknownFor = 1_000;
    await expect(world.run()).rejects.toMatchObject({ code: 'KeyNotKnown', exitCode: 8 });
    expect(world.worker).toBe('OLD');
    world.unknownFor = 0;
    expect(await world.run()).toMatchObject({ newKey: 'KEY2', deleted: ['KEY1'], resumedAt: 'testing' });
    expect(world.gaps).toEqual([]);
  });

  test('an Inactive key that nobody wrote down is deleted to make room', async () => {
    const world = withOld();
    world.add('LEFT', false);
    expect(await world.run()).toMatchObject({ newKey: 'KEY1', oldKey: 'OLD', deleted: ['LEFT'] });
  });

  test('two active keys that nobody wrote down are a question, and nothing is changed', async () => {
    const world = withOld();
    world.add('OTHER');
    await expect(world.run()).rejects.toMatchObject({
      code: 'TwoKeys',
      exitCode: 1,
      message: expect.stringContaining('OTHER'),
    });
    expect(world.active).toEqual(['OLD', 'OTHER']);
    expect(await world.run({ retire: 'OTHER' })).toMatchObject({ newKey: 'KEY1', oldKey: 'OLD', deleted: ['OTHER'] });
    expect(world.gaps).toEqual([]);
  });
});

describe('a process that dies', () => {
  // journal, create, journal, journal, push, journal, deactivate, journal
  const points = Array.from({ length: 8 }, (_, at) => [false, true].map((after) => ({ at, after }))).flat();

  test.each(points)(
    'at change $at (after it: $after) leaves a Worker that sends; the next runs end the rotation',
    async (crash) => {
      const world = withOld();
      world.crash = crash;
      await expect(world.run()).rejects.toThrow(Crash);
      world.crash = undefined;
      // The Worker goes on sending, and IAM comes to know.
      world.now += 10 * MINUTE;
      world.send();
      await world.run();
      expect(world.gaps).toEqual([]);
      expect(world.active).toEqual([world.worker]);
      expect(world.worker).not.toBe('OLD');
    },
  );

  test.each(points)('at change $at (after it: $after), and again at each later one', async (crash) => {
    for (let second = 0; second < 10; second++) {
      const world = withOld();
      for (const next of [crash, { at: second, after: crash.after }]) {
        world.crash = next;
        await world.run().catch((cause) => expect(cause).toBeInstanceOf(Crash));
        world.now += 10 * MINUTE;
        world.send();
      }
      world.crash = undefined;
      await world.run();
      expect(world.gaps).toEqual([]);
      expect(world.active).toEqual([world.worker]);
    }
  });

  test.each([false, true])(
    'while it told the Worker (told: %s), without an event since: nothing is guessed',
    async (after) => {
      const world = withOld();
      world.crash = { at: 4, after };
      await expect(world.run()).rejects.toThrow(Crash);
      world.crash = undefined;
      await expect(world.run()).rejects.toMatchObject({ code: 'RotationUndecided', exitCode: 8 });
      expect(world.active).toEqual(['OLD', 'KEY1']);
      // Somebody who knows may say it.
      const unused = after ? 'OLD' : 'KEY1';
      await world.run({ retire: unused });
      expect(world.gaps).toEqual([]);
      expect(world.active).toEqual([world.worker]);
    },
  );

  test.each(points)(
    'at change $at (after it: $after) of the first key of a user: the next run gives the Worker one',
    async (crash) => {
      const world = new World();
      world.crash = crash;
      await world.run().catch((cause) => expect(cause).toBeInstanceOf(Crash));
      world.crash = undefined;
      world.now += 10 * MINUTE;
      await world.run();
      expect(world.gaps).toEqual([]);
      expect(world.worker).not.toBeNull();
      expect(world.active).toEqual([world.worker]);
    },
  );

  test('an event from before the push proves nothing', async () => {
    const world = withOld();
    world.crash = { at: 4, after: true };
    world.send();
    await expect(world.run()).rejects.toThrow(Crash);
    world.crash = undefined;
    world.now += 10 * MINUTE;
    await expect(world.run()).rejects.toMatchObject({ code: 'RotationUndecided' });
  });
});

describe('what others do', () => {
  test('a new key that is gone or Inactive when the Worker has it: the old one stays', async () => {
    for (const spoil of ['delete', 'deactivate'] as const) {
      const world = withOld();
      world.meanwhile = () => {
        if (spoil === 'delete') world.keys.delete('KEY1');
        else world.keys.get('KEY1')!.active = false;
      };
      await expect(world.run()).rejects.toMatchObject({ code: 'NewKeyGone', exitCode: 1 });
      expect(world.active).toEqual(['OLD']);
      // The next run gives the Worker one that works.
      world.meanwhile = undefined;
      await world.run();
      expect(world.active).toEqual([world.worker]);
    }
  });

  test.each(STEPS)('a record of the same name in another account (%s) touches no key of this one', async (step) => {
    const world = withOld();
    const at = new Date(world.now - 60 * MINUTE).toISOString();
    world.journal = { step, before: ['THEIRS'], oldKey: 'THEIRS', newKey: step === 'creating' ? null : 'THEIRS2', at };
    expect(await world.run()).toMatchObject({ newKey: 'KEY1', oldKey: 'OLD', deleted: [] });
    expect(world.gaps).toEqual([]);
  });

  test.each([
    ['made by hand long after', 120 * MINUTE, null],
    ['made at the time, and used since', MINUTE, 'sqs'],
  ])('a key %s the process died while creating one is not taken for its own', async (_, later, service) => {
    const world = new World();
    world.add('OLD');
    world.journal = {
      step: 'creating',
      before: ['OLD'],
      oldKey: 'OLD',
      newKey: null,
      at: new Date(world.now).toISOString(),
    };
    world.now += later;
    world.add('BYHAND');
    world.worker = 'BYHAND';
    if (service !== null) world.send();
    await expect(world.run()).rejects.toMatchObject({ code: 'TwoKeys' });
    expect(world.active).toEqual(['OLD', 'BYHAND']);
  });
});
