import { join } from 'node:path';
import { findService } from '../../lib/config/find-service.ts';
import { NAMES } from '../../lib/config/resource-names.ts';
import type { Context } from '../../lib/context.ts';
import { type Rotation, rotateKey } from '../../lib/credentials/rotate-key.ts';
import { fileJournal } from '../../lib/credentials/rotation-journal.ts';
import { requireWrangler, wranglerSecrets } from '../../lib/credentials/wrangler-secrets.ts';
import { instant, text } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
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
  const user = options.user ?? senderOf(config, service.name);
  const script = service.script ?? `cv-analytics-${service.name}`;
  const wrangler = { command: options.wrangler, script, env: context.env, cwd: context.cwd };
  const journal = fileJournal(join(context.folders.state, 'rotations', `${user}.json`));
  const keys = await context.accessKeys();
  const there = await keys.list(user);
  const left = journal.read();
  if (options.dryRun) {
    const where =
      left === null ? 'no rotation is under way' : `a rotation ended at "${left.step}", and would be taken up`;
    return {
      kind: 'credentials.rotate',
      data: { dryRun: true, workspaces: [], user, script, keys: there, resumesAt: left?.step ?? null },
      next: [{ command: `cvops credentials rotate ${service.name}`, why: 'do it' }],
      view: () => [
        {
          kind: 'table',
          table: {
            columns: [{ label: `Key of ${user}` }, { label: 'Status' }, { label: 'Made' }],
            rows: there.map(({ id, active, createdAt }) => [
              text(id),
              text(active ? 'active' : 'inactive'),
              instant(createdAt === null ? null : Date.parse(createdAt), context.clock.now()),
            ]),
          },
        },
        {
          kind: 'line',
          text: `Would create a key, prove it, push it to Worker ${script}, and make the old one Inactive; ${where}. Nothing was changed.`,
        },
      ],
    };
  }
  if (options.retire !== null && !there.some(({ id }) => id === options.retire)) {
    throw usageError(
      `user "${user}" has no key ${options.retire}.`,
      `keys: ${there.map(({ id }) => id).join(', ') || 'none'}.`,
    );
  }
  await requireWrangler(wrangler);
  await context.confirm(
    `${options.retire === null ? 'Replace' : `Delete key ${options.retire}, and replace`} the access key of ${user} in Worker ${script}?`,
  );
  const progress = await context.progress();
  let rotation: Rotation;
  try {
    rotation = await rotateKey(
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
  } finally {
    progress.stop();
  }
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
