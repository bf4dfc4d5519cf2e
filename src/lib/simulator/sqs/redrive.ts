import { sqsErrors } from './errors.ts';

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const MAX_RECEIVE_COUNT = 1000;
const MAX_SOURCES = 10;

/** Reads the RedrivePolicy attribute; undefined for the empty text, which removes it. Throws ApiError. */
export function readRedrivePolicy(text: string): RedrivePolicy | undefined {
  if (text === '') return undefined;
  const invalid = (reason: string) => sqsErrors.invalidValue(text, 'RedrivePolicy', reason);
  const policy = mapOf(text);
  if (policy === undefined) throw invalid('Redrive policy is not a valid JSON map.');
  for (const member of ['maxReceiveCount', 'deadLetterTargetArn']) {
    if (policy[member] === undefined || policy[member] === '') {
      throw invalid(`Redrive policy does not contain mandatory attribute: ${member}.`);
    }
  }
  const count = Number(policy['maxReceiveCount']);
  if (!Number.isInteger(count) || count < 1 || count > MAX_RECEIVE_COUNT) {
    throw invalid(
      `Invalid value for maxReceiveCount: ${policy['maxReceiveCount']}, valid values are from 1 to ${MAX_RECEIVE_COUNT} both inclusive.`,
    );
  }
  return { deadLetterTargetArn: String(policy['deadLetterTargetArn']), maxReceiveCount: count };
}

/** Reads the RedriveAllowPolicy attribute; undefined for the empty text, which removes it. Throws ApiError. */
export function readRedriveAllowPolicy(text: string): RedriveAllowPolicy | undefined {
  if (text === '') return undefined;
  const invalid = (reason: string) => sqsErrors.invalidValue(text, 'RedriveAllowPolicy', reason);
  const policy = mapOf(text);
  if (policy === undefined) throw invalid('Redrive allow policy is not a valid JSON map.');
  const permission = policy['redrivePermission'];
  if (permission === undefined) {
    throw invalid('Redrive allow policy does not contain mandatory attribute: redrivePermission.');
  }
  if (permission !== 'allowAll' && permission !== 'denyAll' && permission !== 'byQueue') {
    throw invalid(`Invalid value for redrivePermission: ${permission}, valid values are allowAll, denyAll, byQueue.`);
  }
  const sources = policy['sourceQueueArns'];
  if (permission === 'byQueue') {
    if (!Array.isArray(sources) || sources.length === 0) {
      throw invalid('Redrive allow policy does not contain mandatory attribute: sourceQueueArns.');
    }
    if (sources.length > MAX_SOURCES) throw invalid(`sourceQueueArns can hold at most ${MAX_SOURCES} queues.`);
  } else if (sources !== undefined) {
    throw invalid('sourceQueueArns can be specified only when redrivePermission is byQueue.');
  }
  return { redrivePermission: permission, sourceQueueArns: Array.isArray(sources) ? sources.map(String) : [] };
}

/** Whether a queue with this policy takes the dead letters of `sourceArn`. */
export function allowsRedrive(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (policy === undefined || policy.redrivePermission === 'allowAll') return true;
  return policy.redrivePermission === 'byQueue' && policy.sourceQueueArns.includes(sourceArn);
}

function mapOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
