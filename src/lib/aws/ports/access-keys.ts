/** An access key of an IAM user. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html */
export interface AccessKey {
  readonly id: string;
  readonly active: boolean;
  /** ISO 8601; null where AWS does not say. */
  readonly createdAt: string | null;
}

/** A key with its secret, which AWS tells once. */
export interface NewAccessKey {
  readonly id: string;
  readonly secret: string;
}

/** AWS tells of a use some minutes later, and of the latest one only. */
export interface KeyUse {
  /** ISO 8601; null when it was not used (or not since 2015). */
  readonly at: string | null;
  /** `sqs`, `sts`; null when it was not used. */
  readonly service: string | null;
}

/** Access keys of IAM users. All methods throw `UserNotFound` (5) and `AccessDenied` (4), with the action. */
export interface AccessKeys {
  /** The oldest first; a user has two at most. */
  list(user: string): Promise<readonly AccessKey[]>;
  /** @throws CvopsError `AccessKeyLimit` when there are two. */
  create(user: string): Promise<NewAccessKey>;
  deactivate(user: string, id: string): Promise<void>;
  /** Is done also when the key is gone already. */
  remove(user: string, id: string): Promise<void>;
  lastUse(id: string): Promise<KeyUse>;
  /** Whether AWS takes the key by now: a new one is known everywhere only after some seconds. */
  isKnown(key: NewAccessKey): Promise<boolean>;
}
