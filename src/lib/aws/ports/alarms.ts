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
