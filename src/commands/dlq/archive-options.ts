import { join } from 'node:path';
import type { Context } from '../../lib/context.ts';
import type { ArchiveSelection } from '../../lib/dlq/archive/archive-selection.ts';
import type { Look } from '../../lib/dlq/archive/look-at-messages.ts';
import { formatCount, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell, Warning } from '../../lib/io/outcome.ts';
import type { FlagSpec } from '../command.ts';
import { parseCount } from '../parse.ts';
import { compileFilter } from './compile-filter.ts';

/** What export and purge share: which messages of which queue. */
export interface SelectionFlags {
  readonly service: string | undefined;
  readonly filter: string | undefined;
  readonly group: string | undefined;
  readonly max: number | undefined;
  readonly force: boolean;
}

export const serviceArgument = {
  name: '[service]',
  description: 'service name; may be left out when only one has a dead-letter queue',
};

export const selectionFlags: readonly FlagSpec[] = [
  {
    flags: '--filter <jmespath>',
    description: 'only what matches, over { body, attributes, groupId, messageId, sentAt, receiveCount }',
  },
  { flags: '--group <id>', description: 'only this message group' },
  { flags: '--max <n>', description: 'at most this many messages' },
];

export function parseSelection(service: string | undefined, flags: Readonly<Record<string, unknown>>): SelectionFlags {
  return {
    service,
    filter: flags['filter'] as string | undefined,
    group: flags['group'] as string | undefined,
    max: parseCount(flags['max'], '--max', 1),
    force: flags['force'] === true,
  };
}

export async function selectionOf(flags: SelectionFlags): Promise<ArchiveSelection> {
  const filter = await compileFilter(flags.filter);
  return { filter: filter?.matches ?? null, group: flags.group ?? null, max: flags.max ?? null };
}

/** Where archives that nobody named a place for are kept, and what is piped through. */
export function exportsFolder(context: Context): string {
  return join(context.folders.state, 'exports');
}

const WHY_HIDDEN: Readonly<Record<NonNullable<Look['reason']>, string>> = {
  limit: '--limit is reached',
  max: '--max is reached',
  inFlightLimit:
    'SQS lends out about 120,000 messages at a time; purge, or export with --max and replay, to see further',
  groups: 'FIFO shows at most ten messages of a group at a time, and none of a group that is in flight',
  others: 'others hold them, or the count is not up to date',
};

/** What a look could not see, and what it could not give back. */
export function lookWarnings(look: Look): Warning[] {
  const warnings: Warning[] = [];
  if (look.reason !== null && (look.hidden > 0 || !isAskedFor(look))) {
    warnings.push({
      code: 'Incomplete',
      message: `about ${plural(look.hidden, 'message')} not seen: ${WHY_HIDDEN[look.reason]}.`,
    });
  }
  if (look.notGivenBack > 0) {
    warnings.push({
      code: 'NotGivenBack',
      message: `${plural(look.notGivenBack, 'message')} could not be given back at once; visible again within a minute.`,
    });
  }
  return warnings;
}

/** It ended early because a flag said so. */
export function isAskedFor({ reason }: Look): boolean {
  return reason === 'limit' || reason === 'max';
}

export function countField(label: string, value: number): readonly [string, Cell] {
  return [label, { raw: value, text: formatCount(value) }];
}

/** The counts that are not zero. */
export function countFields(counts: Readonly<Record<string, number>>): readonly (readonly [string, Cell])[] {
  return Object.entries(counts)
    .filter(([, value]) => value > 0)
    .map(([label, value]) => countField(label, value));
}

export function groupTable(groups: Look['groups']): readonly Block[] {
  if (groups.length === 0) return [];
  return [
    {
      kind: 'table',
      table: {
        columns: [{ label: 'GROUP' }, { label: 'COUNT', align: 'right' }],
        rows: groups.slice(0, 20).map(({ groupId, count }) => [text(groupId), { raw: count }]),
      },
    },
  ];
}
