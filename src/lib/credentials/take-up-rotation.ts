import type { AccessKey, AccessKeys, KeyUse } from '../aws/ports/access-keys.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type RotationRecord, SETTLE_MS } from './rotation-journal.ts';

/** Between the record and AWS's own date of the key: the answer may take a while, and clocks differ. */
const CREATED_WITHIN_MS = 15 * 60_000;

/**
 * What an earlier run left: a record from which it goes on, or null when it was taken back.
 * @param drop deletes a key, and says why
 * @throws CvopsError `RotationUndecided` (8)
 */
export async function takeUpRotation(
  left: RotationRecord,
  keys: AccessKeys,
  user: string,
  drop: (id: string, why: string) => Promise<void>,
): Promise<RotationRecord | null> {
  const there = await keys.list(user);
  const has = (id: string | null): id is string => there.some((key) => key.id === id);
  switch (left.step) {
    case 'pushed':
      return there.some(({ id, active }) => id === left.newKey && active) ? left : null;
    case 'retired':
      if (has(left.oldKey) && there.find(({ id }) => id === left.oldKey)?.active === false) {
        await drop(left.oldKey, 'retired by the rotation before');
      }
      return null;
    case 'creating':
      for (const id of await madeThen(left, there, keys)) {
        await drop(id, 'its secret went with the run that made it');
      }
      return null;
    case 'testing':
      if (has(left.newKey)) await drop(left.newKey, 'its secret went with the run that made it');
      return null;
    case 'pushing': {
      // Without a key before there is nothing to lose: the one of which nobody knows is replaced like any other.
      if (!has(left.newKey) || left.oldKey === null) return null;
      if (!has(left.oldKey)) return { ...left, step: 'pushed' };
      const used = await whichIsUsed(left, keys);
      if (used === 'new') return { ...left, step: 'pushed' };
      if (used === 'unknown') throw undecided(left);
      await drop(left.newKey, 'it never came to the Worker');
      return null;
    }
  }
}

/**
 * The keys that the run made that died while it made one. A record says no more than a user's name, which another
 * account may have, and somebody may have made a key by hand since: that one is nobody's to delete.
 */
async function madeThen(
  { before, at }: RotationRecord,
  there: readonly AccessKey[],
  keys: AccessKeys,
): Promise<readonly string[]> {
  if (!before.every((id) => there.some((key) => key.id === id))) return [];
  const made = there.filter(
    ({ id, createdAt }) =>
      !before.includes(id) &&
      createdAt !== null &&
      Math.abs(Date.parse(createdAt) - Date.parse(at)) <= CREATED_WITHIN_MS,
  );
  const uses = await Promise.all(made.map(({ id }) => keys.lastUse(id)));
  return made.filter((_, i) => !isUse(uses[i]!)).map(({ id }) => id);
}

/** Testing a new key is a call of STS, so any other service is the Worker. */
function isUse({ service }: KeyUse): boolean {
  return service !== null && service !== 'sts';
}

/**
 * The Worker can be asked to take a key, not to tell it. IAM says which was used last for what.
 */
async function whichIsUsed(
  { newKey, oldKey, at }: RotationRecord,
  keys: AccessKeys,
): Promise<'new' | 'old' | 'unknown'> {
  const [ofNew, ofOld] = await Promise.all([keys.lastUse(newKey!), keys.lastUse(oldKey!)]);
  if (isUse(ofNew)) return 'new';
  // A use in the minute of the push may have been before it; dates of last use are not exact.
  const surelyAfter = Date.parse(at) + SETTLE_MS + 60_000;
  return ofOld.at !== null && Date.parse(ofOld.at) > surelyAfter ? 'old' : 'unknown';
}

function undecided({ newKey, oldKey }: RotationRecord): CvopsError {
  return new CvopsError(
    'RotationUndecided',
    ExitCode.pending,
    `a rotation ended while it told the Worker, which has key ${newKey} (new) or ${oldKey} (old); both work.`,
    {
      hint: 'once the Worker has sent an event, IAM tells within some minutes which it uses: run it again then, or name the other one: --retire KEY.',
    },
  );
}
