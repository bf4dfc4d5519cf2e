import { join } from 'node:path';
import type { AccessKey } from '../../lib/aws/ports/access-keys.ts';
import { findService } from '../../lib/config/find-service.ts';
import { NAMES } from '../../lib/config/resource-names.ts';
import type { Context } from '../../lib/context.ts';
import { type Rotation, refuseTwoKeys, rotateKey } from '../../lib/credentials/rotate-key.ts';
import { fileJournal, type RotationRecord, type RotationStep } from '../../lib/credentials/rotation-journal.ts';
import { requireWorker, wranglerSecrets } from '../../lib/credentials/wrangler-secrets.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { isInterruption } from '../../lib/errors/is-interruption.ts';
import { instant, text } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { inStateFolder } from '../../lib/private-folder.ts';
import { acquireLock } from '../../lib/sandbox/lock.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseDuration, usageError } from '../parse.ts';
import { withWorkspaces } from '../state/workspace-option.ts';
import { senderOf } from './sender-option.ts';

interface RotateOptions {
  readonly service: string;
  readonly user: string | undefined;
  readonly wrangler: readonly [string, ...string[]];
  readonly retireAfterMs: number | null;
  readonly retire: string | null;
  readonly dryRun: boolean;
}

export const credentialsRotate = defineCommand<RotateOptions>({
  arguments: [{ name: '[worker]', description: 'the service that is a Cloudflare Worker (worker)' }],
  flags: [
    {
      flags: '--user <name>',
      description: 'IAM user whose key it is (default: "sender" of the service, or cv-analytics-sender)',
    },
    { flags: '--wrangler <command>', description: 'how Cloudflare’s tool is called', default: 'wrangler' },
    {
      flags: '--retire-after <duration>',
      description: 'delete the old key so long after it was made Inactive (default: at the next run)',
    },
    { flags: '--retire <key>', description: 'delete this key first: the one of two that nobody uses' },
    dryRunFlag,
  ],
  examples: [
    'cvops credentials rotate --dry-run',
    "cvops credentials rotate --wrangler 'npx wrangler' --retire-after 10m --yes",
  ],
  changes: 'AWS and a Cloudflare Worker',
  parse: ([service], flags) => ({
    service: service ?? 'worker',
    user: checked(flags['user'] as string | undefined, '--user', NAMES.sender.pattern, NAMES.sender.what),
    wrangler: command(String(flags['wrangler'])),
    retireAfterMs: parseDuration(flags['retireAfter'], '--retire-after') ?? null,
    retire:
      checked(flags['retire'] as string | undefined, '--retire', /^A[A-Z0-9]{15,127}$/, 'the id of an access key') ??
      null,
    dryRun: flags['dryRun'] === true,
  }),
  run: rotate,
});

function checked(value: string | undefined, flag: string, pattern: RegExp, what: string): string | undefined {
  if (value === undefined || pattern.test(value)) return value;
  throw usageError(`${flag} ${JSON.stringify(value)} is not ${what}.`);
}

function command(value: string): readonly [string, ...string[]] {
  const [program, ...words] = value.split(/\s+/).filter((word) => word !== '');
  if (program === undefined) throw usageError('--wrangler is empty.', "e.g. --wrangler 'npx wrangler'.");
  return [program, ...words];
}

async function rotate(options: RotateOptions, context: Context): Promise<Outcome> {
  const config = withWorkspaces(await context.config());
  const service = findService(config, options.service, 'workspace');
  if (service.function !== undefined && service.script === undefined) {
    // Wrangler makes a Worker of a name that it does not know, and the one that sends would keep a key that goes.
    throw usageError(
      `service "${service.name}" is the Lambda function ${service.function}, not a Cloudflare Worker.`,
      'name the service of the Worker, or give this one a "script" in cvops.config.json.',
    );
  }
  const user = options.user ?? senderOf(config, service.name);
  const script = service.script ?? `cv-analytics-${service.name}`;
  const wrangler = { command: options.wrangler, script, env: context.env, cwd: context.cwd };
  const folder = join(context.folders.state, 'rotations');
  const journal = fileJournal(join(folder, `${user}.json`));
  const keys = await context.accessKeys();
  const there = await keys.list(user);
  const site: RotationSite = { user, script, service: service.name, there, left: journal.read() };
  refuse(site, options.retire);
  await requireWorker(wrangler);
  if (options.dryRun) return planned(site, options.retire, context.clock.now());
  await context.confirm(
    `${options.retire === null ? 'Replace' : `Delete key ${options.retire}, and replace`} the access key of ${user} in Worker ${script}?`,
  );
  const lock = inStateFolder(folder, () => acquireLock(join(folder, `${user}.lock`)));
  if ('heldBy' in lock) {
    throw new CvopsError('RotationRunning', ExitCode.failed, `process ${lock.heldBy} rotates the key of ${user} now.`, {
      hint: 'wait for it, or stop it and run this again: it goes on where that stopped.',
    });
  }
  const progress = await context.progress();
  try {
    const rotation = await rotateKey(
      {
        keys,
        holder: wranglerSecrets(wrangler),
        journal,
        clock: context.clock,
        signal: context.signal,
        tell: (done) => progress.milestone(done),
      },
      { user, retireAfterMs: options.retireAfterMs, retire: options.retire },
    );
    return rotated(site, rotation);
  } catch (cause) {
    throw isInterrupted(cause) ? goesOn(cause, service.name, journal.read()) : cause;
  } finally {
    progress.stop();
    lock.release();
  }
}

/** What is known before anything is done. */
interface RotationSite {
  readonly user: string;
  readonly script: string;
  readonly service: string;
  readonly there: readonly AccessKey[];
  readonly left: RotationRecord | null;
}

/** What would end it is said before the first change, and in a dry run. */
function refuse({ user, there, left }: RotationSite, retire: string | null): void {
  if (retire === null) {
    if (left === null) refuseTwoKeys(there, user);
    return;
  }
  if (!there.some(({ id }) => id === retire)) {
    throw usageError(
      `user "${user}" has no key ${retire}.`,
      `keys: ${there.map(({ id }) => id).join(', ') || 'none'}.`,
    );
  }
  if (!there.some(({ id, active }) => active && id !== retire)) {
    throw usageError(
      `without ${retire} user "${user}" has no active key: the Worker could not send.`,
      'leave --retire out: the key is replaced first, and made Inactive then.',
    );
  }
}

function planned({ user, script, service, there, left }: RotationSite, retire: string | null, nowMs: number): Outcome {
  // IAM allows two keys, active or not.
  const goes = there.filter(({ id, active }) => id === retire || (there.length > 1 && !active)).map(({ id }) => id);
  const first = goes.length === 0 ? '' : `delete key ${goes.join(' and ')}, `;
  const where =
    left === null || left.step === 'retired'
      ? 'no rotation is under way'
      : `a rotation ended at "${left.step}", and would be taken up`;
  return {
    kind: 'credentials.rotate',
    data: { dryRun: true, workspaces: [], user, script, keys: there, resumesAt: left?.step ?? null },
    next: [
      { command: `cvops credentials rotate ${service}${retire === null ? '' : ` --retire ${retire}`}`, why: 'do it' },
    ],
    view: () => [
      {
        kind: 'table',
        table: {
          columns: [{ label: `Key of ${user}` }, { label: 'Status' }, { label: 'Made' }],
          rows: there.map(({ id, active, createdAt }) => [
            text(id),
            text(active ? 'active' : 'inactive'),
            instant(createdAt === null ? null : Date.parse(createdAt), nowMs),
          ]),
        },
      },
      {
        kind: 'line',
        text: `Would ${first}create a key, prove it, push it to Worker ${script}, and make the old one Inactive; ${where}. Nothing was changed.`,
      },
    ],
  };
}

function rotated({ user, script }: RotationSite, rotation: Rotation): Outcome {
  const { newKey, oldKey, oldKeyIs } = rotation;
  const old =
    oldKey === null
      ? ''
      : ` Key ${oldKey} is ${oldKeyIs === 'deleted' ? 'deleted' : 'Inactive, and is deleted at the next run'}.`;
  return {
    kind: 'credentials.rotate',
    data: { dryRun: false, workspaces: [], user, script, ...rotation },
    next: [{ command: 'cvops credentials check', why: 'which key was used last' }],
    view: () => [{ kind: 'line', text: `✓ Worker ${script} sends with key ${newKey}.${old}`, tone: 'good' }],
  };
}

function isInterrupted(cause: unknown): cause is CvopsError {
  return cause instanceof CvopsError && isInterruption(cause);
}

function goesOn(cause: CvopsError, service: string, left: RotationRecord | null): CvopsError {
  if (left === null) return cause;
  const { newKey, oldKey, step } = left;
  return new CvopsError(
    cause.code,
    cause.exitCode,
    `${cause.message.replace(/\.$/, '')}; ${AFTER[step]} (new: ${newKey ?? 'none'}, old: ${oldKey ?? 'none'}).`,
    { hint: `\`cvops credentials rotate ${service}\` goes on from here.`, cause },
  );
}

/** Where the Worker stands when a rotation ends at a step. */
const AFTER: Readonly<Record<RotationStep, string>> = {
  creating: 'the Worker has its key as before',
  testing: 'the Worker has its key as before',
  pushing: 'which key the Worker has is not known, both work',
  pushed: 'the Worker has the new key, the old one still works',
  retired: 'the Worker has the new key, the old one is Inactive',
};
