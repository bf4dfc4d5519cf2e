import type { GitCommit, ReleaseOutcome, ReleaseProbe, ReleaseStep } from './release-entry.ts';

/** One line of an alias's history; ISO times, for people and machines. */
export interface HistoryEntry {
  readonly at: string;
  /** Release id; of a foreign change CloudTrail's event id. */
  readonly id: string;
  /**
   * Where it is known from: the `ledger`, the ledger's `queue` on this machine, the `alias` itself, or `cloudtrail`.
   */
  readonly source: 'ledger' | 'queue' | 'alias' | 'cloudtrail';
  /** As in the ledger; `update-alias`, `publish-version`, `update-code`, `update-configuration` for what CloudTrail alone knows. */
  readonly kind: string;
  readonly outcome: ReleaseOutcome;
  /** Null when it is not known, or nothing of that kind was changed. */
  readonly from: string | null;
  readonly to: string | null;
  /** A split that was made, shares 0–1. */
  readonly weights: Readonly<Record<string, number>>;
  readonly actor: string | null;
  readonly by: string | null;
  /** `cvops`, `Terraform`, `the AWS console` …: from the user agent. */
  readonly tool: string;
  readonly reason: string | null;
  readonly strategy: string | null;
  readonly steps: readonly (Omit<ReleaseStep, 'startedAt' | 'endedAt'> & {
    readonly startedAt: string;
    readonly endedAt: string;
  })[];
  readonly durationMs: number | null;
  readonly codeSha256: string | null;
  readonly git: (Omit<GitCommit, 'committedAt'> & { readonly committedAt: string }) | null;
  readonly probe: ReleaseProbe | null;
  readonly undoes: string | null;
  readonly restores: string | null;
  readonly error: string | null;
}
