import type { SenderKeys } from '../../lib/credentials/sender-keys.ts';
import type { Finding } from '../../lib/credentials/workspace-credentials.ts';
import { instant, plural, text } from '../../lib/io/format.ts';
import type { Block } from '../../lib/io/outcome.ts';
import type { CheckedHcp, CheckedWorkspace } from './check-workspaces.ts';

/** What `credentials check` shows a person. @param bad how many findings fail it */
export function checkView(
  { workspaces, unread }: CheckedHcp,
  sender: SenderKeys,
  nowMs: number,
  bad: number,
  isWhole: boolean,
): readonly Block[] {
  const good = isWhole
    ? ({ kind: 'line', text: '✓ Nothing is bad.', tone: 'good' } as const)
    : ({ kind: 'line', text: 'Nothing bad in what was looked at, which is not all.', tone: 'warn' } as const);
  return [
    ...(unread === null ? [workspacesTable(workspaces)] : []),
    ...(sender.unreadable === null && !sender.findings.some(({ id }) => id === 'no-sender')
      ? [keysOf(sender, nowMs)]
      : []),
    ...notes([
      ...workspaces.map(({ service, findings }) => ({ who: service, findings })),
      { who: sender.user, findings: sender.findings },
    ]),
    bad === 0 ? good : { kind: 'line', text: `${plural(bad, 'finding')} to mend.`, tone: 'bad' },
  ];
}

/** Said once of all whom it is about. What is bad is a warning. */
function notes(of: readonly { readonly who: string; readonly findings: readonly Finding[] }[]): Block[] {
  const whose = new Map<string, string[]>();
  for (const { who, findings } of of) {
    for (const each of findings.filter(({ severity }) => severity === 'note')) {
      const words = findingWords(each);
      whose.set(words, [...(whose.get(words) ?? []), who]);
    }
  }
  return [...whose].map(([words, all]) => ({ kind: 'line', text: `·· ${all.join(', ')}: ${words}`, tone: 'dim' }));
}

/** What it is and what mends it, as one sentence. */
export function findingWords({ detail, hint }: Finding): string {
  return `${detail.replace(/\.$/, '')}; ${hint}`;
}

function workspacesTable(workspaces: readonly CheckedWorkspace[]): Block {
  const labels = ['Service', 'Workspace', 'Signs in by', 'Age', 'Role', 'From set'];
  return {
    kind: 'table',
    table: {
      columns: labels.map((label) => ({ label })),
      rows: workspaces.map(({ service, workspace, found, kind, variables, roleArn }) => [
        text(service),
        text(workspace),
        text(found ? kind : null, kind === 'oidc' ? 'good' : 'warn'),
        text(age(variables)),
        text(roleArn),
        // Nothing, not a dash: a column of nothing is left out on a terminal.
        text(variables[0]?.set ?? ''),
      ]),
    },
  };
}

/** Of the oldest that counts. */
function age(variables: CheckedWorkspace['variables']): string | null {
  const days = variables.flatMap(({ ageDays, overriddenBy }) => (overriddenBy === null ? (ageDays ?? []) : []));
  return days.length === 0 ? null : plural(Math.max(...days), 'day');
}

function keysOf({ user, keys }: SenderKeys, nowMs: number): Block {
  if (keys.length === 0) return { kind: 'line', text: `${user} has no key: the Worker cannot send.`, tone: 'warn' };
  const labels = [`Key of ${user}`, 'Status', 'Made', 'Last used', 'By'];
  return {
    kind: 'table',
    table: {
      columns: labels.map((label) => ({ label })),
      rows: keys.map(({ id, active, createdAt, lastUsedAt, lastUsedService }) => [
        text(id),
        text(active ? 'active' : 'inactive', active ? 'good' : 'dim'),
        instant(createdAt === null ? null : Date.parse(createdAt), nowMs),
        instant(lastUsedAt === null ? null : Date.parse(lastUsedAt), nowMs),
        text(lastUsedService),
      ]),
    },
  };
}
