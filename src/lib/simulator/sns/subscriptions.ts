import type { Region } from '../kernel/region.ts';
import type { Input } from '../kernel/service.ts';
import { invalidParameter, notFound, required } from './errors.ts';
import type { Mail, Subscription, Topic } from './topic.ts';

const PROTOCOLS = ['email', 'email-json', 'sqs', 'lambda', 'http', 'https', 'sms', 'application', 'firehose'];
/** These deliver at once, without a word of the receiver, inside one account. */
const CONFIRMED_AT_ONCE = ['sqs', 'lambda', 'firehose', 'application', 'sms'];
const ATTRIBUTES = [
  'RawMessageDelivery',
  'FilterPolicy',
  'FilterPolicyScope',
  'RedrivePolicy',
  'DeliveryPolicy',
  'SubscriptionRoleArn',
  'ReplayPolicy',
];
const PAGE = 100;
/** Subscriptions nobody confirms go away: https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html */
const PENDING_MS = 48 * 3_600_000;

/** Subscriptions of a region and their confirmation. */
export class Subscriptions {
  readonly #region: Region;
  readonly #topic: (arn: string | undefined) => Topic;
  readonly #outbox: Mail[];
  readonly #byArn = new Map<string, Subscription>();

  constructor(region: Region, topic: (arn: string | undefined) => Topic, outbox: Mail[]) {
    this.#region = region;
    this.#topic = topic;
    this.#outbox = outbox;
  }

  readonly operations = {
    Subscribe: (input: Input) => this.#subscribe(input),
    ConfirmSubscription: (input: Input) => this.#confirm(input),
    Unsubscribe: (input: Input) => this.#unsubscribe(input),
    ListSubscriptions: (input: Input) => this.#list(this.#live(), input),
    ListSubscriptionsByTopic: (input: Input) => {
      const topic = this.#topic(input.TopicArn);
      return this.#list(this.of(topic), input);
    },
    GetSubscriptionAttributes: (input: Input) => ({ Attributes: this.#attributes(this.#get(input.SubscriptionArn)) }),
    SetSubscriptionAttributes: (input: Input) => this.#setAttribute(input),
  };

  /** Those of a topic, confirmed or not. */
  of(topic: Topic): readonly Subscription[] {
    return this.#live().filter((subscription) => subscription.topicArn === topic.arn);
  }

  #live(): readonly Subscription[] {
    const oldest = this.#region.clock.now() - PENDING_MS;
    for (const subscription of this.#byArn.values()) {
      if (subscription.token !== undefined && subscription.createdAt < oldest) this.#byArn.delete(subscription.arn);
    }
    return [...this.#byArn.values()];
  }

  forget(topic: Topic): void {
    for (const subscription of this.of(topic)) this.#byArn.delete(subscription.arn);
  }

  #subscribe(input: Input) {
    const topic = this.#topic(input.TopicArn);
    const { Protocol: protocol, Endpoint: endpoint = '' } = input;
    if (protocol === undefined) throw required('protocol');
    if (!PROTOCOLS.includes(protocol))
      throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
    checkEndpoint(protocol, endpoint, topic);
    const attributes: Record<string, string> = input.Attributes ?? {};
    for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
    const known = this.of(topic).find((other) => other.protocol === protocol && other.endpoint === endpoint);
    const subscription = known ?? this.#make(topic, protocol, endpoint);
    if (known === undefined)
      for (const [name, value] of Object.entries(attributes)) subscription.attributes.set(name, value);
    const shown = subscription.token === undefined || input.ReturnSubscriptionArn === 'true';
    // A repeated request for a pending one sends the mail again.
    if (subscription.token !== undefined) this.#sendConfirmation(subscription);
    return { SubscriptionArn: shown ? subscription.arn : 'pending confirmation' };
  }

  #make(topic: Topic, protocol: string, endpoint: string): Subscription {
    const subscription: Subscription = {
      arn: `${topic.arn}:${this.#region.uuid()}`,
      topicArn: topic.arn,
      protocol,
      endpoint,
      attributes: new Map(),
      createdAt: this.#region.clock.now(),
      token: CONFIRMED_AT_ONCE.includes(protocol)
        ? undefined
        : `${this.#region.uuid()}${this.#region.uuid()}`.replaceAll('-', ''),
    };
    this.#byArn.set(subscription.arn, subscription);
    return subscription;
  }

  #sendConfirmation(subscription: Subscription): void {
    if (!subscription.protocol.startsWith('email')) return;
    const url = `${this.#region.endpoint}/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(subscription.topicArn)}&Token=${subscription.token}&Version=2010-03-31`;
    this.#outbox.push({
      to: subscription.endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      body: `You have chosen to subscribe to the topic:\n${subscription.topicArn}\n\nTo confirm this subscription, click or visit the link below (If this was in error no action is necessary):\n${url}\n`,
      topicArn: subscription.topicArn,
      at: new Date(this.#region.clock.now()).toISOString(),
    });
  }

  #confirm(input: Input) {
    const topic = this.#topic(input.TopicArn);
    if (input.Token === undefined) throw required('token');
    const subscription = this.of(topic).find(
      (other) => other.token === input.Token || other.attributes.get('token') === input.Token,
    );
    if (subscription === undefined) throw invalidParameter('Token');
    // The link may be followed twice.
    subscription.attributes.set('token', input.Token);
    subscription.token = undefined;
    return { SubscriptionArn: subscription.arn };
  }

  #unsubscribe(input: Input) {
    const arn: string = input.SubscriptionArn ?? '';
    const parts = arn.split(':').length;
    if (parts < 6) {
      throw invalidParameter(`SubscriptionArn Reason: An ARN must have at least 6 elements, not ${parts}`);
    }
    const subscription = this.#byArn.get(arn);
    if (subscription !== undefined) {
      this.#byArn.delete(arn);
      this.#topic(subscription.topicArn).deletedSubscriptions++;
    }
    return {};
  }

  #list(all: readonly Subscription[], input: Input) {
    const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString());
    if (!Number.isInteger(start)) throw invalidParameter('NextToken');
    const end = start + PAGE;
    return {
      Subscriptions: all.slice(start, end).map((subscription) => ({
        SubscriptionArn: subscription.token === undefined ? subscription.arn : 'PendingConfirmation',
        Owner: this.#region.accountId,
        Protocol: subscription.protocol,
        Endpoint: subscription.endpoint,
        TopicArn: subscription.topicArn,
      })),
      NextToken: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined,
    };
  }

  #attributes(subscription: Subscription): Map<string, string> {
    const { accountId } = this.#region;
    const own = [...subscription.attributes].filter(([name]) => name !== 'token' && name !== 'RawMessageDelivery');
    return new Map([
      ['SubscriptionArn', subscription.arn],
      ['TopicArn', subscription.topicArn],
      ['Owner', accountId],
      ['Protocol', subscription.protocol],
      ['Endpoint', subscription.endpoint],
      ['RawMessageDelivery', subscription.attributes.get('RawMessageDelivery') ?? 'false'],
      ['PendingConfirmation', String(subscription.token !== undefined)],
      ['ConfirmationWasAuthenticated', String(CONFIRMED_AT_ONCE.includes(subscription.protocol))],
      ['SubscriptionPrincipal', `arn:aws:iam::${accountId}:user/operator`],
      ...own,
    ]);
  }

  #setAttribute(input: Input) {
    const subscription = this.#get(input.SubscriptionArn);
    checkAttribute(input.AttributeName, input.AttributeValue ?? '');
    if (input.AttributeValue === undefined) subscription.attributes.delete(input.AttributeName);
    else subscription.attributes.set(input.AttributeName, input.AttributeValue);
    return {};
  }

  #get(arn: string | undefined): Subscription {
    const parts = (arn ?? '').split(':').length;
    if (parts < 6) throw invalidParameter(`SubscriptionArn Reason: An ARN must have at least 6 elements, not ${parts}`);
    const subscription = this.#byArn.get(arn ?? '');
    if (subscription === undefined) throw notFound('Subscription');
    return subscription;
  }
}

function checkEndpoint(protocol: string, endpoint: string, topic: Topic): void {
  const isFifoQueue = protocol === 'sqs' && endpoint.endsWith('.fifo');
  if (endpoint === '') throw invalidParameter('Endpoint must match the specified protocol');
  if (protocol.startsWith('email') && !/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalidParameter('Email address');
  if (protocol === 'sqs' && !endpoint.startsWith('arn:aws:sqs:')) throw invalidParameter('SQS endpoint ARN');
  if (protocol === 'lambda' && !endpoint.startsWith('arn:aws:lambda:')) throw invalidParameter('Lambda endpoint ARN');
  if (protocol.startsWith('http') && !endpoint.startsWith(`${protocol}://`)) {
    throw invalidParameter('Endpoint must match the specified protocol');
  }
  if (isFifoQueue && !topic.fifo) {
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  }
}

function checkAttribute(name: string | undefined, value: string): void {
  if (name === undefined || !ATTRIBUTES.includes(name)) throw invalidParameter('AttributeName');
  if (name === 'RawMessageDelivery' && !['true', 'false'].includes(value.toLowerCase())) {
    throw invalidParameter(`Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
  }
  if (name === 'FilterPolicyScope' && value !== 'MessageAttributes' && value !== 'MessageBody') {
    throw invalidParameter(
      `Attributes Reason: FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
    );
  }
  if ((name === 'FilterPolicy' || name === 'RedrivePolicy') && value !== '') {
    try {
      JSON.parse(value);
    } catch {
      throw invalidParameter(`Attributes Reason: ${name}: failed to parse JSON.`);
    }
  }
}
