import { describe, expect, test } from 'vitest';
import { classifyAwsError } from '../../../../src/lib/errors/classify-aws-error.ts';

const site = { action: 'sqs:GetQueueUrl', resource: 'queue "q"' };
const classified = (fields: object, message = '') =>
  classifyAwsError(Object.assign(new Error(message), fields), site) as {
    code: string;
    exitCode: number;
    message: string;
    hint?: string;
  };

describe('what stands between here and AWS', () => {
  test('is looked for where AWS’s own endpoint answers like a web page', () => {
    const error = classified({
      name: 'ForeignAnswer',
      answered: '200 OK, text/html: "Sign in to the network"',
      $metadata: { httpStatusCode: 200 },
      $call: { endpoint: 'https://sqs.eu-west-2.amazonaws.com', timeoutMs: 6_000 },
    });
    expect(error).toMatchObject({ code: 'EndpointNotAws', exitCode: 4 });
    expect(error.message).toContain('https://sqs.eu-west-2.amazonaws.com does not answer as AWS does');
    expect(error.hint).toContain('a proxy');
    expect(error.hint).not.toContain('--endpoint-url');
  });

  test('a certificate that is not trusted names the endpoint and the variable', () => {
    expect(
      classified({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', $call: { endpoint: 'https://127.0.0.1:1', timeoutMs: 1 } }),
    ).toMatchObject({
      code: 'EndpointUntrusted',
      exitCode: 4,
      message: 'the certificate of https://127.0.0.1:1 is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  test('a connection that is never established is an unreachable endpoint', () => {
    expect(
      classified(
        { name: 'TimeoutError', $metadata: { attempts: 3 }, $call: { endpoint: 'http://10.0.0.1', timeoutMs: 6_000 } },
        'the request socket did not establish a connection with the server within the configured timeout of 5000 ms.',
      ),
    ).toMatchObject({
      code: 'EndpointUnreachable',
      exitCode: 4,
      message: 'cannot reach http://10.0.0.1 (no connection within 5 s, 3 attempts).',
    });
  });
});

describe('an AWS error without a rule of its own', () => {
  test('of the 5xx kind is on the side of AWS', () => {
    const error = classified({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }, 'It broke.');
    expect(error).toMatchObject({ code: 'InternalFailure', exitCode: 1 });
    expect(error.message).toBe('sqs:GetQueueUrl on queue "q" failed: InternalFailure: It broke.');
    expect(error.hint).toContain('health.aws.amazon.com');
  });

  test('of another kind keeps its name and points to --debug', () => {
    const error = classified({ name: 'InvalidAddress', $metadata: { httpStatusCode: 400 } }, 'no such address');
    expect(error).toMatchObject({ code: 'InvalidAddress', exitCode: 1, hint: expect.stringContaining('--debug') });
  });

  test('without a name is told by its status, not as Unknown', () => {
    const error = classified({ name: 'Unknown', $metadata: { httpStatusCode: 418 } }, 'UnknownError');
    expect(error.message).toBe('sqs:GetQueueUrl on queue "q" failed: HTTP 418.');
    expect(error.code).toBe('AwsError');
  });
});
