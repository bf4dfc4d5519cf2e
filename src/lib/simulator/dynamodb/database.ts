import type { Region } from '../kernel/region.ts';
import { constraint, tableNotFound, validation } from './errors.ts';
import { parseCondition, parseProjection, parseUpdate } from './expression/parser.ts';
import type { Condition, Parsed, Projection, Update } from './expression/syntax.ts';
import { Meter } from './meter.ts';
import type { Table } from './table.ts';

const CACHED_EXPRESSIONS = 500;

/** The tables of one region, and what the operations share. */
export class Database {
  readonly region: Region;
  readonly tables = new Map<string, Table>();
  readonly meter: Meter;
  /** Transactions of the last ten minutes by their client token. */
  readonly transactions = new Map<
    string,
    { readonly at: number; readonly request: string; readonly output: unknown }
  >();
  readonly #conditions = new Map<string, Parsed<Condition>>();
  readonly #updates = new Map<string, Parsed<Update>>();
  readonly #projections = new Map<string, Parsed<Projection>>();

  constructor(region: Region) {
    this.region = region;
    this.meter = new Meter(region);
  }

  now(): number {
    return this.region.clock.now();
  }

  /** The table that an item operation works on. Throws ResourceNotFoundException unless it is there and ready. */
  usable(name: unknown): Table {
    const table = this.tables.get(tableName(name));
    if (table === undefined || table.status === 'CREATING' || table.status === 'DELETING') throw tableNotFound();
    return table;
  }

  condition(source: string, field: string): Parsed<Condition> {
    return cached(this.#conditions, `${field}\n${source}`, () => parseCondition(source, field));
  }

  update(source: string): Parsed<Update> {
    return cached(this.#updates, source, () => parseUpdate(source));
  }

  projection(source: string): Parsed<Projection> {
    return cached(this.#projections, source, () => parseProjection(source));
  }
}

/** `TableName` of a request: a name, or a table's ARN. */
export function tableName(given: unknown): string {
  if (given === undefined || given === null) throw constraint(null, 'tableName', 'Member must not be null');
  if (typeof given !== 'string') throw validation('Unexpected value type in payload');
  const name = given.startsWith('arn:') ? given.slice(given.indexOf(':table/') + 7) : given;
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) {
    throw constraint(name, 'tableName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  }
  return name;
}

function cached<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= CACHED_EXPRESSIONS) cache.clear();
  cache.set(key, made);
  return made;
}
