import type { HcpClient } from '../hcp/hcp-client.ts';
import type { HcpStateVersion } from '../hcp/state-version.ts';

export interface NamedState extends HcpStateVersion {
  /** Name of the user who made it; null where the token may not see it. */
  readonly by: string | null;
}

/** The last state versions of a workspace, the newest first, with the names of who made them: a call each. */
export async function namedStates(client: HcpClient, workspace: string, limit: number): Promise<readonly NamedState[]> {
  const states = await client.stateVersions(workspace, limit);
  const ids = [...new Set(states.flatMap(({ createdBy }) => createdBy ?? []))];
  const names = new Map(await Promise.all(ids.map(async (id) => [id, (await client.user(id))?.name ?? null] as const)));
  return states.map((state) => ({ ...state, by: names.get(state.createdBy ?? '') ?? null }));
}
