import { ApiError } from '../kernel/api-error.ts';
import { conflict } from './errors.ts';
import type { Deployment, FunctionVersion, LambdaFunction, Reason, Reclaimed } from './function-model.ts';

export const CREATING: Reason = { code: 'Creating', text: 'The function is being created.' };
// The codes are of AWS's model; how AWS words the reasons is not documented.
export const RESTORING: Reason = { code: 'Restoring', text: 'The function is being restored.' };
const IDLE: Reason = { code: 'Idle', text: 'The function is idle.' };
const FAILED: Reason = { code: 'InternalError', text: 'The function could not be created.' };

/** What a test, or the control API, can bring about in a function; AWS does it when it sees fit. */
export interface FunctionSteering {
  /** `$LATEST`, or the number of the version that is meant; `$LATEST` when left out. */
  readonly qualifier?: string;
  readonly state?: 'Active' | 'Inactive' | 'Failed';
  /** StateReason, and StateReasonCode of AWS's list. */
  readonly reason?: string;
  readonly reasonCode?: string;
  /** What an inactive one has lost: `image` when left out, always `snapshot` with SnapStart. */
  readonly reclaimed?: 'image' | 'network';
  /** Whether an invocation brings an inactive one back. If not, it is pending for a while and inactive again. */
  readonly wakes?: boolean;
  /** The next update of code or configuration fails for this reason. */
  readonly nextUpdateFails?: { readonly reason: string; readonly reasonCode: string };
  /** StatusReason of provisioned concurrency that cannot be allocated from now on; null for as usual. */
  readonly provisioningFails?: string | null;
}

/** Carries an order out. */
export function obey(fn: LambdaFunction, version: FunctionVersion, steering: FunctionSteering): void {
  const { state, nextUpdateFails, provisioningFails } = steering;
  if (nextUpdateFails !== undefined) {
    fn.orders.nextUpdateFails = { code: nextUpdateFails.reasonCode, text: nextUpdateFails.reason };
  }
  if (provisioningFails !== undefined) fn.orders.provisioningFails = provisioningFails ?? undefined;
  if (state === 'Active') becomeActive(version);
  if (state === undefined || state === 'Active') return;
  const usual = state === 'Inactive' ? IDLE : FAILED;
  const reason = { code: steering.reasonCode ?? usual.code, text: steering.reason ?? usual.text };
  const hasSnapshot = version.deployment.settings.SnapStart.OptimizationStatus === 'On';
  const reclaimed = hasSnapshot ? 'snapshot' : (steering.reclaimed ?? 'image');
  version.state = state;
  version.stateReason = reason;
  version.idle = state === 'Inactive' ? { reclaimed, wakes: steering.wakes ?? true, reason } : undefined;
}

export function becomeActive(version: FunctionVersion): void {
  version.state = 'Active';
  version.stateReason = undefined;
  version.idle = undefined;
  version.lastUpdate ??= 'Successful';
}

/** The end of an awakening: active, or inactive again. */
export function awaken(version: FunctionVersion, { wakes, reason }: NonNullable<FunctionVersion['idle']>): void {
  if (wakes) {
    becomeActive(version);
    return;
  }
  version.state = 'Inactive';
  version.stateReason = reason;
}

/** The version with its snapshot taken (https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html). */
export function withOptimization(deployment: Deployment): Deployment {
  const { settings } = deployment;
  return { ...deployment, settings: { ...settings, SnapStart: { ...settings.SnapStart, OptimizationStatus: 'On' } } };
}

/** 409 for what cannot be done in this state; recorded for Pending. */
export function wrongState(state: string): ApiError {
  return conflict(
    `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
  );
}

/**
 * What Invoke answers while a version is inactive or on its way back
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). Texts as seen: of the image in
 * https://github.com/boto/boto3/issues/3788 , of the snapshot in
 * https://docs.aws.amazon.com/lambda/latest/dg/snapstart-troubleshooting.html ; of the network AWS's description.
 */
export function notReady(reclaimed: Reclaimed): ApiError {
  const error = (code: string, status: number, message: string) =>
    new ApiError(code, message, { status, fields: { Type: 'User' } });
  switch (reclaimed) {
    case 'image':
      return error(
        'CodeArtifactUserPendingException',
        409,
        'Lambda is initializing your function. It will be ready to invoke shortly.',
      );
    case 'network':
      return error(
        'ResourceNotReadyException',
        502,
        'The function is inactive and its VPC connection is no longer available. Wait for the VPC connection to reestablish and try again.',
      );
    case 'snapshot':
      return error(
        'SnapStartNotReadyException',
        409,
        'Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.',
      );
  }
}
