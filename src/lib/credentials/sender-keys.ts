import type { AccessKeys } from '../aws/ports/access-keys.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { daysSince, type Finding } from './workspace-credentials.ts';

interface SenderKey {
  readonly id: string;
  readonly active: boolean;
  readonly createdAt: string | null;
  readonly ageDays: number | null;
  /** ISO 8601; null when it was never used, or that could not be read. */
  readonly lastUsedAt: string | null;
  readonly lastUsedService: string | null;
}

/** The IAM user whose key the Worker sends with. */
export interface Sender {
  readonly user: string;
  /** By the configuration; else it is the example system's. */
  readonly isNamed: boolean;
}

/** The access keys of the Worker's user. */
export interface SenderKeys {
  readonly user: string;
  readonly keys: readonly SenderKey[];
  /** Why the keys could not be read; null when they were. */
  readonly unreadable: string | null;
  /** Why it is not known when they were used; null when it is, or nothing of them is. */
  readonly useUnreadable: string | null;
  readonly findings: readonly Finding[];
}

/** What cannot be read is said, and ends nothing: the workspaces are another matter. */
const SAID = new Set([
  'AccessDenied',
  'UserNotFound',
  'NoRegion',
  'NoCredentials',
  'CredentialsExpired',
  'CredentialsRefused',
]);

/**
 * Reads the keys of a user with their age and last use.
 * A user that nothing names may be missing: not every system has a Worker.
 * @throws what says more than that they cannot be read.
 */
export async function senderKeys(
  open: () => Promise<AccessKeys>,
  { user, isNamed }: Sender,
  nowMs: number,
  maxAgeDays: number,
): Promise<SenderKeys> {
  try {
    const port = await open();
    const there = await port.list(user);
    const uses = await Promise.all(there.map(({ id }) => port.lastUse(id))).catch(said);
    const keys = there.map((key, i): SenderKey => {
      const use = uses instanceof CvopsError ? undefined : uses[i];
      const ageDays = daysSince(key.createdAt, nowMs);
      return { ...key, ageDays, lastUsedAt: use?.at ?? null, lastUsedService: use?.service ?? null };
    });
    const useUnreadable = uses instanceof CvopsError ? uses.message : null;
    return {
      user,
      keys,
      unreadable: null,
      useUnreadable,
      findings: findingsOf(keys, maxAgeDays, useUnreadable === null),
    };
  } catch (cause) {
    const { code, message } = said(cause);
    if (code === 'UserNotFound' && !isNamed) return { ...NOTHING, user, unreadable: null, findings: [noSender(user)] };
    return { ...NOTHING, user, unreadable: message };
  }
}

const NOTHING = { keys: [], useUnreadable: null, findings: [] } as const;

function noSender(user: string): Finding {
  return {
    id: 'no-sender',
    severity: 'note',
    detail: `there is no IAM user "${user}", so no key of a Worker was looked at.`,
    hint: '"sender" of a service names another.',
  };
}

/** @throws what says more than that something cannot be read. */
function said(cause: unknown): CvopsError {
  if (cause instanceof CvopsError && SAID.has(cause.code)) return cause;
  throw cause;
}

/** @param usesAreKnown without that, none is called unused */
function findingsOf(keys: readonly SenderKey[], maxAgeDays: number, usesAreKnown: boolean): readonly Finding[] {
  const hint = '`cvops credentials rotate` replaces it.';
  const findings: Finding[] = keys
    .filter(({ active, ageDays }) => active && ageDays !== null && ageDays > maxAgeDays)
    .map(({ id, ageDays }) => ({
      id: 'key-old',
      severity: 'bad',
      detail: `key ${id} is ${ageDays} days old (${maxAgeDays} at most).`,
      hint,
    }));
  if (keys.filter(({ active }) => active).length > 1) {
    findings.push({
      id: 'two-keys',
      severity: 'note',
      detail: 'it has two active keys.',
      hint: 'a rotation may have ended half-way: run `cvops credentials rotate`, or name the unused one with --retire.',
    });
  }
  for (const { id } of keys.filter(({ active, lastUsedAt }) => usesAreKnown && active && lastUsedAt === null)) {
    findings.push({ id: 'key-unused', severity: 'note', detail: `key ${id} was never used.`, hint });
  }
  return findings;
}
