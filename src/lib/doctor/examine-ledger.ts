import type { Tables } from '../aws/ports/account.ts';
import { type Config, DEFAULT_RELEASE_TABLE } from '../config/config.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { formatDuration, plural } from '../io/format.ts';
import type { ReleaseLedger } from '../release-ledger/release-ledger.ts';
import { type Check, check, skip } from './check.ts';

export interface LedgerPorts {
  readonly tables: Tables;
  ledger(): Promise<ReleaseLedger>;
  now(): number;
}

/** Free for ever, of all tables of an account and region together: https://aws.amazon.com/dynamodb/pricing/provisioned/ */
const FREE_UNITS = 25;
const MADE_AS = 'docs/release-ledger.md shows the table.';
/** As docs/release-ledger.md has them. */
const KEYS = 'target (S), sort (S)';
/** The partition of no alias: there is never an entry in it. */
const NO_ONE = ['cvops', 'doctor'] as const;

/** The checks of {@link examineLedger}; none where nothing is released. */
export function ledgerChecks(config: Config): readonly string[] {
  const isUsed = Object.values(config.services).some((service) => service.function !== undefined);
  return isUsed ? ['ledger.table', 'ledger.units', 'ledger.read', 'ledger.write', 'ledger.queue'] : [];
}

/**
 * Looks at the table that remembers releases: is it there with its keys, may entries be read and added (nothing is
 * written), is it within what is free, and does anything wait for it on this machine?
 * @param home partition, region and account that the releases are of.
 */
export async function examineLedger(ports: LedgerPorts, config: Config, home: string): Promise<readonly Check[]> {
  if (ledgerChecks(config).length === 0) return [];
  const name = config.releaseTable ?? DEFAULT_RELEASE_TABLE;
  const ledger = await ports.ledger();
  let unfit: string | undefined;
  const table = await check('ledger.table', async () => {
    try {
      const { status, keys } = await ports.tables.describe(name);
      const found = keys.map((key) => `${key.name} (${key.type})`).join(', ');
      if (found !== KEYS) {
        unfit = 'the table has other keys';
        return { ng: `table ${name} has the keys ${found}, not ${KEYS}`, hint: MADE_AS };
      }
      if (status !== 'ACTIVE') return { ng: `table ${name} is ${status}`, hint: 'wait until it is ACTIVE.' };
      return `table ${name} is active, with keys ${KEYS}`;
    } catch (cause) {
      if (!(cause instanceof CvopsError) || cause.code !== 'TableNotFound') throw cause;
      unfit = 'there is no table';
      return { ng: `there is no table ${name}: releases are remembered on this machine alone`, hint: MADE_AS };
    }
  });
  const unless = (id: string, look: Parameters<typeof check>[1]) =>
    unfit === undefined ? check(id, look) : skip(id, unfit);
  return [
    table,
    ...(await Promise.all([
      unless('ledger.units', () => examineUnits(ports.tables, name, config)),
      unless('ledger.read', async () => {
        const { unreadable } = await ledger.history(...NO_ONE, ports.now());
        if (unreadable !== null) throw unreadable;
        return 'entries can be read';
      }),
      unless('ledger.write', async () => {
        await ledger.tryTable();
        return 'entries can be added (tried, nothing was written)';
      }),
      check('ledger.queue', () => examineQueue(ledger, home, ports.now())),
    ])),
  ];
}

/** All tables that are configured share the units; what else the account has is not looked at. */
async function examineUnits(tables: Tables, name: string, config: Config) {
  const others = Object.values(config.services).map(({ table }) => table);
  const [own, ...all] = await Promise.all(
    [...new Set([name, ...others.filter((table) => table !== undefined)])].map(async (table) => {
      try {
        return (await tables.describe(table)).units;
      } catch (cause) {
        // The ledger's own must be known; those of the services have a check of theirs.
        if (table === name || !(cause instanceof CvopsError)) throw cause;
        return null;
      }
    }),
  );
  if (own === undefined || own === null) {
    return {
      ng: `table ${name} is billed on demand: only provisioned units are free`,
      hint: 'give it 2 read and 2 write units, provisioned.',
    };
  }
  const sum = (pick: 'read' | 'write') => [own, ...all].reduce((units, each) => units + (each?.[pick] ?? 0), 0);
  const words = `${own.read} read and ${own.write} write units; all configured tables have ${sum('read')} and ${sum('write')}, ${FREE_UNITS} of each are free`;
  if (Math.max(sum('read'), sum('write')) <= FREE_UNITS) return words;
  return { ng: words, hint: 'provision less; 2 and 2 are enough for the ledger.' };
}

async function examineQueue(ledger: ReleaseLedger, home: string, nowMs: number) {
  const [oldest, ...others] = await ledger.waiting(home);
  if (oldest === undefined) return 'no entry waits on this machine';
  const count = plural(others.length + 1, 'entry', 'entries');
  const age = formatDuration(Math.max(0, nowMs - oldest.at) / 1000);
  return {
    ng: `not in the table yet: ${count} on this machine, the oldest ${age} old`,
    hint: 'the next release that reaches the table writes them.',
  };
}
