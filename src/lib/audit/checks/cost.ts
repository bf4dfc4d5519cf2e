import { plural } from '../../io/format.ts';
import type { LimitId } from '../../usage/tariff/tariff.ts';
import type { AccountFacts, Subject, SystemFacts } from '../facts.ts';
import { functions, tables } from '../parts.ts';
import { servingVersion } from '../serving-version.ts';
import { type AuditRule, known, ng, note, ok, rule, type Verdict } from '../verdict.ts';
import { bytesWords } from '../words.ts';

/** Up to here `/tmp` costs nothing. https://aws.amazon.com/lambda/pricing/ */
const FREE_TMP_MB = 512;

const extras = rule('cost', 'function-extras', functions, (each) => {
  const { ephemeralMb, inVpc } = servingVersion(each);
  const provisioned = known(each.provisioned);
  if (provisioned.length > 0) {
    const found = provisioned.map(({ qualifier, requested }) => `${requested} on ${qualifier}`).join(', ');
    return ng(
      `provisioned concurrency, ${found}: billed while nothing runs`,
      'no aws_lambda_provisioned_concurrency_config',
    );
  }
  if (ephemeralMb > FREE_TMP_MB)
    return ng(
      `${ephemeralMb} MB of /tmp, ${FREE_TMP_MB} are free`,
      `aws_lambda_function: ephemeral_storage, size = ${FREE_TMP_MB}`,
    );
  if (inVpc)
    return ng(
      'in a VPC: it reaches AWS through a NAT gateway or endpoints, which cost',
      'aws_lambda_function: no vpc_config',
    );
  return ok('no provisioned concurrency, no VPC');
});

/** On demand nothing is free, nor of the Standard-IA class. https://aws.amazon.com/dynamodb/pricing/provisioned/ */
const billing = rule('cost', 'table-billing', tables, ({ table, recovery }) => {
  const { billing: mode, tableClass } = known(table);
  if (mode !== 'PROVISIONED')
    return ng('billed on demand, of which nothing is free', 'aws_dynamodb_table: billing_mode = "PROVISIONED"');
  if (tableClass !== 'STANDARD')
    return ng('of the Standard-IA class, of which nothing is free', 'aws_dynamodb_table: table_class = "STANDARD"');
  return recovery.value === true ? note('provisioned; its point-in-time recovery costs') : ok('provisioned');
});

/** What is about the whole account is asked once. */
const account = ({ account: facts }: SystemFacts): readonly (Subject & { readonly facts: AccountFacts })[] =>
  facts === null ? [] : [{ label: 'account', name: 'the account', facts }];

const units = rule('cost', 'table-units', account, (_, { tables: all, limits }) => {
  const read = all.map(({ table }) => known(table)).flatMap((table) => [table, ...table.indexes]);
  const sum = (pick: 'read' | 'write') => read.reduce((total, each) => total + each[pick], 0);
  const most = Math.max(
    sum('read') - limits['dynamodb-read-capacity'].free,
    sum('write') - limits['dynamodb-write-capacity'].free,
  );
  const found = `${sum('read')} read and ${sum('write')} write units of ${limits['dynamodb-write-capacity'].free} each`;
  return most > 0 ? ng(found, 'aws_dynamodb_table: read_capacity, write_capacity') : ok(found);
});

const alarmMetrics = rule('cost', 'alarm-metrics', account, ({ facts }, { limits }) => {
  const alarms = known(facts.alarms);
  const fast = alarms.filter(({ highResolution }) => highResolution);
  if (fast.length > 0)
    return ng(
      `${fast.map(({ name }) => name).join(', ')}: high resolution is never free`,
      'aws_cloudwatch_metric_alarm: period = 60 or more',
    );
  const composite = alarms.filter((alarm) => alarm.composite);
  if (composite.length > 0)
    return ng(
      `${composite.map(({ name }) => name).join(', ')}: composite alarms are never free`,
      'no aws_cloudwatch_composite_alarm',
    );
  const count = alarms.reduce((sum, { metrics }) => sum + metrics, 0);
  return within(count, 'alarm metric', 'cloudwatch-alarm-metrics', limits, 'fewer aws_cloudwatch_metric_alarm');
});

const customMetrics = rule('cost', 'custom-metrics', account, ({ facts }, { limits }) => {
  const { count } = known(facts.customMetrics);
  return within(count, 'custom metric', 'cloudwatch-custom-metrics', limits, 'publish fewer metrics of your own');
});

const dashboards = rule('cost', 'dashboards', account, ({ facts }, { limits }) =>
  within(known(facts.dashboards), 'dashboard', 'cloudwatch-dashboards', limits, 'fewer aws_cloudwatch_dashboard'),
);

function within(count: number, what: string, id: LimitId, limits: SystemFacts['limits'], mend: string): Verdict {
  const found = `${plural(count, what)} of ${limits[id].free} free`;
  return count > limits[id].free ? ng(found, mend) : ok(found);
}

interface Encrypted extends Subject {
  readonly key: () => string | null;
}

/** What may be encrypted with a key of KMS. */
function encrypted({ queues, topics, tables: all, functions: each }: SystemFacts): readonly Encrypted[] {
  return [
    ...queues.map(({ label, name, queue }) => ({ label, name, key: () => known(queue).attributes.kmsKeyId })),
    ...topics.map(({ label, name, topic }) => ({ label, name, key: () => known(topic).kmsKeyId })),
    ...all.map(({ label, name, table }) => ({ label, name, key: () => known(table).kmsKeyArn })),
    ...each.map((one) => ({ label: one.label, name: one.name, key: () => servingVersion(one).kmsKeyArn })),
  ];
}

/** https://aws.amazon.com/kms/pricing/ */
const keys = rule('cost', 'kms-keys', encrypted, ({ key: read }) => {
  const key = read();
  if (key === null || key.includes('alias/aws/')) return ok('no KMS key of your own');
  return ng(
    `KMS key ${key}: $1 a month if it is your own`,
    'keys that AWS owns: sqs_managed_sse_enabled, no server_side_encryption, no kms_key_arn',
  );
});

const logStorage = rule('cost', 'log-storage', account, (_, { logGroups, limits }) => {
  const groups = known(logGroups);
  const stored = groups.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const endless = groups.filter(({ retentionDays }) => retentionDays === null).length;
  const free = limits['logs-gb'].free;
  const found = `${bytesWords(stored)} in ${plural(groups.length, 'log group')} of ${free} GB free${endless === 0 ? '' : `, ${endless} without an end`}`;
  return stored > free * 1e9 ? ng(found, 'aws_cloudwatch_log_group: retention_in_days = 14') : ok(found);
});

/** No cost, and an end: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const CODE_GB = 75;
const NEARLY = 0.8;

const codeStorage = rule('cost', 'code-storage', account, (_, { functions: all }) => {
  const versions = all.flatMap((each) => known(each.versions));
  const bytes = versions.reduce((sum, { codeBytes }) => sum + codeBytes, 0);
  const found = `${bytesWords(bytes)} in ${plural(versions.length, 'version')} of ${CODE_GB} GB in a Region`;
  return bytes > NEARLY * CODE_GB * 1e9 ? ng(found, `cvops alias prune ${all[0]?.service} --keep 10`) : ok(found);
});

export const COST: readonly AuditRule[] = [
  extras,
  billing,
  units,
  alarmMetrics,
  customMetrics,
  dashboards,
  keys,
  logStorage,
  codeStorage,
];
