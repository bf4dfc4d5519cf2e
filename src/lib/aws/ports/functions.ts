/** One alias as GetAlias answers. */
export interface Alias {
  readonly functionName: string;
  readonly name: string;
  readonly arn: string;
  /** The primary version. */
  readonly version: string;
  /** Additional versions with their weights 0–1; empty when all traffic goes to the primary. */
  readonly weights: Readonly<Record<string, number>>;
  readonly description: string;
  readonly revisionId: string;
}

/** What a version is made of, as far as a release cares. */
export interface FunctionVersion {
  readonly version: string;
  readonly codeSha256: string;
  readonly runtime: string;
  readonly role: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly layers: readonly string[];
  /** ARN of the queue or topic for failed asynchronous events; null without one. */
  readonly deadLetterTarget: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly state: string;
  readonly stateReason: string | null;
  /** Whether SnapStart's snapshot is in use: `On`, `Off`, or null where the version is without SnapStart. */
  readonly snapStart: 'On' | 'Off' | null;
  readonly description: string;
  readonly lastModified: string;
  /** Where it logs: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html */
  readonly logGroup: string;
}

/** Provisioned concurrency of an alias or a version. */
export interface Provisioned {
  /** The alias's name or the version's number. */
  readonly qualifier: string;
  readonly requested: number;
  /** Of those, how many there are. */
  readonly allocated: number;
  readonly status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  /** Why it failed; null otherwise. */
  readonly reason: string | null;
}

/** What one synchronous invocation came to. A failure of the function is an answer, not an error. */
export interface Invocation {
  /** The version that ran, behind whatever alias. */
  readonly executedVersion: string;
  /** `Unhandled` or `Handled` when the function failed; null when it answered. */
  readonly functionError: string | null;
  /** JSON text: the answer, or the function's error. */
  readonly payload: string;
}

export interface EventSource {
  readonly uuid: string;
  readonly eventSourceArn: string;
  readonly functionArn: string;
  readonly state: string;
  readonly batchSize: number;
  readonly reportsBatchItemFailures: boolean;
  /** Most invocations at a time that this source causes; null without a limit. */
  readonly maximumConcurrency: number | null;
}

/** Functions, versions and aliases. Errors are CvopsError (FunctionNotFound, AliasNotFound, Conflict …). */
export interface Functions {
  getAlias(functionName: string, alias: string): Promise<Alias>;
  listAliases(functionName: string): Promise<readonly Alias[]>;
  /**
   * One UpdateAlias that writes version, split and description together and only if nobody wrote in between.
   * A wrong revision is CvopsError `RevisionConflict`.
   * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
   */
  updateAlias(change: {
    functionName: string;
    alias: string;
    version: string;
    weights: Readonly<Record<string, number>>;
    description: string;
    revisionId: string;
  }): Promise<Alias>;
  /** One published version or `$LATEST`; throws VersionNotFound. */
  getVersion(functionName: string, version: string): Promise<FunctionVersion>;
  /** Published versions, oldest first, without `$LATEST`. */
  listVersions(functionName: string): Promise<readonly FunctionVersion[]>;
  /**
   * Runs a version or alias once and waits for its answer; never tried a second time.
   * @param timeoutSeconds the function's own; the answer is awaited a little longer.
   * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
   */
  invoke(functionName: string, qualifier: string, payload: string, timeoutSeconds: number): Promise<Invocation>;
  listEventSources(functionName: string): Promise<readonly EventSource[]>;
  /** Event sources that read this queue. */
  listEventSourcesOf(queueArn: string): Promise<readonly EventSource[]>;
  /** Provisioned concurrency of all aliases and versions. */
  listProvisioned(functionName: string): Promise<readonly Provisioned[]>;
  /** Reserved concurrency of the function, or null when none is set. */
  reservedConcurrency(functionName: string): Promise<number | null>;
}
