import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive, LambdaUnderTest, ROLE } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

const answers = (word: string) => archive(`export const handler = async () => '${word}';`);

describe('a function', () => {
  let lambda: LambdaUnderTest;
  let fn: string;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    fn = await lambda.createRunning(answers('one'));
  });
  afterEach(() => lambda.close());

  const invoke = async (Qualifier?: string) => {
    const { Payload } = await lambda.client.send(new InvokeCommand({ FunctionName: fn, Qualifier }));
    return JSON.parse(Payload!.transformToString());
  };
  const update = (word: string, more: object = {}) =>
    lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName: fn, ZipFile: answers(word), ...more }));
  const publish = (more: object = {}) => lambda.client.send(new PublishVersionCommand({ FunctionName: fn, ...more }));

  it('cannot be invoked, updated or published while it is pending', async () => {
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn }));
    await lambda.client.send(
      new CreateFunctionCommand({
        FunctionName: fn,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile: answers('one') },
      }),
    );
    const pending = {
      name: 'ResourceConflictException',
      message:
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    };
    for (const attempt of [() => invoke(), () => update('two'), () => publish()]) {
      await expect(attempt()).rejects.toMatchObject(pending);
    }
    await lambda.pass();
    expect(await invoke()).toBe('one');
  });

  it('runs its old code until an update is through', async () => {
    expect(await invoke()).toBe('one');
    await update('two');
    expect(await invoke()).toBe('one');
    await lambda.pass();
    expect(await invoke()).toBe('two');
  });

  it('keeps published versions as they were', async () => {
    await publish();
    await update('two');
    await lambda.pass();
    expect(await invoke('1')).toBe('one');
    expect(await invoke('$LATEST')).toBe('two');
  });

  it('validates a dry run and changes nothing', async () => {
    const before = await lambda.get(fn);
    const dry = await update('two', { DryRun: true });
    expect(dry.CodeSha256).not.toBe(before.Configuration!.CodeSha256);
    await expect(update('two', { DryRun: true, RevisionId: 'stale' })).rejects.toMatchObject({
      name: 'PreconditionFailedException',
    });
    await lambda.pass();
    expect((await lambda.get(fn)).Configuration).toEqual(before.Configuration);
    expect(await invoke()).toBe('one');
  });

  it('publishes nothing new when code and configuration are those of the newest version', async () => {
    await publish();
    expect((await publish()).Version).toBe('1');
    await update('one');
    await lambda.pass();
    expect((await publish()).Version).toBe('1');
    await update('two');
    await lambda.pass();
    expect((await publish()).Version).toBe('2');
    await update('one');
    await lambda.pass();
    expect((await publish()).Version).toBe('3');
  });

  it('never uses the number of a deleted version again', async () => {
    await publish();
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn, Qualifier: '1' }));
    expect((await publish()).Version).toBe('2');
    const { Versions } = await lambda.client.send(new ListVersionsByFunctionCommand({ FunctionName: fn }));
    expect(Versions!.map(({ Version }) => Version)).toEqual(['$LATEST', '2']);
  });

  it('answers 409 to a publish during an update', async () => {
    await update('two');
    await expect(publish()).rejects.toMatchObject({ name: 'ResourceConflictException' });
  });

  it('refuses reserved environment variables by name', async () => {
    const Environment = { Variables: { AWS_REGION: 'eu-west-1' } };
    await expect(
      lambda.client.send(new UpdateFunctionConfigurationCommand({ FunctionName: fn, Environment })),
    ).rejects.toThrow('Reserved keys used in this request: AWS_REGION');
  });

  it('spells the message member as Lambda does: Message for 404, message elsewhere', async () => {
    const headers = {
      'content-type': 'application/json',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request',
    };
    const at = (path: string, init: RequestInit = {}) =>
      fetch(`${lambda.simulator.endpoint}/2015-03-31/functions/${path}`, { headers, ...init });
    const missing = await at('nothing-here');
    expect(missing.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await missing.json()).toEqual({
      Type: 'User',
      Message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:nothing-here',
    });
    const stale = await at(`${fn}/versions`, { method: 'POST', body: '{"RevisionId":"stale"}' });
    expect(stale.status).toBe(412);
    expect(Object.keys((await stale.json()) as object)).toEqual(['Type', 'message']);
  });

  it('is told to CloudTrail by the names that AWS uses, without its archive', async () => {
    await publish();
    const trail = lambda.simulator.region('us-east-1').trail;
    expect(trail.map(({ eventName }) => eventName)).toEqual(['CreateFunction20150331', 'PublishVersion20150331']);
    expect(trail[0]!.requestParameters).toMatchObject({ FunctionName: fn, Code: {} });
    expect(JSON.stringify(trail[0]!.requestParameters)).not.toContain('ZipFile');
    await invoke();
    expect(trail).toHaveLength(2);
  });

  it('can be made again from the same archive after a reset of the simulator', async () => {
    await lambda.simulator.reset();
    fn = await lambda.createRunning(answers('one'), { FunctionName: fn });
    expect(await invoke()).toBe('one');
  });

  it('is gone with all its versions after a delete without qualifier', async () => {
    await publish();
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn }));
    for (const Qualifier of [undefined, '1']) {
      await expect(lambda.client.send(new GetFunctionCommand({ FunctionName: fn, Qualifier }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    }
  });
});
