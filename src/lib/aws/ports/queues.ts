/** A queue, resolved: where it is and what matters of its attributes. */
export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly attributes: QueueAttributes;
}

/** Attributes of GetQueueAttributes, typed; counts are AWS's approximations. */
export interface QueueAttributes {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly maximumMessageSize: number;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly kmsKeyId: string | null;
  /** Whether SQS encrypts with a key of its own; null where it does not say. */
  readonly managedEncryption: boolean | null;
  /** Its resource policy, JSON; null without one. */
  readonly policy: string | null;
  /** Where this queue sends its own dead letters. */
  readonly redrive: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number } | null;
  /** Which queues may send their dead letters here; null where nobody chose, and all may. */
  readonly redriveAllow: {
    readonly permission: 'allowAll' | 'denyAll' | 'byQueue';
    /** ARNs; of `byQueue` only. */
    readonly sources: readonly string[];
  } | null;
}

/** A message attribute as SQS carries it; binary values as bytes. */
export interface MessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: Uint8Array;
}

/** One received message with everything needed to send it again. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly md5OfAttributes: string | null;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** System attributes by their API names (SentTimestamp, MessageGroupId, AWSTraceHeader, …). */
  readonly system: Readonly<Record<string, string>>;
}

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** The AWSTraceHeader system attribute. */
  readonly traceHeader?: string;
}

/** Outcome of one entry of a batch, in the order of the entries. */
export type BatchResult<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly code: string; readonly message: string; readonly senderFault: boolean };

export interface SentMessage {
  readonly messageId: string;
  readonly sequenceNumber: string | null;
  readonly md5OfBody: string;
  readonly md5OfAttributes: string | null;
}

/** Reading and moving messages of queues. Errors are CvopsError (QueueNotFound, AccessDenied …). */
export interface Queues {
  /** Resolves a queue by name or URL with its attributes: two calls, GetQueueUrl and GetQueueAttributes. */
  describe(nameOrUrl: string): Promise<Queue>;
  /** Names of the queues whose dead letters go to this one. */
  sourcesOf(queue: Queue): Promise<readonly string[]>;
  /**
   * At most ten messages; `waitSeconds` 0–20. All attributes. `visibilitySeconds` hides them that long. `onRetry` is
   * called when it had to be asked more than once: what a lost answer held is hidden, but on FIFO it is answered again.
   */
  receive(
    queue: Queue,
    options: {
      max: number;
      waitSeconds: number;
      visibilitySeconds?: number;
      signal?: AbortSignal;
      onRetry?: () => void;
    },
  ): Promise<readonly ReceivedMessage[]>;
  /** One SendMessageBatch; at most ten entries and one MiB together. */
  send(queue: Queue, messages: readonly OutgoingMessage[]): Promise<readonly BatchResult<SentMessage>[]>;
  /** One DeleteMessageBatch of at most ten receipt handles. */
  delete(queue: Queue, receiptHandles: readonly string[]): Promise<readonly BatchResult<object>[]>;
  /** One ChangeMessageVisibilityBatch of at most ten receipt handles; 0 gives them back. */
  changeVisibility(
    queue: Queue,
    receiptHandles: readonly string[],
    seconds: number,
  ): Promise<readonly BatchResult<object>[]>;
  /** Age in seconds of the oldest message (CloudWatch's last value), or null when CloudWatch has none. */
  oldestAgeSeconds(queue: Queue): Promise<number | null>;
}
