/** Who the credentials belong to, and what the other small services say. */
export interface Account {
  /** STS GetCallerIdentity. */
  identity(): Promise<{ accountId: string; arn: string }>;
  /** Local time minus AWS's, in ms, from the Date header of the last answer; null before any call. */
  clockSkewMs(): number | null;
}

/** One change of an alias, as CloudTrail has it. */
export interface TrailChange {
  readonly at: number;
  readonly eventName: string;
  readonly by: string;
  readonly userAgent: string;
  readonly functionName: string;
  readonly alias: string | null;
  readonly version: string | null;
  readonly failed: boolean;
}

export interface Trail {
  /** UpdateAlias events of one function, newest first; null where CloudTrail cannot be read. */
  aliasChanges(functionName: string, alias: string): Promise<readonly TrailChange[] | null>;
}

export interface TableDescribed {
  readonly name: string;
  readonly status: string;
  readonly itemCount: number;
  /** The partition key, then the sort key where there is one. */
  readonly keys: readonly { readonly name: string; readonly type: string }[];
  /** Provisioned units, those of its indexes too; null on demand. */
  readonly units: { readonly read: number; readonly write: number } | null;
}

export interface Tables {
  /** DescribeTable; throws TableNotFound. */
  describe(name: string): Promise<TableDescribed>;
}

export interface TopicDescribed {
  readonly arn: string;
  /** Subscriptions. */
  readonly confirmed: number;
  readonly pending: number;
  /** The KMS key that it is encrypted with, as it was named; null without one. */
  readonly kmsKeyId: string | null;
  /** Its resource policy, JSON; null where it tells none. */
  readonly policy: string | null;
}

export interface Topics {
  /** Throws TopicNotFound. */
  describe(nameOrArn: string): Promise<TopicDescribed>;
}
