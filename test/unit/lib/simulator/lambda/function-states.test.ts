import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionSteering } from '../../../../../src/lib/simulator/lambda/function-states.ts';
import { archive, LambdaUnderTest, SOME_CODE } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

const answers = (word: string) => archive(`export const handler = async () => '${word}';`);

describe('the state of a function', () => {
  let lambda: LambdaUnderTest;
  let fn: string;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    fn = await lambda.createRunning(answers('one'));
    await publish();
  });
  afterEach(() => lambda.close());

  const publish = (FunctionName = fn) => lambda.client.send(new PublishVersionCommand({ FunctionName }));
  const steer = (steering: FunctionSteering) => lambda.simulator.region().lambda.steer(fn, steering);
  const invoke = async (Qualifier?: string) => {
    const { Payload } = await lambda.client.send(new InvokeCommand({ FunctionName: fn, Qualifier }));
    return JSON.parse(Payload!.transformToString());
  };
  const look = async (Qualifier?: string, FunctionName = fn) => {
    const answer = await lambda.client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
    const { State, StateReason, StateReasonCode, LastUpdateStatus, LastUpdateStatusReason, SnapStart } = answer;
    return { State, StateReason, StateReasonCode, LastUpdateStatus, LastUpdateStatusReason, SnapStart };
  };

  it('that was idle fails the first invocation, which brings it back', async () => {
    steer({ qualifier: '1', state: 'Inactive' });
    expect(await look('1')).toMatchObject({ State: 'Inactive', StateReasonCode: 'Idle' });
    const refusal = {
      name: 'CodeArtifactUserPendingException',
      message: 'Lambda is initializing your function. It will be ready to invoke shortly.',
      $metadata: { httpStatusCode: 409 },
    };
    await expect(invoke('1')).rejects.toMatchObject(refusal);
    expect(await look('1')).toMatchObject({ State: 'Pending', StateReasonCode: 'Restoring' });
    await expect(invoke('1')).rejects.toMatchObject(refusal);
    await lambda.pass();
    expect(await look('1')).toMatchObject({ State: 'Active', StateReason: undefined });
    expect(await invoke('1')).toBe('one');
  });

  it('is that of one version: the others run on', async () => {
    steer({ qualifier: '1', state: 'Inactive' });
    expect(await invoke()).toBe('one');
    expect(await look()).toMatchObject({ State: 'Active' });
  });

  it('that lost its network interfaces fails with another error', async () => {
    steer({ qualifier: '1', state: 'Inactive', reclaimed: 'network' });
    await expect(invoke('1')).rejects.toMatchObject({
      name: 'ResourceNotReadyException',
      $metadata: { httpStatusCode: 502 },
    });
  });

  it('returns to Inactive when it cannot be brought back', async () => {
    steer({
      qualifier: '1',
      state: 'Inactive',
      wakes: false,
      reason: 'No address is free.',
      reasonCode: 'SubnetOutOfIPAddresses',
    });
    await expect(invoke('1')).rejects.toThrow();
    await lambda.pass();
    expect(await look('1')).toMatchObject({
      State: 'Inactive',
      StateReason: 'No address is free.',
      StateReasonCode: 'SubnetOutOfIPAddresses',
    });
  });

  it('that failed is invoked and published no more', async () => {
    steer({ state: 'Failed', reason: 'The image does not exist.', reasonCode: 'InvalidImage' });
    expect(await look()).toMatchObject({ State: 'Failed', StateReasonCode: 'InvalidImage' });
    const refusal = {
      name: 'ResourceConflictException',
      message:
        'The operation cannot be performed at this time. The function is currently in the following state: Failed',
    };
    await expect(invoke()).rejects.toMatchObject(refusal);
    await expect(publish()).rejects.toMatchObject(refusal);
    expect(await invoke('1')).toBe('one');
  });

  it('is Active through an update that fails: what served before goes on', async () => {
    steer({ nextUpdateFails: { reason: 'The key is disabled.', reasonCode: 'DisabledKMSKey' } });
    const update = (word: string) =>
      lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName: fn, ZipFile: answers(word) }));
    await update('two');
    expect(await look()).toMatchObject({ State: 'Active', LastUpdateStatus: 'InProgress' });
    await lambda.pass();
    expect(await look()).toMatchObject({
      State: 'Active',
      LastUpdateStatus: 'Failed',
      LastUpdateStatusReason: 'The key is disabled.',
    });
    expect(await invoke()).toBe('one');
    expect(await publish()).toMatchObject({ Version: '1' });
    await update('three');
    await lambda.pass();
    expect(await look()).toMatchObject({ LastUpdateStatus: 'Successful', LastUpdateStatusReason: undefined });
    expect(await invoke()).toBe('three');
  });

  it('is not known of what does not exist', () => {
    expect(steer({ qualifier: '7', state: 'Inactive' })).toBe(false);
    expect(lambda.simulator.region().lambda.steer('nobody', { state: 'Failed' })).toBe(false);
  });

  it('is ordered by the control API too, which takes no other word', async () => {
    const order = (path: string, body: object) =>
      fetch(`${lambda.simulator.endpoint}/_simulator/functions/us-east-1/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
    expect((await order(fn, { qualifier: '1', state: 'Inactive' })).status).toBe(200);
    expect(await look('1')).toMatchObject({ State: 'Inactive' });
    expect((await order('nobody', { state: 'Inactive' })).status).toBe(404);
    expect((await order(fn, { state: 'Asleep' })).status).toBe(400);
    expect((await order(fn, { nextUpdateFails: { reason: 'x' } })).status).toBe(400);
  });

  describe('with SnapStart', () => {
    let snapped: string;
    beforeEach(async () => {
      const created = await lambda.create({
        Runtime: 'python3.13',
        Handler: 'index.handler',
        Code: { ZipFile: SOME_CODE },
        SnapStart: { ApplyOn: 'PublishedVersions' },
      });
      snapped = created.FunctionName!;
    });

    it('is Pending in a new version until the snapshot is taken', async () => {
      expect(await publish(snapped)).toMatchObject({ State: 'Pending', SnapStart: { OptimizationStatus: 'Off' } });
      await lambda.pass();
      const On = { ApplyOn: 'PublishedVersions', OptimizationStatus: 'On' };
      expect(await look('1', snapped)).toMatchObject({ State: 'Active', SnapStart: On });
      expect(await look(undefined, snapped)).toMatchObject({ SnapStart: { ...On, OptimizationStatus: 'Off' } });
      expect(await publish(snapped)).toMatchObject({ Version: '1' });
    });

    it('that was idle answers with an error of its own', async () => {
      await publish(snapped);
      await lambda.pass();
      lambda.simulator.region().lambda.steer(snapped, { qualifier: '1', state: 'Inactive' });
      await expect(
        lambda.client.send(new InvokeCommand({ FunctionName: snapped, Qualifier: '1' })),
      ).rejects.toMatchObject({
        name: 'SnapStartNotReadyException',
        message:
          'Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.',
      });
    });

    it('is refused for runtimes without it', async () => {
      const change = { FunctionName: fn, SnapStart: { ApplyOn: 'PublishedVersions' as const } };
      await expect(lambda.client.send(new UpdateFunctionConfigurationCommand(change))).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: 'nodejs22.x is not supported for SnapStart enabled functions.',
      });
    });
  });
});
