import { ApiError } from '../kernel/api-error.ts';
import type { Dimensions, Region, TopicPort } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { readQuery } from '../protocols/query.ts';
import { deliver } from './delivery.ts';
import { invalidParameter, notFound, required } from './errors.ts';
import { accept, type Duplicate, sizeOf } from './publication.ts';
import { SNS_SHAPES } from './shapes.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Mail, Publication, Topic } from './topic.ts';

const PAGE = 100;
const MAX_BATCH = 10;
const MAX_BATCH_BYTES = 262_144;
const BILLED_BYTES = 65_536;
const TOPIC_ATTRIBUTES = [
  'DisplayName',
  'Policy',
  'DeliveryPolicy',
  'KmsMasterKeyId',
  'ContentBasedDeduplication',
  'FifoThroughputScope',
  'SignatureVersion',
  'TracingConfig',
  'ArchivePolicy',
];

/** SNS topics, subscriptions and deliveries (query protocol). What it does and does not do: docs/simulator/sns.md. */
export class Sns implements Service {
  readonly id = 'sns';
  readonly shapes = SNS_SHAPES;
  readonly queryVersion = '2010-03-31';
  readonly xmlNamespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly port: TopicPort;
  readonly #outbox: Mail[] = [];
  readonly #topics = new Map<string, Topic>();
  readonly #dimensions = new WeakMap<Topic, Dimensions>();
  readonly #subscriptions: Subscriptions;

  constructor(region: Region) {
    this.region = region;
    this.#subscriptions = new Subscriptions(region, (arn) => this.#topic(arn), this.#outbox);
    this.port = {
      publish: (topicArn, { subject, body }) => {
        const topic = this.#topics.get(topicArn);
        if (topic === undefined) return false;
        this.#publish(topic, { Subject: subject, Message: body });
        return true;
      },
    };
    this.operations = {
      CreateTopic: (input) => this.#create(input),
      DeleteTopic: (input) => this.#delete(input),
      ListTopics: (input) => this.#list(input),
      GetTopicAttributes: (input) => ({ Attributes: this.#attributes(this.#topic(input.TopicArn)) }),
      SetTopicAttributes: (input) => this.#setAttribute(input),
      Publish: (input) => this.#publish(this.#topic(input.TopicArn ?? input.TargetArn), input),
      PublishBatch: (input) => this.#publishBatch(input),
      TagResource: (input) => this.#tag(input),
      UntagResource: (input) => this.#untag(input),
      ListTagsForResource: (input) => ({ Tags: tagsOf(this.#tagged(input.ResourceArn)) }),
      ...this.#subscriptions.operations,
    };
  }

  /** Mails that subscribers would have received, oldest first. */
  get outbox(): readonly Mail[] {
    return this.#outbox;
  }

  /** Message attributes come as `entry.N.Name` and `.Value`, other maps as `key` and `value`. */
  queryInput(_operation: string, parameters: URLSearchParams): Input {
    const renamed = new URLSearchParams();
    for (const [name, value] of parameters) {
      renamed.append(
        name
          .replace(/(MessageAttributes\.entry\.\d+\.)Name$/, '$1key')
          .replace(/(MessageAttributes\.entry\.\d+\.)Value\./, '$1value.'),
        value,
      );
    }
    return readQuery(renamed);
  }

  /** Publishing is a data event: https://docs.aws.amazon.com/sns/latest/dg/logging-using-cloudtrail.html */
  trailName(operation: string): string | undefined {
    return operation.startsWith('Publish') ? undefined : operation;
  }

  #create(input: Input) {
    const name: string | undefined = input.Name;
    if (name === undefined) throw required('name');
    const attributes: Record<string, string> = input.Attributes ?? {};
    const fifo = attributes['FifoTopic'] === 'true';
    const pattern = fifo ? /^[A-Za-z0-9_-]{1,251}\.fifo$/ : /^[A-Za-z0-9_-]{1,256}$/;
    if (!pattern.test(name)) throw invalidParameter('Topic Name');
    const tags: readonly Input[] = input.Tags ?? [];
    const arn = `arn:aws:sns:${this.region.name}:${this.region.accountId}:${name}`;
    const known = this.#topics.get(arn);
    if (known !== undefined) {
      // Creating again is fine with the same settings: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
      if (Object.entries(attributes).some(([key, value]) => known.attributes.get(key) !== value)) {
        throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
      }
      if (tags.some(({ Key, Value }) => known.tags.get(Key) !== Value)) {
        throw invalidParameter('Tags Reason: Topic already exists with different tags');
      }
      return { TopicArn: arn };
    }
    for (const key of Object.keys(attributes)) if (key !== 'FifoTopic') checkAttributeName(key);
    const topic: Topic = {
      arn,
      name,
      fifo,
      attributes: new Map(Object.entries(attributes)),
      tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
      deletedSubscriptions: 0,
      sequence: 0,
      recent: new Map(),
    };
    this.#topics.set(arn, topic);
    this.#dimensions.set(topic, { TopicName: name });
    return { TopicArn: arn };
  }

  #delete(input: Input) {
    if (input.TopicArn === undefined) throw required('topicArn');
    const topic = this.#topics.get(input.TopicArn);
    // Deleting what is not there is no error: https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
    if (topic !== undefined) {
      this.#subscriptions.forget(topic);
      this.#topics.delete(topic.arn);
    }
    return {};
  }

  #list(input: Input) {
    const all = [...this.#topics.values()];
    const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString());
    if (!Number.isInteger(start)) throw invalidParameter('NextToken');
    const end = start + PAGE;
    return {
      Topics: all.slice(start, end).map(({ arn }) => ({ TopicArn: arn })),
      NextToken: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined,
    };
  }

  #topic(arn: string | undefined): Topic {
    if (arn === undefined) throw required('topicArn');
    const parts = arn.split(':').length;
    if (parts < 6) throw invalidParameter(`TopicArn Reason: An ARN must have at least 6 elements, not ${parts}`);
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw notFound('Topic');
    return topic;
  }

  #attributes(topic: Topic): Map<string, string> {
    const subscriptions = this.#subscriptions.of(topic);
    const pending = subscriptions.filter((subscription) => subscription.token !== undefined).length;
    const { accountId } = this.region;
    const policy = {
      Version: '2008-10-17',
      Id: '__default_policy_ID',
      Statement: [
        {
          Sid: '__default_statement_ID',
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: [
            'SNS:GetTopicAttributes',
            'SNS:SetTopicAttributes',
            'SNS:AddPermission',
            'SNS:RemovePermission',
            'SNS:DeleteTopic',
            'SNS:Subscribe',
            'SNS:ListSubscriptionsByTopic',
            'SNS:Publish',
          ],
          Resource: topic.arn,
          Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
        },
      ],
    };
    const delivery = {
      http: {
        defaultHealthyRetryPolicy: {
          minDelayTarget: 20,
          maxDelayTarget: 20,
          numRetries: 3,
          numMaxDelayRetries: 0,
          numNoDelayRetries: 0,
          numMinDelayRetries: 0,
          backoffFunction: 'linear',
        },
        disableSubscriptionOverrides: false,
        defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      },
    };
    return new Map([
      ['TopicArn', topic.arn],
      ['Owner', accountId],
      ['DisplayName', ''],
      ['Policy', JSON.stringify(policy)],
      ['EffectiveDeliveryPolicy', JSON.stringify(delivery)],
      ['SubscriptionsConfirmed', String(subscriptions.length - pending)],
      ['SubscriptionsPending', String(pending)],
      ['SubscriptionsDeleted', String(topic.deletedSubscriptions)],
      ...topic.attributes,
    ]);
  }

  #setAttribute(input: Input) {
    const topic = this.#topic(input.TopicArn);
    checkAttributeName(input.AttributeName);
    topic.attributes.set(input.AttributeName, input.AttributeValue ?? '');
    return {};
  }

  #publish(topic: Topic, input: Input) {
    this.#charge(topic, sizeOf(input));
    return this.#accept(topic, input);
  }

  #accept(topic: Topic, input: Input) {
    const answer = accept(topic, input, this.region.clock.now(), () => this.region.uuid());
    if ('message' in answer) this.#spread(topic, answer, sizeOf(input));
    return published(answer);
  }

  /** Each 64 KB of a request is billed as one, of a batch too: https://aws.amazon.com/sns/pricing/ */
  #charge(topic: Topic, bytes: number): void {
    this.region.billing.count('sns-publishes', topic.name, Math.max(1, Math.ceil(bytes / BILLED_BYTES)));
  }

  #spread(topic: Topic, publication: Publication, size: number): void {
    const { metrics } = this.region;
    const dimensions = this.#dimensions.get(topic)!;
    metrics.record('AWS/SNS', 'NumberOfMessagesPublished', dimensions, 1, 'Count');
    metrics.record('AWS/SNS', 'PublishSize', dimensions, size, 'Bytes');
    for (const subscription of this.#subscriptions.of(topic)) {
      const outcome = deliver(this.region, topic, subscription, publication, this.#outbox);
      if (outcome === 'pending') continue;
      const mail = outcome === 'delivered' && subscription.protocol.startsWith('email');
      if (mail) this.region.billing.count('sns-emails', topic.name);
      const metric = {
        delivered: 'NumberOfNotificationsDelivered',
        failed: 'NumberOfNotificationsFailed',
        filtered: 'NumberOfNotificationsFilteredOut',
      }[outcome];
      metrics.record('AWS/SNS', metric, dimensions, 1, 'Count');
    }
  }

  #publishBatch(input: Input) {
    const topic = this.#topic(input.TopicArn);
    const entries: readonly Input[] = input.PublishBatchRequestEntries ?? [];
    if (entries.length === 0) {
      throw new ApiError('EmptyBatchRequest', 'The batch request does not contain any entries.');
    }
    if (entries.length > MAX_BATCH) {
      throw new ApiError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
    }
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
      throw new ApiError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
    }
    const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (bytes > MAX_BATCH_BYTES) {
      throw new ApiError('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.');
    }
    this.#charge(topic, bytes);
    const Successful: unknown[] = [];
    const Failed: unknown[] = [];
    for (const entry of entries) {
      try {
        Successful.push({ Id: entry.Id, ...this.#accept(topic, entry) });
      } catch (cause) {
        if (!(cause instanceof ApiError)) throw cause;
        Failed.push({ Id: entry.Id, Code: cause.code, Message: cause.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  }

  #tagged(arn: string | undefined): Topic {
    const topic = this.#topics.get(arn ?? '');
    if (topic === undefined) throw new ApiError('ResourceNotFound', 'Resource does not exist', { status: 404 });
    return topic;
  }

  #tag(input: Input) {
    const topic = this.#tagged(input.ResourceArn);
    for (const { Key, Value } of input.Tags ?? []) topic.tags.set(Key, Value);
    return {};
  }

  #untag(input: Input) {
    const topic = this.#tagged(input.ResourceArn);
    for (const key of input.TagKeys ?? []) topic.tags.delete(key);
    return {};
  }
}

function published(answer: Publication | Duplicate) {
  return { MessageId: answer.messageId, SequenceNumber: answer.sequence };
}

function tagsOf(topic: Topic) {
  return [...topic.tags].map(([Key, Value]) => ({ Key, Value }));
}

function checkAttributeName(name: string | undefined): void {
  const known =
    name !== undefined && (TOPIC_ATTRIBUTES.includes(name) || /FeedbackRoleArn$|FeedbackSampleRate$/.test(name));
  if (!known) throw invalidParameter('AttributeName');
}
