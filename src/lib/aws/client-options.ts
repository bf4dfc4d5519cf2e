import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Redactor } from '../io/redact.ts';
import type { CallPace } from './call-pace.ts';

/** What every SDK client of one invocation is made with. */
export interface ClientOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly profile?: string;
  readonly maxAttempts: number;
  readonly customUserAgent: string;
  /** Milliseconds; without them a server that accepts and never answers, or stops half-way, holds a command for ever. */
  readonly requestHandler?: {
    readonly connectionTimeout: number;
    readonly socketTimeout: number;
    readonly throwOnRequestTimeout: boolean;
  };
}

/** What the adapters tell of each call, for `--debug`, call counts and clock skew. */
export interface CallRecord {
  readonly service: string;
  readonly operation: string;
  readonly durationMs: number;
  readonly status: number | undefined;
  /** How often it was sent; 0 where it did not come to that, for want of credentials. */
  readonly attempts: number;
  readonly requestId: string | undefined;
  /** The Date header of the answer, ms since the epoch. */
  readonly serverTime: number | undefined;
  /** This machine's clock when the answer came, ms since the epoch. */
  readonly localTime: number;
}

export interface ClientSetup {
  readonly options: ClientOptions;
  readonly observe: (call: CallRecord) => void;
  /** The command's clock, ms since the epoch. */
  readonly now: () => number;
  /** One for all clients of Lambda's control plane; without it they do not wait. */
  readonly pace?: CallPace;
  /** Ends reads that are under way when the command is interrupted. */
  readonly signal?: AbortSignal;
  /** Is told the credentials that calls are signed with, and cleans what is answered for eyes. */
  readonly redactor?: Redactor;
}
