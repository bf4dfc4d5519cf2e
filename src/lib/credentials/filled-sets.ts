import { CvopsError } from '../errors/cvops-error.ts';
import type { HcpClient } from '../hcp/hcp-client.ts';
import type { HcpVariableSet } from '../hcp/variable-set.ts';
import type { HcpWorkspace } from '../hcp/workspace.ts';
import { onceEach } from '../once-each.ts';
import type { FilledSet } from './applied-variables.ts';

/** HCP Terraform answers so where the token may not see them, and servers that have no variable sets. */
const UNSEEN = new Set(['HcpNotFound', 'AccessDenied']);

/** The sets of a workspace; null where they cannot be seen. @throws what says more than that. */
export type SetReader = (workspace: HcpWorkspace) => Promise<readonly FilledSet[] | null>;

/**
 * Reads the variable sets of workspaces, a set that reaches several of them once.
 * @param matters whether a set is of interest; the variables of others are not asked for
 */
export function setReader(client: HcpClient, matters: (set: HcpVariableSet) => boolean = () => true): SetReader {
  const variablesOf = onceEach(
    (set: HcpVariableSet) => client.variablesOfSet(set),
    ({ id }) => id,
  );
  return async (workspace) => {
    try {
      const sets = (await client.variableSets(workspace)).filter(matters);
      return await Promise.all(sets.map(async (set) => ({ ...set, variables: await variablesOf(set) })));
    } catch (cause) {
      if (cause instanceof CvopsError && UNSEEN.has(cause.code)) return null;
      throw cause;
    }
  };
}
