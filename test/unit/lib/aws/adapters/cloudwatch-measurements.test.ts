import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloudWatchClient } from '../../../../../src/lib/aws/adapters/cloudwatch-client.ts';
import { CloudWatchMeasurements } from '../../../../../src/lib/aws/adapters/cloudwatch-measurements.ts';
import type { CallRecord } from '../../../../../src/lib/aws/client-options.ts';
import { type LoopbackServer, serveHttp } from '../../../../support/loopback-server.ts';

let server: LoopbackServer;
let answers: (readonly [status: number, body: string])[] = [];
let calls: CallRecord[] = [];
beforeEach(async () => {
  calls = [];
  server = await serveHttp((response) => {
    const [status, body] = answers.length > 1 ? answers.shift()! : answers[0]!;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r-1' }).end(body);
  });
});
afterEach(() => server.close());

const read = () => {
  const options = {
    region: 'eu-west-2',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 2,
    customUserAgent: 'test',
  };
  const observe = (call: CallRecord) => calls.push(call);
  return new CloudWatchMeasurements(cloudWatchClient({ options, observe, now: Date.now })).series({
    namespace: 'AWS/SQS',
    metric: 'NumberOfMessagesSent',
    dimensions: { QueueName: 'q' },
    fromMs: 0,
    toMs: 7_200_000,
    periodSeconds: 3_600,
  });
};

describe('a series', () => {
  test('is read as CloudWatch writes it, times in seconds', async () => {
    const Datapoints = [
      { Timestamp: 3_600, Sum: 4, Average: 2, Maximum: 3, SampleCount: 2, Unit: 'Count' },
      { Timestamp: 1.78e9, Sum: 0.5, Average: 0.5, Maximum: 0.5, SampleCount: 1, Unit: 'Count' },
    ];
    answers = [[200, JSON.stringify({ Label: 'NumberOfMessagesSent', Datapoints })]];
    expect(await read()).toEqual([
      { at: 3_600_000, sum: 4, average: 2, maximum: 3, samples: 2 },
      { at: 1.78e12, sum: 0.5, average: 0.5, maximum: 0.5, samples: 1 },
    ]);
    expect(calls).toMatchObject([{ status: 200, attempts: 1, requestId: 'r-1' }]);
  });

  test('without points is empty', async () => {
    answers = [[200, '{"Label":"x"}']];
    expect(await read()).toEqual([]);
  });

  test('is asked again when AWS turns it away', async () => {
    answers = [
      [400, '{"__type":"ThrottlingException","message":"slow"}'],
      [200, '{"Label":"x","Datapoints":[]}'],
    ];
    expect(await read()).toEqual([]);
    expect(calls).toMatchObject([{ attempts: 2 }]);
  });

  test('that is refused names the IAM action and the metric', async () => {
    answers = [[403, '{"__type":"AccessDeniedException","message":"no"}']];
    await expect(read()).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'not allowed to cloudwatch:GetMetricStatistics on metric AWS/SQS NumberOfMessagesSent of q.',
    });
  });

  test.each(['{"Label":"x","Datapoi', '{"Datapoints":[]}'])('is not believed when it is %s', async (body) => {
    answers = [[200, body]];
    await expect(read()).rejects.toMatchObject({ code: 'EndpointNotAws' });
  });
});
