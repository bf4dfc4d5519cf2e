import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../src/lib/simulator/kernel/clock.ts';
import type { Service } from '../../../src/lib/simulator/kernel/service.ts';
import type { Shape, Structure } from '../../../src/lib/simulator/kernel/shape.ts';
import { encodeCbor } from '../../../src/lib/simulator/protocols/cbor.ts';
import { Simulator } from '../../../src/lib/simulator/simulator.ts';
import { InProcessHandler } from '../../support/in-process-handler.ts';

// A bug of the simulator is the one thing that a client must never be told of, whatever it sent: not one 500.

const RUNS = 100;
const ACCOUNT = '000000000000';
const arn = (rest: string) => `arn:aws:${rest}`;
const QUEUE = `http://127.0.0.1/${ACCOUNT}/q`;

/** Values that reach into an operation: what exists, and what is well formed. By member; the rest is drawn by type. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  QueueUrl: [QUEUE, `${QUEUE}.fifo`],
  QueueName: ['q', 'q.fifo', 'new'],
  ReceiptHandle: ['AQEBx+1/1='],
  TableName: ['tab'],
  Item: [{ id: { S: 'a' } }, { id: { S: 'b' }, n: { N: '5' } }],
  Key: [{ id: { S: 'a' } }],
  RequestItems: [{ tab: [{ PutRequest: { Item: { id: { S: 'x' } } } }] }, { tab: { Keys: [{ id: { S: 'a' } }] } }],
  TransactItems: [
    [{ Put: { TableName: 'tab', Item: { id: { S: 'x' } } } }],
    [{ Get: { TableName: 'tab', Key: { id: { S: 'a' } } } }],
    [{ ConditionCheck: { TableName: 'tab', Key: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(id)' } }],
  ],
  KeyConditionExpression: ['id = :v', '#n = :v'],
  FilterExpression: ['#n > :v', 'contains(n, :v)'],
  ConditionExpression: ['attribute_exists(id)', '#n = :v'],
  UpdateExpression: ['SET n = :v', 'SET #n = #n + :v', 'REMOVE n', 'ADD n :v', 'DELETE n :v'],
  ProjectionExpression: ['id', '#n, id'],
  ExpressionAttributeNames: [{ '#n': 'n' }],
  ExpressionAttributeValues: [{ ':v': { S: 'a' } }, { ':v': { N: '1' } }, { ':v': { SS: ['a'] } }],
  AttributeDefinitions: [[{ AttributeName: 'id', AttributeType: 'S' }]],
  KeySchema: [[{ AttributeName: 'id', KeyType: 'HASH' }]],
  BillingMode: ['PAY_PER_REQUEST', 'PROVISIONED'],
  FunctionName: ['f', `${arn(`lambda:us-east-1:${ACCOUNT}:function:f`)}`],
  Code: [{ ZipFile: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==' }],
  Role: [arn(`iam::${ACCOUNT}:role/r`)],
  Handler: ['index.handler'],
  Runtime: ['nodejs22.x'],
  FunctionVersion: ['1', '$LATEST'],
  RoutingConfig: [{ AdditionalVersionWeights: { 1: 0.5 } }],
  EventSourceArn: [arn(`sqs:us-east-1:${ACCOUNT}:q`)],
  SourceArn: [arn(`sqs:us-east-1:${ACCOUNT}:q`)],
  TopicArn: [arn(`sns:us-east-1:${ACCOUNT}:topic`)],
  Protocol: ['email', 'sqs', 'lambda'],
  Endpoint: ['a@example.com', arn(`sqs:us-east-1:${ACCOUNT}:q`)],
  Namespace: ['n'],
  MetricName: ['m'],
  StartTime: [1_767_225_600],
  EndTime: [1_767_229_200],
  Period: [60],
  Statistics: [['Sum']],
  MetricData: [[{ MetricName: 'm', Value: 1 }]],
  MetricDataQueries: [[{ Id: 'a', Expression: 'SUM(METRICS())' }], [{ Id: 'a', Expression: 'b + 1' }]],
  Expression: ['SUM(METRICS())', 'a / b'],
  logGroupName: ['g'],
  logStreamName: ['s'],
  logEvents: [[{ timestamp: 1_767_225_600_000, message: 'x' }]],
  ScheduleExpression: ['rate(5 minutes)', 'cron(0 8 ? * MON *)'],
  EventPattern: [
    '{"source":["x"]}',
    '{"detail":{"a":[{"numeric":[">",1]}]}}',
    '[]',
    '{"a":null}',
    '{"a":[{"b":null}]}',
  ],
  FlexibleTimeWindow: [{ Mode: 'OFF' }],
  RedrivePolicy: ['{}', 'null', '[]'],
  FilterPolicy: ['{"a":[1]}', 'null', '{"a":null}', '{"$or":[]}'],
  Policy: ['null', '{}', '{"Statement":5}', '{"Statement":[null]}'],
  RedriveAllowPolicy: ['null', '{"redrivePermission":5}'],
  Name: ['x'],
  Rule: ['x'],
  AttributeName: ['DisplayName', 'FilterPolicy', 'RawMessageDelivery', 'Policy'],
  AttributeValue: ['{"a":[1]}', 'null', 'true'],
};

/** What is wrong everywhere, of every kind. */
const junk = fc.constantFrom<unknown>(
  null,
  true,
  '',
  'x',
  'null',
  '{}',
  '[null]',
  '\u0000',
  '__proto__',
  'constructor',
  0,
  -1,
  1.5,
  1e21,
  [],
  [null],
  ['x'],
  [[]],
  [{}],
  {},
  { x: null },
  { x: {} },
  { constructor: 'x' },
  { S: 'a', N: '1' },
  { N: 'no number' },
  { M: { a: {} } },
  { L: [{ NULL: false }] },
);

function arbitrary(shape: Shape, name: string, depth = 0): fc.Arbitrary<unknown> {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  const typed = depth > 4 ? fc.constant('x') : byType(shape, name, depth);
  return known === undefined
    ? fc.oneof({ weight: 40, arbitrary: typed }, { weight: 1, arbitrary: junk })
    : fc.oneof(
        { weight: 60, arbitrary: fc.constantFrom(...known) },
        { weight: 3, arbitrary: typed },
        { weight: 1, arbitrary: junk },
      );
}

function byType(shape: Shape, name: string, depth: number): fc.Arbitrary<unknown> {
  switch (shape) {
    case 'text':
      return fc.constantFrom('x', '', 'a', '1', '$LATEST', 'true', 'null', '{"a":1}', 'id', 'All', 'é\uD800');
    case 'number':
      return fc.constantFrom(0, 1, 2, 10, 60, -1, 1.5, 1e15, Number.MAX_VALUE);
    case 'flag':
      return fc.boolean();
    case 'blob':
      return fc.constantFrom('AA==', '', '%%%');
    case 'time':
      return fc.constantFrom(0, 1_767_225_600, -1, 1e20, '2026-01-01T00:00:00Z', 'when');
    case 'any':
      return junk;
    default:
  }
  if (typeof shape === 'function') return structure(shape(), depth + 1);
  if (!Array.isArray(shape)) return structure(shape as Structure, depth + 1);
  const [kind, of] = shape as readonly ['list' | 'map', Shape];
  const inner = arbitrary(of, name.replace(/s$/, ''), depth + 1);
  if (kind === 'list') return fc.array(inner, { maxLength: 3 });
  return fc.dictionary(
    fc.constantFrom('id', 'n', ':v', '#n', 'tab', 'q', 'FifoQueue', 'RedrivePolicy', 'Policy', 'x'),
    inner,
    {
      maxKeys: 3,
    },
  );
}

/** Some of the members, most of the time each. */
function structure(shape: Structure, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.entries(shape).map(([name, of]) => [
    name,
    fc.option(arbitrary(of, name, depth), { nil: undefined, freq: Object.hasOwn(KNOWN, name) ? 6 : 1 }),
  ]);
  return fc.record(Object.fromEntries(members)).map((record) => {
    const present = Object.entries(record).filter(([, value]) => value !== undefined);
    return structuredClone(Object.fromEntries(present)) as Record<string, unknown>;
  });
}

/** Those come last: the others shall find something. */
function takesAway(operation: string): boolean {
  return /^(Delete|Purge|Remove|Unsubscribe|Untag)/.test(operation);
}

/** The ways but JSON in which an operation can be asked for, and requests that come that way. */
function wireForms(service: Service, name: string) {
  const shape = service.shapes?.[name] ?? {};
  const forms: { kind: string; request: fc.Arbitrary<object> }[] = [];
  const post = { method: 'POST', path: '/', protocol: 'http:', hostname: '127.0.0.1' };
  if (service.queryVersion !== undefined) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const start = [`Action=${name}`, `Version=${service.queryVersion}`];
    forms.push({
      kind: 'the query protocol',
      request: fc
        .tuple(structure(shape), fc.array(strayParameter(Object.keys(shape)), { maxLength: 2 }))
        .map(([input, stray]) => ({ ...post, headers, body: [...start, ...flat('', input), ...stray].join('&') })),
    });
  }
  if (service.cborService !== undefined) {
    const path = `/service/${service.cborService}/operation/${name}`;
    const headers = { 'smithy-protocol': 'rpc-v2-cbor' };
    forms.push({
      kind: 'CBOR',
      request: structure(shape).map((input) => ({ ...post, path, headers, body: encodeCbor(input) })),
    });
  }
  const route = service.routes?.find(({ operation }) => operation === name);
  if (route !== undefined) {
    const label = fc.constantFrom(
      'f',
      'f',
      'f',
      'x',
      'x',
      '',
      ' ',
      '%00',
      'arn%3Aaws%3Alambda',
      'f:1',
      'a/b',
      '$LATEST',
      '1',
    );
    const search = fc.dictionary(
      fc.constantFrom(...Object.keys(route.query ?? {}), 'x'),
      fc.constantFrom('', '0', '-1', '1', 'abc', '99999999999', '%00', '[]', '$LATEST'),
    );
    forms.push({
      kind: 'REST',
      request: fc
        .tuple(structure(shape), fc.array(label, { minLength: 4, maxLength: 4 }), search)
        .map(([input, labels, query]) => {
          const left = [...labels];
          const path = route.path.replace(/\{\w+\+?\}/g, () => left.pop() ?? 'x');
          return { ...post, method: route.method, path, query, headers: {}, body: JSON.stringify(input) };
        }),
    });
  }
  return forms;
}

/** A parameter that fits into no shape: text where a list is, a list where text is, gaps in numbers. */
function strayParameter(members: readonly string[]): fc.Arbitrary<string> {
  const tail = fc.constantFrom(
    '',
    '.member',
    '.member.1',
    '.member.x',
    '.entry.1',
    '.entry.1.key',
    '.1',
    '.0.Name',
    '.Value',
    '.',
  );
  return fc.tuple(fc.constantFrom('x', ...members), tail).map(([name, end]) => `${name}${end}=x`);
}

/** Members as flat parameters, the way the SDKs write them. */
function flat(prefix: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [`${prefix}=${encodeURIComponent(safe(value))}`];
  const nest = (name: string) => (prefix === '' ? name : `${prefix}.${name}`);
  if (Array.isArray(value)) return value.flatMap((item, i) => flat(nest(`member.${i + 1}`), item));
  return Object.entries(value).flatMap(([name, item]) => flat(nest(name), item));
}

/** Half of a surrogate pair cannot be sent. */
function safe(value: unknown): string {
  return String(value).replaceAll('\uD800', '');
}

describe('malformed calls', () => {
  const simulator = new Simulator({ clock: new SimulatedClock({ rate: 0, start: Date.UTC(2026, 0, 1) }) });
  const create = async () => {
    const call = simulator.call.bind(simulator);
    await call('sqs', 'CreateQueue', { QueueName: 'q' });
    await call('sqs', 'CreateQueue', { QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' } });
    await call('dynamodb', 'CreateTable', {
      TableName: 'tab',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await call('sns', 'CreateTopic', { Name: 'topic' });
    await call('events', 'PutRule', { Name: 'x', ScheduleExpression: 'rate(5 minutes)' });
    const Code = {
      ZipFile: Buffer.from(zipSync({ 'index.mjs': strToU8('export const handler = 1') })).toString('base64'),
    };
    const code = { Code, Role: `arn:aws:iam::${ACCOUNT}:role/r`, Handler: 'index.handler', Runtime: 'nodejs22.x' };
    await call('lambda', 'CreateFunction', { FunctionName: 'f', ...code });
    await call('logs', 'CreateLogGroup', { logGroupName: 'g' });
    await call('logs', 'CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
    await simulator.clock.advance(60_000);
    await call('lambda', 'PublishVersion', { FunctionName: 'f' });
    await call('lambda', 'CreateAlias', { FunctionName: 'f', Name: 'x', FunctionVersion: '1' });
    await call('dynamodb', 'PutItem', { TableName: 'tab', Item: { id: { S: 'a' }, n: { N: '1' } } });
  };
  beforeAll(create);
  afterAll(() => simulator.close());

  // What the first part takes away, the second needs again.
  const setUpAgain = async () => {
    await simulator.reset();
    await create();
  };

  const operations = simulator
    .region()
    .services.flatMap(({ id, operations: known, shapes = {} }) =>
      Object.keys(known).map((name) => [id, name, shapes[name] ?? {}] as const),
    )
    .filter(([, name]) => name !== 'Invoke')
    .sort(([, a], [, b]) => Number(takesAway(a)) - Number(takesAway(b)));

  it.each(operations)('of %s:%s are answered or refused', async (service, operation, shape) => {
    await fc.assert(
      fc.asyncProperty(structure(shape), async (input) => {
        const abort = new AbortController();
        const before = structuredClone(input);
        const answered = simulator.call(service, operation, input, { signal: abort.signal });
        // A long poll would wait for ever: the clock stands still.
        setImmediate(() => abort.abort());
        const error = await answered.then(
          () => undefined,
          (cause: Error) => cause,
        );
        if (error?.name === 'InternalFailure') throw new Error(`${JSON.stringify(before)}: ${error.message}`);
      }),
      { numRuns: RUNS },
    );
  });

  const requests = simulator
    .region()
    .services.flatMap((service) =>
      Object.keys(service.operations).flatMap((name) => wireForms(service, name).map((form) => [name, form] as const)),
    )
    .map(([name, { kind, request }]) => [kind, name, request] as const)
    .sort(([, a], [, b]) => Number(takesAway(a)) - Number(takesAway(b)));

  it('are followed by others over the wire', setUpAgain);

  it.each(requests)('over %s of %s are answered or refused', async (_, name, request) => {
    const handler = new InProcessHandler(simulator);
    await fc.assert(
      fc.asyncProperty(request, async (sent) => {
        const abort = new AbortController();
        const answered = handler.handle(sent as never, { abortSignal: abort.signal });
        setImmediate(() => abort.abort());
        const answer = await answered.then(
          ({ response }) => response,
          () => undefined,
        );
        if (answer?.statusCode === 500) throw new Error(`${name} ${JSON.stringify(sent)}: ${answer.body}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('leave nothing behind that breaks what is asked afterwards', async () => {
    await simulator.clock.advance(10 * 60_000);
    const reads = operations.filter(([, name]) => /^(List|Describe)/.test(name));
    for (const [service, operation] of reads) {
      const error = await simulator.call(service, operation).then(
        () => undefined,
        (cause: Error) => cause,
      );
      expect(error?.name, `${service}:${operation}: ${error?.message}`).not.toBe('InternalFailure');
    }
  });
});
