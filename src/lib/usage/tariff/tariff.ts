/** What is counted against a free allowance. */
export const LIMIT_IDS = [
  'lambda-requests',
  'lambda-gb-seconds',
  'sqs-requests',
  'dynamodb-write-capacity',
  'dynamodb-read-capacity',
  'dynamodb-storage-gb',
  'sns-publishes',
  'sns-emails',
  'scheduler-invocations',
  'cloudwatch-alarm-metrics',
  'cloudwatch-api-calls',
  'cloudwatch-custom-metrics',
  'cloudwatch-dashboards',
  'logs-gb',
  'hcp-terraform-resources',
  'github-actions-minutes',
  'cloudflare-requests-per-day',
] as const;

export type LimitId = (typeof LIMIT_IDS)[number];

/** What is billed. */
export const PRICE_IDS = [
  'lambda-request',
  'lambda-gb-second-x86',
  'lambda-gb-second-arm',
  'sqs-request',
  'sqs-fifo-request',
  'dynamodb-wcu-hour',
  'dynamodb-rcu-hour',
  'dynamodb-write-unit',
  'dynamodb-read-unit',
  'dynamodb-gb-month',
  'sns-publish',
  'sns-email',
  'events-custom-event',
  'scheduler-invocation',
  'cloudwatch-alarm-metric',
  'cloudwatch-high-resolution-alarm-metric',
  'cloudwatch-composite-alarm',
  'cloudwatch-api-call',
  'cloudwatch-get-metric-data',
  'cloudwatch-custom-metric',
  'cloudwatch-dashboard',
  'logs-ingested-gb',
  'logs-stored-gb-month',
  'cloudflare-paid-plan',
  'cloudflare-request',
] as const;

export type PriceId = (typeof PRICE_IDS)[number];

/** Whose allowance it is. */
export type Scope = 'account' | 'region' | 'organisation';

export interface Limit {
  /** How much is free in each month (each day for Cloudflare). */
  readonly free: number;
  readonly unit: string;
  readonly scope: Scope;
  /** The page that says so. */
  readonly source: string;
  readonly note?: string | undefined;
}

/** The price of a quantity from `from` on, up to the next tier. */
export interface Tier {
  readonly from: number;
  /** USD for one unit. */
  readonly usd: number;
}

export interface Price {
  readonly unit: string;
  /** Ascending; the first begins at 0, which is the first unit beyond what is free. */
  readonly tiers: readonly Tier[];
  /** The page that says so. */
  readonly source: string;
  readonly note?: string | undefined;
  /** Not seen in AWS's price list, but taken from what AWS has published at some time. */
  readonly unverified?: boolean | undefined;
}

/** Limits and prices of one Region at one date. */
export interface Tariff {
  /** Whose prices they are; us-east-1 stands in for a Region without a file. */
  readonly region: string;
  /** The date of the prices: `2026-11-01`. */
  readonly asOf: string;
  /** The date of the limits. */
  readonly limitsAsOf: string;
  /** The refreshed file that the prices are from; null: those that cvops came with. */
  readonly file: string | null;
  readonly limits: Readonly<Record<LimitId, Limit>>;
  readonly prices: Readonly<Record<PriceId, Price>>;
}
