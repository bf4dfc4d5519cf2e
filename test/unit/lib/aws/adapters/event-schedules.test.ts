import type { IncomingMessage, ServerResponse } from 'node:http';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventSchedules } from '../../../../../src/lib/aws/adapters/event-schedules.ts';
import type { CallRecord } from '../../../../../src/lib/aws/client-options.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { type LoopbackServer, serveHttp } from '../../../../support/loopback-server.ts';

type Answer = readonly [status: number, body: object, errorType?: string];

let server: LoopbackServer;
let answers: Answer[] = [];
let requests: IncomingMessage[] = [];
let calls: CallRecord[] = [];
beforeEach(async () => {
  answers = [];
  requests = [];
  calls = [];
  server = await serveHttp((response: ServerResponse, request) => {
    requests.push(request);
    const [status, body, type] = answers.shift() ?? [500, {}, 'InternalServerException'];
    const named = type === undefined ? {} : { 'x-amzn-errortype': type };
    response.writeHead(status, { 'content-type': 'application/json', ...named }).end(JSON.stringify(body));
  });
});
afterEach(() => server.close());

function schedules(): EventSchedules {
  const options = {
    region: 'eu-west-2',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    customUserAgent: 'cvops/test',
  };
  const setup = { options, observe: (call: CallRecord) => calls.push(call), now: Date.now };
  return new EventSchedules(new CloudWatchClient(options), setup, undefined);
}

describe('the adapter of schedules', () => {
  test('reads every page, signed for the Region, and tells of its calls', async () => {
    answers = [
      [200, { Schedules: [{ Name: 'weekly', State: 'ENABLED', Target: { Arn: 'arn:one' } }], NextToken: 'a+b=' }],
      [200, { Schedules: [{ Name: 'old', State: 'DISABLED', Target: { Arn: 'arn:two' } }] }],
    ];
    expect(await schedules().list()).toEqual([
      { name: 'weekly', enabled: true, targetArn: 'arn:one' },
      { name: 'old', enabled: false, targetArn: 'arn:two' },
    ]);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /schedules?MaxResults=100',
      'GET /schedules?MaxResults=100&NextToken=a%2Bb%3D',
    ]);
    expect(requests[0]!.headers.authorization).toMatch(/Credential=test\/\d{8}\/eu-west-2\/scheduler\/aws4_request/);
    expect(calls.map(({ service, operation }) => `${service}:${operation}`)).toEqual([
      'scheduler:ListSchedules',
      'scheduler:ListSchedules',
    ]);
  });

  test('reads the name of an error from its header', async () => {
    answers = [[403, { Message: 'no' }, 'AccessDeniedException:http://internal.amazon.com/']];
    await expect(schedules().list()).rejects.toMatchObject({
      code: 'AccessDenied',
      exitCode: ExitCode.setup,
      hint: 'allow the IAM action scheduler:ListSchedules.',
    });
  });
});
