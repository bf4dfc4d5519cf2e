import type { FunctionVersion } from './functions.ts';

/** A version with all its settings. */
export interface FunctionConfiguration extends FunctionVersion {
  readonly handler: string;
  readonly architecture: 'x86_64' | 'arm64';
  /** Of its archive. */
  readonly codeBytes: number;
  /** Size of `/tmp`. */
  readonly ephemeralMb: number;
  /** Its network has subnets of a VPC. */
  readonly inVpc: boolean;
  /** The KMS key that encrypts its environment; null for AWS's own. */
  readonly kmsKeyArn: string | null;
}

/** How functions are set up. Errors are CvopsError. */
export interface FunctionConfigurations {
  /** Every version, oldest first, and `$LATEST` behind them. One call for every 50. */
  configurations(functionName: string): Promise<readonly FunctionConfiguration[]>;
  /** The resource policy of the function itself (not of a version or an alias), JSON; null without one. */
  functionPolicy(functionName: string): Promise<string | null>;
}
