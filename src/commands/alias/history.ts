import { DEFAULT_ALIAS } from '../../lib/config/config.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { DAY_MS } from '../../lib/durations.ts';
import { text } from '../../lib/io/format.ts';
import type { Block, Cell, Outcome } from '../../lib/io/outcome.ts';
import { percentWords } from '../../lib/release/words.ts';
import { aliasHistory } from '../../lib/release-ledger/alias-history.ts';
import type { HistoryEntry } from '../../lib/release-ledger/history-entry.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { when } from './when.ts';

interface HistoryOptions {
  readonly service: string | undefined;
  readonly days: number;
  readonly cloudtrail: boolean;
}

const DAYS = 90;
const MOST_DAYS = 3_650;

export const aliasHistoryCommand = defineCommand<HistoryOptions>({
  arguments: [{ name: '[service]', description: 'service name; may be left out when only one has a function' }],
  flags: [
    { flags: '--days <n>', description: `so many days back (${DAYS})` },
    { flags: '--cloudtrail', description: 'with changes by others: who, and with which tool (takes some seconds)' },
  ],
  examples: ['cvops alias history processor', 'cvops alias history processor --days 7 --cloudtrail'],
  parse: ([service], flags) => ({
    service,
    days: parseCount(flags['days'], '--days', 1, MOST_DAYS) ?? DAYS,
    cloudtrail: flags['cloudtrail'] === true,
  }),
  run: history,
});

async function history(options: HistoryOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'function');
  const functions = await context.functions();
  const alias = await functions.getAlias(service.function, service.alias ?? DEFAULT_ALIAS);
  const now = context.clock.now();
  const { entries, warnings } = await aliasHistory(
    {
      ledger: await context.releaseLedger(),
      clock: context.clock,
      trail: options.cloudtrail ? await context.releaseTrail() : undefined,
    },
    alias,
    now - options.days * DAY_MS,
  );
  return {
    kind: 'alias.history',
    data: { service: service.name, function: alias.functionName, alias: alias.name, days: options.days, entries },
    items: entries,
    warnings,
    next: options.cloudtrail
      ? []
      : [{ command: `cvops alias history ${service.name} --cloudtrail`, why: 'with changes by others' }],
    view: () => [
      entries.length === 0
        ? { kind: 'line', text: `No release of ${service.name} in ${options.days} days.` }
        : historyTable(entries, now),
    ],
  };
}

/** What CloudTrail alone knows, short enough for a narrow terminal. */
const SHORT: Readonly<Record<string, string>> = {
  'update-alias': 'alias',
  'publish-version': 'publish',
  'update-code': 'code',
  'update-configuration': 'settings',
};

function historyTable(entries: readonly HistoryEntry[], nowMs: number): Block {
  const labels = ['WHEN', 'KIND', 'FROM', 'TO', 'OUTCOME', 'WHO', 'WHY'];
  return {
    kind: 'table',
    table: {
      columns: labels.map((label) => ({ label })),
      rows: entries.map((entry) => [
        when(Date.parse(entry.at), nowMs),
        { raw: entry.kind, text: SHORT[entry.kind] ?? entry.kind },
        text(entry.from),
        to(entry),
        outcome(entry),
        text(who(entry), entry.tool === 'cvops' ? undefined : 'warn'),
        text(entry.reason),
      ]),
    },
  };
}

function to({ to, weights }: HistoryEntry): Cell {
  const split = Object.entries(weights).map(([version, weight]) => `${version} at ${percentWords(weight)}`);
  return split.length === 0 ? text(to) : text([...(to === null ? [] : [to]), ...split].join(', '), 'warn');
}

/** What is said of an entry that the ledger does not have, or not yet. */
const NOT_IN_LEDGER: Readonly<Record<string, string>> = {
  queue: ', not in the ledger yet',
  alias: ', says the alias',
};

function outcome({ outcome, error, source }: HistoryEntry): Cell {
  const note = NOT_IN_LEDGER[source] ?? '';
  if (outcome === 'succeeded') return text(`${outcome}${note}`, note === '' ? 'good' : 'warn');
  // A conflict has one code alone.
  const why = error === null || outcome === 'conflict' ? '' : ` (${error})`;
  return text(`${outcome}${why}${note}`, outcome === 'inconclusive' ? 'warn' : 'bad');
}

/** The last part of an ARN tells a person enough: `ops/ana`; with the tool, when it was another. */
function who({ actor, by, tool }: HistoryEntry): string | null {
  const name = actor
    ?.split(':')
    .at(-1)
    ?.replace(/^(assumed-role|user)\//, '');
  const person = (name ?? by) || null;
  return tool === 'cvops' ? person : `${person === null ? '' : `${person} `}with ${tool}`;
}
