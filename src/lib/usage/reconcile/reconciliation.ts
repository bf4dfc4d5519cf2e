import type { AccountPlan } from '../../aws/ports/free-tier.ts';
import type { Gap } from '../readings.ts';

/** One row beside AWS's own count of it. */
export interface ReconciledRow {
  /** As in the report. */
  readonly id: string;
  /** The account's where we know it, else this system's; null: not read. */
  readonly ours: number | null;
  /** Null: AWS does not report it, which is not zero. */
  readonly aws: number | null;
  readonly unit: string;
  /** What is compared: month to date, or for a level, which AWS counts up over the month, where it ends. */
  readonly at: 'now' | 'end of month';
  /** Whose usage `ours` is; AWS's is always the account's. */
  readonly scope: 'account' | 'system';
  /** (ours − aws) / aws; null where there is no telling. */
  readonly difference: number | null;
  /**
   * `differs`: by more than a tenth of AWS's count and a thousandth of the allowance, with the hours that AWS is late and
   * the bounds of an estimate taken into account.
   * `others`: AWS counts more, and ours is this system alone.
   */
  readonly state: 'agrees' | 'differs' | 'others' | 'not reported' | 'not read';
}

/** AWS's count of its free tier beside ours. */
export interface Reconciliation {
  readonly rows: readonly ReconciledRow[];
  /** Null: not read, or an account from before there were plans. */
  readonly plan: Pick<AccountPlan, 'type' | 'status' | 'expiresAt'> | null;
  readonly creditsLeftUsd: number | null;
  /** Why AWS's count could not be read. */
  readonly gap: Gap | null;
  /** Why the plan could not be read. */
  readonly planGap: Gap | null;
}
