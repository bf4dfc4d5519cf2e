/** What EventBridge Scheduler calls, as its list tells. */
export interface Schedule {
  readonly name: string;
  readonly enabled: boolean;
  readonly targetArn: string;
}

/** Schedules of an account and Region. Errors are CvopsError. */
export interface Schedules {
  /** All of them, whatever their group. */
  list(): Promise<readonly Schedule[]>;
}
