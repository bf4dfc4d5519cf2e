import { ApiError } from '../kernel/api-error.ts';
import type { Input } from '../kernel/service.ts';
import type { Database } from './database.ts';
import { constraint, validation } from './errors.ts';
import type { Table } from './table.ts';
import { existing, later } from './table-operations.ts';

/** How far back point-in-time recovery reaches, in days, unless asked otherwise. */
const RECOVERY_DAYS = 35;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html */
export function describeTimeToLive(database: Database, input: Input): unknown {
  const table = existing(database, input);
  return {
    TimeToLiveDescription: {
      TimeToLiveStatus: table.ttlStatus,
      AttributeName: table.ttlStatus === 'DISABLED' ? undefined : table.ttlAttribute,
    },
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html */
export function updateTimeToLive(database: Database, input: Input): unknown {
  const asked = input.TimeToLiveSpecification;
  if (asked === undefined) throw constraint(null, 'timeToLiveSpecification', 'Member must not be null');
  if (typeof asked.AttributeName !== 'string' || asked.AttributeName === '') {
    throw constraint(asked.AttributeName, 'timeToLiveSpecification.attributeName', 'Member must not be null');
  }
  const table = existing(database, input);
  if (table.ttlStatus === 'ENABLING' || table.ttlStatus === 'DISABLING') {
    throw validation('Time to live has been modified multiple times within a fixed interval');
  }
  const enabled = table.ttlStatus === 'ENABLED';
  if (enabled && asked.Enabled && asked.AttributeName !== table.ttlAttribute) {
    throw validation(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttlAttribute}`,
    );
  }
  if (asked.Enabled === enabled) throw validation(`TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
  table.ttlStatus = asked.Enabled ? 'ENABLING' : 'DISABLING';
  table.setExpiry(asked.Enabled ? asked.AttributeName : undefined);
  later(database, () => {
    table.ttlStatus = asked.Enabled ? 'ENABLED' : 'DISABLED';
  });
  return { TimeToLiveSpecification: { AttributeName: asked.AttributeName, Enabled: asked.Enabled } };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html */
export function describeContinuousBackups(database: Database, input: Input): unknown {
  return { ContinuousBackupsDescription: backups(database, backedUp(database, input)) };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html: kept, not acted on. */
export function updateContinuousBackups(database: Database, input: Input): unknown {
  const table = backedUp(database, input);
  table.backups = input.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true;
  return { ContinuousBackupsDescription: backups(database, table) };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html */
export function tagResource(database: Database, input: Input): unknown {
  const table = byArn(database, input);
  for (const { Key, Value } of input.Tags ?? []) table.tags.set(Key, Value);
  return {};
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html */
export function untagResource(database: Database, input: Input): unknown {
  const table = byArn(database, input);
  for (const key of input.TagKeys ?? []) table.tags.delete(key);
  return {};
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html */
export function listTagsOfResource(database: Database, input: Input): unknown {
  return { Tags: [...byArn(database, input).tags].map(([Key, Value]) => ({ Key, Value })) };
}

function backups(database: Database, table: Table): Record<string, unknown> {
  // Continuous backups themselves are always on; only the recovery to a point in time is a choice.
  const recovery = table.backups
    ? {
        EarliestRestorableDateTime: new Date(table.createdAt),
        LatestRestorableDateTime: new Date(database.now()),
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: RECOVERY_DAYS,
      }
    : { PointInTimeRecoveryStatus: 'DISABLED' };
  return { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery };
}

function backedUp(database: Database, input: Input): Table {
  try {
    return existing(database, input);
  } catch (cause) {
    if (cause instanceof ApiError && cause.code === 'ResourceNotFoundException') {
      throw new ApiError('TableNotFoundException', `Table not found: ${input.TableName}`);
    }
    throw cause;
  }
}

function byArn(database: Database, input: Input): Table {
  const arn: unknown = input.ResourceArn;
  const table = [...database.tables.values()].find((candidate) => candidate.arn === arn);
  if (table === undefined) {
    throw new ApiError(
      'ResourceNotFoundException',
      `Requested resource not found: ResourcArn: ${String(arn)} not found`,
    );
  }
  return table;
}
