import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { jsonOf, makeHome, removeHome } from '../../support/run-cli.ts';
import { NIGHT, stateCli } from '../state/state-cli.ts';

const cli = stateCli();

describe('credentials check, of the sender', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ rate: 0, now: NIGHT });
  });
  afterAll(() => sandbox.close());
  const check = (...argv: string[]) =>
    cli.run(['credentials', 'check', 'worker', '--json', ...argv], { env: endpointEnv(sandbox.endpoint) });

  /** As somebody whom IAM refuses the operation. */
  const checkWithout = async (operation: string) => {
    const error = { code: 'AccessDenied', statusCode: 403, message: 'User is not authorized.' };
    sandbox.simulator.faults.add({ service: 'iam', operation, error });
    const result = await check();
    sandbox.simulator.faults.clear();
    return result;
  };

  test('tells each key with age and last use; one too old is bad, and rotate is next', async () => {
    const fresh = await check();
    expect(fresh.code).toBe(0);
    expect(jsonOf(fresh).data.sender).toMatchObject({
      user: 'cv-analytics-sender',
      unreadable: null,
      keys: [{ active: true, ageDays: 10, lastUsedAt: null, lastUsedService: null }],
      findings: [{ id: 'key-unused', severity: 'note' }],
    });
    const old = await check('--max-age', '9');
    expect(old.code).toBe(6);
    expect(jsonOf(old).data.sender.findings[0]).toMatchObject({ id: 'key-old', severity: 'bad' });
    expect(jsonOf(old).next[0]?.command).toBe('cvops credentials rotate');
  });

  test('without the permission the keys are a warning that names the action, and the workspaces are told', async () => {
    const result = await checkWithout('ListAccessKeys');
    expect(result.code).toBe(3);
    expect(jsonOf(result).warnings[0]?.message).toContain('iam:ListAccessKeys');
    expect(jsonOf(result).data.workspaces[0]).toMatchObject({ found: true });
  });

  test('without the permission to see their last use they are told without it', async () => {
    const result = await checkWithout('GetAccessKeyLastUsed');
    expect(result.code).toBe(3);
    const { data, warnings } = jsonOf(result);
    expect(data.sender).toMatchObject({ unreadable: null, keys: [{ active: true, lastUsedAt: null }], findings: [] });
    expect(warnings).toEqual([
      { code: 'LastUseUnreadable', message: expect.stringContaining('iam:GetAccessKeyLastUsed') },
    ]);
  });

  const without = (env: Record<string, undefined>, ...argv: string[]) =>
    cli.run(['credentials', 'check', ...argv], { env: { ...endpointEnv(sandbox.endpoint), ...env } });

  test.each([
    ['an organisation', { TF_CLOUD_ORGANIZATION: undefined }, 'set TF_CLOUD_ORGANIZATION'],
    ['a token', { TFE_TOKEN: undefined }, 'terraform login'],
  ])('without %s of HCP Terraform they are told all the same, and that it was not looked at', async (_, env, hint) => {
    const result = await without(env, '--json');
    expect(result.code).toBe(3);
    const { data, warnings } = jsonOf(result);
    expect(data).toMatchObject({ workspaces: [], sender: { keys: [{ active: true }] } });
    expect(warnings).toEqual([{ code: 'HcpNotChecked', message: expect.stringContaining(hint) }]);
    expect(cli.server.requests).toEqual([]);
    const piped = await without(env);
    expect(piped.stdout).toMatch(/^AKIA\w+\tactive\t/);
    expect((await without(env, '--max-age', '9')).code).toBe(6);
  });

  test('with neither, it says what is missing of both', async () => {
    const keys = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const result = await without({ TF_CLOUD_ORGANIZATION: undefined, ...keys }, '--json');
    expect(result.code).toBe(4);
    const { error } = jsonOf(result);
    expect(error.code).toBe('NothingChecked');
    expect(error.message).toMatch(/no HCP Terraform organisation is named\. .*credentials/);
  });

  test.each([
    ['that nothing names is a note: the system may have none', {}, 0, []],
    ['that a service names is a gap', { sender: 'my-sender' }, 3, ['SenderUnreadable']],
  ])('a user that is not there, %s', async (_, named, code, codes) => {
    const folder = makeHome();
    try {
      const services = { processor: { function: 'cv-analytics-processor', ...named } };
      writeFileSync(join(folder, 'cvops.config.json'), JSON.stringify({ services }));
      sandbox.simulator.faults.add({
        service: 'iam',
        operation: 'ListAccessKeys',
        error: { code: 'NoSuchEntity', statusCode: 404, message: 'The user cannot be found.' },
      });
      const result = await cli.run(['credentials', 'check', '--json'], {
        cwd: folder,
        env: endpointEnv(sandbox.endpoint),
      });
      sandbox.simulator.faults.clear();
      expect(result.code).toBe(code);
      expect(jsonOf(result).warnings.map((each) => each.code)).toEqual(codes);
    } finally {
      removeHome(folder);
    }
  });

  test('a token that HCP Terraform refuses is an error, not a gap', async () => {
    const result = await cli.run(['credentials', 'check', '--json'], {
      env: { ...endpointEnv(sandbox.endpoint), TFE_TOKEN: 'canary-revoked' },
    });
    expect(result.code).toBe(4);
    expect(jsonOf(result).error.code).toBe('HcpTokenRefused');
  });
});
