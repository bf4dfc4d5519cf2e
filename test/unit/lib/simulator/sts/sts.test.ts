import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const START = Date.UTC(2026, 0, 15);

describe('STS through its SDK', () => {
  let simulator: Simulator;
  const clients: STSClient[] = [];
  beforeEach(async () => {
    simulator = await Simulator.start({
      clock: new SimulatedClock({ start: START, rate: 0 }),
      accountId: '123456789012',
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await simulator.close();
  });
  const as = (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'secret' };
    const client = new STSClient({ endpoint: simulator.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  };

  it('knows any access key as the operator of the account', async () => {
    expect(await as('AKIATEST').send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/operator',
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/),
    });
  });

  it('gives credentials of a role for a while, and knows them again', async () => {
    const RoleArn = 'arn:aws:iam::123456789012:role/path/deployer';
    const { Credentials, AssumedRoleUser } = await as('AKIATEST').send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'release', DurationSeconds: 900 }),
    );
    expect(Credentials!.Expiration).toEqual(new Date(START + 900_000));
    expect(AssumedRoleUser!.Arn).toBe('arn:aws:sts::123456789012:assumed-role/deployer/release');
    expect(await as(Credentials!.AccessKeyId!).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: AssumedRoleUser!.Arn,
      UserId: AssumedRoleUser!.AssumedRoleId,
    });
  });

  it('refuses what is no role, too short a session and unsigned calls', async () => {
    const assume = (input: object) =>
      as('AKIATEST').send(new AssumeRoleCommand({ RoleArn: 'x', RoleSessionName: 'ss', ...input }));
    await expect(assume({})).rejects.toMatchObject({ name: 'ValidationError', message: 'x is invalid' });
    const RoleArn = 'arn:aws:iam::123456789012:role/r';
    await expect(assume({ RoleArn, DurationSeconds: 60 })).rejects.toMatchObject({ name: 'ValidationError' });
    const response = await fetch(`${simulator.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});
