import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawVersion } from '../../../../../src/lib/simulator/lambda/aliases.ts';
import { archive, LambdaUnderTest } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

const ANSWERS_ITS_VERSION = archive(
  'export const handler = async (_, context) => ({ version: context.functionVersion, arn: context.invokedFunctionArn });',
);

describe('an alias', () => {
  let lambda: LambdaUnderTest;
  let fn: string;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    fn = await lambda.createRunning(ANSWERS_ITS_VERSION);
    await publish();
    await lambda.setEnvironment(fn, { RELEASE: '2' });
    await publish();
  });
  afterEach(() => lambda.close());

  const publish = () => lambda.client.send(new PublishVersionCommand({ FunctionName: fn }));
  const create = (FunctionVersion: string, weights: Record<string, number> = {}) =>
    lambda.client.send(
      new CreateAliasCommand({
        FunctionName: fn,
        Name: 'live',
        FunctionVersion,
        RoutingConfig: { AdditionalVersionWeights: weights },
      }),
    );
  const update = (more: object) =>
    lambda.client.send(new UpdateAliasCommand({ FunctionName: fn, Name: 'live', ...more }));
  const invoke = async (Qualifier: string) => {
    const { ExecutedVersion, Payload } = await lambda.client.send(new InvokeCommand({ FunctionName: fn, Qualifier }));
    return { executed: ExecutedVersion, ...JSON.parse(Payload!.transformToString()) };
  };

  it('runs the version that it points to, and shows the handler its own ARN', async () => {
    const { AliasArn } = await create('1');
    expect(await invoke('live')).toEqual({ executed: '1', version: '1', arn: AliasArn });
    await update({ FunctionVersion: '2' });
    expect(await invoke('live')).toEqual({ executed: '2', version: '2', arn: AliasArn });
  });

  it('takes a description of 256 characters and no longer one', async () => {
    await create('1');
    expect(await update({ Description: 'd'.repeat(256) })).toMatchObject({ Description: 'd'.repeat(256) });
    await expect(update({ Description: 'd'.repeat(257) })).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('keeps its split when an update leaves RoutingConfig out, and drops it for an empty one', async () => {
    await create('1', { '2': 0.25 });
    expect(await update({ Description: 'same split' })).toMatchObject({
      RoutingConfig: { AdditionalVersionWeights: { '2': 0.25 } },
    });
    expect(await update({ RoutingConfig: { AdditionalVersionWeights: {} } })).not.toHaveProperty('RoutingConfig');
  });

  it('cannot move to the version that its kept split already holds', async () => {
    await create('1', { '2': 0.25 });
    await expect(update({ FunctionVersion: '2' })).rejects.toThrow(
      'Function version 2 is already included in routing configuration.',
    );
  });

  it('gives an update with a stale RevisionId 412 and changes nothing', async () => {
    const { RevisionId } = await create('1');
    await update({ FunctionVersion: '2', RevisionId });
    await expect(update({ FunctionVersion: '1', RevisionId })).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      $metadata: { httpStatusCode: 412 },
    });
    const current = await lambda.client.send(new GetAliasCommand({ FunctionName: fn, Name: 'live' }));
    expect(current.FunctionVersion).toBe('2');
  });

  it('honours its weights invocation by invocation', async () => {
    await create('1', { '2': 0.3 });
    const versions: string[] = [];
    for (let i = 0; i < 200; i++) versions.push((await invoke('live')).executed);
    const share = versions.filter((version) => version === '2').length / versions.length;
    // The generator is seeded, so the share is the same in each run; these bounds are four standard deviations.
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.43);
    expect(versions.slice(0, 20)).toContain('2');
  });

  it.each([
    [0, '1'],
    [1, '2'],
  ])('sends all or nothing with a weight of %d', async (weight, expected) => {
    await create('1', { '2': weight });
    for (let i = 0; i < 5; i++) expect((await invoke('live')).executed).toBe(expected);
  });

  it('protects its versions from deletion, the weighted one too', async () => {
    await create('1', { '2': 0.5 });
    for (const Qualifier of ['1', '2']) {
      await expect(
        lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn, Qualifier })),
      ).rejects.toMatchObject({
        name: 'ResourceConflictException',
        message: 'Unable to delete version because the following aliases reference it: [live]',
        $metadata: { httpStatusCode: 409 },
      });
    }
    await update({ RoutingConfig: { AdditionalVersionWeights: {} } });
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: fn, Qualifier: '2' }));
    const { Versions } = await lambda.client.send(new ListVersionsByFunctionCommand({ FunctionName: fn }));
    expect(Versions!.map(({ Version }) => Version)).toEqual(['$LATEST', '1']);
  });

  it('cannot split between versions of different roles', async () => {
    await lambda.client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: fn,
        Role: 'arn:aws:iam::111111111111:role/another',
      }),
    );
    await lambda.pass();
    await publish();
    await expect(create('1', { '3': 0.1 })).rejects.toThrow(
      'Specified versions must be associated with the same execution role',
    );
  });

  it('cannot split between versions of different dead-letter queues', async () => {
    const DeadLetterConfig = { TargetArn: (await lambda.queue()).arn };
    await lambda.client.send(new UpdateFunctionConfigurationCommand({ FunctionName: fn, DeadLetterConfig }));
    await lambda.pass();
    await publish();
    await expect(create('1', { '3': 0.1 })).rejects.toThrow('dead-letter');
  });
});

describe('drawing a version', () => {
  const alias = { name: 'live', description: '', functionVersion: '1', weights: { '2': 0.1 }, revisionId: '' };

  it('takes the additional version below its weight and the primary from it on', () => {
    expect(drawVersion(alias, () => 0.0999)).toBe('2');
    expect(drawVersion(alias, () => 0.1)).toBe('1');
  });
});
