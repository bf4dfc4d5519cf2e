import { toRow } from '../release-ledger/entry-row.ts';
import type { ReleaseEntry } from '../release-ledger/release-entry.ts';
import type { Operate } from './operate.ts';
import { SYSTEM } from './system.ts';

/** The table of releases as docs/release-ledger.md describes it: with the table of events inside the 25 free units. */
export const RELEASE_TABLE = {
  TableName: SYSTEM.releaseTable,
  BillingMode: 'PROVISIONED',
  ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 2 },
  KeySchema: [
    { AttributeName: 'target', KeyType: 'HASH' },
    { AttributeName: 'sort', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'target', AttributeType: 'S' },
    { AttributeName: 'sort', AttributeType: 'S' },
  ],
} as const;

const BUILD_MS = 25 * 60_000;

/** Remembers a release of the sandbox as cvops remembers its own. */
export async function remember(
  operate: Operate,
  release: Pick<ReleaseEntry, 'id' | 'at' | 'durationMs' | 'function' | 'aliasArn' | 'from' | 'to'> & {
    readonly codeSha256: string;
    readonly revisionBefore: string;
    readonly revisionAfter: string;
  },
): Promise<void> {
  const account = release.aliasArn.split(':')[4];
  const row = toRow({
    ...release,
    kind: 'deploy',
    outcome: 'succeeded',
    service: release.function.replace(/^cv-analytics-/, ''),
    alias: SYSTEM.alias,
    actor: `arn:aws:sts::${account}:assumed-role/cv-analytics-release/ci`,
    by: 'ci',
    reason: null,
    strategy: 'all-at-once',
    steps: [],
    // There is no repository behind the sandbox's releases; this stands for one.
    git: {
      sha: Buffer.from(release.codeSha256, 'base64').toString('hex').slice(0, 40),
      committedAt: release.at - BUILD_MS,
    },
    probe: null,
    undoes: null,
    restores: null,
    error: null,
  });
  await operate('dynamodb', 'PutItem', {
    TableName: SYSTEM.releaseTable,
    Item: { target: { S: row.target }, sort: { S: row.sort }, entry: { S: row.entry } },
  });
}
