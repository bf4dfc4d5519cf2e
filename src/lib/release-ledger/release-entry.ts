/** What was done to the alias. */
export type ReleaseKind = 'deploy' | 'promote' | 'rollback' | 'abort' | 'recover';

/**
 * How it ended. `succeeded`: the alias is where it should be. `rolled-back`: the canary was judged bad and its traffic
 * taken away. `inconclusive`: the same without a verdict. `conflict`: somebody else was faster (412); nothing was done.
 * `failed`: it broke before or while traffic moved.
 */
export type ReleaseOutcome = 'succeeded' | 'rolled-back' | 'inconclusive' | 'conflict' | 'failed';

export interface ReleaseCounts {
  readonly invocations: number;
  readonly failures: number;
}

/** One step of a stepped release. Times in ms since the epoch. */
export interface ReleaseStep {
  /** Share of the new version, percent. */
  readonly percent: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `PASS`, `FAIL`, `INCONCLUSIVE`; null when it was broken off before its first look. */
  readonly verdict: string | null;
  readonly canary: ReleaseCounts | null;
  readonly baseline: ReleaseCounts | null;
}

/** What was seen between the move of the alias and its being settled. */
export interface ReleaseProbe {
  /** Invocations through the alias; 0 when nothing was invoked, and then nothing is known of failures. */
  readonly invocations: number;
  readonly failures: number;
  /** Several answers in a row came from the new version. */
  readonly settled: boolean;
}

/** The commit that the code was built from. */
export interface GitCommit {
  readonly sha: string;
  /** ms since the epoch. */
  readonly committedAt: number;
}

/**
 * One release as it is remembered; never changed once written. A rollback is an entry of its own that points at what it
 * undoes and at what it restores. No-ops are no releases and have no entry.
 */
export interface ReleaseEntry {
  readonly id: string;
  /** When it began, ms since the epoch. */
  readonly at: number;
  /** Until traffic was where it should be, or the release had ended otherwise. */
  readonly durationMs: number;
  readonly kind: ReleaseKind;
  readonly outcome: ReleaseOutcome;
  readonly service: string;
  readonly function: string;
  readonly alias: string;
  /** ARN of the alias: it holds account and region. */
  readonly aliasArn: string;
  /** The version in charge before; null when there was none. */
  readonly from: string | null;
  /** The version that was to serve. */
  readonly to: string;
  /** Who, as AWS knows them (STS ARN); null when it could not be asked. */
  readonly actor: string | null;
  /** Who, as the machine knows them. */
  readonly by: string;
  readonly reason: string | null;
  readonly strategy: 'all-at-once' | 'steps';
  readonly steps: readonly ReleaseStep[];
  /** Of the version that was to serve; null when it was not read. */
  readonly codeSha256: string | null;
  readonly git: GitCommit | null;
  /** Of the alias, before and after; null when nothing was written. */
  readonly revisionBefore: string | null;
  readonly revisionAfter: string | null;
  readonly probe: ReleaseProbe | null;
  /** The release that this one took back; null when it took none back, or it is not known which. */
  readonly undoes: string | null;
  /** The release that had put `to` in charge before; null when it is not known. */
  readonly restores: string | null;
  /** Code of the error that ended it. */
  readonly error: string | null;
}
