import type { FoundService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { appliedVariables, type FilledSet } from '../../lib/credentials/applied-variables.ts';
import { setReader } from '../../lib/credentials/filled-sets.ts';
import {
  type SetCredentials,
  setCredentials,
  type WorkspaceCredentials,
  workspaceCredentials,
} from '../../lib/credentials/workspace-credentials.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { connectHcp } from '../../lib/hcp/connect.ts';
import type { HcpClient } from '../../lib/hcp/hcp-client.ts';
import type { Warning } from '../../lib/io/outcome.ts';
import { setsUnread } from './sets-unread.ts';

export interface CheckedWorkspace extends WorkspaceCredentials {
  readonly service: string;
  readonly workspace: string;
  readonly found: boolean;
}

/** What was seen of HCP Terraform. */
export interface CheckedHcp {
  readonly workspaces: readonly CheckedWorkspace[];
  /** Those with credentials in them. */
  readonly sets: readonly SetCredentials[];
  readonly warnings: readonly Warning[];
  /** Why it was not looked at; null when it was. */
  readonly unread: CvopsError | null;
}

/** There is nothing to ask: the sender's keys are looked at all the same. */
const NOT_CONFIGURED = new Set(['HcpOrganizationUnknown', 'HcpTokenMissing', 'SandboxHasNoHcp']);

/** Looks at the credentials of the services' workspaces, if an HCP Terraform is configured. */
export async function checkWorkspaces(
  context: Context,
  services: readonly FoundService<'workspace'>[],
  nowMs: number,
  maxAgeDays: number,
): Promise<CheckedHcp> {
  const client = await connected(context);
  if (client instanceof CvopsError) {
    const message = `HCP Terraform was not looked at: ${client.message} To look at it, ${client.hint}`;
    return { workspaces: [], sets: [], warnings: [{ code: 'HcpNotChecked', message }], unread: client };
  }
  const all = await client.workspaces();
  const readSets = setReader(client);
  const warnings: Warning[] = [];
  const reached = new Map<string, { readonly set: FilledSet; readonly services: string[] }>();
  const checked = await Promise.all(
    services.map(async ({ name: service, workspace }) => {
      const found = all.find(({ name }) => name === workspace);
      if (found === undefined) return { ...missing(workspace), service, workspace, found: false };
      const [own, sets] = await Promise.all([client.variables(found), readSets(found)]);
      if (sets === null) warnings.push(setsUnread(workspace));
      for (const set of sets ?? []) {
        const known = reached.get(set.id) ?? { set, services: [] };
        known.services.push(service);
        reached.set(set.id, known);
      }
      const applied = appliedVariables(found.id, own, sets ?? []);
      return { ...workspaceCredentials(service, applied, nowMs, maxAgeDays), service, workspace, found: true };
    }),
  );
  const sets = [...reached.values()].flatMap(
    (each) => setCredentials(each.set, each.services, nowMs, maxAgeDays) ?? [],
  );
  return { workspaces: checked, sets, warnings, unread: null };
}

async function connected(context: Context): Promise<HcpClient | CvopsError> {
  try {
    return await connectHcp(context);
  } catch (cause) {
    if (cause instanceof CvopsError && NOT_CONFIGURED.has(cause.code)) return cause;
    throw cause;
  }
}

function missing(workspace: string): WorkspaceCredentials {
  const detail = `workspace "${workspace}" is not there, or the token may not see it.`;
  const hint = '"workspace" of a service names another.';
  return {
    kind: 'none',
    roleArn: null,
    variables: [],
    findings: [{ id: 'workspace-missing', severity: 'note', detail, hint }],
  };
}
