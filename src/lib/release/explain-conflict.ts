import type { Trail, TrailChange } from '../aws/ports/account.ts';
import type { Alias, Functions } from '../aws/ports/functions.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { parseAliasRecord } from './alias-record.ts';
import { knownTool } from './known-tool.ts';
import { servedWords } from './words.ts';

export interface ConflictPorts {
  readonly functions: Functions;
  trail(): Promise<Trail>;
}

/** What keeps Terraform's hands off an alias that is released with cvops. */
const TERRAFORM_LINES = 'lifecycle { ignore_changes = [function_version, routing_config, description] }';

/**
 * Says what somebody else made of the alias between our look and our write: to what, who, and with which tool. The alias's
 * own record tells it when it was cvops; CloudTrail, where it can be read and knows already, for everything else.
 * @param seen the alias as it was when the change was planned.
 * @param done what is to be said of our own change, e.g. `nothing was done`.
 */
export async function explainConflict(
  ports: ConflictPorts,
  seen: Alias,
  done: string,
  cause?: unknown,
): Promise<CvopsError> {
  const name = `alias "${seen.name}" of ${seen.functionName}`;
  const error = (message: string, hint: string) =>
    new CvopsError('RevisionConflict', ExitCode.failed, message, { hint, cause });
  const now = await ports.functions.getAlias(seen.functionName, seen.name).catch(unreadable);
  if (now === undefined) {
    return error(
      `${name} was changed by someone else in between; ${done}.`,
      'look at it with `cvops alias list`, then run the command again.',
    );
  }
  const change = changeWords(seen, now);
  const record = parseAliasRecord(now.description);
  if (record !== undefined && now.description !== seen.description && record.version === now.version) {
    const who = record.by === '' ? '' : ` by ${record.by}`;
    return error(
      `${name} was changed in between${who} with cvops (${record.kind} ${record.releaseId}): ${change}; ${done}.`,
      'look at it with `cvops alias list`, then run the command again if it is still wanted.',
    );
  }
  const entry = await lastChange(ports, now);
  if (entry === undefined || entry === null) {
    const who =
      entry === null
        ? 'CloudTrail, which knows who it was, could not be read (cloudtrail:LookupEvents);'
        : 'CloudTrail will say within minutes who it was;';
    return error(
      `${name} was changed by someone else in between: ${change}; ${done}.`,
      `${who} look at it with \`cvops alias list\`, then run the command again.`,
    );
  }
  const tool = knownTool(entry.userAgent);
  return error(
    `${name} was changed in between by ${entry.by || 'somebody'} with ${tool}: ${change}; ${done}.`,
    tool === 'Terraform'
      ? `Terraform puts the alias back at each apply; write into its resource: ${TERRAFORM_LINES}`
      : 'look at it with `cvops alias list`, then run the command again if it is still wanted.',
  );
}

function changeWords(seen: Alias, now: Alias): string {
  const [before, after] = [servedWords(seen), servedWords(now)];
  if (before !== after) return `it serves ${after} instead of ${before}`;
  return now.description === seen.description
    ? `it serves ${after} as before`
    : `its description is another, and it serves ${after} as before`;
}

/** CloudTrail's entry for what the alias is now; undefined while CloudTrail does not know of it, null where it cannot be read. */
async function lastChange(ports: ConflictPorts, now: Alias): Promise<TrailChange | null | undefined> {
  try {
    const changes = await (await ports.trail()).aliasChanges(now.functionName, now.name);
    if (changes === null) return null;
    const last = changes.find((change) => !change.failed);
    return last !== undefined && (last.version === null || last.version === now.version) ? last : undefined;
  } catch (cause) {
    return unreadable(cause) ?? null;
  }
}

function unreadable(cause: unknown): undefined {
  if (cause instanceof CvopsError) return undefined;
  throw cause;
}
