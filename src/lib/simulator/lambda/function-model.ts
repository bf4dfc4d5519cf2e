import { createHash } from 'node:crypto';
import type { CodePackage } from './code-package.ts';
import { functionArn, LATEST, type Place } from './names.ts';

/** What CreateFunction and UpdateFunctionConfiguration set, by the API's member names, defaults filled in. */
export interface FunctionSettings {
  readonly Runtime?: string;
  readonly Role: string;
  readonly Handler?: string;
  readonly Description: string;
  /** Seconds. */
  readonly Timeout: number;
  /** MB. */
  readonly MemorySize: number;
  readonly PackageType: string;
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly TracingConfig: { readonly Mode: string };
  readonly SnapStart: { readonly ApplyOn: string; readonly OptimizationStatus: string };
  readonly LoggingConfig: LoggingConfig;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly DeadLetterConfig?: { readonly TargetArn: string };
  readonly KMSKeyArn?: string;
  readonly Layers?: readonly { readonly Arn: string; readonly CodeSize: number }[];
}

export interface LoggingConfig {
  readonly LogFormat: 'Text' | 'JSON';
  readonly LogGroup: string;
  readonly ApplicationLogLevel?: string;
  readonly SystemLogLevel?: string;
}

/** Code and settings that execution environments are made from; a change makes a new one, never alters one. */
export interface Deployment {
  readonly functionName: string;
  /** `$LATEST` or the number. */
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly code: CodePackage;
}

/** Why something is not as it should be: AWS's code with words. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** What an inactive version has lost; which error its invocations answer with depends on it. */
export type Reclaimed = 'image' | 'network' | 'snapshot';

/** `$LATEST` or one published version. */
export interface FunctionVersion {
  deployment: Deployment;
  revisionId: string;
  /** ms since the epoch. */
  lastModified: number;
  state: 'Pending' | 'Active' | 'Inactive' | 'Failed';
  /** Undefined while Active. */
  stateReason: Reason | undefined;
  /** What is being recreated since an invocation, or will be by the next one; undefined for a version that was never idle. */
  idle: { readonly reclaimed: Reclaimed; readonly wakes: boolean; readonly reason: Reason } | undefined;
  /** Absent while the function has never become active. */
  lastUpdate: 'Successful' | 'InProgress' | 'Failed' | undefined;
  lastUpdateReason: Reason | undefined;
}

/** Provisioned concurrency of an alias or version, allocated on one version. */
export interface ProvisionedConcurrency {
  readonly requested: number;
  /** ms since the epoch. */
  readonly lastModified: number;
  /** When the allocation on the present version ends, well or not. */
  readyAt: number;
  /** Why it will end badly. */
  failure: string | undefined;
}

/** What a test or an operator of the simulator has ordered; AWS brings it about by itself. */
export interface Orders {
  nextUpdateFails?: Reason | undefined;
  /** StatusReason of each allocation of provisioned concurrency from now on. */
  provisioningFails?: string | undefined;
}

export interface Alias {
  readonly name: string;
  description: string;
  functionVersion: string;
  /** At most one entry: version → share of the invocations, 0–1. */
  weights: Readonly<Record<string, number>>;
  revisionId: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: unknown;
}

export interface EventInvokeConfig {
  maximumRetryAttempts: number | undefined;
  maximumEventAgeSeconds: number | undefined;
  lastModified: number;
}

export interface LambdaFunction {
  readonly name: string;
  readonly latest: FunctionVersion;
  /** What `$LATEST` runs: the deployment before an update that is still in progress. */
  serving: Deployment;
  readonly versions: Map<string, FunctionVersion>;
  nextVersion: number;
  /** What the newest published version was made from, to tell whether there is anything to publish. */
  published: { readonly version: string; readonly fingerprint: string } | undefined;
  readonly aliases: Map<string, Alias>;
  /** Resource policies: by alias or version, `$LATEST` for the function's own. */
  readonly policies: Map<string, { statements: PolicyStatement[]; revisionId: string }>;
  readonly eventInvoke: Map<string, EventInvokeConfig>;
  readonly tags: Map<string, string>;
  /** By alias or version. */
  readonly provisioned: Map<string, ProvisionedConcurrency>;
  readonly orders: Orders;
  reservedConcurrency: number | undefined;
  /** Invocations under way, over all versions. */
  inFlight: number;
}

/** Lambda writes LastModified as `2025-11-25T10:00:00.000+0000`. */
export function lambdaTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

/** Code and settings as one text: equal texts have nothing to publish. */
export function fingerprint({ code, settings }: Deployment): string {
  return JSON.stringify([code.sha256, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/**
 * A FunctionConfiguration as GetFunctionConfiguration answers it
 * (https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html).
 */
export function renderConfiguration(place: Place, version: FunctionVersion, qualifier?: string) {
  const { deployment, state, stateReason, lastUpdate, lastUpdateReason } = version;
  return {
    ...renderListed(place, version, qualifier),
    RuntimeVersionConfig: runtimeVersion(place, deployment.settings.Runtime),
    State: state,
    ...(stateReason && { StateReason: stateReason.text, StateReasonCode: stateReason.code }),
    LastUpdateStatus: lastUpdate,
    ...(lastUpdateReason && {
      LastUpdateStatusReason: lastUpdateReason.text,
      LastUpdateStatusReasonCode: lastUpdateReason.code,
    }),
  };
}

/** The shorter form of the list operations: no state, no runtime version. */
export function renderListed(place: Place, version: FunctionVersion, qualifier?: string) {
  const { deployment, revisionId, lastModified } = version;
  return {
    ...deployment.settings,
    FunctionName: deployment.functionName,
    FunctionArn: functionArn(place, deployment.functionName, qualifier),
    Version: deployment.version,
    CodeSha256: deployment.code.sha256,
    CodeSize: deployment.code.zip.length,
    LastModified: lambdaTime(lastModified),
    RevisionId: revisionId,
  };
}

/** AWS names the exact runtime build; here it stands for the runtime's name. */
function runtimeVersion(place: Place, runtime: string | undefined) {
  if (runtime === undefined) return undefined;
  const hash = createHash('sha256').update(runtime).digest('hex');
  return { RuntimeVersionArn: `arn:aws:lambda:${place.name}::runtime:${hash}` };
}

/** The version behind `$LATEST`, a number, or nothing. */
export function findVersion(fn: LambdaFunction, qualifier: string | undefined): FunctionVersion | undefined {
  if (qualifier === undefined || qualifier === LATEST) return fn.latest;
  return fn.versions.get(qualifier);
}
