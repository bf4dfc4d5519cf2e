import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { hcpAccess } from '../../../../src/lib/hcp/hcp-access.ts';
import { HcpClient } from '../../../../src/lib/hcp/hcp-client.ts';
import { ana, bob, type HcpServer, startHcpServer } from '../../../support/hcp-server/hcp-server.ts';
import { type LoopbackServer, serveHttp, serveTcp } from '../../../support/loopback-server.ts';

let server: HcpServer;
const slept: number[] = [];
const abort = { controller: new AbortController() };

beforeEach(async () => {
  slept.length = 0;
  abort.controller = new AbortController();
  server = await startHcpServer();
  server.world.addWorkspace('cv-analytics-worker');
});

afterEach(async () => {
  await server.close();
  expect(server.violations).toEqual([]);
});

function client(env: Record<string, string> = server.env(), timeoutMs?: number): HcpClient {
  return new HcpClient({
    access: hcpAccess({ env, terraform: undefined }),
    // Waits are counted, never waited for.
    clock: { now: () => 0, sleep: async (ms) => void slept.push(ms) },
    signal: abort.controller.signal,
    version: '0.0.0-test',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** The error that a call ends with, and nothing of the token in it. */
async function failure(call: Promise<unknown>): Promise<CvopsError> {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(CvopsError);
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    expect(`${each.stack} ${(each as CvopsError).hint}`).not.toContain(ana.token);
  }
  return error as CvopsError;
}

describe('a workspace', () => {
  test('is read with holder, run and state in one call', async () => {
    const workspace = server.world.workspace('cv-analytics-worker');
    const state = server.world.addState(workspace, { createdBy: ana.id, content: Buffer.from('{"resources":[]}') });
    const run = server.world.startRun(workspace, 'planning', 'Nightly');
    const seen = await client().workspace('cv-analytics-worker');
    expect(seen).toMatchObject({
      name: 'cv-analytics-worker',
      locked: true,
      lockedBy: { kind: 'run', id: run.id, name: 'Nightly' },
      currentRun: { id: run.id, status: 'planning' },
      stateVersion: { id: state.id, serial: 1, createdBy: ana.id, sizeBytes: 16 },
      resources: 0,
      executionMode: 'local',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('that is not there is told with the closest name', async () => {
    const error = await failure(client().workspace('cv-analytics-wroker'));
    expect(error).toMatchObject({ code: 'WorkspaceNotFound', exitCode: 5 });
    expect(error.message).toContain('or the token may not see it');
    expect(error.hint).toContain('did you mean "cv-analytics-worker"?');
  });

  test('that the token may not see is told just so', async () => {
    const outsider = { ...bob, sees: [] };
    server.world.people.push({ ...outsider, token: 'canary-outsider' });
    const error = await failure(
      client(server.env({ ...outsider, token: 'canary-outsider' })).workspace('cv-analytics-worker'),
    );
    expect(error.code).toBe('WorkspaceNotFound');
    expect(error.hint).toContain('HCP Terraform answers 404 for both');
  });

  test('of an organisation that is not there: the closest organisation is named', async () => {
    const error = await failure(
      client({ ...server.env(), TF_CLOUD_ORGANIZATION: 'cv-analytics-orga' }).workspace('cv-analytics-worker'),
    );
    expect(error).toMatchObject({ code: 'OrganizationNotFound', exitCode: 5 });
    expect(error.hint).toContain('did you mean "cv-analytics-org"?');
  });

  test('of an organisation that is not there, with a token that may list none', async () => {
    server.world.people.push({ ...bob, token: 'canary-team', listsNothing: true });
    const env = { ...server.env({ ...bob, token: 'canary-team' }), TF_CLOUD_ORGANIZATION: 'elsewhere' };
    const error = await failure(client(env).workspace('cv-analytics-worker'));
    expect(error.code).toBe('OrganizationNotFound');
    expect(error.hint).not.toContain('did you mean');
  });

  test('lists go over all pages', async () => {
    for (let i = 0; i < 230; i++) server.world.addWorkspace(`service-${i}`);
    expect(await client().workspaces()).toHaveLength(231);
    expect(server.requests.map((each) => /page\[number\]=(\d)/.exec(each)?.[1])).toEqual(['1', '2', '3']);
  });

  test('pages that lead back are not followed for ever', async () => {
    const body = { data: [], meta: { pagination: { 'next-page': 1 } } };
    server.fail({ on: /workspaces/, times: 5, reply: { status: 200, body } });
    expect(await client().workspaces()).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('variables', () => {
  test('are created, and a key that is there is updated; what is sensitive is never read', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    const input = { key: 'AWS_SECRET_ACCESS_KEY', value: 'first', category: 'env', sensitive: true } as const;
    const first = await api.putVariable(workspace, input);
    const second = await api.putVariable(workspace, { ...input, value: 'second' });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.variable).toMatchObject({ id: first.variable.id, value: null, sensitive: true });
    expect(second.variable.versionId).not.toBe(first.variable.versionId);
    expect(server.world.workspace('cv-analytics-worker').vars.map(({ value }) => value)).toEqual(['second']);
    expect(await api.variables(workspace)).toEqual([second.variable]);
  });

  test('that somebody made sensitive stay so: HCP Terraform lets nobody lift it', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    server.world.addVar(server.world.workspace('cv-analytics-worker'), 'AWS_REGION', { value: 'old', sensitive: true });
    const input = { key: 'AWS_REGION', value: 'eu-west-2', category: 'env', sensitive: false } as const;
    expect(await api.putVariable(workspace, input)).toMatchObject({ created: false, variable: { sensitive: true } });
    expect(server.world.workspace('cv-analytics-worker').vars.map(({ value }) => value)).toEqual(['eu-west-2']);
  });

  test('the same key in the other category is another variable', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    await api.putVariable(workspace, { key: 'region', value: 'a', category: 'env', sensitive: false });
    await api.putVariable(workspace, { key: 'region', value: 'b', category: 'terraform', sensitive: false });
    expect((await api.variables(workspace)).map(({ value }) => value)).toEqual(['a', 'b']);
    await api.putVariable(workspace, { key: 'region', value: 'c', category: 'terraform', sensitive: false });
    expect((await api.variables(workspace)).map(({ value }) => value)).toEqual(['a', 'c']);
  });

  test('that are sensitive stay unread, even when a server sends them', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    const attributes = { key: 'K', value: 'canary', category: 'env', sensitive: true };
    server.fail({
      on: /GET .*vars/,
      reply: { status: 200, body: { data: [{ id: 'var-1', type: 'vars', attributes }] } },
    });
    expect(await api.variables(workspace)).toMatchObject([{ key: 'K', value: null }]);
  });

  test('a refusal for another reason is told, without the value, even when the server quotes it', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    const errors = [{ title: 'invalid attribute', detail: 'Value canary-value is too long' }];
    server.fail({ on: /POST .*vars/, reply: { status: 422, body: { errors } } });
    const error = await failure(
      api.putVariable(workspace, { key: 'K', value: 'canary-value', category: 'env', sensitive: true }),
    );
    expect(error).toMatchObject({ code: 'HcpRefused', exitCode: 1 });
    expect(error.message).toContain('invalid attribute: Value ••• is too long');
  });
});

describe('locks', () => {
  test('are taken once, and given back by their holder', async () => {
    const api = client();
    const others = client(server.env(bob));
    const workspace = await api.workspace('cv-analytics-worker');
    expect(await api.lock(workspace, 'state surgery')).toMatchObject({ done: true });
    expect((await others.workspace('cv-analytics-worker')).lockedBy).toMatchObject({
      kind: 'user',
      id: ana.id,
      name: 'ana',
    });
    expect(await others.lock(workspace, 'me too')).toMatchObject({ done: false });
    expect(await others.unlock(workspace)).toMatchObject({ done: false, said: expect.stringContaining('User ana') });
    expect(await api.unlock(workspace)).toMatchObject({ done: true });
    expect(await api.unlock(workspace)).toMatchObject({ done: false, said: expect.stringContaining('not locked') });
  });

  test('that the token may not force open are told so, for the workspace was seen', async () => {
    const others = client(server.env(bob));
    const workspace = await others.workspace('cv-analytics-worker');
    await client().lock(workspace, '');
    expect(await failure(others.forceUnlock(workspace))).toMatchObject({ code: 'AccessDenied', exitCode: 4 });
    expect(await client().forceUnlock(workspace)).toMatchObject({ done: true });
  });

  test('a change is never sent twice after an answer that was lost', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    server.fail({ on: /POST .*lock/, dropsAnswer: true });
    const error = await failure(api.lock(workspace, ''));
    expect(error).toMatchObject({ code: 'HcpBroken', exitCode: 1 });
    expect(error.hint).toContain('it may have been done');
    expect(server.requests.filter((each) => each.startsWith('POST'))).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  const read = () => client().workspace('cv-analytics-worker');

  test('a refused token is told with where it came from', async () => {
    const error = await failure(client({ ...server.env(), TFE_TOKEN: 'canary-expired' }).account());
    expect(error).toMatchObject({ code: 'HcpTokenRefused', exitCode: 4 });
    expect(error.message).toContain('TFE_TOKEN');
    expect(error.message + error.hint).not.toContain('canary');
  });

  test.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'x-ratelimit-reset': '0.4' }, 400],
    // The clock of these tests stands at the epoch.
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:07 GMT' }, 7_000],
    [{ 'retry-after': '', 'x-ratelimit-reset': '0.4' }, 400],
    [{ 'retry-after': 'soon', 'x-ratelimit-reset': '0.4' }, 400],
    // Nothing that tells of a time to come.
    [{ 'retry-after': '0' }, 1_000],
    [{ 'retry-after': '-1' }, 1_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 1_000],
    [{}, 1_000],
  ])('429 with %j is waited out', async (headers, waitMs) => {
    server.fail({ on: /GET/, reply: { status: 429, headers: headers as Record<string, string>, body: {} } });
    expect((await read()).name).toBe('cv-analytics-worker');
    expect(slept).toContain(waitMs);
  });

  test('429 for a change is waited out, too: nothing was done', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    server.fail({ on: /POST/, reply: { status: 429, body: { errors: [] } } });
    expect(await api.lock(workspace, '')).toMatchObject({ done: true });
  });

  test.each([
    [5, '1'],
    [1, '3600'],
  ])('429 that does not end (%d times, %s s) ends the command', async (times, seconds) => {
    server.fail({ on: /GET/, times, reply: { status: 429, headers: { 'retry-after': seconds }, body: {} } });
    const error = await failure(read());
    expect(error).toMatchObject({ code: 'Throttled', exitCode: 1 });
    expect(error.hint).toContain(`${seconds} s`);
  });

  test('5xx for a read is tried again', async () => {
    server.fail({ on: /GET/, times: 3, reply: { status: 502, raw: '<html>Bad gateway</html>' } });
    expect((await read()).name).toBe('cv-analytics-worker');
    expect(server.requests).toHaveLength(4);
  });

  test('5xx that stays is told as theirs', async () => {
    server.fail({ on: /GET/, times: 9, reply: { status: 503, body: { errors: [{ title: 'maintenance' }] } } });
    const error = await failure(read());
    expect(error).toMatchObject({ code: 'HcpUnavailable', exitCode: 1 });
    expect(error.message).toContain('503');
    expect(error.message).toContain('maintenance');
  });

  test('5xx for a change is not tried again', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    server.fail({ on: /POST/, reply: { status: 500, body: { errors: [] } } });
    const error = await failure(api.lock(workspace, ''));
    expect(error.hint).toContain('it may have been done');
    expect(server.world.workspace('cv-analytics-worker').lock).toBeNull();
  });

  test.each([
    ['a login page', { status: 200, raw: '<html><h1>Sign in</h1></html>' }],
    ['half a document', { status: 200, raw: '{"data":{"id":"ws-1","ty' }],
    ['another JSON', { status: 200, raw: '{"message":"hello"}' }],
    ['a resource without id', { status: 200, raw: '{"data":{"type":"workspaces"}}' }],
    ['a list of nothing where one is asked for', { status: 200, raw: '{"data":null}' }],
    ['somebody', { status: 200, body: { data: { id: 'user-1', type: 'users', attributes: { username: 'x' } } } }],
    [
      'a workspace that does not say whether it is locked',
      { status: 200, body: { data: { id: 'w', type: 'workspaces' } } },
    ],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example' }, raw: '{"data":[]}' }],
  ])('%s is not taken for an answer', async (_name, reply) => {
    server.fail({ on: /GET/, reply });
    expect(await failure(read())).toMatchObject({ code: 'NotHcpTerraform', exitCode: 4 });
  });

  test('a redirect is told with its host, not followed, and nothing else of it', async () => {
    let asked = 0;
    const other = await serveHttp((response) => {
      asked++;
      response.end();
    });
    try {
      const location = `http://user:canary-password@127.0.0.1:${other.port}/${ana.token}`;
      server.fail({ on: /GET/, reply: { status: 307, headers: { location }, body: { data: [] } } });
      const error = await failure(read());
      expect(error.message).toContain(
        `307 Temporary Redirect, application/vnd.api+json, a redirect to 127.0.0.1:${other.port}.`,
      );
      expect(error.message).not.toContain('canary');
      expect(asked).toBe(0);
    } finally {
      await other.close();
    }
  });

  test('an answer that quotes the token is told without it', async () => {
    server.fail({ on: /GET/, reply: { status: 400, body: { errors: [{ title: `bad token ${ana.token}` }] } } });
    expect((await failure(read())).message).toContain('bad token •••');
    server.fail({ on: /GET/, reply: { status: 200, raw: `Bearer ${ana.token}` } });
    expect((await failure(read())).message).toContain('Bearer •••');
  });

  test('a server that never answers is given up', async () => {
    server.fail({ on: /GET/, times: 9, hangs: true });
    const error = await failure(client(server.env(), 30).workspace('cv-analytics-worker'));
    expect(error).toMatchObject({ code: 'HcpBroken', exitCode: 1 });
    expect(error.message).toContain('gave no answer within 0.03 s');
    expect(slept).toEqual(expect.arrayContaining([500, 1_000, 2_000]));
  });

  test('an answer without end is given up', async () => {
    const endless = await serveHttp((response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(1_048_576)));
        response.once('drain', more);
      };
      more();
    });
    const error = await failureAt(endless, (api) => api.account());
    expect(error.message).toContain('the answer has no end');
  });

  test('a server that is not there, and one that speaks no HTTP', async () => {
    const gone = await serveTcp(() => {});
    await gone.close();
    expect(await failureAt(gone, (api) => api.account())).toMatchObject({ code: 'HcpUnreachable', exitCode: 4 });
    const mute = await serveTcp((socket) => socket.end('hello\r\n\r\n'));
    expect(await failureAt(mute, (api) => api.account())).toMatchObject({ code: 'HcpBroken', exitCode: 1 });
  });

  test('Ctrl-C ends a read that waits', async () => {
    const reason = new CvopsError('Interrupted', 130, 'interrupted.');
    // The test itself would end before such a timeout.
    server.fail({ on: /GET/, hangs: true, onStrike: () => abort.controller.abort(reason) });
    expect(await failure(client(server.env(), 600_000).workspace('cv-analytics-worker'))).toBe(reason);
  });

  test('Ctrl-C lets a change finish', async () => {
    const api = client();
    const workspace = await api.workspace('cv-analytics-worker');
    server.fail({
      on: /POST/,
      onStrike: () => abort.controller.abort(new CvopsError('Interrupted', 130, 'interrupted.')),
    });
    expect(await api.lock(workspace, '')).toMatchObject({ done: true });
  });

  test('calls are paced below the 30 a second that are allowed', async () => {
    const api = client();
    await Promise.all(Array.from({ length: 40 }, () => api.account()));
    // The clock stands still: the last call is told to wait for all that were before it.
    expect(Math.max(...slept)).toBeGreaterThan((40 / 25) * 1_000);
  });

  async function failureAt(at: LoopbackServer, call: (api: HcpClient) => Promise<unknown>): Promise<CvopsError> {
    try {
      return await failure(call(client({ ...server.env(), TF_CLOUD_HOSTNAME: `127.0.0.1:${at.port}` })));
    } finally {
      await at.close();
    }
  }
});
