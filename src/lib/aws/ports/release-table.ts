/** One row of the table of releases. */
export interface ReleaseRow {
  /** Partition: `function:alias`. */
  readonly target: string;
  /** Sorts by time inside it. */
  readonly sort: string;
  /** JSON text. */
  readonly entry: string;
}

/**
 * The table in which releases are remembered. Rows are added and read, never changed or deleted. Errors are CvopsError;
 * a missing table is `TableNotFound`.
 */
export interface ReleaseTable {
  /** Adds a row unless there is one with the same key. */
  add(row: ReleaseRow): Promise<'added' | 'there'>;
  /** Proves that rows may be added, and adds none. */
  tryAdd(): Promise<void>;
  /**
   * Rows of a target, newest first, whose `sort` is not below `from`: a Query, never a Scan.
   * @param limit at most so many; all of them without it.
   */
  newest(target: string, from: string, limit?: number): Promise<readonly ReleaseRow[]>;
}
