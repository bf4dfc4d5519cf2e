/** Attribute values are text, as the API takes and gives them. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly attributes: Map<string, string>;
  readonly tags: Map<string, string>;
  deletedSubscriptions: number;
  sequence: number;
  /** Deduplication ids of FIFO topics and what was answered for them; they count for five minutes. */
  readonly recent: Map<string, { readonly at: number; readonly messageId: string; readonly sequence: string }>;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Map<string, string>;
  readonly createdAt: number;
  /** Set until the subscriber confirms. */
  token: string | undefined;
}

/** A mail as the outbox shows it. `at` is ISO 8601. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly topicArn: string;
  readonly at: string;
}

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A message that was accepted. */
export interface Publication {
  readonly messageId: string;
  readonly subject: string | undefined;
  readonly message: string;
  /** With `MessageStructure=json`: the text for each protocol. */
  readonly byProtocol: Readonly<Record<string, string>> | undefined;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequence: string | undefined;
  readonly at: number;
}
