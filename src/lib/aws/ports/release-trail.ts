/** A change of a function, as CloudTrail has it; the attempts that failed too. */
export interface FunctionChange {
  /** ms since the epoch; CloudTrail knows whole seconds. */
  readonly at: number;
  /** CloudTrail's id of the event. */
  readonly id: string;
  readonly eventName: string;
  /** ARN of the caller. */
  readonly by: string;
  readonly userAgent: string;
  /** Of UpdateAlias; null for changes of the function itself. */
  readonly alias: string | null;
  /** The version that the alias was pointed to, or that was published; null when the event does not say. */
  readonly version: string | null;
  /** The split that was asked for, shares 0–1. */
  readonly weights: Readonly<Record<string, number>>;
  /** The Description that was asked for; null when none was. */
  readonly description: string | null;
  /** AWS's error code; null when it was done. */
  readonly error: string | null;
}

/** Names of the events that release something, as CloudTrail has them. */
export const RELEASE_EVENTS = [
  'UpdateAlias20150331',
  'PublishVersion20150331',
  'UpdateFunctionCode20150331v2',
  'UpdateFunctionConfiguration20150331v2',
] as const;

export interface TrailPage {
  readonly changes: readonly FunctionChange[];
  readonly next: string | undefined;
}

/** The event history: 90 days, minutes late, unordered, two requests a second. Errors are CvopsError. */
export interface ReleaseTrail {
  /** One page of the events of one name since then, of one function. */
  page(query: {
    readonly eventName: (typeof RELEASE_EVENTS)[number];
    readonly functionName: string;
    readonly sinceMs: number;
    readonly next: string | undefined;
  }): Promise<TrailPage>;
}
