import type { Expiry } from './expiry.ts';
import type { InspectedMessage } from './inspect.ts';

/** Dead letters of one cause. */
export interface FailureGroup {
  readonly signature: string;
  /** `log`: from the function's log; `shape`: from the body and attributes. */
  readonly basis: 'log' | 'shape';
  readonly count: number;
  /** When the first and the last of them were sent, ISO 8601. */
  readonly first: string | null;
  readonly last: string | null;
  /** When the first and the last of them failed for the last time, ISO 8601; null where no log says. */
  readonly firstFailed: string | null;
  readonly lastFailed: string | null;
  readonly versions: readonly string[];
  /** How often its messages were received, this look included. */
  readonly receiveCounts: { readonly min: number; readonly max: number };
  /** The FIFO groups (or fair-queue tenants) of its messages, at most ten of them. */
  readonly messageGroups: readonly string[];
  readonly messageGroupCount: number;
  /** Where in the function's code it was thrown, at most three places. */
  readonly callSites: readonly string[];
  /** The soonest of its messages, ISO 8601. */
  readonly expiresAt: string | null;
  readonly expiryBasis: Expiry['basis'] | null;
  readonly sample: InspectedMessage;
}

const MOST_GROUPS = 10;
const MOST_CALL_SITES = 3;

/** The largest group first. */
export function groupBySignature(messages: readonly InspectedMessage[]): readonly FailureGroup[] {
  const bySignature = new Map<string, InspectedMessage[]>();
  for (const message of messages) {
    const group = bySignature.get(message.signature);
    if (group === undefined) bySignature.set(message.signature, [message]);
    else group.push(message);
  }
  return [...bySignature.values()]
    .map(describe)
    .sort((a, b) => b.count - a.count || a.signature.localeCompare(b.signature));
}

function describe(group: readonly InspectedMessage[]): FailureGroup {
  const sample = group[0]!;
  const sent = sorted(group.map(({ sentAt }) => sentAt));
  const failed = sorted(group.map(({ failedAt }) => failedAt));
  const messageGroups = sorted(group.map(({ groupId }) => groupId));
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  let first: InspectedMessage | undefined;
  for (const message of group) {
    min = Math.min(min, message.receiveCount);
    max = Math.max(max, message.receiveCount);
    if (message.expiresAt !== null && (first === undefined || message.expiresAt < first.expiresAt!)) first = message;
  }
  return {
    signature: sample.signature,
    basis: sample.error === null ? 'shape' : 'log',
    count: group.length,
    first: sent[0] ?? null,
    last: sent.at(-1) ?? null,
    firstFailed: failed[0] ?? null,
    lastFailed: failed.at(-1) ?? null,
    versions: sorted(group.map(({ version }) => version)),
    receiveCounts: { min, max },
    messageGroups: messageGroups.slice(0, MOST_GROUPS),
    messageGroupCount: messageGroups.length,
    callSites: sorted(group.map(({ error }) => error?.callSite ?? null)).slice(0, MOST_CALL_SITES),
    expiresAt: first?.expiresAt ?? null,
    expiryBasis: first?.expiryBasis ?? null,
    sample,
  };
}

/** Each value once, in order, without the missing ones. */
function sorted(values: readonly (string | null)[]): readonly string[] {
  return [...new Set(values)].filter((value) => value !== null).sort();
}
