import { functionOf } from '../../aws/function-arn.ts';
import { MAX_KEY_AGE_DAYS } from '../../credentials/key-age.ts';
import { daysSince } from '../../credentials/workspace-credentials.ts';
import { plural } from '../../io/format.ts';
import type { SystemFacts } from '../facts.ts';
import { functions, queues, tables } from '../parts.ts';
import { isOpen, principalWords, refusesPlainHttp, statementsOf } from '../resource-policy.ts';
import { servingVersion } from '../serving-version.ts';
import { type AuditRule, known, ng, note, ok, rule, skip, type Verdict } from '../verdict.ts';

const topics = ({ topics: all }: SystemFacts) => all;

const queueEncryption = rule('security', 'queue-encryption', queues, ({ queue }) => {
  const { kmsKeyId, managedEncryption } = known(queue).attributes;
  if (kmsKeyId !== null) return ok(`KMS key ${kmsKeyId}`);
  if (managedEncryption === null) return skip('the queue does not tell whether SQS encrypts it');
  return managedEncryption
    ? ok('encrypted with a key of SQS')
    : ng('messages lie there unencrypted', 'aws_sqs_queue: sqs_managed_sse_enabled = true');
});

const queueTls = rule('security', 'queue-tls', queues, ({ queue }) => {
  const { policy } = known(queue).attributes;
  const refusing = statementsOf(policy).find(refusesPlainHttp);
  if (refusing !== undefined) return ok(`its policy refuses plain HTTP (${refusing.Sid ?? 'no Sid'})`);
  const found = policy === null ? 'it has no policy' : 'no statement of its policy refuses plain HTTP';
  return ng(found, 'aws_sqs_queue: policy, Deny sqs:* where aws:SecureTransport is false');
});

function openTo(policy: string | null): Verdict {
  const statements = statementsOf(policy);
  const open = statements.filter(isOpen);
  if (open.length > 0) {
    const names = open.map(({ Sid, Action }) => Sid ?? String(Action)).join(', ');
    return ng(`everybody may, whoever calls: ${names}`, 'policy: a principal, or a condition on aws:SourceArn');
  }
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow').length;
  return ok(allowed === 0 ? 'its policy lets nobody else in' : `${plural(allowed, 'Allow')}, none to everybody`);
}

const queuePrincipals = rule('security', 'queue-access', queues, ({ queue }) => openTo(known(queue).attributes.policy));
const topicPrincipals = rule('security', 'topic-access', topics, ({ topic }) => openTo(known(topic).policy));

/** CloudWatch may not use the key of SNS, and says nothing then. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const topicKey = rule('security', 'topic-key', topics, ({ topic }) => {
  const { kmsKeyId } = known(topic);
  if (kmsKeyId === null) return ok('no KMS key: alarms can publish');
  return kmsKeyId.endsWith('alias/aws/sns')
    ? ng('encrypted with alias/aws/sns: alarms cannot publish to it', 'aws_sns_topic: no kms_master_key_id')
    : note(`encrypted with ${kmsKeyId}: its policy must let cloudwatch.amazonaws.com use it`);
});

/** Always, since 2018. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html */
const tableEncryption = rule('security', 'table-encryption', tables, ({ table }) => {
  const { kmsKeyArn } = known(table);
  return ok(kmsKeyArn === null ? 'encrypted with a key of DynamoDB' : `KMS key ${kmsKeyArn}`);
});

/** What is called through the function itself runs whatever was uploaded last, past every release. */
const throughAlias = rule('security', 'through-alias', functions, (each, { sources, schedules }) => {
  const { alias, policy } = each;
  const { arn } = known(each.served);
  const isPast = (target: string) => functionOf(target).name === each.name && target !== arn;
  const mapped = known(sources).filter(({ functionArn }) => isPast(functionArn));
  const whom = (names: readonly string[]) => `${names.join(', ')} invokes it past ${alias}`;
  if (mapped.length > 0) {
    return ng(
      whom(mapped.map(({ eventSourceArn }) => eventSourceArn.split(':').at(-1)!)),
      `aws_lambda_event_source_mapping: function_name, the ARN of ${alias}`,
    );
  }
  const open = statementsOf(known(policy)).filter(({ Effect }) => Effect === 'Allow');
  if (open.length > 0) {
    return ng(
      whom(open.map((statement) => `${principalWords(statement)} (${statement.Sid ?? 'no Sid'})`)),
      `aws_lambda_permission: qualifier = "${alias}"`,
    );
  }
  const planned = known(schedules).filter(({ targetArn }) => isPast(targetArn));
  if (planned.length === 0) return ok(`no mapping, schedule or permission past ${alias}`);
  return ng(whom(planned.map(({ name }) => name)), `aws_scheduler_schedule: target, the ARN of ${alias}`);
});

const ownRole = rule('security', 'own-role', functions, (each, facts) => {
  const { role } = servingVersion(each);
  const name = role.split('/').at(-1)!;
  const sharing = facts.functions.filter((other) => other !== each && servingVersion(other).role === role);
  if (sharing.length === 0) return ok(name);
  const others = sharing.map(({ label }) => label).join(', ');
  return ng(`shares ${name} with ${others}`, 'aws_lambda_function: role, one for each function');
});

const SECRET_NAME = /secret|passw(or)?d|token|private_?key|api_?key|access_?key/i;
/** The ids of long-lived keys and of sessions. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const KEY_ID = /\b(AKIA|ASIA)[A-Z0-9]{16}\b/;

/** Only names are told. */
const environment = rule('security', 'environment', functions, (each) => {
  const { environment: variables } = servingVersion(each);
  // What names where a secret is, is none.
  const secrets = Object.entries(variables)
    .filter(([name, value]) => (SECRET_NAME.test(name) && !/^arn:|^\//.test(value)) || KEY_ID.test(value))
    .map(([name]) => name);
  if (secrets.length === 0) return ok(`no secret among ${Object.keys(variables).sort().join(', ') || 'no variables'}`);
  return ng(
    `${secrets.join(', ')} may hold a secret, which everybody with lambda:GetFunctionConfiguration reads`,
    'aws_ssm_parameter (SecureString), read by the function; variables: its name',
  );
});

const senderKey = rule(
  'security',
  'sender-key',
  ({ senders }) => senders,
  ({ keys, service }, { nowMs }) => {
    const active = known(keys).filter((key) => key.active);
    const ages = active.map(({ id, createdAt }) => ({ id, days: daysSince(createdAt, nowMs) ?? 0 }));
    const old = ages.filter(({ days }) => days > MAX_KEY_AGE_DAYS);
    const rotate = `cvops credentials rotate`;
    if (old.length > 0) {
      return ng(
        `${old.map(({ id, days }) => `${id} is ${days} d old`).join(', ')}, ${MAX_KEY_AGE_DAYS} at most`,
        rotate,
      );
    }
    if (active.length > 1) return ng(`${active.length} active keys: a rotation was not ended`, rotate);
    if (ages[0] === undefined) return ng(`no active key: ${service} cannot send`, rotate);
    return ok(`one key, ${ages[0].days} d old`);
  },
);

export const SECURITY: readonly AuditRule[] = [
  queueEncryption,
  queueTls,
  queuePrincipals,
  tableEncryption,
  topicKey,
  topicPrincipals,
  throughAlias,
  ownRole,
  environment,
  senderKey,
];
