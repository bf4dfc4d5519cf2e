import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  GetAccountSettingsCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  ListTagsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LambdaUnderTest } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

describe('what belongs to a function', () => {
  let lambda: LambdaUnderTest;
  let FunctionName: string;
  let arn: string;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    const created = await lambda.create({ Tags: { stage: 'live' } });
    FunctionName = created.FunctionName!;
    arn = created.FunctionArn!;
  });
  afterEach(() => lambda.close());

  const allow = (more: object = {}) =>
    lambda.client.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: 'schedule',
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        ...more,
      }),
    );
  const policy = async (Qualifier?: string) =>
    JSON.parse((await lambda.client.send(new GetPolicyCommand({ FunctionName, Qualifier }))).Policy!);

  it('has a policy of statements, each for the function, an alias or a version of its own', async () => {
    await lambda.client.send(new PublishVersionCommand({ FunctionName }));
    await lambda.client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
    const { Statement } = await allow({ SourceArn: 'arn:aws:events:us-east-1:111111111111:rule/weekly' });
    await allow({ Qualifier: 'live' });
    const own = {
      Sid: 'schedule',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arn,
      Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/weekly' } },
    };
    expect(JSON.parse(Statement!)).toEqual(own);
    expect(await policy()).toEqual({ Version: '2012-10-17', Id: 'default', Statement: [own] });
    expect((await policy('live')).Statement).toMatchObject([{ Resource: `${arn}:live` }]);
    await expect(policy('1')).rejects.toThrow('The resource you requested does not exist.');
  });

  it('has each statement id once', async () => {
    await allow();
    await expect(allow()).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message:
        'The statement id (schedule) provided already exists. Please provide a new statement id, or remove the existing statement.',
    });
  });

  it('has no policy left once the last statement is removed', async () => {
    const remove = (StatementId: string) =>
      lambda.client.send(new RemovePermissionCommand({ FunctionName, StatementId }));
    await allow();
    await expect(remove('other')).rejects.toThrow('Statement other is not found in resource policy.');
    await remove('schedule');
    await expect(policy()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('has tags, and so has a mapping', async () => {
    const tag = (Resource: string, Tags: Record<string, string>) =>
      lambda.client.send(new TagResourceCommand({ Resource, Tags }));
    const tags = async (Resource: string) => (await lambda.client.send(new ListTagsCommand({ Resource }))).Tags;
    await tag(arn, { team: 'events', cost: 'free' });
    expect(await tags(arn)).toEqual({ stage: 'live', team: 'events', cost: 'free' });
    expect((await lambda.get(FunctionName)).Tags).toEqual({ stage: 'live', team: 'events', cost: 'free' });
    await lambda.client.send(new UntagResourceCommand({ Resource: arn, TagKeys: ['stage', 'cost'] }));
    expect(await tags(arn)).toEqual({ team: 'events' });
    const mapping = await lambda.client.send(
      new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn: (await lambda.queue()).arn }),
    );
    await tag(mapping.EventSourceMappingArn!, { a: 'b' });
    expect(await tags(mapping.EventSourceMappingArn!)).toEqual({ a: 'b' });
    await expect(tags(`${arn}:1`)).rejects.toThrow('Tags on function aliases and versions are not supported.');
  });

  it('has settings of asynchronous invocation, put whole and updated in part', async () => {
    const put = await lambda.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 }),
    );
    expect(put).toMatchObject({
      FunctionArn: `${arn}:$LATEST`,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    });
    await lambda.client.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 }));
    const got = await lambda.client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
    expect(got).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 });
    expect(got.LastModified).toEqual(new Date(lambda.simulator.clock.now()));
  });

  it('counts in the account settings', async () => {
    await lambda.client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 40 }));
    const { AccountLimit, AccountUsage } = await lambda.client.send(new GetAccountSettingsCommand({}));
    expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 960 });
    expect(AccountUsage).toEqual({
      FunctionCount: 1,
      TotalCodeSize: (await lambda.get(FunctionName)).Configuration!.CodeSize,
    });
  });
});
