import { appliedVariables } from '../../lib/credentials/applied-variables.ts';
import { setReader } from '../../lib/credentials/filled-sets.ts';
import { setsOver } from '../../lib/credentials/workspace-credentials.ts';
import type { HcpClient } from '../../lib/hcp/hcp-client.ts';
import type { VariableInput } from '../../lib/hcp/variable.ts';
import type { HcpWorkspace } from '../../lib/hcp/workspace.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import { setsUnread } from './sets-unread.ts';

/** A set with priority goes over what is written to a workspace: runs would not see it. */
export async function overriddenBySets(
  client: HcpClient,
  workspaces: readonly HcpWorkspace[],
  inputs: readonly VariableInput[],
): Promise<readonly Warning[]> {
  const read = setReader(client, ({ priority }) => priority);
  const found = await Promise.all(
    workspaces.map(async (workspace): Promise<readonly Warning[]> => {
      const sets = await read(workspace);
      if (sets === null) return [setsUnread(workspace.name)];
      const planned = inputs.map((input) => ({ ...input, ...UNWRITTEN }));
      const own = appliedVariables(workspace.id, planned, sets).filter(({ set }) => set === null);
      return setsOver(own).map(([set, keys]) => ({
        code: 'OverriddenBySet',
        message: `variable set "${set}" has priority: runs of "${workspace.name}" take ${keys.join(', ')} from it.`,
      }));
    }),
  );
  return found.flat();
}

/** What a variable has only once it is written. */
const UNWRITTEN = { id: '', hcl: false, description: null, createdAt: null, versionId: null };
