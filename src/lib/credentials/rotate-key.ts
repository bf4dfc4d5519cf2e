import type { AccessKey, AccessKeys, NewAccessKey } from '../aws/ports/access-keys.ts';
import type { Clock } from '../clock.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type RotationJournal, type RotationRecord, type RotationStep, SETTLE_MS } from './rotation-journal.ts';
import { takeUpRotation } from './take-up-rotation.ts';

/** Where the key is used. */
export interface KeyHolder {
  /** Replaces the key, all of it in one change. @throws CvopsError `WorkerNotTold`; `notDone` in its details' place. */
  push(key: NewAccessKey): Promise<void>;
}

export interface RotationTools {
  readonly keys: AccessKeys;
  readonly holder: KeyHolder;
  readonly journal: RotationJournal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Takes each step as it is done. */
  readonly tell: (done: string) => void;
}

export interface RotationOptions {
  readonly user: string;
  /** The Inactive key is deleted after so long; null leaves that to the next run. */
  readonly retireAfterMs: number | null;
  /** A key to delete first, because somebody says that nobody uses it. */
  readonly retire: string | null;
}

export interface Rotation {
  /** The key that is used from now on. */
  readonly newKey: string;
  /** The key that was; null for a user who had none. */
  readonly oldKey: string | null;
  readonly oldKeyIs: 'none' | 'inactive' | 'deleted';
  /** The step at which an earlier run had ended; null without one. */
  readonly resumedAt: RotationStep | null;
  /** Keys of earlier runs that were deleted: retired ones, and those whose secret was lost. */
  readonly deleted: readonly string[];
}

/** IAM's changes are known everywhere within seconds, mostly. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency */
const TEST_EVERY_MS = 2_000;
const TEST_FOR_MS = 120_000;
/** Tested some times in a row: not every server of AWS knows a new key at the same time. */
const TESTS_IN_A_ROW = 3;

/**
 * Replaces a user's access key where it is used, without a moment in which the holder has a key that does not work: a
 * second key is created, proven, pushed; then the first is made Inactive, and deleted later.
 * Each step is written down before it is taken. After a crash the next run goes on, or takes back what cannot go on.
 * @throws CvopsError `TwoKeys`, `NewKeyGone` (1), `RotationUndecided` (8), `KeyNotKnown` (8), and what keys and holder throw.
 */
export async function rotateKey(tools: RotationTools, options: RotationOptions): Promise<Rotation> {
  const { keys, journal, tell } = tools;
  const { user } = options;
  const deleted: string[] = [];
  const drop = async (id: string, why: string) => {
    await keys.remove(user, id);
    deleted.push(id);
    tell(`deleted key ${id}: ${why}`);
  };
  if (options.retire !== null) await drop(options.retire, 'asked for');

  const left = journal.read();
  const resumedAt = left?.step ?? null;
  if (left !== null) {
    const finished = await takeUpRotation(left, keys, user, drop);
    if (finished !== null) return { ...(await retire(finished, tools, options)), resumedAt, deleted };
    journal.clear();
  }

  const old = await onlyKey(await keys.list(user), user, drop);
  const at = () => new Date(tools.clock.now()).toISOString();
  const before = old === null ? [] : [old.id];
  const record = { before, oldKey: old?.id ?? null, newKey: null };
  journal.write({ ...record, step: 'creating', at: at() });
  const key = await keys.create(user);
  const made = { ...record, newKey: key.id };
  journal.write({ ...made, step: 'testing', at: at() });
  tell(`created key ${key.id}`);
  await untilKnown(key, tools);
  tell(`AWS takes key ${key.id}`);
  journal.write({ ...made, step: 'pushing', at: at() });
  await tools.holder.push(key);
  const pushed: RotationRecord = { ...made, step: 'pushed', at: at() };
  journal.write(pushed);
  tell(`the Worker has key ${key.id}`);
  return { ...(await retire(pushed, tools, options)), resumedAt, deleted };
}

async function onlyKey(
  there: readonly AccessKey[],
  user: string,
  drop: (id: string, why: string) => Promise<void>,
): Promise<AccessKey | null> {
  refuseTwoKeys(there, user);
  const active = there.filter((key) => key.active);
  // IAM allows two keys, active or not.
  const inactive = there.filter((key) => !key.active);
  if (there.length > 1) for (const { id } of inactive) await drop(id, 'it was Inactive');
  return active[0] ?? (there.length > 1 ? null : (there[0] ?? null));
}

async function untilKnown(key: NewAccessKey, { keys, clock, signal }: RotationTools): Promise<void> {
  const until = clock.now() + TEST_FOR_MS;
  for (let passed = 0; passed < TESTS_IN_A_ROW; ) {
    passed = (await keys.isKnown(key)) ? passed + 1 : 0;
    if (passed === TESTS_IN_A_ROW) return;
    if (clock.now() >= until) {
      throw new CvopsError(
        'KeyNotKnown',
        ExitCode.pending,
        `AWS does not take the new key ${key.id} after ${TEST_FOR_MS / 1000} s.`,
        {
          hint: 'nothing was changed in the Worker; run it again: this key is deleted, and a new one made.',
        },
      );
    }
    await clock.sleep(TEST_EVERY_MS, signal);
  }
}

async function retire(
  record: RotationRecord,
  { keys, journal, clock, signal, tell }: RotationTools,
  { user, retireAfterMs }: RotationOptions,
): Promise<Pick<Rotation, 'newKey' | 'oldKey' | 'oldKeyIs'>> {
  const newKey = record.newKey!;
  const { oldKey } = record;
  if (oldKey === null) {
    journal.clear();
    return { newKey, oldKey, oldKeyIs: 'none' };
  }
  const settleMs = Math.max(0, Date.parse(record.at) + SETTLE_MS - clock.now());
  if (settleMs > 0) tell(`key ${oldKey} stays for ${Math.ceil(settleMs / 1000)} s, for events in flight`);
  await clock.sleep(settleMs, signal);
  const there = await keys.list(user);
  if (!there.some(({ id, active }) => id === newKey && active)) throw newKeyGone(record);
  if (!there.some(({ id }) => id === oldKey)) {
    journal.clear();
    return { newKey, oldKey, oldKeyIs: 'deleted' };
  }
  await keys.deactivate(user, oldKey);
  journal.write({ ...record, step: 'retired', at: new Date(clock.now()).toISOString() });
  tell(`key ${oldKey} is Inactive`);
  if (retireAfterMs === null) return { newKey, oldKey, oldKeyIs: 'inactive' };
  await clock.sleep(retireAfterMs, signal);
  await keys.remove(user, oldKey);
  journal.clear();
  tell(`deleted key ${oldKey}`);
  return { newKey, oldKey, oldKeyIs: 'deleted' };
}

/** Which of two active keys the Worker has nobody knows, and IAM allows no third. @throws CvopsError `TwoKeys` (1) */
export function refuseTwoKeys(there: readonly AccessKey[], user: string): void {
  if (there.filter(({ active }) => active).length < 2) return;
  const words = there.map(({ id, createdAt }) => `${id} (${createdAt?.slice(0, 10) ?? 'no date'})`).join(' and ');
  throw new CvopsError(
    'TwoKeys',
    ExitCode.failed,
    `user "${user}" has two active keys, ${words}, and IAM allows no third.`,
    {
      hint: '`cvops credentials check` tells when each was used; name the one that nobody uses: `cvops credentials rotate --retire KEY`.',
    },
  );
}

/** Without it the Worker cannot send; the old one, Inactive, would be no way back. */
function newKeyGone({ newKey, oldKey }: RotationRecord): CvopsError {
  return new CvopsError(
    'NewKeyGone',
    ExitCode.failed,
    `key ${newKey}, which the Worker has, is Inactive or gone: somebody else took it away. Key ${oldKey} stays.`,
    { hint: 'run it again now: the Worker cannot send before it has another key.' },
  );
}
