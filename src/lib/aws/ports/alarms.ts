/** An alarm as CloudWatch sees it now. */
export interface AlarmState {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** CloudWatch's words for why. */
  readonly reason: string;
}

/** Reading the states of alarms. Errors are CvopsError. */
export interface Alarms {
  /** Metric and composite alarms of these names; those that do not exist are left out. */
  states(names: readonly string[]): Promise<readonly AlarmState[]>;
}

/** What an alarm compares with what; null for one of a formula, of other alarms, or of a query. */
export interface AlarmRule {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `p95`. */
  readonly statistic: string;
  /** CloudWatch's name: `GreaterThanThreshold`. */
  readonly comparison: string;
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
  /** What a period without data counts as. */
  readonly missing: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

/** An alarm with what it looks at and whom it tells. */
export interface Alarm extends AlarmState {
  readonly description: string;
  /** When it came into this state, ms since the epoch; null when CloudWatch does not say. */
  readonly since: number | null;
  /** The values that the state rests on, the newest last; null where CloudWatch gives none. */
  readonly values: readonly number[] | null;
  readonly composite: boolean;
  readonly rule: AlarmRule | null;
  /** False: it changes its state and tells nobody. */
  readonly actionsEnabled: boolean;
  /** ARNs of what it tells or does, by the state that it comes into. */
  readonly actions: {
    readonly alarm: readonly string[];
    readonly ok: readonly string[];
    readonly insufficientData: readonly string[];
  };
}

/** One action of an alarm, as its history has it. */
export interface AlarmAction {
  /** AWS's time, ms since the epoch. */
  readonly at: number;
  /** What was told or done. */
  readonly arn: string;
  readonly succeeded: boolean;
}

/** Everything about alarms that a person looks after. Errors are CvopsError. */
export interface AlarmControls {
  /** All alarms of the Region. */
  list(): Promise<readonly Alarm[]>;
  /**
   * Puts an alarm into a state until CloudWatch evaluates it next, and runs the actions of that state.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
   * @throws CvopsError `AlarmNotFound`.
   */
  setState(name: string, state: AlarmState['state'], reason: string): Promise<void>;
  /** Its last actions, newest first; at most 100. */
  lastActions(name: string): Promise<readonly AlarmAction[]>;
}
