import { workspaceOf } from '../../lib/hcp/connect.ts';
import { count, instant, text } from '../../lib/io/format.ts';
import type { Block, Cell, TableView } from '../../lib/io/outcome.ts';
import { holderWords, lockWords } from '../../lib/state/lock-words.ts';
import type { NamedState } from '../../lib/state/named-states.ts';
import { FREE_RESOURCES, type WorkspaceState } from '../../lib/state/workspace-state.ts';
import { when } from '../alias/when.ts';

const at = (time: string | null): number | null => (time === null ? null : Date.parse(time));

const NUMBERS = ['RESOURCES', 'SERIAL', 'BYTES'];

function columns(labels: readonly string[]): TableView['columns'] {
  return labels.map((label) => (NUMBERS.includes(label) ? { label, align: 'right' } : { label }));
}

/** The table of `state list`. */
export function workspaceTable(workspaces: readonly WorkspaceState[], nowMs: number): Block {
  const labels = ['SERVICE', 'WORKSPACE', 'LOCK', 'RUN', 'RESOURCES', 'SERIAL', 'STATE'];
  return {
    kind: 'table',
    table: {
      columns: columns(labels),
      rows: workspaces.map((each) => [
        text(each.service, 'strong'),
        workspaceCell(each),
        lockCell(each, nowMs),
        // Nothing, not a dash: a column of nothing is left out on a terminal.
        { raw: each.run?.status ?? '', text: each.run?.status.replaceAll('_', ' ') ?? '' },
        count(each.resources),
        count(each.state?.serial ?? null),
        when(at(each.state?.createdAt ?? null), nowMs),
      ]),
    },
  };
}

/** A name that follows from the service's says nothing more. */
function workspaceCell({ service, workspace, found }: WorkspaceState): Cell {
  if (!found) return { raw: workspace, text: `${workspace} (not seen)`, tone: 'warn' };
  return { raw: workspace, text: workspace === workspaceOf({ name: service }) ? '' : workspace };
}

function lockCell({ locked, lock }: WorkspaceState, nowMs: number): Cell {
  if (lock === null) return locked === null ? text(null) : text('free');
  const holder = lock.kind === 'run' ? 'run' : holderWords(lock);
  const since = lock.since === null ? '' : `, ${when(at(lock.since), nowMs).text}`;
  return {
    raw: (lock.kind === 'run' ? lock.id : lock.name) ?? lock.id ?? 'locked',
    text: holder + since,
    tone: 'warn',
  };
}

/** What `state show` says of one workspace. */
export function workspaceFields(state: WorkspaceState, organizationResources: number, nowMs: number): Block {
  const { lock, run, updatedAt } = state;
  const changed = instant(at(updatedAt), nowMs).text ?? '–';
  const since: (readonly [string, Cell])[] =
    lock !== null && lock.since === null
      ? [['since', { raw: null, text: `HCP Terraform does not say; the workspace last changed ${changed}` }]]
      : [];
  const total = `${organizationResources} of ${FREE_RESOURCES}`;
  return {
    kind: 'fields',
    fields: [
      ['lock', lock === null ? text('free', 'good') : text(lockWords(lock, nowMs), 'warn')],
      ...since,
      [
        'run',
        run === null
          ? text(null)
          : {
              raw: run.id,
              text: `${run.id}, ${run.status.replaceAll('_', ' ')}, ${instant(at(run.createdAt), nowMs).text}`,
            },
      ],
      ['resources', { raw: state.resources, text: `${state.resources ?? '–'}; organisation: ${total} (Free plan)` }],
      ['Terraform', text(state.terraformVersion)],
      ['execution', text(state.executionMode)],
      ['auto-apply', { raw: state.autoApply, text: state.autoApply === true ? 'yes' : 'no' }],
      ['page', text(state.url, 'dim')],
    ],
  };
}

/** The table of `state history`, the newest first. */
export function statesTable(states: readonly NamedState[], nowMs: number): Block {
  const labels = ['SERIAL', 'WHEN', 'BY', 'RUN', 'BYTES', 'TERRAFORM', 'STATUS'];
  return {
    kind: 'table',
    table: {
      columns: columns(labels),
      rows: states.map((each) => [
        { ...count(each.serial), tone: 'strong' },
        instant(at(each.createdAt), nowMs),
        text(each.by ?? each.createdBy),
        text(each.run),
        count(each.sizeBytes),
        text(each.terraformVersion),
        text(each.status, each.status === 'finalized' ? undefined : 'warn'),
      ]),
    },
  };
}
