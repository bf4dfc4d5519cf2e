import type { IncomingMessage, ServerResponse } from 'node:http';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsFreeTier } from '../../../../../src/lib/aws/adapters/aws-free-tier.ts';
import type { CallRecord } from '../../../../../src/lib/aws/client-options.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { type LoopbackServer, serveHttp } from '../../../../support/loopback-server.ts';

type Answer = readonly [status: number, body: object];

let server: LoopbackServer;
let answers: Answer[] = [];
let requests: IncomingMessage['headers'][] = [];
let calls: CallRecord[] = [];
beforeEach(async () => {
  answers = [];
  requests = [];
  calls = [];
  server = await serveHttp((response: ServerResponse, request) => {
    requests.push(request.headers);
    const [status, body] = answers.shift() ?? [500, { __type: 'InternalServerException' }];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
});
afterEach(() => server.close());

function freeTier(signal?: AbortSignal, environment?: string): AwsFreeTier {
  const options = {
    region: 'eu-west-2',
    ...(environment === undefined ? { endpoint: `http://127.0.0.1:${server.port}` } : {}),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 3,
    customUserAgent: 'cvops/test',
  };
  const observe = (call: CallRecord) => calls.push(call);
  const setup = { options, observe, now: Date.now, ...(signal === undefined ? {} : { signal }) };
  return new AwsFreeTier(new CloudWatchClient(options), setup, environment);
}

describe('the free tier adapter', () => {
  test('signs its calls for the Free Tier API in us-east-1, wherever the system is', async () => {
    answers = [[200, {}]];
    await freeTier().offers();
    const [headers] = requests;
    expect(headers).toMatchObject({
      'x-amz-target': 'AWSFreeTierService.GetFreeTierUsage',
      'content-type': 'application/x-amz-json-1.0',
      'user-agent': 'cvops/test',
    });
    expect(headers?.authorization).toMatch(/Credential=test\/\d{8}\/us-east-1\/freetier\/aws4_request/);
  });

  test('goes where the environment sends AWS’s calls', async () => {
    answers = [[200, {}]];
    await freeTier(undefined, `http://127.0.0.1:${server.port}`).offers();
    expect(requests).toHaveLength(1);
  });

  test('reads every page, and takes what AWS leaves out as not known', async () => {
    answers = [
      [
        200,
        { freeTierUsages: [{ service: 'AWS Lambda', usageType: 'Request', actualUsageAmount: 0 }], nextToken: 'b' },
      ],
      [200, { freeTierUsages: [], nextToken: 'c' }],
      [200, { freeTierUsages: [{}] }],
    ];
    expect(await freeTier().offers()).toEqual([
      {
        service: 'AWS Lambda',
        usageType: 'Request',
        region: '',
        type: '',
        used: 0,
        forecast: null,
        limit: null,
        unit: '',
      },
      { service: '', usageType: '', region: '', type: '', used: null, forecast: null, limit: null, unit: '' },
    ]);
    expect(calls.map(({ service, operation, attempts }) => [service, operation, attempts])).toEqual(
      Array.from({ length: 3 }, () => ['freetier', 'GetFreeTierUsage', 1]),
    );
  });

  test('tries again what AWS throttles or fails, three times in all', async () => {
    answers = [
      [400, { __type: 'com.amazonaws#ThrottlingException', message: 'slow down' }],
      [500, { __type: 'InternalServerException' }],
      [200, { freeTierUsages: [] }],
    ];
    expect(await freeTier().offers()).toEqual([]);
    await expect(freeTier().offers()).rejects.toMatchObject({ code: 'InternalServerException', exitCode: 1 });
    expect(calls).toHaveLength(6);
  });

  test('names the IAM action that is missing, and does not try again', async () => {
    answers = [[400, { __type: 'AccessDeniedException', message: 'no' }]];
    await expect(freeTier().offers()).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: 'allow the IAM action freetier:GetFreeTierUsage.',
    });
    expect(calls).toHaveLength(1);
  });

  test('reads the plan and the credits left', async () => {
    answers = [
      [
        200,
        {
          accountId: '000000000000',
          accountPlanType: 'FREE',
          accountPlanStatus: 'ACTIVE',
          accountPlanRemainingCredits: { amount: 87.5, unit: 'USD' },
          accountPlanExpirationDate: '2027-02-01T00:00:00Z',
        },
      ],
    ];
    expect(await freeTier().plan()).toEqual({
      type: 'FREE',
      status: 'ACTIVE',
      creditsLeftUsd: 87.5,
      expiresAt: Date.UTC(2027, 1, 1),
    });
  });

  test('knows an account without a plan', async () => {
    answers = [[400, { __type: 'ResourceNotFoundException', message: 'none' }]];
    expect(await freeTier().plan()).toBeNull();
  });

  test('ends at Ctrl-C with the reason', async () => {
    const reason = new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.');
    await expect(freeTier(AbortSignal.abort(reason)).offers()).rejects.toBe(reason);
  });
});
