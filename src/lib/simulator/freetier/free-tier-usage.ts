/** One offer and what was used of it; every member is optional on AWS (https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_freetier_FreeTierUsage.html). */
export interface FreeTierUsage {
  /** `Amazon Simple Queue Service`. */
  readonly service?: string;
  /** `Requests`. */
  readonly operation?: string;
  /** `Requests`, without the prefix that the description has it with. */
  readonly usageType?: string;
  /** `global`, or the Region that the offer is for. */
  readonly region?: string;
  /** Month to date. */
  readonly actualUsageAmount?: number;
  readonly forecastedUsageAmount?: number;
  readonly limit?: number;
  readonly unit?: string;
  readonly description?: string;
  readonly freeTierType?: string;
}
