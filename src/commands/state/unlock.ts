import type { Context } from '../../lib/context.ts';
import type { HcpWorkspace } from '../../lib/hcp/workspace.ts';
import type { Next, Outcome } from '../../lib/io/outcome.ts';
import { printable } from '../../lib/io/printable.ts';
import { confirmName } from '../../lib/io/prompt.ts';
import { lockWords } from '../../lib/state/lock-words.ts';
import { planUnlock, unlockWorkspace } from '../../lib/state/unlock-workspace.ts';
import { workspaceState } from '../../lib/state/workspace-state.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { usageError } from '../parse.ts';
import { type WorkspaceSite, workspaceArgument, workspaceSite } from './workspace-option.ts';

interface UnlockOptions {
  readonly service: string | undefined;
  readonly force: boolean;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
}

export const stateUnlock = defineCommand<UnlockOptions>({
  arguments: [workspaceArgument],
  flags: [
    { flags: '--force', description: "take away a lock that is somebody else's, or terraform's" },
    { flags: '--confirm <name>', description: 'name of the workspace, instead of typing it when asked; with --force' },
    dryRunFlag,
  ],
  examples: [
    'cvops state unlock worker',
    'cvops state unlock worker --force --dry-run',
    'cvops state unlock worker --force --confirm cv-analytics-worker --yes',
  ],
  changes: 'HCP Terraform',
  parse: ([service], flags) => {
    const confirm = flags['confirm'] as string | undefined;
    const force = flags['force'] === true;
    if (confirm !== undefined && !force) {
      throw usageError('--confirm is for --force alone.', 'leave it out, or add --force.');
    }
    return { service, force, confirm, dryRun: flags['dryRun'] === true };
  },
  run: unlock,
});

async function unlock({ service: asked, force, confirm, dryRun }: UnlockOptions, context: Context): Promise<Outcome> {
  const site = await workspaceSite(asked, context);
  const { client, workspace: name } = site;
  const plan = await planUnlock(client, site, force);
  if (plan === null) {
    const workspace = await client.workspace(name);
    return outcome(site, workspace, { dryRun, unlocked: false }, `Workspace ${name} is not locked.`, []);
  }
  const held = `held by ${lockWords(plan.lock, site.nowMs)}`;
  if (dryRun) {
    const again = `cvops state unlock ${site.service}${force ? ' --force' : ''}`;
    return outcome(
      site,
      plan.workspace,
      { dryRun, unlocked: false },
      `Would unlock workspace ${name}, ${held}. Nothing was unlocked.`,
      [{ command: again, why: 'do it' }],
    );
  }
  if (force) {
    const question = `This takes the lock of workspace ${name} away, ${held}. An apply that still runs under it then shares the state with the next one.`;
    // The reason is somebody else's text, and the prompt is written as it is.
    await confirmName(printable(question), name, confirm, context.streams, context.settings);
  } else {
    await context.confirm(printable(`Unlock workspace ${name}, ${held}?`));
  }
  const after = await unlockWorkspace(client, site, plan, force);
  return outcome(site, after, { dryRun, unlocked: true }, `✓ Unlocked workspace ${name}, which was ${held}.`, []);
}

function outcome(
  { access, service, workspace: name }: WorkspaceSite,
  workspace: HcpWorkspace,
  done: { readonly dryRun: boolean; readonly unlocked: boolean },
  line: string,
  next: readonly Next[],
): Outcome {
  return {
    kind: 'state.unlock',
    data: { ...done, workspaces: [workspaceState(service, name, access, workspace)] },
    next,
    view: () => [{ kind: 'line', text: line, ...(done.unlocked ? { tone: 'good' as const } : {}) }],
  };
}
