import { functionOf } from '../../aws/function-arn.ts';
import { formatDuration, plural } from '../../io/format.ts';
import { MEASURED_DAYS } from '../facts.ts';
import { consumers, functions, serviceTables } from '../parts.ts';
import { servingVersion } from '../serving-version.ts';
import { type AuditRule, known, ng, ok, rule, skip } from '../verdict.ts';

const batch = rule('performance', 'batch-size', consumers, ({ name, queue }, { sources }) => {
  const source = known(sources).find(
    ({ functionArn, eventSourceArn }) => functionOf(functionArn).name === name && eventSourceArn.endsWith(`:${queue}`),
  );
  if (source === undefined) return skip('no mapping');
  return source.batchSize > 1
    ? ok(`up to ${source.batchSize} messages an invocation`)
    : ng('each message is an invocation of its own', 'aws_lambda_event_source_mapping: batch_size = 10');
});

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const concurrency = rule('performance', 'concurrency', consumers, (each, { sources }) => {
  const { arn } = known(each.served);
  const most = known(sources).find(({ functionArn }) => functionArn === arn)?.maximumConcurrency ?? null;
  const reserved = known(each.reserved);
  if (reserved !== null && most !== null && reserved < most) {
    return ng(
      `${most} at a time from the queue, and ${reserved} reserved: what is too much is throttled, and dies of it`,
      `aws_lambda_function: reserved_concurrent_executions = ${most} or more`,
    );
  }
  if (most !== null) return ok(`${most} at a time from the queue`);
  if (reserved !== null) return ok(`${reserved} at a time, reserved`);
  return ng(
    'a full queue may take all concurrency of the account, and more writes than the table takes',
    'aws_lambda_event_source_mapping: scaling_config, maximum_concurrency = 2',
  );
});

/** A fifth cheaper, and the free allowance is the same. https://aws.amazon.com/lambda/pricing/ */
const architecture = rule('performance', 'architecture', functions, (each) => {
  const { architecture: found, memoryMb } = servingVersion(each);
  return found === 'arm64'
    ? ok(`arm64, ${memoryMb} MB`)
    : ng(`${found}: arm64 is a fifth cheaper beyond what is free`, 'aws_lambda_function: architectures = ["arm64"]');
});

/** Above this share of what there is, of time or of memory, a bad day kills runs. */
const NEAR = 0.8;

const duration = rule('performance', 'duration', functions, (each) => {
  const p95 = known(each.p95Ms);
  const { timeoutSeconds } = servingVersion(each);
  if (p95 === null) return skip(`not called through ${each.alias} in the last ${plural(MEASURED_DAYS, 'day')}`);
  const found = `p95 ${formatDuration(p95 / 1000)} of ${timeoutSeconds} s, last ${MEASURED_DAYS} d`;
  return p95 > NEAR * timeoutSeconds * 1000
    ? ng(found, 'aws_lambda_function: memory_size, which brings CPU, or timeout')
    : ok(found);
});

const memory = rule('performance', 'memory', functions, (each) => {
  const used = known(each.memory);
  if (used === null) return skip('its log tells of no run in the last day');
  const found = `${used.usedMb} of ${used.memoryMb} MB at most, ${plural(used.runs, 'run')}`;
  return used.usedMb > NEAR * used.memoryMb ? ng(found, 'aws_lambda_function: memory_size') : ok(found);
});

const expiry = rule('performance', 'expiry', serviceTables, ({ expiryAttribute }) => {
  const attribute = known(expiryAttribute);
  return attribute === null
    ? ng('nothing ever expires', 'aws_dynamodb_table: ttl, attribute_name = "expiresAt", enabled = true')
    : ok(`items expire by ${attribute}`);
});

export const PERFORMANCE: readonly AuditRule[] = [batch, concurrency, architecture, duration, memory, expiry];
