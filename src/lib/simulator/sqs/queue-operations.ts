import type { Call, Input, Operation } from '../kernel/service.ts';
import { sqsErrors } from './errors.ts';
import { addPermission, removePermission } from './permissions.ts';
import type { Queue } from './queue.ts';
import type { QueueRegistry } from './queue-registry.ts';

const PURGE_EVERY_MS = 60_000;
const MAX_LISTED = 1000;
const SETTABLE = [
  'VisibilityTimeout',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
] as const;

/** The operations on queues themselves, for all protocols. */
export function queueOperations(queues: QueueRegistry): Readonly<Record<string, Operation>> {
  const { region } = queues;
  const urlOf = (queue: Queue, call: Call) => `${baseUrl(call, region.endpoint)}/${region.accountId}/${queue.name}`;
  return {
    CreateQueue: (input, call) => ({ QueueUrl: urlOf(queues.create(input), call) }),
    GetQueueUrl: (input: Input, call) => {
      const owner: unknown = input.QueueOwnerAWSAccountId;
      const queue = queues.byName(input.QueueName, call);
      if (owner !== undefined && owner !== region.accountId) throw sqsErrors.queueDoesNotExist(call.protocol);
      return { QueueUrl: urlOf(queue, call) };
    },
    ListQueues: (input: Input, call) => {
      const prefix: string = input.QueueNamePrefix ?? '';
      const found = queues.all.filter((queue) => queue.name.startsWith(prefix));
      const { items, next } = page(found, input);
      return { QueueUrls: orNothing(items.map((queue) => urlOf(queue, call))), NextToken: next };
    },
    DeleteQueue: (input, call) => queues.delete(queues.byUrl(input, call)),
    GetQueueAttributes: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      const attributes = attributesOf(queue, input.AttributeNames ?? []);
      return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
    },
    SetQueueAttributes: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      if (input.Attributes === undefined) throw sqsErrors.missingParameter('Attributes');
      queues.setAttributes(queue, input.Attributes);
    },
    PurgeQueue: (input, call) => {
      const queue = queues.byUrl(input, call);
      const now = region.clock.now();
      if (now - queue.purgedAt < PURGE_EVERY_MS) throw sqsErrors.purgeInProgress(queue.name);
      queue.purge(now);
    },
    TagQueue: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      if (input.Tags === undefined) throw sqsErrors.missingParameter('Tags');
      queue.tags = new Map([...queue.tags, ...Object.entries(input.Tags as Record<string, string>)]);
    },
    UntagQueue: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      if (input.TagKeys === undefined) throw sqsErrors.missingParameter('TagKeys');
      queue.tags = new Map([...queue.tags].filter(([key]) => !input.TagKeys.includes(key)));
    },
    ListQueueTags: (input, call) => {
      const { tags } = queues.byUrl(input, call);
      return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
    },
    AddPermission: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      for (const name of ['Label', 'AWSAccountIds', 'Actions']) {
        if (input[name] === undefined) throw sqsErrors.missingParameter(name);
      }
      const before = queue.settings.get('Policy');
      const policy = addPermission(before, queue.arn, input.Label, input.AWSAccountIds, input.Actions);
      queues.setAttributes(queue, { Policy: policy });
    },
    RemovePermission: (input: Input, call) => {
      const queue = queues.byUrl(input, call);
      if (input.Label === undefined) throw sqsErrors.missingParameter('Label');
      queues.setAttributes(queue, { Policy: removePermission(queue.settings.get('Policy'), input.Label) });
    },
    ListDeadLetterSourceQueues: (input, call) => {
      const target = queues.byUrl(input, call);
      const sources = queues.all.filter((queue) => queue.settings.redrivePolicy?.deadLetterTargetArn === target.arn);
      const { items, next } = page(sources, input);
      return { queueUrls: items.map((queue) => urlOf(queue, call)), NextToken: next };
    },
  };
}

/** Queue URLs name the address that the client came by, so it can use them as they are. */
function baseUrl(call: Call, endpoint: string): string {
  const { host } = call.headers;
  return host === undefined ? endpoint : `http://${host}`;
}

function attributesOf(queue: Queue, names: readonly string[]): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts;
  const computed: Record<string, string> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  };
  const known: readonly string[] = [...Object.keys(computed), ...SETTABLE];
  for (const name of names) {
    if (name !== 'All' && !known.includes(name)) throw sqsErrors.unknownAttribute(name);
  }
  const result: Record<string, string> = {};
  for (const name of names.includes('All') ? known : names) {
    const value = computed[name] ?? queue.settings.get(name);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/** NextToken comes only to those who set MaxResults; others get the first 1,000. */
function page(all: readonly Queue[], input: Input): { items: readonly Queue[]; next: string | undefined } {
  const paged = input.MaxResults !== undefined;
  const count = paged ? Number(input.MaxResults) : MAX_LISTED;
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_LISTED)) {
    throw sqsErrors.invalidValue(
      input.MaxResults,
      'MaxResults',
      `MaxResults must be an integer between 1 and ${MAX_LISTED}.`,
    );
  }
  const names = all.map((queue) => queue.name).sort();
  const after = input.NextToken === undefined ? '' : Buffer.from(String(input.NextToken), 'base64').toString('utf8');
  const start = after === '' ? 0 : names.findIndex((name) => name > after);
  const chosen = start < 0 ? [] : names.slice(start, start + count);
  const items = chosen.map((name) => all.find((queue) => queue.name === name)!);
  const more = paged && start >= 0 && start + count < names.length;
  return { items, next: more ? Buffer.from(chosen.at(-1)!).toString('base64') : undefined };
}

function orNothing<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
