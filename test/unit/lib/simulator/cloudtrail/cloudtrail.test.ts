import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CreateTopicCommand, GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const START = Date.UTC(2026, 0, 15);

describe('CloudTrail through its SDK', () => {
  let clock: SimulatedClock;
  let simulator: Simulator;
  let trail: CloudTrailClient;
  let sns: SNSClient;
  beforeEach(async () => {
    clock = new SimulatedClock({ start: START, rate: 0 });
    simulator = await Simulator.start({ clock });
    trail = new CloudTrailClient(settings());
    sns = new SNSClient(settings());
  });
  afterEach(async () => {
    trail.destroy();
    sns.destroy();
    await simulator.close();
  });

  const settings = (accessKeyId = 'AKIATEST') => ({
    endpoint: simulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  const lookup = (input: LookupEventsCommandInput = {}) => trail.send(new LookupEventsCommand(input));
  const by = async (AttributeKey: string, AttributeValue: string) =>
    (await lookup({ LookupAttributes: [{ AttributeKey: AttributeKey as never, AttributeValue }] })).Events!;
  const create = (Name: string) => sns.send(new CreateTopicCommand({ Name, Tags: [{ Key: 'Team', Value: 'ops' }] }));
  const recordOf = async (name: string) => JSON.parse((await by('EventName', name))[0]!.CloudTrailEvent!);

  it.each(['AmazonSQS', 'DynamoDB_20120810', 'AWSEvents', 'Logs_20140328', 'GraniteServiceVersion20100801'])(
    'does not tell of operations that %s does not have',
    async (target) => {
      for (const operation of ['MakeCoffee', 'constructor']) {
        const answer = await fetch(simulator.endpoint, {
          method: 'POST',
          headers: { 'x-amz-target': `${target}.${operation}` },
          body: '{}',
        });
        expect(answer.status).toBe(400);
      }
      expect((await lookup()).Events).toEqual([]);
    },
  );

  it('tells of a management call: who, what, when and with which parameters', async () => {
    await create('news');
    const [event] = await by('EventName', 'CreateTopic');
    expect(event).toMatchObject({
      EventName: 'CreateTopic',
      ReadOnly: 'false',
      AccessKeyId: 'AKIATEST',
      EventTime: new Date(START),
      EventSource: 'sns.amazonaws.com',
      Username: 'operator',
      Resources: [{ ResourceType: 'AWS::SNS::Topic', ResourceName: 'news' }],
    });
    expect(JSON.parse(event!.CloudTrailEvent!)).toMatchObject({
      eventID: event!.EventId,
      eventTime: '2026-01-15T00:00:00Z',
      eventSource: 'sns.amazonaws.com',
      eventName: 'CreateTopic',
      awsRegion: 'us-east-1',
      userAgent: expect.stringContaining('aws-sdk-js'),
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::000000000000:user/operator',
        accountId: '000000000000',
        accessKeyId: 'AKIATEST',
        userName: 'operator',
      },
      requestParameters: { name: 'news', tags: [{ key: 'Team', value: 'ops' }] },
      responseElements: { topicArn: 'arn:aws:sns:us-east-1:000000000000:news' },
      readOnly: false,
      managementEvent: true,
    });
  });

  it('tells of a failed call with its error and without an answer', async () => {
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:absent';
    await expect(sns.send(new GetTopicAttributesCommand({ TopicArn }))).rejects.toThrow();
    expect(await recordOf('GetTopicAttributes')).toMatchObject({
      errorCode: 'NotFound',
      errorMessage: 'Topic does not exist',
      requestParameters: { topicArn: TopicArn },
      responseElements: null,
      readOnly: true,
    });
  });

  it('does not tell of data events', async () => {
    const { TopicArn } = await create('news');
    await sns.send(new PublishCommand({ TopicArn, Message: 'm' }));
    expect(await by('EventName', 'Publish')).toEqual([]);
  });

  it('names the session of an assumed role, and hides the secret', async () => {
    const sts = new STSClient(settings());
    const RoleArn = 'arn:aws:iam::000000000000:role/deployer';
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'release' }));
    sts.destroy();
    const session = new SNSClient(settings(Credentials!.AccessKeyId!));
    await session.send(new CreateTopicCommand({ Name: 'by-role' }));
    session.destroy();
    expect((await recordOf('CreateTopic')).userIdentity).toMatchObject({
      type: 'AssumedRole',
      arn: 'arn:aws:sts::000000000000:assumed-role/deployer/release',
      sessionContext: { sessionIssuer: { arn: RoleArn, userName: 'deployer' } },
    });
    expect(await by('Username', 'release')).toHaveLength(1);
    expect(JSON.stringify(await recordOf('AssumeRole'))).not.toContain(Credentials!.SecretAccessKey);
  });

  it('filters by each attribute, one at a time', async () => {
    await create('news');
    await expect(create('not valid')).rejects.toThrow();
    expect(await by('ResourceName', 'news')).toHaveLength(1);
    expect(await by('ResourceType', 'AWS::SNS::Topic')).toHaveLength(2);
    expect(await by('EventSource', 'sns.amazonaws.com')).toHaveLength(2);
    expect(await by('AccessKeyId', 'AKIATEST')).not.toHaveLength(0);
    expect(await by('AccessKeyId', 'AKIAOTHER')).toHaveLength(0);
    expect(await by('ReadOnly', 'false')).toHaveLength(2);
    const two = [
      { AttributeKey: 'EventName', AttributeValue: 'a' },
      { AttributeKey: 'EventName', AttributeValue: 'b' },
    ] as const;
    await expect(lookup({ LookupAttributes: [...two] })).rejects.toMatchObject({
      name: 'InvalidLookupAttributesException',
    });
  });

  it('keeps to the time range, newest first, 50 a page', async () => {
    for (let i = 0; i < 120; i++) {
      await create(`t${i}`);
      await clock.advance(60_000);
    }
    const names: string[] = [];
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await lookup({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateTopic' }],
        NextToken,
      });
      sizes.push(page.Events!.length);
      names.push(...page.Events!.map(({ Resources }) => Resources![0]!.ResourceName!));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes.slice(0, 2)).toEqual([50, 50]);
    expect(names).toEqual(Array.from({ length: 120 }, (_, i) => `t${119 - i}`));
    const { Events } = await lookup({ StartTime: new Date(START + 600_000), EndTime: new Date(START + 720_000) });
    expect(Events!.map(({ Resources }) => Resources![0]!.ResourceName)).toEqual(['t12', 't11', 't10']);
  });

  it('forgets after 90 days', async () => {
    await create('news');
    await clock.advance(91 * 86_400_000);
    expect(await by('EventName', 'CreateTopic')).toEqual([]);
  });
});
