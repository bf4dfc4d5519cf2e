import { createHash } from 'node:crypto';
import type { Region } from '../kernel/region.ts';

/** Who made a call, as STS and CloudTrail tell it. */
export interface Identity {
  readonly type: 'IAMUser' | 'AssumedRole';
  readonly userId: string;
  readonly arn: string;
  /** User or session name. */
  readonly name: string;
  readonly roleArn: string | undefined;
}

interface AssumeRoleAnswer {
  readonly Credentials?: { readonly AccessKeyId?: string };
  readonly AssumedRoleUser?: { readonly Arn: string; readonly AssumedRoleId: string };
}

/**
 * Any access key is the user `operator` of the account; keys that AssumeRole gave out (they are in the trail) are the
 * role's session. The simulator checks no signatures and no permissions.
 */
export function identityOf(region: Region, accessKeyId: string): Identity {
  if (accessKeyId.startsWith('ASIA')) {
    for (const event of region.trail) {
      const answer = event.responseElements as AssumeRoleAnswer | undefined;
      if (event.eventName !== 'AssumeRole' || answer?.Credentials?.AccessKeyId !== accessKeyId) continue;
      const { Arn, AssumedRoleId } = answer.AssumedRoleUser!;
      const { RoleArn } = event.requestParameters as { RoleArn: string };
      return { type: 'AssumedRole', userId: AssumedRoleId, arn: Arn, name: Arn.split('/').at(-1)!, roleArn: RoleArn };
    }
  }
  return {
    type: 'IAMUser',
    userId: uniqueId('AIDA', `${region.accountId}/operator`),
    arn: `arn:aws:iam::${region.accountId}:user/operator`,
    name: 'operator',
    roleArn: undefined,
  };
}

/** An id in IAM's form (`AIDA…`, `AROA…`, `ASIA…`), the same for the same text. */
export function uniqueId(prefix: string, text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  return prefix + [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
}
