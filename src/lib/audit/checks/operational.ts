import { DAY_MS } from '../../durations.ts';
import { formatDuration } from '../../io/format.ts';
import { parseAliasRecord } from '../../release/alias-record.ts';
import { unservedSettings, unservedWords } from '../../release/unserved-settings.ts';
import { percentWords, splitOf } from '../../release/words.ts';
import runtimes from '../data/runtimes.json' with { type: 'json' };
import { functions } from '../parts.ts';
import { servingVersion } from '../serving-version.ts';
import { type AuditRule, known, ng, note, ok, rule, skip } from '../verdict.ts';
import { bytesWords } from '../words.ts';
import { alarmRules } from './alarms.ts';

/** Lambda makes a missing group itself, and that one keeps for ever. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html */
const logRetention = rule('operational', 'log-retention', functions, (each, { logGroups }) => {
  const { logGroup } = servingVersion(each);
  const group = known(logGroups).find(({ name }) => name === logGroup);
  const mend = 'aws_cloudwatch_log_group: retention_in_days = 14';
  if (group === undefined) return ng(`no log group ${logGroup}: the one that Lambda makes keeps lines for ever`, mend);
  const held = `${bytesWords(group.storedBytes)} stored`;
  return group.retentionDays === null
    ? ng(`${logGroup} keeps lines for ever, ${held}`, mend)
    : ok(`${group.retentionDays} d, ${held}`);
});

/** A change of settings publishes a version that the alias does not serve by itself. */
const settingsServed = rule('operational', 'settings-served', functions, (each) => {
  const alias = known(each.served);
  const found = unservedSettings(alias, known(each.versions));
  if (found === undefined) return skip(`version ${alias.version}, which serves, is not among the versions`);
  if (found === null) return ok(`version ${alias.version}, with the newest`);
  return ng(unservedWords(alias, found), `cvops alias promote ${each.service}`);
});

/** A release in steps takes minutes, with long bakes some hours. */
const FORGOTTEN_MS = DAY_MS;

const noForgottenSplit = rule('operational', 'split', functions, (each, { nowMs }) => {
  const alias = known(each.served);
  const split = splitOf(alias);
  if (split === undefined) return ok(`all to version ${alias.version}`);
  const words = `version ${split.version} at ${percentWords(split.weight)}`;
  const mend = `cvops alias recover ${each.service}`;
  const record = parseAliasRecord(alias.description);
  if (record?.canary !== split.version || record.version !== alias.version) {
    return ng(`${words}, by somebody else than cvops: nothing judges it`, mend);
  }
  const since = `${words} since ${formatDuration((nowMs - record.at) / 1000)}`;
  return nowMs - record.at > FORGOTTEN_MS
    ? ng(`${since}: nobody is at it any more`, mend)
    : note(`${since}: a release`);
});

const supportedRuntime = rule('operational', 'runtime', functions, (each, { nowMs }) => {
  const { runtime } = servingVersion(each);
  const { deprecated, asOf, source }: { deprecated: Readonly<Record<string, string>>; asOf: string; source: string } =
    runtimes;
  if (!Object.hasOwn(deprecated, runtime)) return skip(`${runtime || 'a container image'}: no date is known (${asOf})`);
  const end = deprecated[runtime]!;
  if (Date.parse(end) > nowMs) return ok(`${runtime}, deprecated on ${end}`);
  return ng(
    `${runtime} is deprecated since ${end}: no security updates`,
    `aws_lambda_function: runtime, one of ${source}`,
  );
});

export const OPERATIONAL: readonly AuditRule[] = [
  logRetention,
  ...alarmRules,
  settingsServed,
  noForgottenSplit,
  supportedRuntime,
];
