import { describe, expect, it } from 'vitest';
import { MINUTE, SqsUnderTest } from './sqs-under-test.ts';

describe('queues', () => {
  it('are named as AWS allows', () => {
    const test = new SqsUnderTest();
    const create = (QueueName: string, Attributes?: object) => () =>
      test.call('CreateQueue', { QueueName, Attributes });
    expect(create('a b')).toThrow(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
    expect(create('a'.repeat(81))).toThrow('1 to 80 in length');
    expect(create('a.fifo')).toThrow('Can only include alphanumeric');
    expect(create('a', { FifoQueue: 'true' })).toThrow('must end with .fifo suffix');
    expect(create('a', { VisibilityTimeout: '43201' })).toThrow('Invalid value for the parameter VisibilityTimeout.');
    expect(create('a', { Colour: 'red' })).toThrow('Unknown Attribute Colour.');
    expect(create('a', { MaximumMessageSize: '1048577' })).toThrow('MaximumMessageSize');
    expect(create('a.fifo', { FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' })).toThrow(
      'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.',
    );
  });

  it('cannot come back within a minute of their deletion', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs');
    test.call('DeleteQueue', { QueueUrl: queue });
    expect(() => test.queue('jobs')).toThrow('You must wait 60 seconds after deleting a queue');
    await test.clock.advance(MINUTE);
    expect(test.queue('jobs')).toBe(queue);
  });

  it('are listed by prefix and in pages', () => {
    const test = new SqsUnderTest();
    const urls = ['a-1', 'a-2', 'a-3', 'b-1'].map((name) => test.queue(name));
    expect(test.call('ListQueues').QueueUrls).toEqual(urls);
    expect(test.call('ListQueues', { QueueNamePrefix: 'c' }).QueueUrls).toBeUndefined();
    const first = test.call('ListQueues', { QueueNamePrefix: 'a', MaxResults: 2 });
    expect(first.QueueUrls).toEqual(urls.slice(0, 2));
    const second = test.call('ListQueues', { QueueNamePrefix: 'a', MaxResults: 2, NextToken: first.NextToken });
    expect(second).toEqual({ QueueUrls: [urls[2]], NextToken: undefined });
    expect(() => test.call('ListQueues', { MaxResults: 1001 })).toThrow('MaxResults');
  });

  it('carry the tags that they were created with', () => {
    const test = new SqsUnderTest();
    const { QueueUrl } = test.call('CreateQueue', { QueueName: 'jobs', tags: { team: 'x' } });
    expect(test.call('ListQueueTags', { QueueUrl })).toEqual({ Tags: { team: 'x' } });
  });

  it('lose everything in a purge, in flight too, and can be purged again after a minute', async () => {
    const test = new SqsUnderTest();
    const QueueUrl = test.queue('jobs');
    test.fill(QueueUrl, 5);
    test.send(QueueUrl, 'delayed', { DelaySeconds: 5 });
    const [message] = test.receive(QueueUrl, { MaxNumberOfMessages: 1 });
    test.call('PurgeQueue', { QueueUrl });
    expect(test.counts(QueueUrl)).toEqual([0, 0, 0]);
    test.delete(QueueUrl, message);
    expect(() => test.call('PurgeQueue', { QueueUrl })).toThrow('allowed every 60 seconds');
    await test.clock.advance(MINUTE);
    test.call('PurgeQueue', { QueueUrl });
    expect(test.bodies(QueueUrl)).toEqual([]);
  });

  it('are found by URL, name and owner', () => {
    const test = new SqsUnderTest();
    const QueueUrl = test.queue('jobs');
    const byName = (more: object) => test.call('GetQueueUrl', { QueueName: 'jobs', ...more });
    expect(byName({})).toEqual({ QueueUrl });
    expect(byName({ QueueOwnerAWSAccountId: '000000000000' })).toEqual({ QueueUrl });
    expect(() => byName({ QueueOwnerAWSAccountId: '999999999999' })).toThrow('does not exist');
    const elsewhere = QueueUrl.replace('000000000000', '999999999999');
    expect(() => test.send(elsewhere, 'x')).toThrow('The specified queue does not exist.');
    expect(() => test.call('SendMessage', { MessageBody: 'x' })).toThrow('must contain the parameter QueueUrl');
  });

  it('tell CloudTrail of management calls only', () => {
    const { sqs } = new SqsUnderTest();
    expect(sqs.trailName('CreateQueue')).toBe('CreateQueue');
    expect(sqs.trailName('StartMessageMoveTask')).toBe('StartMessageMoveTask');
    for (const operation of ['SendMessage', 'ReceiveMessage', 'DeleteMessageBatch', 'ChangeMessageVisibility']) {
      expect(sqs.trailName(operation)).toBeUndefined();
    }
  });
});

describe('the port for event source mappings', () => {
  it('receives more than ten, counts as requests, deletes and gives back', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs', { VisibilityTimeout: '60' });
    const handle = test.sqs.port.byArn(test.arn(queue))!;
    expect(test.sqs.port.byArn('arn:aws:sqs:us-east-1:000000000000:none')).toBeUndefined();
    expect(handle).toMatchObject({ name: 'jobs', fifo: false, visibilityTimeoutSeconds: 60 });
    test.fill(queue, 25);
    const { signal } = new AbortController();
    const messages = await handle.receive({ max: 100, waitMs: 0, signal });
    expect(messages).toHaveLength(25);
    expect(messages[0]).toMatchObject({
      body: '0',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: {},
    });
    expect(await handle.receive({ max: 100, waitMs: 0, signal })).toEqual([]);
    handle.delete([messages[0]!.receiptHandle]);
    handle.changeVisibility(messages[1]!.receiptHandle, 0);
    expect(test.counts(queue)).toEqual([1, 23, 0]);
    expect(test.sum('NumberOfMessagesReceived', 'jobs')).toBe(25);
    expect(test.sum('NumberOfEmptyReceives', 'jobs')).toBe(1);
    expect(test.sum('NumberOfMessagesDeleted', 'jobs')).toBe(1);
  });

  it('sends as SendMessage does', async () => {
    const test = new SqsUnderTest();
    const queue = test.queue('jobs.fifo');
    const handle = test.sqs.port.byArn(test.arn(queue))!;
    const first = handle.send({ body: 'a', groupId: 'g', deduplicationId: 'd' });
    expect(handle.send({ body: 'b', groupId: 'g', deduplicationId: 'd' })).toEqual(first);
    expect(() => handle.send({ body: 'a' })).toThrow('MessageGroupId');
    expect(test.bodies(queue)).toEqual(['a']);
  });

  it.each(['null', '5', '[]', '{"Statement":5}', '{"Statement":[null]}'])('refuse the policy %s', (Policy) => {
    const test = new SqsUnderTest();
    const queue = test.queue('q');
    expect(() => test.set(queue, { Policy })).toThrow('Invalid value for the parameter Policy.');
  });

  it.each(['{}', '{"Statement":{"Sid":"one"}}'])('add a permission to the policy %s', (Policy) => {
    const test = new SqsUnderTest();
    const QueueUrl = test.queue('q');
    test.set(QueueUrl, { Policy });
    test.call('AddPermission', { QueueUrl, Label: 'two', AWSAccountIds: ['1'], Actions: ['SendMessage'] });
    const { Statement } = JSON.parse(test.attributes(QueueUrl)['Policy']!);
    expect(Statement.at(-1)).toMatchObject({ Sid: 'two' });
    test.call('RemovePermission', { QueueUrl, Label: 'two' });
  });
});
