/** What AWS itself counts of one offer of its free tier, over the whole account. AWS promises none of the members. */
export interface FreeTierOffer {
  /** `Amazon Simple Queue Service`; empty where AWS does not say. */
  readonly service: string;
  /** `Global-Requests`, with or without the prefix of its Region; empty where AWS does not say. */
  readonly usageType: string;
  /** `global`, or a Region. */
  readonly region: string;
  /** `Always Free`, `12 Months Free` … */
  readonly type: string;
  /** This month up to some hours ago. */
  readonly used: number | null;
  /** At the end of the month, as AWS sees it. */
  readonly forecast: number | null;
  readonly limit: number | null;
  readonly unit: string;
}

export interface AccountPlan {
  readonly type: 'FREE' | 'PAID';
  readonly status: 'NOT_STARTED' | 'ACTIVE' | 'EXPIRED';
  readonly creditsLeftUsd: number | null;
  /** ms since the epoch. */
  readonly expiresAt: number | null;
}

/** AWS's own count of what is free. Errors are CvopsError. */
export interface FreeTier {
  /** The offers of which anything was used this month. */
  offers(): Promise<readonly FreeTierOffer[]>;
  /** null: an account from before there were plans. */
  plan(): Promise<AccountPlan | null>;
}
