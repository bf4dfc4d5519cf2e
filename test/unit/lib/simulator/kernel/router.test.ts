import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { cbor, tag } from '@smithy/core/cbor';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../../src/lib/simulator/kernel/api-error.ts';
import { Router } from '../../../../../src/lib/simulator/kernel/router.ts';
import type { Service } from '../../../../../src/lib/simulator/kernel/service.ts';
import { cborError, cborReply, encodeCbor, readCbor } from '../../../../../src/lib/simulator/protocols/cbor.ts';
import { jsonError, restJsonError, toJson } from '../../../../../src/lib/simulator/protocols/json.ts';
import { queryError, readQuery, toXml } from '../../../../../src/lib/simulator/protocols/query.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';
import { readSqsQuery } from '../../../../../src/lib/simulator/sqs/query-form.ts';

const metrics: Service = {
  id: 'metrics',
  jsonTargets: ['MetricsV1'],
  queryVersion: '2010-08-01',
  xmlNamespace: 'http://metrics/',
  cborService: 'MetricsV1',
  errorNamespace: 'com.example',
  queryCompatible: true,
  operations: {},
};
const functions: Service = {
  id: 'functions',
  routes: [
    { method: 'GET', path: '/functions/{Name}', operation: 'GetFunction', query: { Qualifier: 'Qualifier' } },
    { method: 'GET', path: '/functions', operation: 'ListFunctions', query: { MaxItems: 'MaxItems:number' } },
    { method: 'POST', path: '/functions/{Name}/invocations', operation: 'Invoke', status: 202 },
    { method: 'PUT', path: '/functions/{Name}', operation: 'UpdateFunction' },
    { method: 'GET', path: '/tags/{Arn+}', operation: 'ListTags' },
  ],
  operations: {},
};
const router = new Router([metrics, functions]);
const resolve = (method: string, url: string, headers: Record<string, string> = {}, body: string | Buffer = '') =>
  router.resolve(method, url, headers, Buffer.from(body));

describe('the router', () => {
  it('finds a JSON operation by its target', () => {
    const target = resolve('POST', '/', { 'x-amz-target': 'MetricsV1.PutData' }, '{"A":1}');
    expect(target).toMatchObject({ operation: 'PutData', protocol: 'json', input: { A: 1 } });
    expect(target.service).toBe(metrics);
  });

  it('takes an empty JSON body as no members', () => {
    expect(resolve('POST', '/', { 'x-amz-target': 'MetricsV1.List' }).input).toEqual({});
  });

  it('refuses JSON that cannot be read and targets nobody has', () => {
    expect(() => resolve('POST', '/', { 'x-amz-target': 'MetricsV1.List' }, '{"A":')).toThrowError(
      expect.objectContaining({ code: 'SerializationException' }),
    );
    expect(() => resolve('POST', '/', { 'x-amz-target': 'Other.List' })).toThrowError(
      expect.objectContaining({ code: 'UnknownOperationException' }),
    );
  });

  it.each(['null', '[]', '1', '"text"', 'true'])('refuses the JSON body %s, which is no structure', (body) => {
    expect(() => resolve('POST', '/', { 'x-amz-target': 'MetricsV1.List' }, body)).toThrowError(
      expect.objectContaining({ code: 'SerializationException' }),
    );
  });

  it('refuses CBOR that cannot be read', () => {
    const headers = { 'smithy-protocol': 'rpc-v2-cbor' };
    const path = '/service/MetricsV1/operation/List';
    for (const body of [Buffer.of(0xff, 0xff), Buffer.of(0xf6)]) {
      expect(() => resolve('POST', path, headers, body)).toThrowError(
        expect.objectContaining({ code: 'SerializationException' }),
      );
    }
  });

  it('refuses a path that cannot be decoded', () => {
    expect(() => resolve('GET', '/functions/%E0%A4%A')).toThrowError(
      expect.objectContaining({ code: 'InvalidRequestContentException' }),
    );
  });

  it('reads query parameters that are text and structure at once, the structure winning', () => {
    expect(readQuery(new URLSearchParams('A=1&A.B=2'))).toEqual({ A: { B: '2' } });
  });

  it('keeps what a parameter is called from reaching what all objects share', () => {
    readQuery(new URLSearchParams('__proto__.polluted=1&constructor.prototype.polluted=1'));
    readSqsQuery('ListQueues', new URLSearchParams('__proto__.polluted=1&constructor.prototype.polluted=1'), '/');
    expect({}).not.toHaveProperty('polluted');
  });

  it('finds a query operation by its version, in the body or in the address', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const body = 'Action=PutData&Version=2010-08-01&A=1';
    expect(resolve('POST', '/', form, body)).toMatchObject({
      operation: 'PutData',
      protocol: 'query',
      input: { A: '1' },
    });
    expect(resolve('GET', `/?${body}`)).toMatchObject({ operation: 'PutData', input: { A: '1' } });
    expect(() => resolve('POST', '/', form, 'Action=PutData&Version=1999-01-01')).toThrowError(
      expect.objectContaining({ status: 404 }),
    );
  });

  it('finds a CBOR operation by its path', () => {
    const body = Buffer.from(cbor.serialize({ A: 1 }));
    const headers = { 'smithy-protocol': 'rpc-v2-cbor' };
    expect(resolve('POST', '/service/MetricsV1/operation/PutData', headers, body)).toMatchObject({
      operation: 'PutData',
      protocol: 'cbor',
      input: { A: 1 },
    });
    expect(() => resolve('POST', '/service/Other/operation/PutData', headers, body)).toThrow(ApiError);
  });

  it('finds a REST operation by method and path, with members from path, address and body', () => {
    expect(resolve('GET', '/functions/a%3Ab?Qualifier=live')).toMatchObject({
      operation: 'GetFunction',
      protocol: 'rest-json',
      input: { Name: 'a:b', Qualifier: 'live' },
    });
    expect(resolve('GET', '/functions/?MaxItems=5').input).toEqual({ MaxItems: 5 });
    expect(resolve('PUT', '/functions/f', {}, '{"Name":"other","Timeout":3}').input).toEqual({ Name: 'f', Timeout: 3 });
    expect(resolve('GET', '/tags/arn%3Aa%2Fb').input).toEqual({ Arn: 'arn:a/b' });
    expect(resolve('GET', '/tags/arn:a/b').input).toEqual({ Arn: 'arn:a/b' });
  });

  it('leaves the payload of an invocation alone', () => {
    expect(resolve('POST', '/functions/f/invocations', {}, 'no json')).toMatchObject({
      operation: 'Invoke',
      status: 202,
      input: { Name: 'f' },
    });
  });
});

describe('query parameters', () => {
  const read = (text: string) => readQuery(new URLSearchParams(text));

  it('become nested members, lists and maps; values stay text', () => {
    expect(
      read(
        'Action=A&Version=1&Name=n&D.member.1.Name=x&D.member.1.Value=1&D.member.2.Name=y&M.entry.1.key=k&M.entry.1.value=v&S.Deep.Er=2',
      ),
    ).toEqual({
      Name: 'n',
      D: [{ Name: 'x', Value: '1' }, { Name: 'y' }],
      M: { k: 'v' },
      S: { Deep: { Er: '2' } },
    });
  });

  it('keep the order of list numbers beyond nine', () => {
    const text = Array.from({ length: 12 }, (_, i) => `L.member.${i + 1}=${i + 1}`).reverse();
    expect(read(text.join('&'))).toEqual({ L: Array.from({ length: 12 }, (_, i) => String(i + 1)) });
  });
});

describe('answers', () => {
  const at = new Date(1_700_000_000_500);
  const output = { When: at, Labels: new Map([['a&b', '<c>']]), Many: [1, 2], Absent: undefined };

  it('write times, maps and lists as each protocol wants them', () => {
    expect(toJson(output)).toBe('{"When":1700000000.5,"Labels":{"a&b":"<c>"},"Many":[1,2]}');
    expect(toXml(output)).toBe(
      '<When>2023-11-14T22:13:20.500Z</When><Labels><entry><key>a&amp;b</key><value>&lt;c&gt;</value></entry></Labels><Many><member>1</member><member>2</member></Many>',
    );
    expect(readCbor(cborReply(output).body as Buffer)).toEqual({
      When: 1_700_000_000.5,
      Labels: { 'a&b': '<c>' },
      Many: [1, 2],
    });
  });

  it('write errors with the names that each protocol uses', () => {
    const error = new ApiError('LongName', 'why', { queryCode: 'Short', fields: { Extra: 1 } });
    const json = jsonError(metrics, error);
    expect(json.headers['x-amzn-query-error']).toBe('Short;Sender');
    expect(JSON.parse(String(json.body))).toEqual({ __type: 'com.example#LongName', message: 'why', Extra: 1 });
    const binary = cborError(metrics, error);
    expect(binary.headers['x-amzn-query-error']).toBe('Short;Sender');
    expect(readCbor(binary.body as Buffer)).toEqual({ __type: 'com.example#LongName', message: 'why', Extra: 1 });
    expect(queryError(metrics, error, 'id').body).toContain(
      '<Error><Type>Sender</Type><Code>Short</Code><Message>why</Message></Error><RequestId>id</RequestId>',
    );
    const rest = restJsonError(new ApiError('Gone', 'why', { status: 404 }));
    expect(rest).toMatchObject({ status: 404, headers: { 'x-amzn-errortype': 'Gone' }, body: '{"message":"why"}' });
  });

  it('leave the message element out of a query error without a message', () => {
    expect(queryError(metrics, new ApiError('NotThere', ''), 'id').body).not.toContain('Message');
  });
});

describe('CBOR', () => {
  it('is read back by a library as it was written', () => {
    const value = {
      text: 'ä'.repeat(300),
      small: 23,
      byte: 200,
      short: 60_000,
      word: 4_000_000_000,
      long: 9_007_199_254_740_991,
      negative: -70_000,
      half: 0.5,
      yes: true,
      no: false,
      nothing: null,
      list: Array.from({ length: 30 }, (_, i) => i),
      bytes: new Uint8Array([1, 2, 3]),
    };
    const { bytes, ...rest } = cbor.deserialize(encodeCbor(value)) as typeof value;
    expect(rest).toEqual({ ...value, bytes: undefined });
    expect([...bytes]).toEqual([1, 2, 3]);
  });

  it('writes doubles and times as 64-bit floats, as AWS does', () => {
    expect(encodeCbor({ double: 41 }).toString('hex')).toBe('fb4044800000000000');
    expect(encodeCbor(new Date(1_765_977_780_000)).toString('hex')).toBe('c1fb41da50abad000000');
  });

  it('reads tagged times as seconds', () => {
    const body = Buffer.from(cbor.serialize({ At: tag({ tag: 1, value: 1_700_000_000.5 }), List: [{ A: 1 }] }));
    expect(readCbor(body)).toEqual({ At: 1_700_000_000.5, List: [{ A: 1 }] });
    expect(readCbor(Buffer.alloc(0))).toEqual({});
  });
});

describe('the server', () => {
  it('reads a gzip body when its header says so', async () => {
    const simulator = await Simulator.start();
    try {
      const body =
        'Action=PutMetricData&Version=2010-08-01&Namespace=zipped&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1';
      const response = await fetch(simulator.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'GZIP' },
        body: gzipSync(body),
      });
      expect(response.status).toBe(200);
      const listed = await fetch(`${simulator.endpoint}/?Action=ListMetrics&Version=2010-08-01&Namespace=zipped`);
      expect(await listed.text()).toContain('<MetricName>m</MetricName>');
    } finally {
      await simulator.close();
    }
  });

  it.each(['constructor', 'toString', '__proto__', 'valueOf'])('knows no operation %s', async (operation) => {
    const simulator = await Simulator.start();
    try {
      const response = await fetch(simulator.endpoint, {
        method: 'POST',
        headers: { 'x-amz-target': `AmazonSQS.${operation}` },
        body: '{}',
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ __type: 'com.amazonaws.sqs#UnknownOperationException' });
    } finally {
      await simulator.close();
    }
  });

  it.each([
    ['JSON', { 'x-amz-target': 'AmazonSQS.SendMessage' }, /"message":"The request is larger than 67108864 bytes."/],
    ['XML', { 'content-type': 'application/x-www-form-urlencoded' }, /<Code>RequestEntityTooLargeException<\/Code>/],
  ])('refuses a body over 64 MiB in %s, and goes on with the connection', async (_, headers, expected) => {
    const simulator = await Simulator.start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (chunks: number) =>
      new Promise<{ status: number; text: string; reused: boolean }>((resolve, reject) => {
        const call = request(simulator.endpoint, { method: 'POST', agent, headers }, async (response) => {
          const text = Buffer.concat(await response.toArray()).toString();
          resolve({ status: response.statusCode!, text, reused: call.reusedSocket });
        });
        call.on('error', reject);
        const megabyte = Buffer.alloc(1024 * 1024, 'x');
        const send = (left: number): void => {
          if (left === 0) call.end();
          else call.write(megabyte, () => send(left - 1));
        };
        send(chunks);
      });
    try {
      const refused = await post(65);
      expect(refused.status).toBe(413);
      expect(refused.text).toMatch(expected);
      expect(await post(0)).toMatchObject({ reused: true });
    } finally {
      agent.destroy();
      await simulator.close();
    }
  });

  it('answers a query for a service that is not there in XML', async () => {
    const simulator = await Simulator.start();
    try {
      const response = await fetch(simulator.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: 'Action=DescribeInstances&Version=2016-11-15',
      });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('<Code>UnknownOperationException</Code>');
    } finally {
      await simulator.close();
    }
  });
});
