import type { TableSettings } from './usage-source.ts';

/** What a table is billed by, and how it is guarded. */
export interface GuardedTable extends TableSettings {
  readonly deletionProtection: boolean;
  /** The KMS key that encrypts it; null for the key of DynamoDB itself, which is free. */
  readonly kmsKeyArn: string | null;
}

/** How tables are guarded. Errors are CvopsError. */
export interface TableSafety {
  /** One DescribeTable; throws TableNotFound. */
  guarded(tableName: string): Promise<GuardedTable>;
  /** The attribute by which items expire; null where none do. */
  expiryAttribute(tableName: string): Promise<string | null>;
  /** Whether the table can be taken back to a point in time. */
  hasPointInTimeRecovery(tableName: string): Promise<boolean>;
}
