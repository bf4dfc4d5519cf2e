/** One service of the user's system: the names of its resources, never ARNs. */
export interface ServiceConfig {
  /** Lambda function name. */
  readonly function?: string | undefined;
  /** The alias that takes traffic. */
  readonly alias?: string | undefined;
  /** The SQS queue it sends to or reads from. */
  readonly queue?: string | undefined;
  /** The dead-letter queue of `queue`. */
  readonly dlq?: string | undefined;
  /** DynamoDB table. */
  readonly table?: string | undefined;
  /** SNS topic. */
  readonly topic?: string | undefined;
  /** HCP Terraform workspace that holds its state; `cv-analytics-NAME` without it. */
  readonly workspace?: string | undefined;
  /** Name of the Cloudflare Worker; `cv-analytics-NAME` without it. */
  readonly script?: string | undefined;
  /** IAM user whose access key the Worker sends with; `cv-analytics-sender` without it. */
  readonly sender?: string | undefined;
}

/** What no AWS metric tells of: figures for the usage report that the user looks up elsewhere. */
export interface DeclaredUsage {
  /** Managed resources of all workspaces of the HCP Terraform organisation. */
  readonly hcpManagedResources?: number | undefined;
  /** Minutes that GitHub Actions bills in a month, of private repositories. */
  readonly githubMinutes?: number | undefined;
  /** Requests to Cloudflare Workers on the busiest day (UTC). */
  readonly cloudflareRequestsPerDay?: number | undefined;
}

/** A currency that money is shown in beside US dollars. */
export interface Currency {
  /** ISO 4217. */
  readonly code: string;
  /** How much of it a dollar is. */
  readonly rate: number;
  /** The day of the rate: `2026-11-01`. */
  readonly asOf: string;
}

export interface UsageConfig {
  readonly currency?: Currency | undefined;
  readonly declared?: DeclaredUsage | undefined;
}

/** Where HCP Terraform holds the system's state. */
export interface TerraformConfig {
  readonly organization?: string | undefined;
  /** `app.terraform.io` without it; with a port where it has one. */
  readonly hostname?: string | undefined;
}

/** What `cvops.config.json` says. */
export interface Config {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** DynamoDB table in which releases are remembered; `cv-analytics-releases` without it. */
  readonly releaseTable?: string | undefined;
  /** For `usage report`. */
  readonly usage?: UsageConfig | undefined;
  /** For `state` and `credentials`. */
  readonly terraform?: TerraformConfig | undefined;
  readonly services: Readonly<Record<string, ServiceConfig>>;
}

/** The alias that takes a function's traffic, where a service names none. */
export const DEFAULT_ALIAS = 'live';

/** The example system's table of releases. */
export const DEFAULT_RELEASE_TABLE = 'cv-analytics-releases';

/** The example system; what cvops operates when nobody configured anything. */
export const defaultConfig: Config = {
  services: {
    worker: { queue: 'cv-analytics-queue.fifo' },
    processor: {
      function: 'cv-analytics-processor',
      alias: DEFAULT_ALIAS,
      queue: 'cv-analytics-queue.fifo',
      dlq: 'cv-analytics-dlq.fifo',
      table: 'cv-analytics-events',
    },
    reporter: {
      function: 'cv-analytics-reporter',
      alias: DEFAULT_ALIAS,
      table: 'cv-analytics-events',
      topic: 'cv-analytics-alerts',
    },
  },
};
