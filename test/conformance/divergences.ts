import type { BackendName } from './backends/backend.ts';

/** Where a backend is known not to do what AWS documents. */
export interface Divergence {
  readonly backend: BackendName;
  readonly case: string;
  /** What it does instead. */
  readonly instead: string;
  /** A part of the failure by which it is recognised; another failure of the same case is a new divergence. */
  readonly shows: string;
  /** The version in which it was measured. */
  readonly since: string;
}

/** Case, what the backend does instead, and a part of the failure by which that is recognised. */
type Row = readonly [id: string, instead: string, shows: string];

const ministack: readonly Row[] = [
  [
    'sqs.trace-header',
    'the answer has no MD5OfMessageSystemAttributes',
    'the send answers MD5OfMessageSystemAttributes',
  ],
  ['sqs.change-visibility-range', 'accepts any timeout', 'is accepted'],
  ['sqs.delete-twice', 'refuses the second delete', 'ReceiptHandleIsInvalid'],
  ['sqs.purge', 'accepts the second purge', 'the second purge is accepted'],
  ['sqs.receive-limits', 'accepts a wait of more than 20 s', 'a wait of 21 s is accepted'],
  ['sqs.size.bytes-not-characters', 'does not count attributes', 'with 12 of attributes is accepted'],
  ['sqs.attributes.empty-value', 'accepts it', 'is accepted'],
  ['sqs.attributes.ten', 'accepts more', 'is accepted'],
  ['sqs.fifo.stale-receipt', 'accepts the late delete', 'the late delete is accepted'],
  ['sqs.fifo.receive-attempt', 'ignores ReceiveRequestAttemptId', 'ids of the repeated receive: []'],
  ['sqs.dlq.fifo-deduplication-id', 'keeps the deduplication id of the send', 'MessageDeduplicationId: "event"'],
  ['sqs.dlq.same-kind', 'accepts a DLQ of the other kind', 'is accepted'],
  ['sqs.dlq.must-exist', 'refuses it with InvalidAttributeValue', 'InvalidAttributeValue'],
  ['sqs.dlq.allow-policy', 'ignores redrive-allow policies', 'is accepted'],
  ['sqs.dlq.allow-policy-by-queue', 'ignores redrive-allow policies', 'is accepted'],
  ['sqs.dlq.sources', 'has no ListDeadLetterSourceQueues', 'The action ListDeadLetterSourceQueues is not valid'],
  ['sqs.move.back-to-source', 'has no move tasks', 'The action StartMessageMoveTask is not valid'],
  ['sqs.move.fifo-order', 'has no move tasks', 'The action StartMessageMoveTask is not valid'],
  ['sqs.move.needs-dlq', 'has no move tasks', 'The action StartMessageMoveTask is not valid'],
  ['sqs.move.one-at-a-time', 'has no move tasks', 'The action StartMessageMoveTask is not valid'],
  ['lambda.publish.code-precondition', 'ignores CodeSha256', 'is accepted'],
  ['lambda.publish.revision-precondition', 'ignores RevisionId on PublishVersion', 'is accepted'],
  ['lambda.update-in-progress', 'accepts it', 'a second update at once is accepted'],
  ['lambda.code.dry-run', 'replaces the code', 'CodeSha256:'],
  ['lambda.alias.name', 'accepts it', 'is accepted'],
  ['lambda.alias.one-call', 'accepts a longer description', 'is accepted'],
  ['lambda.alias.weight-range', 'accepts any weight', 'is accepted'],
  ['lambda.alias.two-versions-at-most', 'accepts more', 'is accepted'],
  ['lambda.alias.not-itself', 'accepts it', 'is accepted'],
  ['lambda.alias.no-latest-in-split', 'accepts it', 'is accepted'],
  ['lambda.alias.versions-must-exist', 'accepts any version', 'is accepted'],
  ['lambda.alias.absent', 'refuses to delete an absent alias', 'Alias not found'],
  ['lambda.alias.list', 'ignores FunctionVersion', 'aliases of version 2: ["live","next"]'],
  ['lambda.invoke.function-error', 'the error type is always Runtime.HandlerError', 'Runtime.HandlerError'],
  ['lambda.invoke.tail', 'answers only the output of the handler', 'a START line'],
  ['lambda.split.honoured', 'stores weights and never honours them', 'not 0'],
  ['lambda.split.all-or-nothing', 'stores weights and never honours them', 'versions at weight 1: ["1"]'],
  ['lambda.mapping.on-alias', 'answers Enabled at once', 'State answered by the creation: "Enabled"'],
  ['lambda.mapping.visibility', 'accepts it', 'is accepted'],
  ['cloudwatch.dimensions', 'a query without dimensions adds up all of them', 'no dimensions: [7]'],
  ['cloudwatch.too-many-datapoints', 'answers any number', 'is accepted'],
  ['cloudwatch.metric-data', 'does not evaluate the expression', 'the data show'],
  ['cloudwatch.sqs-metrics', 'SQS writes no metrics', 'NumberOfMessagesSent is 2'],
  ['cloudwatch.lambda-metrics', 'only the dimension FunctionName', 'Invocations by FunctionName, Resource is 2'],
  ['logs.filter.terms', 'takes several words for one phrase', 'events meet ERROR processor'],
  ['logs.filter.json', 'ignores JSON filters', '$.messageId'],
  ['logs.of-functions', 'the output has neither request id nor level', 'the output with request id and level'],
  ['dynamodb.throttling', 'never throttles', 'errors of four puts of 300 units each: []'],
  ['sns.email-pending', 'Subscribe answers an ARN', 'SubscriptionArn that Subscribe answers'],
  ['cloudtrail.update-alias', 'records no Lambda calls under their names', 'CloudTrail tells of UpdateAlias20150331'],
  ['cloudtrail.failed-call', 'records no Lambda calls under their names', 'CloudTrail tells of UpdateAlias20150331'],
];

/** What moto_server answers, as HTML or plain text, where it has no such operation or cannot run code. */
const NOT_JSON = 'is not valid JSON';
const NO_CODE = 'runs no code without Docker';

const moto: readonly Row[] = [
  [
    'sqs.trace-header',
    'the answer has no MD5OfMessageSystemAttributes',
    'the send answers MD5OfMessageSystemAttributes',
  ],
  ['sqs.purge', 'accepts the second purge', 'the second purge is accepted'],
  ['sqs.batch.partial-failure', 'one bad entry fails the whole batch', 'Message must be shorter than 1024 bytes'],
  ['sqs.size.bytes-not-characters', 'counts characters', 'is accepted'],
  ['sqs.body.empty', 'accepts it', 'is accepted'],
  ['sqs.body.characters', 'accepts any character', 'is accepted'],
  ['sqs.attributes.empty-value', 'accepts it', 'is accepted'],
  ['sqs.attributes.ten', 'accepts more', 'is accepted'],
  ['sqs.fifo.order', 'sequence numbers are random', 'sequence numbers'],
  ['sqs.fifo.stale-receipt', 'accepts the late delete', 'the late delete is accepted'],
  ['sqs.fifo.receive-attempt', 'ignores ReceiveRequestAttemptId', 'ids of the repeated receive: []'],
  ['sqs.fifo.dedup.suppressed', 'answers a new id', 'id of the suppressed send'],
  ['sqs.fifo.dedup.in-batch', 'answers a new id', 'message id of the second entry'],
  [
    'sqs.fifo.dedup.after-delete',
    'forgets the deduplication id with the delete',
    'the deduplication id is still used, yet received',
  ],
  ['sqs.fifo.dedup.by-content', 'answers a new id', 'id of the send with the same body'],
  ['sqs.fifo.dedup.scope-queue', 'answers a new id', 'id of the send to the other group'],
  ['sqs.fifo.dedup.scope-group', 'answers a new id', 'id of the second send to the first group'],
  ['sqs.dlq.keeps-identity', 'has no DeadLetterQueueSourceArn', 'DeadLetterQueueSourceArn: undefined'],
  ['sqs.dlq.fifo-deduplication-id', 'keeps the deduplication id of the send', 'MessageDeduplicationId: "event"'],
  ['sqs.dlq.same-kind', 'accepts a DLQ of the other kind', 'is accepted'],
  ['sqs.dlq.must-exist', 'refuses it with QueueDoesNotExist', 'QueueDoesNotExist'],
  ['sqs.dlq.allow-policy', 'ignores redrive-allow policies', 'is accepted'],
  ['sqs.dlq.allow-policy-by-queue', 'ignores redrive-allow policies', 'is accepted'],
  ['sqs.move.back-to-source', 'has no move tasks', NOT_JSON],
  ['sqs.move.fifo-order', 'has no move tasks', NOT_JSON],
  ['sqs.move.needs-dlq', 'has no move tasks', NOT_JSON],
  ['sqs.move.one-at-a-time', 'has no move tasks', NOT_JSON],
  ['lambda.create', 'functions have no RevisionId', 'it has a RevisionId'],
  ['lambda.create-pending', 'answers Active', '"Active"'],
  ['lambda.publish.code-precondition', 'ignores CodeSha256', 'is accepted'],
  ['lambda.publish.revision-precondition', 'ignores RevisionId', 'is accepted'],
  ['lambda.code.revision-precondition', 'ignores RevisionId', 'is accepted'],
  ['lambda.update-in-progress', 'updates are done at once', '"Successful", not "InProgress"'],
  ['lambda.revision-changes', 'functions have no RevisionId', 'distinct revisions: 1'],
  ['lambda.delete.aliased-version', 'deletes it', 'is accepted'],
  ['lambda.delete.version-only', 'uses the number again', 'next version: "1"'],
  ['lambda.no-such-function', 'does not look for the version', NOT_JSON],
  ['lambda.alias.create', 'refuses it with ConflictException', 'ConflictException'],
  ['lambda.alias.name', 'accepts it', 'is accepted'],
  ['lambda.alias.stale-revision', 'ignores RevisionId', 'is accepted'],
  ['lambda.alias.revision-changes', 'keeps the RevisionId', 'the RevisionId is new'],
  ['lambda.alias.one-call', 'accepts a longer description', 'is accepted'],
  ['lambda.alias.weight-range', 'accepts any weight', 'is accepted'],
  ['lambda.alias.two-versions-at-most', 'accepts more', 'is accepted'],
  ['lambda.alias.not-itself', 'accepts it', 'is accepted'],
  ['lambda.alias.no-latest-in-split', 'accepts it', 'is accepted'],
  ['lambda.alias.versions-must-exist', 'accepts any version in the weights', 'version 10 in the weights is accepted'],
  ['lambda.alias.list', 'ignores FunctionVersion', 'aliases of version 2: ["live","next"]'],
  ['lambda.invoke.executed-version', NO_CODE, NOT_JSON],
  ['lambda.invoke.event-and-context', NO_CODE, NOT_JSON],
  ['lambda.invoke.function-error', NO_CODE, NOT_JSON],
  ['lambda.invoke.timeout', NO_CODE, NOT_JSON],
  ['lambda.invoke.throttled', 'ignores reserved concurrency', NOT_JSON],
  ['lambda.invoke.tail', NO_CODE, 'a START line'],
  ['lambda.split.honoured', NO_CODE, NOT_JSON],
  ['lambda.split.all-or-nothing', NO_CODE, NOT_JSON],
  ['lambda.mapping.on-alias', 'forgets the alias', 'FunctionArn names the alias'],
  ['lambda.mapping.visibility', 'accepts it', 'is accepted'],
  ['lambda.mapping.processes', NO_CODE, NOT_JSON],
  ['lambda.mapping.record', NO_CODE, NOT_JSON],
  ['lambda.mapping.partial-batch', NO_CODE, NOT_JSON],
  ['lambda.mapping.thrown-error', NO_CODE, NOT_JSON],
  ['lambda.mapping.fifo-order', NO_CODE, NOT_JSON],
  ['lambda.mapping.disabled', NO_CODE, NOT_JSON],
  ['cloudwatch.dimensions', 'adds up across sets of dimensions', 'function a: [3]'],
  ['cloudwatch.too-many-datapoints', 'answers any number', 'is accepted'],
  ['cloudwatch.metric-data', 'does not evaluate the expression', 'the data show'],
  ['cloudwatch.sqs-metrics', 'SQS writes no metrics', 'NumberOfMessagesSent is 2'],
  ['cloudwatch.lambda-metrics', NO_CODE, NOT_JSON],
  ['cloudwatch.alarm.fires', 'alarms are not evaluated', 'the alarm is ALARM'],
  ['cloudwatch.alarm.no-data', 'a new alarm is OK', 'state: "OK"'],
  ['cloudwatch.alarm.set-state', 'runs no actions', '1 messages arrive'],
  ['logs.filter.terms', 'does not know alternatives', 'events meet ?worker ?fine'],
  ['logs.filter.json', 'ignores JSON filters', '$.messageId'],
  ['logs.retention', 'accepts any number of days', 'is accepted'],
  ['logs.of-functions', NO_CODE, NOT_JSON],
  ['dynamodb.batch-limit', 'accepts more', 'is accepted'],
  ['dynamodb.throttling', 'never throttles', 'errors of four puts of 300 units each: []'],
  ['dynamodb.consumed-capacity', 'each call costs one unit', 'units of a write of 1.5 kB: 1'],
  ['sns.email-pending', 'Subscribe answers an ARN', 'SubscriptionArn that Subscribe answers'],
  ['cloudtrail.update-alias', 'has no LookupEvents', NOT_JSON],
  ['cloudtrail.failed-call', 'has no LookupEvents', NOT_JSON],
];

function of(backend: BackendName, since: string, rows: readonly Row[]): readonly Divergence[] {
  return rows.map(([id, instead, shows]) => ({ backend, case: id, instead, shows, since }));
}

/** The simulator has none: where it is known to differ from AWS, no case asks, and docs/simulator.md says so. */
export const divergences: readonly Divergence[] = [
  ...of('ministack', 'ministack 1.5.33', ministack),
  ...of('moto', 'moto 5.2.1', moto),
];
