import { functionOf } from '../../aws/function-arn.ts';
import { LONGEST_RETENTION_MS } from '../../dlq/longest-retention.ts';
import { queueDepth } from '../../dlq/queue-depth.ts';
import { DAY_MS } from '../../durations.ts';
import { formatDuration, plural } from '../../io/format.ts';
import { parseAliasRecord } from '../../release/alias-record.ts';
import type { FunctionFacts, QueueFacts, SystemFacts } from '../facts.ts';
import { consumers, deadLetterQueues, functions, scheduled, sourceQueues, tables } from '../parts.ts';
import { NO_SCHEDULE, servingVersion } from '../serving-version.ts';
import { type AuditRule, known, ng, note, ok, rule, skip } from '../verdict.ts';

const DAY_SECONDS = DAY_MS / 1000;
const LONGEST_DAYS = LONGEST_RETENTION_MS / DAY_MS;
/** A message that dies of its first failure was never tried again. */
const LEAST_RECEIVES = 2;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_FACTOR = 6;
/** Time for somebody to come back from a long weekend. */
const SOON_DAYS = 4;

const retries = rule('reliability', 'dead-letter-queue', sourceQueues, ({ queue, dlq }) => {
  const { attributes, fifo } = known(queue);
  const mend = 'aws_sqs_queue: redrive_policy, deadLetterTargetArn and maxReceiveCount = 3';
  if (attributes.redrive === null)
    return ng('no redrive policy: a message that fails comes back until it is dropped', mend);
  const { deadLetterTargetArn, maxReceiveCount } = attributes.redrive;
  const target = deadLetterTargetArn.split(':').at(-1)!;
  const found = `to ${target} after ${plural(maxReceiveCount, 'receive')}`;
  if (dlq !== null && target !== dlq) return ng(`${found}, not to ${dlq}, which is configured`, mend);
  if (target.endsWith('.fifo') !== fifo)
    return ng(`${found}, which is of the other kind: FIFO and standard do not mix`, mend);
  return maxReceiveCount < LEAST_RECEIVES ? ng(`${found}: nothing is tried a second time`, mend) : ok(found);
});

const retention = rule('reliability', 'dlq-retention', deadLetterQueues, (dlq, facts) => {
  const { retentionSeconds } = known(dlq.queue).attributes;
  const mend = `aws_sqs_queue: message_retention_seconds = ${LONGEST_DAYS * DAY_SECONDS}`;
  const found = `keeps ${formatDuration(retentionSeconds)}`;
  if (retentionSeconds < LONGEST_DAYS * DAY_SECONDS)
    return ng(`${found} of the ${LONGEST_DAYS} d that there are`, mend);
  const longest = Math.max(0, ...sourcesOf(dlq, facts).map(({ queue }) => known(queue).attributes.retentionSeconds));
  // On a standard queue a dead letter is as old as the message was.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
  if (longest >= retentionSeconds) {
    return ng(`${found}, its source no less`, 'aws_sqs_queue of the source: message_retention_seconds, some days less');
  }
  return ok(longest === 0 ? found : `${found}, its source ${formatDuration(longest)}`);
});

function sourcesOf({ name }: QueueFacts, { queues }: SystemFacts): readonly QueueFacts[] {
  return queues.filter(({ dlq }) => dlq === name);
}

const redriveAllow = rule('reliability', 'dlq-sources', deadLetterQueues, (dlq, facts) => {
  const allow = known(dlq.queue).attributes.redriveAllow;
  const mend = 'aws_sqs_queue: redrive_allow_policy, byQueue with the ARN of the source';
  if (allow === null || allow.permission === 'allowAll')
    return ng('any queue of the account may send its dead letters here', mend);
  const missing = sourcesOf(dlq, facts).filter(({ queue }) => !allow.sources.includes(known(queue).arn));
  if (missing.length > 0)
    return ng(`${missing.map(({ name }) => name).join(', ')} may not send dead letters here`, mend);
  return ok(`from ${allow.sources.map((arn) => arn.split(':').at(-1)).join(', ') || 'nobody'} only`);
});

const deadLetters = rule('reliability', 'dead-letters', deadLetterQueues, (dlq, { nowMs }) => {
  const queue = known(dlq.queue);
  const depth = queueDepth(queue);
  if (depth === 0) return ok('empty');
  const held = plural(depth, 'dead letter');
  const age = known(dlq.oldestAgeSeconds);
  const inspect = `cvops dlq inspect ${dlq.label.split('.')[0]}`;
  if (age === null) return note(`${held}; only a look at them tells when the first is dropped`, inspect);
  const left = queue.attributes.retentionSeconds - age;
  const found = `${held}, the first is dropped by ${new Date(nowMs + left * 1000).toISOString().slice(0, 10)}`;
  return left < SOON_DAYS * DAY_SECONDS ? ng(found, inspect) : note(found, inspect);
});

const visibility = rule('reliability', 'visibility-timeout', consumers, (each, { queues }) => {
  const queue = known(queueOf(each, queues).queue);
  const { visibilityTimeoutSeconds } = queue.attributes;
  const { timeoutSeconds } = servingVersion(each);
  const least = VISIBILITY_FACTOR * timeoutSeconds;
  const found = `${visibilityTimeoutSeconds} s, the function's timeout ${timeoutSeconds} s`;
  return visibilityTimeoutSeconds < least
    ? ng(`${found}: under ${VISIBILITY_FACTOR} times`, `aws_sqs_queue: visibility_timeout_seconds = ${least}`)
    : ok(found);
});

function queueOf({ queue: name }: FunctionFacts, queues: readonly QueueFacts[]): QueueFacts {
  return queues.find((queue) => queue.name === name)!;
}

const mapping = rule('reliability', 'mapping', consumers, (each, { sources: all }) => {
  const { arn } = known(each.served);
  const source = known(all).find((one) => one.functionArn === arn && one.eventSourceArn.endsWith(`:${each.queue}`));
  const resource = 'aws_lambda_event_source_mapping';
  if (source === undefined)
    return ng(
      `nothing leads from ${each.queue} to ${each.alias}`,
      `${resource}: function_name, the ARN of ${each.alias}`,
    );
  if (source.state !== 'Enabled') return ng(`the mapping is ${source.state}`, `${resource}: enabled = true`);
  return source.reportsBatchItemFailures
    ? ok(`from ${each.queue} to ${each.alias}, each message judged alone`)
    : ng('one bad message fails its whole batch', `${resource}: function_response_types = ["ReportBatchItemFailures"]`);
});

/** Of a function that no queue calls. */
const schedule = rule('reliability', 'schedule', scheduled, (each, { schedules }) => {
  const own = known(schedules).filter(({ targetArn }) => functionOf(targetArn).name === each.name);
  const names = own.map(({ name }) => name).join(', ');
  if (own.length === 0) return skip(NO_SCHEDULE);
  return own.some(({ enabled }) => enabled)
    ? ok(names)
    : ng(`${names} is off`, 'aws_scheduler_schedule: state = "ENABLED"');
});

/** Zero downtime is a claim about going back as well. */
const wayBack = rule('reliability', 'way-back', functions, (each) => {
  const alias = known(each.served);
  const record = parseAliasRecord(alias.description);
  const previous = record?.version === alias.version ? record.previous : null;
  if (previous === null) return skip(`${each.alias} does not remember what it served before`);
  return known(each.versions).some(({ version }) => version === previous)
    ? ok(`version ${previous}, served before ${alias.version}, is there`)
    : ng(`version ${previous}, served before ${alias.version}, is gone`, `cvops deploy ${each.service}`);
});

const deletionProtection = rule('reliability', 'deletion-protection', tables, ({ table }) =>
  known(table).deletionProtection
    ? ok('on')
    : ng('one call deletes the table', 'aws_dynamodb_table: deletion_protection_enabled = true'),
);

/** Nothing of it is free, and what is lost is page views: a choice. https://aws.amazon.com/dynamodb/pricing/provisioned/ */
const recovery = rule('reliability', 'table-recovery', tables, ({ recovery: found }) =>
  known(found) ? ok('on') : note('off: it costs $0.20 a GB and month, nothing of it is free'),
);

export const RELIABILITY: readonly AuditRule[] = [
  retries,
  retention,
  redriveAllow,
  deadLetters,
  visibility,
  mapping,
  schedule,
  wayBack,
  deletionProtection,
  recovery,
];
