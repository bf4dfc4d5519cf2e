import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isolatedEnvironment, makeHome, removeHome } from '../support/run-cli.ts';

// Each way to credentials is code of its own that only the built program leaves out or breaks: bundled, it is loaded
// when it is asked for. A server on loopback answers for every service that hands out keys, and for Lambda.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html

const bin = fileURLToPath(new URL('../../bin/cvops.js', import.meta.url));
const ROLE = 'arn:aws:iam::111122223333:role/operator';
/** Near enough to its end to be renewed first. */
const SOON = new Date(Date.now() + 60_000).toISOString();
const LATER = new Date(Date.now() + 3_600_000).toISOString();

let server: Server;
let url: string;
let home: string;
/** Key id that signed the call to Lambda. */
let signedBy: string | undefined;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { status = 200, type, body } = answer(request, await text(request));
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

beforeEach(() => {
  home = makeHome();
  signedBy = undefined;
});

afterEach(() => {
  removeHome(home);
});

describe('the built program finds credentials', () => {
  test('in a profile', async () => {
    write('aws-credentials', '[work]\naws_access_key_id = FROM-PROFILE\naws_secret_access_key = s');
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-PROFILE');
  });

  test('in what a program prints', async () => {
    const printed = { Version: 1, AccessKeyId: 'FROM-PROCESS', SecretAccessKey: 's', Expiration: LATER };
    const program = write('print.cjs', `console.log(${JSON.stringify(JSON.stringify(printed))})`);
    write('aws-config', `[profile work]\ncredential_process = "${process.execPath}" "${program}"`);
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-PROCESS');
  });

  test('in a role of another profile', async () => {
    write('aws-credentials', '[base]\naws_access_key_id = BASE\naws_secret_access_key = s');
    write('aws-config', `[profile work]\nrole_arn = ${ROLE}\nsource_profile = base`);
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-AssumeRole');
  });

  test('in a role that a web identity takes', async () => {
    const token = write('token', 'a-token');
    expect(await keyOf({ AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: ROLE })).toBe(
      'FROM-AssumeRoleWithWebIdentity',
    );
  });

  test('in a role that a profile takes by web identity', async () => {
    const token = write('token', 'a-token');
    write('aws-config', `[profile work]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${token}`);
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-AssumeRoleWithWebIdentity');
  });

  test('in a session of IAM Identity Center', async () => {
    write(
      'aws-config',
      `[profile work]\nsso_session = staff\nsso_account_id = 111122223333\nsso_role_name = operator
      [sso-session staff]\nsso_region = eu-west-1\nsso_start_url = https://staff.awsapps.com/start`,
    );
    cacheToken('sso', 'sha1', 'staff', { accessToken: 'OLD', expiresAt: LATER });
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-SSO-OLD');
  });

  test('in a session of IAM Identity Center that has to be renewed', async () => {
    write(
      'aws-config',
      `[profile work]\nsso_session = staff\nsso_account_id = 111122223333\nsso_role_name = operator
      [sso-session staff]\nsso_region = eu-west-1\nsso_start_url = https://staff.awsapps.com/start`,
    );
    cacheToken('sso', 'sha1', 'staff', {
      accessToken: 'OLD',
      expiresAt: SOON,
      clientId: 'c',
      clientSecret: 's',
      refreshToken: 'r',
      registrationExpiresAt: LATER,
    });
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-SSO-NEW');
  });

  test('in a session of `aws login` that has to be renewed', async () => {
    const session = 'arn:aws:iam::111122223333:user/operator';
    write('aws-config', `[profile work]\nlogin_session = ${session}`);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    cacheToken('login', 'sha256', session, {
      accessToken: { accessKeyId: 'OLD', secretAccessKey: 's', sessionToken: 't', accountId: '1', expiresAt: SOON },
      clientId: 'c',
      refreshToken: 'r',
      dpopKey: privateKey.export({ type: 'sec1', format: 'pem' }),
    });
    expect(await keyOf({ AWS_PROFILE: 'work' })).toBe('FROM-LOGIN');
  });

  test('of a container', async () => {
    expect(await keyOf({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/container` })).toBe('FROM-CONTAINER');
  });

  test('of a machine on EC2', async () => {
    expect(await keyOf({ AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: url })).toBe(
      'FROM-EC2',
    );
  });

  test('nowhere, and says so', async () => {
    const { exitCode, stderr } = await show({});
    expect([exitCode, stderr.split('\n').length]).toEqual([4, 2]);
    expect(stderr).toMatch(/^Error: .*credentials/);
  });
});

async function keyOf(env: Record<string, string | undefined>): Promise<string | undefined> {
  const { exitCode, stderr } = await show(env);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return signedBy;
}

function show(env: Record<string, string | undefined>) {
  return execa(process.execPath, [bin, 'alias', 'show', 'processor', '--endpoint-url', url], {
    env: { ...isolatedEnvironment(home), AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: url, ...env },
    extendEnv: false,
    cwd: home,
    reject: false,
  });
}

/** @returns the path. */
function write(name: string, contents: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents.replace(/^ +/gm, ''));
  return path;
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html */
function cacheToken(kind: string, hash: string, key: string, token: object): void {
  write(`.aws/${kind}/cache/${createHash(hash).update(key).digest('hex')}.json`, JSON.stringify(token));
}

interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

const json = (body: object): Answer => ({ type: 'application/json', body: JSON.stringify(body) });

function answer({ method, url: path = '', headers }: IncomingMessage, body: string): Answer {
  if (path.includes('/functions/')) {
    signedBy = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
    return json({ AliasArn: 'a:live', Name: 'live', FunctionVersion: '5', Description: '', RevisionId: 'r' });
  }
  if (path.startsWith('/federation/credentials')) {
    const roleCredentials = {
      accessKeyId: `FROM-SSO-${headers['x-amz-sso_bearer_token']}`,
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: Date.parse(LATER),
    };
    return json({ roleCredentials });
  }
  if (path === '/token') return json({ accessToken: 'NEW', expiresIn: 3600, tokenType: 'Bearer' });
  if (path === '/v1/token') {
    const accessToken = { accessKeyId: 'FROM-LOGIN', secretAccessKey: 's', sessionToken: 't' };
    return json({ accessToken, tokenType: 'aws_sigv4', expiresIn: 900, refreshToken: 'r2' });
  }
  if (path === '/container') {
    return json({ AccessKeyId: 'FROM-CONTAINER', SecretAccessKey: 's', Token: 't', Expiration: LATER });
  }
  if (path === '/latest/api/token' && method === 'PUT') return { type: 'text/plain', body: 'imds-token' };
  if (path === '/latest/meta-data/iam/security-credentials/') return { type: 'text/plain', body: 'machine' };
  if (path === '/latest/meta-data/iam/security-credentials/machine') {
    const keys = { AccessKeyId: 'FROM-EC2', SecretAccessKey: 's', Token: 't', Expiration: LATER };
    return json({ Code: 'Success', LastUpdated: LATER, Type: 'AWS-HMAC', ...keys });
  }
  const action = new URLSearchParams(body).get('Action');
  if (action?.startsWith('AssumeRole')) {
    const keys = `<AccessKeyId>FROM-${action}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
    const result = `<Credentials>${keys}<Expiration>${LATER}</Expiration></Credentials>
      <AssumedRoleUser><Arn>${ROLE}/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>`;
    const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`;
    return { type: 'text/xml', body };
  }
  return { status: 404, ...json({ message: `nothing at ${method} ${path}` }) };
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
