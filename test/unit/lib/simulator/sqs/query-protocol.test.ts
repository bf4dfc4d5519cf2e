import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

describe('the query protocol of SQS', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0 }) });
  });
  afterAll(() => simulator.close());

  async function call(parameters: Record<string, string>, path = '/') {
    const body = new URLSearchParams({ Version: '2012-11-05', ...parameters });
    const response = await fetch(`${simulator.endpoint}${path}`, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  }
  const inner = (text: string, element: string) => new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(text)?.[1];

  it('creates, tags and describes a queue by flat lists and maps', async () => {
    const created = await call({
      Action: 'CreateQueue',
      QueueName: 'old',
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '7',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'a & b',
    });
    const QueueUrl = inner(created.text, 'QueueUrl')!;
    expect(QueueUrl).toBe(`${simulator.endpoint}/000000000000/old`);
    const described = await call({ Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'VisibilityTimeout' });
    expect(inner(described.text, 'GetQueueAttributesResult')).toBe(
      '<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>',
    );
    const tags = await call({ Action: 'ListQueueTags', QueueUrl });
    expect(inner(tags.text, 'ListQueueTagsResult')).toBe('<Tag><Key>team</Key><Value>a &amp; b</Value></Tag>');
  });

  it('sends, receives and deletes in batches, to the address of the queue without naming it', async () => {
    await call({ Action: 'CreateQueue', QueueName: 'batches' });
    const path = '/000000000000/batches';
    const sent = await call(
      {
        Action: 'SendMessageBatch',
        'SendMessageBatchRequestEntry.1.Id': 'one',
        'SendMessageBatchRequestEntry.1.MessageBody': '<a & b>',
        'SendMessageBatchRequestEntry.1.MessageAttribute.1.Name': 'kind',
        'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType': 'String',
        'SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue': 'x',
        'SendMessageBatchRequestEntry.2.Id': 'two',
        'SendMessageBatchRequestEntry.2.MessageBody': 'b',
        'SendMessageBatchRequestEntry.2.DelaySeconds': '901',
      },
      path,
    );
    expect(inner(sent.text, 'SendMessageBatchResultEntry')).toContain('<Id>one</Id>');
    expect(inner(sent.text, 'BatchResultErrorEntry')).toContain('<Id>two</Id><SenderFault>true</SenderFault>');
    const receiving = {
      Action: 'ReceiveMessage',
      MaxNumberOfMessages: '10',
      'AttributeName.1': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'All',
    };
    const { text } = await call(receiving, path);
    expect(inner(text, 'Body')).toBe('&lt;a &amp; b&gt;');
    expect(text).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>');
    expect(text).toContain(
      '<MessageAttribute><Name>kind</Name><Value><DataType>String</DataType><StringValue>x</StringValue></Value></MessageAttribute>',
    );
    const deleted = await call(
      {
        Action: 'DeleteMessageBatch',
        'DeleteMessageBatchRequestEntry.1.Id': 'gone',
        'DeleteMessageBatchRequestEntry.1.ReceiptHandle': inner(text, 'ReceiptHandle')!,
      },
      path,
    );
    expect(inner(deleted.text, 'DeleteMessageBatchResultEntry')).toBe('<Id>gone</Id>');
    expect(inner((await call(receiving, path)).text, 'ReceiveMessageResult')).toBe('');
  });

  it('names errors by their old codes', async () => {
    const { status, text } = await call({
      Action: 'SendMessage',
      QueueUrl: 'http://x/000000000000/none',
      MessageBody: 'x',
    });
    expect(status).toBe(400);
    expect(inner(text, 'Error')).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    const { text: invalid } = await call({ Action: 'CreateQueue', QueueName: 'a b' });
    expect(inner(invalid, 'Code')).toBe('InvalidParameterValue');
  });
});
