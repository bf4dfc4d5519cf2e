import {
  AddPermissionCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  RemovePermissionCommand,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import { EMPTY, failure, invalidParameter, OK, queueAttributes } from './answers.ts';
import { ACCOUNT, QueuesUnderTest } from './queues-under-test.ts';

const unknownAttribute = (name: string) =>
  failure('InvalidAttributeName', 'InvalidAttributeName', `Unknown Attribute ${name}.`);
const fifoOnly = (name: string) =>
  failure(
    'InvalidAttributeName',
    'InvalidAttributeName',
    `You can specify the ${name} only when FifoQueue is set to true.`,
  );
const existsWithOther = (attribute: string) =>
  failure(
    'QueueAlreadyExists',
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );

describe('queues and their attributes, as AWS answered', () => {
  let sqs: QueuesUnderTest;
  beforeAll(async () => {
    sqs = await QueuesUnderTest.start();
  });
  afterAll(() => sqs.close());

  const set = (QueueUrl: string, Attributes: Partial<Record<QueueAttributeName, string>>) =>
    sqs.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));

  it('test_create_and_update_queue_attributes', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({
      MessageRetentionPeriod: '604800',
      ReceiveMessageWaitTimeSeconds: '10',
      VisibilityTimeout: '20',
    });
    const created = { MessageRetentionPeriod: '604800', ReceiveMessageWaitTimeSeconds: '10' };
    recorded.expectAnswer(await sqs.attributes(queue), queueAttributes({ ...created, VisibilityTimeout: '20' }));
    const changes = { MaximumMessageSize: '2048', VisibilityTimeout: '69', DelaySeconds: '420' };
    await set(queue, changes);
    recorded.expectAnswer(await sqs.attributes(queue), queueAttributes({ ...created, ...changes }));
  });

  it('test_create_fifo_queue_with_different_attributes_raises_error', async () => {
    await sqs.queue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' }, 'twice.fifo');
    recordedCase().expectAnswer(
      await answerOf(sqs.queue({ FifoQueue: 'true', ContentBasedDeduplication: 'false' }, 'twice.fifo')),
      existsWithOther('ContentBasedDeduplication'),
    );
  });

  it('test_create_queue_with_different_attributes_raises_exception', async () => {
    const recorded = recordedCase();
    const one = { ReceiveMessageWaitTimeSeconds: '1', DelaySeconds: '1' };
    const two = { ReceiveMessageWaitTimeSeconds: '1', DelaySeconds: '2' };
    const queue = await sqs.queue(one, 'again');
    expect(await sqs.queue({}, 'again')).toBe(queue);
    expect(await sqs.queue({ DelaySeconds: '1' }, 'again')).toBe(queue);
    recorded.expectAnswer(await answerOf(sqs.queue(two, 'again')), existsWithOther('DelaySeconds'));
    await set(queue, { DelaySeconds: '2' });
    expect(await sqs.queue(two, 'again')).toBe(queue);
    recorded.expectAnswer(await answerOf(sqs.queue(one, 'again')), existsWithOther('DelaySeconds'));
  });

  it('test_create_standard_queue_with_fifo_attribute_raises_error', async () => {
    const recorded = recordedCase();
    const create = (attributes: Partial<Record<QueueAttributeName, string>>) =>
      answerOf(sqs.queue(attributes, 'plain-queue'));
    recorded.expectAnswer(await create({ FifoQueue: 'false' }), unknownAttribute('FifoQueue'));
    recorded.expectAnswer(
      await create({ ContentBasedDeduplication: 'false' }),
      unknownAttribute('ContentBasedDeduplication'),
    );
    recorded.expectAnswer(await create({ DeduplicationScope: 'queue' }), fifoOnly('DeduplicationScope'));
    recorded.expectAnswer(await create({ FifoThroughputLimit: 'perQueue' }), fifoOnly('FifoThroughputLimit'));
  });

  it('test_set_unsupported_attribute_standard', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue();
    for (const FifoQueue of ['true', 'false']) {
      recorded.expectAnswer(await answerOf(set(queue, { FifoQueue })), unknownAttribute('FifoQueue'));
    }
  });

  it('test_set_unsupported_attribute_fifo', async () => {
    const recorded = recordedCase();
    const standard = await sqs.queue();
    recorded.expectAnswer(await answerOf(set(standard, { FifoQueue: 'true' })), unknownAttribute('FifoQueue'));
    const fifo = await sqs.queue({ FifoQueue: 'true' });
    recorded.expectAnswer(await set(fifo, { FifoQueue: 'true' }), EMPTY);
    recorded.expectAnswer(
      await answerOf(set(fifo, { FifoQueue: 'false' })),
      failure(
        'InvalidAttributeValue',
        'InvalidAttributeValue',
        'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
      ),
    );
  });

  it('test_fifo_set_content_based_deduplication_strategy', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue({
      FifoQueue: 'true',
      SqsManagedSseEnabled: 'true',
      ContentBasedDeduplication: 'true',
    });
    const fifo = { FifoQueue: 'true', DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' };
    recorded.expectAnswer(await sqs.attributes(queue), queueAttributes({ ...fifo, ContentBasedDeduplication: 'true' }));
    await set(queue, { ContentBasedDeduplication: 'false' });
    recorded.expectAnswer(
      await sqs.attributes(queue),
      queueAttributes({ ...fifo, ContentBasedDeduplication: 'false' }),
    );
  });

  it('test_set_queue_attributes_default_values', async () => {
    const recorded = recordedCase();
    const queue = await sqs.queue();
    recorded.expectAnswer(await sqs.attributes(queue), queueAttributes());
    const kms = { KmsMasterKeyId: 'testKeyId', KmsDataKeyReusePeriodSeconds: '6000' };
    await set(queue, kms);
    recorded.expectAnswer(await sqs.attributes(queue), queueAttributes({ ...kms, SqsManagedSseEnabled: 'false' }));
    await set(queue, { KmsMasterKeyId: '', KmsDataKeyReusePeriodSeconds: '300' });
    recorded.expectAnswer(await sqs.attributes(queue), queueAttributes({ SqsManagedSseEnabled: 'false' }));
  });

  it('test_sse_queue_attributes', async () => {
    const recorded = recordedCase();
    const asked: QueueAttributeName[] = ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'];
    const kms = { KmsMasterKeyId: 'testKeyId', KmsDataKeyReusePeriodSeconds: '6000', SqsManagedSseEnabled: 'false' };
    const withKms = await sqs.queue();
    await set(withKms, kms);
    recorded.expectAnswer(await sqs.attributes(withKms, asked), { Attributes: kms, ResponseMetadata: OK });
    const withSqs = await sqs.queue();
    await set(withSqs, { SqsManagedSseEnabled: 'true' });
    recorded.expectAnswer(await sqs.attributes(withSqs, asked), {
      Attributes: { SqsManagedSseEnabled: 'true' },
      ResponseMetadata: OK,
    });
  });

  it('test_sse_kms_and_sqs_are_mutually_exclusive', async () => {
    const queue = await sqs.queue();
    // Recorded as botocore's one-line text: code and message of the error.
    recordedCase().expectAnswer(
      await answerOf(set(queue, { KmsMasterKeyId: 'testKeyId', SqsManagedSseEnabled: 'true' })),
      failure(
        'InvalidAttributeName',
        'InvalidAttributeName',
        'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
      ),
    );
  });

  it('test_tag_untag_queue', async () => {
    const recorded = recordedCase();
    const QueueUrl = await sqs.queue();
    const tags = () => sqs.client.send(new ListQueueTagsCommand({ QueueUrl }));
    const Tags = { tag1: 'value1', tag2: 'value2', tag3: '' };
    await sqs.client.send(new TagQueueCommand({ QueueUrl, Tags }));
    recorded.expectAnswer(await tags(), { Tags, ResponseMetadata: OK });
    await sqs.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['tag1', 'tag3'] }));
    recorded.expectAnswer(await tags(), { Tags: { tag2: 'value2' }, ResponseMetadata: OK });
    await sqs.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['tag2'] }));
    recorded.expectAnswer(await tags(), EMPTY);
  });

  it('test_successive_purge_calls_fail', async () => {
    const QueueUrl = await sqs.queue({}, 'purged');
    await sqs.client.send(new PurgeQueueCommand({ QueueUrl }));
    recordedCase().expectAnswer(
      await answerOf(sqs.client.send(new PurgeQueueCommand({ QueueUrl }))),
      failure(
        'AWS.SimpleQueueService.PurgeQueueInProgress',
        'PurgeQueueInProgress',
        'Only one PurgeQueue operation on purged is allowed every 60 seconds.',
        403,
      ),
    );
  });

  it('test_non_existent_queue', async () => {
    const recorded = recordedCase();
    const QueueUrl = await sqs.queue({}, 'short-lived');
    await sqs.client.send(new DeleteQueueCommand({ QueueUrl }));
    const missing = failure(
      'AWS.SimpleQueueService.NonExistentQueue',
      'QueueDoesNotExist',
      'The specified queue does not exist.',
    );
    recorded.expectAnswer(await answerOf(sqs.client.send(new GetQueueAttributesCommand({ QueueUrl }))), missing);
    const byName = new GetQueueUrlCommand({ QueueName: 'short-lived' });
    recorded.expectAnswer(await answerOf(sqs.client.send(byName)), missing);
    const response = await fetch(sqs.simulator.endpoint, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetQueueAttributes', Version: '2012-11-05', QueueUrl }),
    });
    expect(response.status).toBe(400);
    expect(/<Error>.*<\/Error>/.exec(await response.text())?.[0]).toBe(
      '<Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>' +
        '<Message>The specified queue does not exist for this wsdl version.</Message><Detail/></Error>',
    );
  });

  it('test_sqs_permission_lifecycle', async () => {
    const recorded = recordedCase();
    const QueueUrl = await sqs.queue();
    const queueArn = 'arn:<partition>:sqs:<region>:111111111111:<resource:2>';
    const add = (Label: string, AWSAccountIds: string[]) =>
      sqs.client.send(new AddPermissionCommand({ QueueUrl, Label, AWSAccountIds, Actions: ['ReceiveMessage'] }));
    const remove = (Label: string) => sqs.client.send(new RemovePermissionCommand({ QueueUrl, Label }));
    const policy = () => sqs.attributes(QueueUrl, ['Policy']);
    const statement = (Sid: string, principals: unknown) => ({
      Sid,
      Effect: 'Allow',
      Principal: { AWS: principals },
      Action: 'SQS:ReceiveMessage',
      Resource: queueArn,
    });
    const policyOf = (...Statement: unknown[]) => ({
      Attributes: { Policy: { Version: '2008-10-17', Id: `${queueArn}/<resource:1>`, Statement } },
      ResponseMetadata: OK,
    });
    const own = 'arn:<partition>:iam::111111111111:<resource:3>';

    recorded.expectAnswer(await add('crossaccountpermission', ['668614515564', ACCOUNT]), EMPTY);
    recorded.expectAnswer(
      await policy(),
      policyOf(statement('crossaccountpermission', ['arn:<partition>:iam::668614515564:<resource:3>', own])),
    );
    recorded.expectAnswer(await remove('crossaccountpermission'), EMPTY);
    recorded.expectAnswer(await policy(), EMPTY);

    await add('crossaccountpermission', [ACCOUNT]);
    recorded.expectAnswer(await policy(), policyOf(statement('crossaccountpermission', own)));
    recorded.expectAnswer(
      await answerOf(add('crossaccountpermission', ['668614515564'])),
      invalidParameter('Value crossaccountpermission for parameter Label is invalid. Reason: Already exists.'),
    );
    await add('crossaccountpermission2', [ACCOUNT]);
    recorded.expectAnswer(
      await policy(),
      policyOf(statement('crossaccountpermission', own), statement('crossaccountpermission2', own)),
    );
    await remove('crossaccountpermission');
    recorded.expectAnswer(await policy(), policyOf(statement('crossaccountpermission2', own)));
    await remove('crossaccountpermission2');
    recorded.expectAnswer(await policy(), EMPTY);
    recorded.expectAnswer(
      await answerOf(remove('crossaccountpermission2')),
      invalidParameter("Value crossaccountpermission2 for parameter Label is invalid. Reason: can't find label."),
    );
  });
});
