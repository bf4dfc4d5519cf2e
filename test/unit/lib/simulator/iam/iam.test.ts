import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const START = Date.UTC(2026, 0, 15);
const USER = { UserName: 'sender' };

describe('IAM through its SDK', () => {
  let simulator: Simulator;
  let iam: IAMClient;
  const options = () => ({ endpoint: simulator.endpoint, region: 'us-east-1', maxAttempts: 1 });
  const identity = (accessKeyId: string) =>
    new STSClient({ ...options(), credentials: { accessKeyId, secretAccessKey: 's' } }).send(
      new GetCallerIdentityCommand({}),
    );
  beforeEach(async () => {
    simulator = await Simulator.start({
      clock: new SimulatedClock({ start: START, rate: 0 }),
      accountId: '123456789012',
    });
    iam = new IAMClient({ ...options(), credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 's' } });
    await iam.send(new CreateUserCommand({ ...USER, Path: '/cvops/' }));
  });
  afterEach(() => simulator.close());
  const create = async () => (await iam.send(new CreateAccessKeyCommand(USER))).AccessKey!;

  test('a user has a path and an ARN, and a name once', async () => {
    expect((await iam.send(new GetUserCommand(USER))).User).toMatchObject({
      Arn: 'arn:aws:iam::123456789012:user/cvops/sender',
      CreateDate: new Date(START),
    });
    await expect(iam.send(new CreateUserCommand(USER))).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    await expect(iam.send(new GetUserCommand({ UserName: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('a key signs in as its user while it is active', async () => {
    const { AccessKeyId = '', SecretAccessKey } = await create();
    expect(SecretAccessKey).toMatch(/^.{40}$/);
    expect(await identity(AccessKeyId)).toMatchObject({ Arn: 'arn:aws:iam::123456789012:user/cvops/sender' });
    await iam.send(new UpdateAccessKeyCommand({ ...USER, AccessKeyId, Status: 'Inactive' }));
    await expect(identity(AccessKeyId)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    await iam.send(new DeleteAccessKeyCommand({ ...USER, AccessKeyId }));
    await expect(identity(AccessKeyId)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    await expect(iam.send(new DeleteAccessKeyCommand({ ...USER, AccessKeyId }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  test('there are two keys at most, active or not', async () => {
    const first = await create();
    const second = await create();
    await iam.send(new UpdateAccessKeyCommand({ ...USER, AccessKeyId: first.AccessKeyId!, Status: 'Inactive' }));
    await expect(create()).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect((await iam.send(new ListAccessKeysCommand(USER))).AccessKeyMetadata).toMatchObject([
      { AccessKeyId: first.AccessKeyId, Status: 'Inactive' },
      { AccessKeyId: second.AccessKeyId, Status: 'Active' },
    ]);
    await expect(iam.send(new DeleteUserCommand(USER))).rejects.toMatchObject({ name: 'DeleteConflictException' });
  });

  test('the last use of a key is told, and of a fresh one that there was none', async () => {
    const { AccessKeyId = '' } = await create();
    const last = async () => (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed;
    expect(await last()).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
    await simulator.clock.advance(60_000);
    await identity(AccessKeyId);
    expect(await last()).toEqual({ LastUsedDate: new Date(START + 60_000), ServiceName: 'sts', Region: 'us-east-1' });
  });
});
