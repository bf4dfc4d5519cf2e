import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { type AccessSources, hcpAccess } from '../../../../src/lib/hcp/hcp-access.ts';
import { makeHome, removeHome } from '../../../support/run-cli.ts';

let home: string;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => removeHome(home));

const access = (env: Record<string, string>, terraform?: AccessSources['terraform']) =>
  hcpAccess({ env: { HOME: home, TF_CLOUD_ORGANIZATION: 'org', ...env }, terraform });

function refusal(env: Record<string, string>, terraform?: AccessSources['terraform']): CvopsError {
  try {
    access(env, terraform);
  } catch (cause) {
    return cause as CvopsError;
  }
  throw new Error('it was not refused');
}

function writeCredentials(text: string): void {
  mkdirSync(join(home, '.terraform.d'), { recursive: true });
  writeFileSync(join(home, '.terraform.d/credentials.tfrc.json'), text);
}

describe('the token', () => {
  test('of the host goes over TFE_TOKEN, and that over what `terraform login` wrote', () => {
    writeCredentials('{"credentials":{"app.terraform.io":{"token":"of-login"}}}');
    const both = { TF_TOKEN_app_terraform_io: 'of-host', TFE_TOKEN: 'of-tfe' };
    expect(access(both)).toMatchObject({ token: 'of-host', tokenSource: 'TF_TOKEN_app_terraform_io' });
    expect(access({ TFE_TOKEN: 'of-tfe' })).toMatchObject({ token: 'of-tfe', tokenSource: 'TFE_TOKEN' });
    expect(access({})).toMatchObject({ token: 'of-login' });
  });

  test.each([
    ['tfe.my-company.com', 'TF_TOKEN_tfe_my__company_com'],
    ['tfe.my-company.com', 'TF_TOKEN_tfe_my-company_com'],
    ['TFE.My-Company.com', 'TF_TOKEN_tfe_my__company_com'],
    ['127.0.0.1:8080', 'TF_TOKEN_127_0_0_1'],
  ])('of %s is found in %s', (TF_CLOUD_HOSTNAME, name) => {
    expect(access({ TF_CLOUD_HOSTNAME, [name]: 'of-host' }).token).toBe('of-host');
  });

  test('of another host is not taken', () => {
    writeCredentials('{"credentials":{"tfe.example.com":{"token":"canary"}}}');
    const error = refusal({ TF_TOKEN_tfe_example_com: 'canary' });
    expect(error).toMatchObject({ code: 'HcpTokenMissing', exitCode: 4 });
    expect(error.hint).toContain('TF_TOKEN_app_terraform_io');
  });

  test('in a file that is not read is looked for in vain, and the file is named', () => {
    const file = join(home, '.terraformrc');
    writeFileSync(file, 'credentials "app.terraform.io" { token = "canary" }');
    expect(refusal({}).hint).toContain(`${file} is not read`);
    const other = join(home, 'my.tfrc');
    writeFileSync(other, 'credentials_helper "vault" {}');
    expect(refusal({ TF_CLI_CONFIG_FILE: other }).hint).toContain(`${other} is not read, nor is a credentials helper`);
  });

  test('that names no host is not sent to a host that only a file in the folder names', () => {
    const error = refusal({ TFE_TOKEN: 'canary' }, { hostname: 'tfe.example.com' });
    expect(error.code).toBe('HcpTokenMissing');
    expect(error.hint).toContain('TFE_TOKEN is not sent');
    expect(access({ TFE_TOKEN: 'mine', TF_CLOUD_HOSTNAME: 'tfe.example.com' }).token).toBe('mine');
  });

  test.each([
    ['canary\ncanary', 'TFE_TOKEN'],
    ['canary canary', 'TFE_TOKEN'],
    ['canáry', 'TFE_TOKEN'],
  ])('%j is a paste gone wrong, and is not repeated', (token, name) => {
    const error = refusal({ [name]: token });
    expect(error).toMatchObject({ code: 'HcpTokenUnreadable', exitCode: 4 });
    expect(error.message + error.hint).not.toMatch(/can[aá]ry/);
  });

  test.each(['{"credentials": canary', '[]', '"canary"', 'null', '{"credentials":{"app.terraform.io":null}}'])(
    'a credentials file %j is not repeated',
    (text) => {
      writeCredentials(text);
      const error = refusal({});
      expect(error.exitCode).toBe(4);
      expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('canary');
    },
  );
});

describe('where it goes', () => {
  test('the environment goes over the configuration, and that over app.terraform.io', () => {
    const env = { TF_TOKEN_tfe_example_com: 't', TF_TOKEN_app_terraform_io: 't', TFE_TOKEN: 't' };
    expect(access(env).origin).toBe('https://app.terraform.io');
    expect(access(env, { hostname: 'tfe.example.com', organization: 'other' })).toMatchObject({
      origin: 'https://tfe.example.com',
      organization: 'org',
    });
    expect(access({ ...env, TF_CLOUD_HOSTNAME: 'b.example.com' }, { hostname: 'tfe.example.com' }).hostname).toBe(
      'b.example.com',
    );
    expect(access({ ...env, TF_CLOUD_ORGANIZATION: '' }, { organization: 'other' }).organization).toBe('other');
  });

  test('plain http is for loopback alone', () => {
    const origin = (TF_CLOUD_HOSTNAME: string) => access({ TF_CLOUD_HOSTNAME, TFE_TOKEN: 't' }).origin;
    expect(['localhost:1', '127.0.0.1:8080', '[::1]:9'].map(origin)).toEqual([
      'http://localhost:1',
      'http://127.0.0.1:8080',
      'http://[::1]:9',
    ]);
    expect(origin('127.0.0.1.example.com')).toBe('https://127.0.0.1.example.com');
  });

  test.each(['https://app.terraform.io', 'app.terraform.io/app', 'user@evil.example', 'a b', 'x:99999'])(
    'TF_CLOUD_HOSTNAME %j is no host name',
    (TF_CLOUD_HOSTNAME) => {
      expect(refusal({ TF_CLOUD_HOSTNAME, TFE_TOKEN: 't' })).toMatchObject({ code: 'InvalidHcpHost', exitCode: 4 });
    },
  );

  test.each(['..', 'a/b', 'a b', 'x'.repeat(41)])('TF_CLOUD_ORGANIZATION %j is no name', (TF_CLOUD_ORGANIZATION) => {
    const error = refusal({ TF_CLOUD_ORGANIZATION, TFE_TOKEN: 't' });
    expect(error).toMatchObject({ code: 'InvalidHcpOrganization', exitCode: 4 });
    expect(error.message).toContain(`"${TF_CLOUD_ORGANIZATION}"`);
  });

  test('without an organisation nothing is called', () => {
    const error = refusal({ TF_CLOUD_ORGANIZATION: '', TFE_TOKEN: 't' });
    expect(error).toMatchObject({ code: 'HcpOrganizationUnknown', exitCode: 4 });
    expect(error.hint).toContain('TF_CLOUD_ORGANIZATION');
  });
});
