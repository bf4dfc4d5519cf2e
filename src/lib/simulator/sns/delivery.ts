import type { Region } from '../kernel/region.ts';
import { passesFilter } from './filter-policy.ts';
import type { Mail, Publication, Subscription, Topic } from './topic.ts';

/** Signatures are placeholders: the simulator has no key of AWS's. */
const SIGNATURE = 'c2ltdWxhdGVk';

export type Outcome = 'delivered' | 'failed' | 'filtered' | 'pending';

/** Delivers one message to one subscription: SQS and Lambda in the region, mails into the outbox. HTTP is never called. */
export function deliver(
  region: Region,
  topic: Topic,
  subscription: Subscription,
  publication: Publication,
  outbox: Mail[],
): Outcome {
  if (subscription.token !== undefined) return 'pending';
  const { attributes } = subscription;
  const text = publication.byProtocol?.[subscription.protocol] ?? publication.message;
  if (
    !passesFilter(attributes.get('FilterPolicy'), attributes.get('FilterPolicyScope'), publication.attributes, text)
  ) {
    return 'filtered';
  }
  switch (subscription.protocol) {
    case 'sqs':
      return toQueue(region, topic, subscription, publication, text);
    case 'lambda':
      return toFunction(region, topic, subscription, publication, text);
    case 'email':
    case 'email-json': {
      const plain = subscription.protocol === 'email';
      outbox.push({
        to: subscription.endpoint,
        subject: publication.subject ?? 'AWS Notification Message',
        body: plain ? text : JSON.stringify(envelope(region, topic, subscription, publication, text)),
        topicArn: topic.arn,
        at: new Date(publication.at).toISOString(),
      });
      return 'delivered';
    }
    default:
      return 'failed';
  }
}

function toFunction(
  region: Region,
  topic: Topic,
  subscription: Subscription,
  publication: Publication,
  text: string,
): Outcome {
  try {
    region.functions.invokeAsync(subscription.endpoint, lambdaEvent(region, topic, subscription, publication, text));
    return 'delivered';
  } catch {
    return 'failed';
  }
}

function toQueue(
  region: Region,
  topic: Topic,
  subscription: Subscription,
  publication: Publication,
  text: string,
): Outcome {
  const queue = region.queues.byArn(subscription.endpoint);
  if (queue === undefined) return 'failed';
  const raw = subscription.attributes.get('RawMessageDelivery') === 'true';
  try {
    queue.send({
      body: raw ? text : JSON.stringify(envelope(region, topic, subscription, publication, text)),
      ...(raw && Object.keys(publication.attributes).length > 0 && { messageAttributes: publication.attributes }),
      ...(publication.groupId !== undefined && { groupId: publication.groupId }),
      ...(publication.deduplicationId !== undefined && { deduplicationId: publication.deduplicationId }),
    });
    return 'delivered';
  } catch {
    return 'failed';
  }
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
function envelope(region: Region, topic: Topic, subscription: Subscription, publication: Publication, text: string) {
  const attributes = Object.entries(publication.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? BinaryValue },
  ]);
  return {
    Type: 'Notification',
    MessageId: publication.messageId,
    SequenceNumber: publication.sequence,
    TopicArn: topic.arn,
    Subject: publication.subject,
    Message: text,
    Timestamp: new Date(publication.at).toISOString(),
    // FIFO topics do not sign by default.
    ...(topic.fifo
      ? {}
      : {
          SignatureVersion: '1',
          Signature: SIGNATURE,
          SigningCertURL: `${region.endpoint}/SimpleNotificationService.pem`,
        }),
    UnsubscribeURL: unsubscribeUrl(region, subscription),
    MessageAttributes: attributes.length > 0 ? Object.fromEntries(attributes) : undefined,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
function lambdaEvent(region: Region, topic: Topic, subscription: Subscription, publication: Publication, text: string) {
  const { SigningCertURL, UnsubscribeURL, ...rest } = envelope(region, topic, subscription, publication, text);
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription.arn,
        Sns: {
          ...rest,
          Subject: publication.subject ?? null,
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: UnsubscribeURL,
          MessageAttributes: rest.MessageAttributes ?? {},
        },
      },
    ],
  };
}

function unsubscribeUrl(region: Region, subscription: Subscription): string {
  return `${region.endpoint}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscription.arn)}&Version=2010-03-31`;
}
