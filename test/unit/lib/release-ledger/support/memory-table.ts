import type { ReleaseRow, ReleaseTable } from '../../../../../src/lib/aws/ports/release-table.ts';

/** A table in memory that can be away. */
export class MemoryTable implements ReleaseTable {
  readonly rows: ReleaseRow[] = [];
  /** What each call fails with while it is set. */
  away: Error | undefined;

  async add(row: ReleaseRow): Promise<'added' | 'there'> {
    if (this.away !== undefined) throw this.away;
    if (this.rows.some(({ target, sort }) => target === row.target && sort === row.sort)) return 'there';
    this.rows.push(row);
    return 'added';
  }

  async tryAdd(): Promise<void> {
    if (this.away !== undefined) throw this.away;
  }

  async newest(target: string, from: string, limit = Number.POSITIVE_INFINITY): Promise<readonly ReleaseRow[]> {
    if (this.away !== undefined) throw this.away;
    return this.rows
      .filter((row) => row.target === target && row.sort >= from)
      .sort((a, b) => (a.sort < b.sort ? 1 : -1))
      .slice(0, limit);
  }
}
