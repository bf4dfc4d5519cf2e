import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../src/lib/errors/cvops-error.ts';
import { type LoopbackServer, serveHttp, serveTcp } from '../support/loopback-server.ts';
import { jsonOf, runCli } from '../support/run-cli.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' };
const READS = [
  ['dlq', 'list'],
  ['alias', 'show', 'processor'],
  ['alias', 'rollback', 'processor', '--yes'],
];

let server: LoopbackServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function against(words: readonly string[], url: string) {
  const result = await runCli([...words, '--json', '--endpoint-url', url], { env: KEYS });
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(2);
  expect(result.stderr).not.toMatch(/deserializ|unexpected token|expected real|hidden field|xml parse/i);
  return { ...result, error: jsonOf(result).error };
}

const answers = (status: number, headers: Record<string, string>, body: string) => (response: ServerResponse) => {
  response.writeHead(status, headers).end(body);
};

describe('an endpoint that is not AWS is named with what it answered, and exits 4', () => {
  const page = { 'content-type': 'text/html; charset=utf-8' };
  const json = { 'content-type': 'application/json' };
  test.each<[string, ReturnType<typeof answers>, string]>([
    [
      'an error page',
      answers(500, page, '<!DOCTYPE html><title>Oops</title><style>b{}</style><b>It broke</b>'),
      'got 500 Internal Server Error, text/html: "Oops It broke"',
    ],
    ['a page that was not found', answers(404, page, '<h1>Not here</h1>'), 'got 404 Not Found, text/html: "Not here"'],
    ['a page instead of a refusal', answers(403, page, '<p>Blocked</p>'), 'got 403 Forbidden, text/html: "Blocked"'],
    ['a page with status 200', answers(200, page, '<html>Welcome</html>'), 'got 200 OK, text/html: "Welcome"'],
    [
      'a redirect to a login',
      answers(302, { location: 'https://login.example.com/' }, ''),
      'got 302 Found, a redirect to https://login.example.com/',
    ],
    ['cut JSON', answers(200, json, '{"QueueUrl": "http'), 'got 200 OK, application/json, not a whole JSON document'],
    ['an error of another API', answers(404, json, '{"error":"no"}'), 'got 404 Not Found, application/json'],
    ['no body at all', answers(404, {}, ''), 'got 404 Not Found, empty'],
  ])('%s', async (_, answer, what) => {
    server = await serveHttp(answer);
    const url = `http://127.0.0.1:${server.port}`;
    for (const words of READS) {
      const { code, error } = await against(words, url);
      expect(error.message).toContain(`${url} does not answer as AWS does`);
      expect(error.message).toContain(what);
      expect(error).toMatchObject({ code: 'EndpointNotAws', hint: expect.stringContaining('--endpoint-url') });
      expect(code).toBe(4);
    }
  });

  test.each(['{}', '[]', '"hello"', 'null'])('%s with status 200 is not believed', async (body) => {
    server = await serveHttp(answers(200, json, body));
    for (const words of READS) {
      const { code, error } = await against(words, `http://127.0.0.1:${server.port}`);
      expect(error.message).toMatch(/without (QueueUrl|AliasArn)|unreadable/);
      expect(code).toBe(4);
    }
  });

  test('credentials that nobody vouched for are not OK to doctor', async () => {
    server = await serveHttp(answers(204, {}, ''));
    const result = await runCli(['doctor', '--json', '--endpoint-url', `http://127.0.0.1:${server.port}`], {
      env: KEYS,
    });
    expect(jsonOf(result).data.checks.find(({ id }: { id: string }) => id === 'credentials')).toMatchObject({
      status: 'NG',
      detail: expect.stringContaining('without Account'),
    });
    expect(result.code).toBe(4);
  });

  test('a server that does not speak HTTP', async () => {
    server = await serveTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
    const url = `http://127.0.0.1:${server.port}`;
    const { code, error } = await against(['dlq', 'list'], url);
    expect(error).toMatchObject({ code: 'EndpointNotAws', message: `${url} does not speak HTTP.` });
    expect(code).toBe(4);
  });

  test('https where only http is spoken', async () => {
    server = await serveHttp(answers(200, {}, ''));
    const { code, error } = await against(['dlq', 'list'], `https://127.0.0.1:${server.port}`);
    expect(error.message).toContain(`https://127.0.0.1:${server.port} does not speak TLS`);
    expect(error.hint).toContain(`http://127.0.0.1:${server.port}`);
    expect(code).toBe(4);
  });
});

describe('what another try may mend exits 1', () => {
  test.each([429, 502, 503, 504])('a gateway that says %i', async (status) => {
    server = await serveHttp(answers(status, { 'content-type': 'text/plain' }, 'later'));
    const { code, error } = await against(['alias', 'list'], `http://127.0.0.1:${server.port}`);
    expect(error).toMatchObject({ code: 'ServiceUnavailable', hint: expect.stringContaining('try again') });
    expect(error.message).toContain(`got ${status}`);
    expect(code).toBe(1);
  });

  test('an internal error of AWS, whose request id --debug shows', async () => {
    server = await serveHttp(
      answers(
        500,
        { 'x-amzn-requestid': 'r-1', 'x-amzn-errortype': 'ServiceException' },
        '{"__type":"ServiceException","Message":"An internal error occurred."}',
      ),
    );
    const url = `http://127.0.0.1:${server.port}`;
    const { code, error } = await against(['alias', 'show', 'processor'], url);
    expect(error).toMatchObject({ code: 'ServiceException', hint: expect.stringContaining('health.aws.amazon.com') });
    expect(error.hint).toContain('--debug');
    expect(code).toBe(1);
    const { stderr } = await runCli(['alias', 'show', 'processor', '--debug', '--endpoint-url', url], { env: KEYS });
    expect(stderr).toContain('request r-1');
  });

  test('a connection that breaks', async () => {
    server = await serveTcp((socket) => socket.destroy());
    const url = `http://127.0.0.1:${server.port}`;
    const { code, error } = await against(['dlq', 'list'], url);
    expect(error.message).toContain(`the connection to ${url} broke`);
    expect(error.code).toBe('ConnectionBroken');
    expect(code).toBe(1);
  });
});

describe('Ctrl-C ends a command that waits for a silent endpoint', () => {
  test.each([
    [['alias', 'list']],
    [['alias', 'rollback', 'processor', '--yes']],
    [['dlq', 'list']],
    [['dlq', 'inspect']],
    [['doctor']],
  ])('%j', async (words) => {
    const interrupt = new AbortController();
    server = await serveHttp(() => interrupt.abort(new CvopsError('Interrupted', 130, 'interrupted.')));
    // Without it the command ends, after all attempts, later than this test may take.
    const result = await runCli([...words, '--endpoint-url', `http://127.0.0.1:${server.port}`], {
      env: KEYS,
      signal: interrupt.signal,
    });
    expect(result).toMatchObject({ code: 130, stdout: '', stderr: 'Error: interrupted.\n' });
  });
});
