import {
  CreateAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive, LambdaUnderTest } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

const answers = (word: string) => archive(`export const handler = async () => '${word}';`);
const READY = { Status: 'READY', AllocatedProvisionedConcurrentExecutions: 5 };
const STARTING = { Status: 'IN_PROGRESS', AllocatedProvisionedConcurrentExecutions: 0 };

describe('provisioned concurrency', () => {
  let lambda: LambdaUnderTest;
  let FunctionName: string;
  /** Versions 1 and 2, and an alias on 1. */
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    FunctionName = await lambda.createRunning(answers('one'));
    await lambda.client.send(new PublishVersionCommand({ FunctionName }));
    await lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answers('two') }));
    await lambda.pass();
    await lambda.client.send(new PublishVersionCommand({ FunctionName }));
    await alias('live', '1');
  });
  afterEach(() => lambda.close());

  const alias = (Name: string, FunctionVersion: string) =>
    lambda.client.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion }));
  const put = (Qualifier: string, ProvisionedConcurrentExecutions = 5) =>
    lambda.client.send(
      new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions }),
    );
  const get = (Qualifier = 'live') =>
    lambda.client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
  const move = (FunctionVersion: string, weights?: Record<string, number>) =>
    lambda.client.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: 'live',
        FunctionVersion,
        ...(weights && { RoutingConfig: { AdditionalVersionWeights: weights } }),
      }),
    );

  it('is allocated after a while', async () => {
    expect(await put('live')).toMatchObject({
      ...STARTING,
      RequestedProvisionedConcurrentExecutions: 5,
      LastModified: expect.stringMatching(/^2026-01-15T.*\+0000$/),
    });
    await lambda.pass(59);
    expect(await get()).toMatchObject(STARTING);
    await lambda.pass(1);
    expect(await get()).toMatchObject({ ...READY, AvailableProvisionedConcurrentExecutions: 5 });
  });

  it('starts anew on the version to which its alias moves', async () => {
    await put('live');
    await lambda.pass(60);
    await move('1');
    expect(await get()).toMatchObject(READY);
    await move('2');
    expect(await get()).toMatchObject(STARTING);
    await lambda.pass(60);
    expect(await get()).toMatchObject(READY);
  });

  it('that cannot be allocated tells why', async () => {
    lambda.simulator.region().lambda.steer(FunctionName, { provisioningFails: 'FUNCTION_ERROR_INIT_FAILURE' });
    await put('2');
    expect(await get('2')).toMatchObject(STARTING);
    await lambda.pass(60);
    expect(await get('2')).toMatchObject({
      Status: 'FAILED',
      StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
      AllocatedProvisionedConcurrentExecutions: 0,
    });
    lambda.simulator.region().lambda.steer(FunctionName, { provisioningFails: null });
    await put('2');
    await lambda.pass(60);
    expect(await get('2')).toMatchObject(READY);
  });

  it('is listed with its alias or version, page by page, and deleted, even twice', async () => {
    await put('live');
    await put('2');
    const list = (more: object) =>
      lambda.client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName, ...more }));
    const first = await list({ MaxItems: 1 });
    const second = await list({ MaxItems: 1, Marker: first.NextMarker });
    const arns = [first, second].map((answer) => answer.ProvisionedConcurrencyConfigs?.map((each) => each.FunctionArn));
    expect(arns).toEqual([
      [expect.stringMatching(new RegExp(`:${FunctionName}:live$`))],
      [expect.stringMatching(new RegExp(`:${FunctionName}:2$`))],
    ]);
    expect(second.NextMarker).toBeUndefined();
    for (let twice = 0; twice < 2; twice++) {
      await lambda.client.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: 'live' }));
    }
    await expect(get()).rejects.toMatchObject({
      name: 'ProvisionedConcurrencyConfigNotFoundException',
      message: 'No Provisioned Concurrency Config found for this function',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('is refused for what is not published, not there, or not a number', async () => {
    await expect(put('$LATEST')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(get('$LATEST')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(put('9')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(get('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(put('live', 0)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is one for each version, whether by number or by alias', async () => {
    await put('live');
    await expect(put('1')).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: 'Version is pointed by a Provisioned Concurrency alias',
    });
    await alias('other', '1');
    await expect(put('other')).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await alias('next', '2');
    await put('2');
    await expect(put('next')).rejects.toMatchObject({
      message: "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    });
    expect(await put('live', 7)).toMatchObject({ RequestedProvisionedConcurrentExecutions: 7 });
  });

  it('is not to be changed while its alias is split', async () => {
    await put('live');
    await move('1', { 2: 0.1 });
    await expect(put('live', 7)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Invalid alias configuration for Provisioned Concurrency',
    });
  });

  it('stays within what is reserved for the function, or what the account has free', async () => {
    await expect(put('2', 901)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await put('2', 900);
    await lambda.client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 10 }));
    await put('2', 6);
    await expect(put('live', 5)).rejects.toMatchObject({
      message:
        'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
    });
    await put('live', 4);
  });
});
