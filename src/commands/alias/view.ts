import { text } from '../../lib/io/format.ts';
import type { Block, Cell } from '../../lib/io/outcome.ts';
import type { AliasState } from '../../lib/release/show-alias.ts';
import { when } from './when.ts';

/** The table of `alias list` and `alias show`. */
export function aliasTable(aliases: readonly AliasState[], nowMs: number): Block {
  return {
    kind: 'table',
    table: {
      columns: ['SERVICE', 'FUNCTION', 'ALIAS', 'VERSION', 'SPLIT', 'PREVIOUS', 'CHANGED', 'BY'].map((label) => ({
        label,
      })),
      rows: aliases.map((alias) => [
        text(alias.service, 'strong'),
        text(alias.function),
        text(alias.alias),
        text(alias.version),
        split(alias),
        previous(alias),
        when(alias.changedAt === null ? null : Date.parse(alias.changedAt), nowMs),
        text(alias.changedBy),
      ]),
    },
  };
}

/** The versions beside the primary, with their shares. */
export function split(alias: Pick<AliasState, 'weights'>): Cell {
  const weights = Object.entries(alias.weights);
  // Nothing, not a dash: without any split the column is left out on a terminal.
  if (weights.length === 0) return { raw: '', text: '' };
  return {
    raw: weights.map(([version, weight]) => `${version}=${weight}`).join(','),
    text: weights.map(([version, weight]) => `${version} at ${Math.round(weight * 1000) / 10} %`).join(', '),
    tone: 'warn',
  };
}

/** What was rolled back from served before, too, but is no way back. */
function previous({ previous: version, quarantined }: AliasState): Cell {
  if (version === null || !quarantined.includes(version)) return text(version);
  return { raw: version, text: `${version} (bad)`, tone: 'warn' };
}
