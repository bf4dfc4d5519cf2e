/** The number of a published version, proven to be one. */
export type PublishedVersion = string & { readonly [PROVEN]: true };
declare const PROVEN: unique symbol;

/** Proves a version's number; undefined for `$LATEST`, an alias, an empty text, and everything else that is none. */
export function publishedVersion(text: string): PublishedVersion | undefined {
  return /^[1-9]\d*$/.test(text) ? (text as PublishedVersion) : undefined;
}

/** `$LATEST` as it is: what the next version is made of. */
export interface LatestCode {
  /** Base64 SHA-256 of the archive. */
  readonly codeSha256: string;
  /** Changes with every update, and once more when the update is through. */
  readonly revisionId: string;
  /** `Pending`, `Active`, `Inactive`, `Failed`. */
  readonly state: string;
  readonly stateReason: string | null;
  /** `Successful`, `InProgress`, `Failed`; null before the first. */
  readonly lastUpdate: string | null;
  readonly lastUpdateReason: string | null;
  /** All that a version holds besides the code, as one text to compare by; it shows nothing of the environment. */
  readonly settings: string;
}

/** A version as PublishVersion and ListVersionsByFunction tell of it. */
export interface CodeVersion {
  readonly version: string;
  readonly codeSha256: string;
  readonly description: string;
  readonly settings: string;
  /** Bytes of the archive. */
  readonly codeSize: number;
  readonly lastModified: string;
}

/** The code of a function and its versions. Errors are CvopsError; a stale revision is `RevisionConflict`. */
export interface FunctionCode {
  latest(functionName: string): Promise<LatestCode>;
  /**
   * Puts an archive into `$LATEST`, if nobody changed it in between; publishes nothing.
   * @param change.dryRun validates and changes nothing.
   */
  update(change: {
    readonly functionName: string;
    readonly zip: Uint8Array;
    readonly codeSha256: string;
    readonly revisionId: string;
    readonly dryRun: boolean;
  }): Promise<void>;
  /**
   * Publishes `$LATEST` if it still is what was seen. Unchanged code and settings publish nothing: the answer is the newest
   * version there was. https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
   */
  publish(what: {
    readonly functionName: string;
    readonly codeSha256: string;
    readonly revisionId: string;
    readonly description: string;
  }): Promise<CodeVersion>;
  /** Published versions, oldest first. */
  versions(functionName: string): Promise<readonly CodeVersion[]>;
  /**
   * Deletes one published version, never the function. `VersionInUse` when an alias holds it.
   * https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
   */
  deleteVersion(functionName: string, version: PublishedVersion): Promise<void>;
}
