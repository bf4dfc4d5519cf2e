/** A function as a listing tells of it. */
export interface ListedFunction {
  readonly name: string;
  /** Names of what it works on are often among them. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Everything of one kind that there is in an account and Region. Errors are CvopsError. */
export interface ResourceLists {
  functions(): Promise<readonly ListedFunction[]>;
  /** Names. */
  queues(): Promise<readonly string[]>;
  /** Names. */
  tables(): Promise<readonly string[]>;
  /** Names. */
  topics(): Promise<readonly string[]>;
}
