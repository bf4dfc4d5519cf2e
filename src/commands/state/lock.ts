import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { lockWorkspace, unlocked } from '../../lib/state/lock-workspace.ts';
import { workspaceState } from '../../lib/state/workspace-state.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { usageError } from '../parse.ts';
import { workspaceArgument, workspaceSite } from './workspace-option.ts';

interface LockOptions {
  readonly service: string | undefined;
  readonly reason: string | undefined;
  readonly dryRun: boolean;
}

const LONGEST_REASON = 200;

export const stateLock = defineCommand<LockOptions>({
  arguments: [workspaceArgument],
  flags: [{ flags: '--reason <text>', description: 'why, for whoever meets the lock' }, dryRunFlag],
  examples: ["cvops state lock worker --reason 'moving the queue by hand'", 'cvops state lock worker --dry-run'],
  changes: 'HCP Terraform',
  parse: ([service], flags) => ({
    service,
    reason: parseReason(flags['reason'] as string | undefined),
    dryRun: flags['dryRun'] === true,
  }),
  run: lock,
});

function parseReason(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  const words = reason.trim();
  if (words === '') throw usageError('--reason is empty.', 'give it words, or leave it out.');
  if (words.length > LONGEST_REASON) {
    throw usageError(`--reason is ${words.length} characters long.`, `at most ${LONGEST_REASON}.`);
  }
  return words;
}

async function lock({ service: asked, reason, dryRun }: LockOptions, context: Context): Promise<Outcome> {
  const site = await workspaceSite(asked, context);
  const { client, access, service, workspace: name } = site;
  const free = await unlocked(client, site);
  const answer = (workspace: typeof free, done: boolean, line: string): Outcome => ({
    kind: 'state.lock',
    data: { dryRun, workspaces: [workspaceState(service, name, access, workspace)] },
    next: done
      ? [{ command: `cvops state unlock ${service}`, why: 'give it back' }]
      : [{ command: `cvops state lock ${service}`, why: 'do it' }],
    view: () => [{ kind: 'line', text: line, ...(done ? { tone: 'good' as const } : {}) }],
  });
  if (dryRun) return answer(free, false, `Would lock workspace ${name}. Nothing was locked.`);
  await context.confirm(
    `Lock workspace ${name} of ${access.organization}? Plans and applies are refused until it is unlocked.`,
  );
  const locked = await lockWorkspace(client, site, reason);
  return answer(locked, true, `✓ Locked workspace ${name}; plans and applies are refused until it is unlocked.`);
}
