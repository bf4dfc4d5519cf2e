import type { HcpVariable } from '../hcp/variable.ts';
import type { HcpVariableSet } from '../hcp/variable-set.ts';

/** A set with what is in it. */
export interface FilledSet extends HcpVariableSet {
  readonly variables: readonly HcpVariable[];
}

/** A variable that reaches the runs of a workspace, or would if no other went over it. */
export interface AppliedVariable extends HcpVariable {
  /** The set that it comes from; null for the workspace's own. */
  readonly set: HcpVariableSet | null;
  /** The same key comes from somewhere that goes before: a set, or the workspace itself. */
  readonly overriddenBy: HcpVariableSet | 'workspace' | null;
}

/**
 * All variables of a workspace, its own and those of sets, those first that go over others of the same key.
 * https://developer.hashicorp.com/terraform/cloud-docs/workspaces/variables#precedence
 * @param workspace its id
 */
export function appliedVariables(
  workspace: string,
  own: readonly HcpVariable[],
  sets: readonly FilledSet[],
): readonly AppliedVariable[] {
  const sources = [
    { set: null, variables: own, rank: OWN },
    ...sets.map((set) => ({ set, variables: set.variables, rank: rankOf(set, workspace) })),
  ].sort((a, b) => a.rank - b.rank || compareNames(a.set?.name ?? '', b.set?.name ?? ''));
  const first = new Map<string, HcpVariableSet | 'workspace'>();
  return sources.flatMap(({ set, variables }) =>
    variables.map((variable) => {
      const key = `${variable.category} ${variable.key}`;
      const overriddenBy = first.get(key) ?? null;
      if (overriddenBy === null) first.set(key, set ?? 'workspace');
      return { ...variable, set, overriddenBy };
    }),
  );
}

const OWN = 10;

/** With priority the wider scope goes first, and the organisation before a project; without, the other way round. */
function rankOf({ global, priority, ownedByProject, workspaces }: HcpVariableSet, workspace: string): number {
  const scope = global ? 0 : workspaces.includes(workspace) ? 2 : 1;
  const owner = ownedByProject ? 1 : 0;
  const width = 2 * scope + owner;
  return priority ? width : 2 * OWN - width;
}

/** By code points, as HCP Terraform compares them: no language's order. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
