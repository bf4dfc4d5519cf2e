import { type AddressInfo, createServer } from 'node:net';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type CreateFunctionCommandInput, InvokeCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive, LambdaUnderTest } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

/** A server on loopback that tells when somebody connects, and when he is gone. */
async function doorkeeper() {
  const { promise: came, resolve: come } = deferred();
  const { promise: left, resolve: leave } = deferred();
  const server = createServer((socket) => {
    come();
    socket.on('error', () => {});
    socket.on('close', leave);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { came, left, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('an invocation', () => {
  let lambda: LambdaUnderTest;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
  });
  afterEach(() => lambda.close());

  const make = (code: string | Uint8Array, input: Partial<CreateFunctionCommandInput> = {}) =>
    lambda.createRunning(typeof code === 'string' ? archive(code) : code, input);
  async function invoke(FunctionName: string, event: unknown = {}, more: object = {}) {
    const answer = await lambda.client.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }),
    );
    const text = answer.Payload?.transformToString() ?? '';
    return { ...answer, result: text === '' ? undefined : JSON.parse(text) };
  }
  async function lines(fn: string) {
    const { events } = await lambda.logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${fn}` }));
    return events!.map(({ message }) => message!);
  }

  describe('loads handlers', () => {
    const file = (name: string, code: string, more: Record<string, string> = {}) =>
      zipSync(Object.fromEntries(Object.entries({ [name]: code, ...more }).map(([at, text]) => [at, strToU8(text)])));

    it.each([
      ['an ES module', file('index.mjs', 'export const handler = async (event) => event.word;')],
      [
        'an ES module by its package',
        file('index.js', 'export const handler = async (event) => event.word;', {
          'package.json': '{"type":"module"}',
        }),
      ],
      ['a CommonJS module', file('index.js', 'exports.handler = async (event) => event.word;')],
      ['a .cjs file', file('index.cjs', 'exports.handler = async (event) => event.word;')],
      ['a callback', file('index.js', 'exports.handler = (event, _, callback) => callback(null, event.word);')],
      ['a plain return', file('index.js', 'exports.handler = (event) => event.word;')],
      [
        'a late callback',
        file('index.js', 'exports.handler = (e, _, done) => { setTimeout(done, 5, null, e.word); };'),
      ],
    ])('from %s', async (_, code) => {
      expect((await invoke(await make(code), { word: 'hello' })).result).toBe('hello');
    });

    it('from a folder and below a nested export', async () => {
      const code = file('src/app.mjs', 'export const api = { events: { handler: async () => "deep" } };');
      expect((await invoke(await make(code, { Handler: 'src/app.api.events.handler' }))).result).toBe('deep');
    });

    it('and answers null for a handler that returns nothing', async () => {
      expect((await invoke(await make('export const handler = async () => {};'))).result).toBeNull();
    });
  });

  describe('fails', () => {
    it('with the type, message and trace of what the handler throws', async () => {
      const fn = await make(`export const handler = async () => { throw new RangeError('too far'); };`);
      const { FunctionError, StatusCode, result } = await invoke(fn);
      expect({ FunctionError, StatusCode }).toEqual({ FunctionError: 'Unhandled', StatusCode: 200 });
      expect(result).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
      expect(result.trace.slice(0, 2)).toEqual([
        'RangeError: too far',
        expect.stringContaining('file:///var/task/index.mjs:1'),
      ]);
      const logged = (await lines(fn)).find((line) => line.includes('Invoke Error'));
      expect(logged).toMatch(/\tERROR\tInvoke Error \t\{"errorType":"RangeError","errorMessage":"too far","stack":\[/);
    });

    it.each([
      ['Runtime.ImportModuleError', 'other.handler', 'export const handler = 1;', "Error: Cannot find module 'other'"],
      [
        'Runtime.HandlerNotFound',
        'index.other',
        'export const handler = 1;',
        'index.other is undefined or not exported',
      ],
      ['Runtime.HandlerNotFound', 'index.handler', 'export const handler = 1;', 'index.handler is not a function'],
      ['Runtime.UserCodeSyntaxError', 'index.handler', 'export const = ;', 'SyntaxError'],
      ['TypeError', 'index.handler', 'null.x; export const handler = 1;', 'Cannot read properties of null'],
    ])('with %s when %s cannot be had from the code', async (errorType, Handler, code, message) => {
      const { FunctionError, result } = await invoke(await make(code, { Handler }));
      expect(FunctionError).toBe('Unhandled');
      expect(result).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    });

    it.each([
      ['process.exit(0)', 'Runtime exited without providing a reason'],
      ['process.exit(3)', 'Runtime exited with error: exit status 3'],
    ])('when the handler calls %s, and the next one starts afresh', async (exit, reason) => {
      const fn = await make(`export const handler = async (event) => { if (event.exit) ${exit}; return 'fresh'; };`);
      const { result, $metadata } = await invoke(fn, { exit: true });
      expect(result).toEqual({
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${$metadata.requestId} Error: ${reason}`,
      });
      expect((await invoke(fn)).result).toBe('fresh');
    });

    it('when an error escapes into the event loop', async () => {
      const fn = await make(`export const handler = () => new Promise(() => {
        setTimeout(() => { throw new Error('escaped'); });
      });`);
      expect((await invoke(fn)).result).toMatchObject({ errorType: 'Error', errorMessage: 'escaped' });
    });

    it('when a rejection is handled by nobody', async () => {
      const fn = await make(`export const handler = () => new Promise(() => { Promise.reject(new Error('lost')); });`);
      expect((await invoke(fn)).result).toMatchObject({
        errorType: 'Runtime.UnhandledPromiseRejection',
        errorMessage: 'lost',
      });
    });

    it('after its timeout, even in an endless loop, with AWS words in answer and log', async () => {
      const code = `export const handler = async ({ loops }) => {
        if (!loops) return 'fresh';
        console.log('before');
        for (;;);
      };`;
      const fn = await make(code, { Timeout: 1 });
      const { FunctionError, result, $metadata } = await invoke(fn, { loops: true });
      expect(FunctionError).toBe('Unhandled');
      expect(result).toEqual({
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${$metadata.requestId} Error: Task timed out after 1.00 seconds`,
      });
      const logged = (await lines(fn)).map((line) => line.replace(/.*\t/, '').replace(/^\S+Z \S+ /, ''));
      expect(logged.slice(1, 3)).toEqual(['before', 'Task timed out after 1.00 seconds']);
      expect((await invoke(fn)).result).toBe('fresh');
    });

    it('when the answer is larger than 6 MB', async () => {
      const fn = await make(`export const handler = async () => 'x'.repeat(7_000_000);`);
      expect((await invoke(fn)).result).toEqual({
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
        errorType: 'Function.ResponseSizeTooLarge',
      });
    });

    it('honestly for runtimes other than Node.js', async () => {
      const { FunctionName } = await lambda.create({ Runtime: 'python3.13' });
      const { FunctionError, result } = await invoke(FunctionName!);
      expect(FunctionError).toBe('Unhandled');
      expect(result.errorMessage).toBe('The simulator runs Node.js functions only; python3.13 cannot be invoked.');
    });
  });

  it.each([
    ['{not json', 'InvalidRequestContentException', 400],
    [`"${'x'.repeat(6 * 1024 * 1024)}"`, 'RequestTooLargeException', 413],
  ])('is refused for the payload %.12s', async (Payload, name, httpStatusCode) => {
    const fn = await make('export const handler = async () => 1;');
    await expect(lambda.client.send(new InvokeCommand({ FunctionName: fn, Payload }))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode },
    });
  });

  it('tells a DryRun 204 and runs nothing', async () => {
    const fn = await make(`export const handler = async () => { console.log('ran'); };`);
    expect(await invoke(fn, {}, { InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204, result: undefined });
    await expect(lines(fn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('shows the handler its context and environment', async () => {
    const fn = await make(
      `export const handler = async (_, context) => ({
        context: { ...context, left: context.getRemainingTimeInMillis() },
        env: process.env,
        now: new Date().toISOString(),
      });`,
      { Timeout: 7, MemorySize: 256, Environment: { Variables: { MINE: 'yes' } } },
    );
    const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString('base64');
    const { result, $metadata } = await invoke(fn, {}, { ClientContext });
    expect(result.context).toMatchObject({
      functionName: fn,
      functionVersion: '$LATEST',
      invokedFunctionArn: `arn:aws:lambda:us-east-1:111111111111:function:${fn}`,
      memoryLimitInMB: '256',
      awsRequestId: $metadata.requestId,
      logGroupName: `/aws/lambda/${fn}`,
      logStreamName: expect.stringMatching(/^2026\/01\/15\/\[\$LATEST\][0-9a-f]{32}$/),
      clientContext: { custom: { a: 'b' } },
    });
    expect(result.context.left).toBeGreaterThan(6000);
    expect(result.context.left).toBeLessThanOrEqual(7000);
    expect(result.env).toMatchObject({
      MINE: 'yes',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: fn,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_ENDPOINT_URL: lambda.simulator.endpoint,
      _HANDLER: 'index.handler',
    });
    // The handler's clock is the simulator's, which stands still here.
    expect(result.now).toBe(new Date(lambda.simulator.clock.now()).toISOString());
  });

  it('sees time move with the simulated clock', async () => {
    const fn = await make('export const handler = async () => Date.now();');
    const first = (await invoke(fn)).result;
    await lambda.pass(14 * 86_400);
    expect((await invoke(fn)).result - first).toBe(14 * 86_400_000);
  });

  describe('in an environment', () => {
    const COUNTS = 'let calls = 0; export const handler = async () => ++calls;';

    it('finds it warm the second time, and cold after a change or a long pause', async () => {
      const fn = await make(COUNTS);
      expect((await invoke(fn)).result).toBe(1);
      expect((await invoke(fn)).result).toBe(2);
      await lambda.setEnvironment(fn, { NEW: 'value' });
      expect((await invoke(fn)).result).toBe(1);
      await lambda.pass(3600);
      expect((await invoke(fn)).result).toBe(1);
    });

    it('has it alone: parallel invocations get environments of their own', async () => {
      const fn = await make(`let busy = 0; export const handler = async () => {
        const alone = ++busy === 1;
        await new Promise((resolve) => setTimeout(resolve, 200));
        busy--;
        return { alone, stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME };
      };`);
      const results = await Promise.all([1, 2, 3].map(async () => (await invoke(fn)).result));
      expect(results.every(({ alone }) => alone)).toBe(true);
      expect(new Set(results.map(({ stream }) => stream)).size).toBe(3);
    });

    it('is told that its function is not there when all is forgotten while it runs or waits', async () => {
      const door = await doorkeeper();
      const fn = await make(`
        import { connect } from 'node:net';
        export const handler = () => new Promise(() => connect(${door.port}, '127.0.0.1'));`);
      const answers = Array.from({ length: 12 }, () => invoke(fn).catch((cause: unknown) => cause));
      await door.came;
      await lambda.simulator.reset();
      for (const answer of await Promise.all(answers)) {
        expect(answer).toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
      }
      expect(lambda.simulator.region().trail).toEqual([]);
      door.close();
    });

    it('waits for a free one when all are busy, and is not throttled', async () => {
      const fn = await make(`export const handler = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return process.env.AWS_LAMBDA_LOG_STREAM_NAME;
      };`);
      const streams = await Promise.all(Array.from({ length: 25 }, async () => (await invoke(fn)).result));
      expect(new Set(streams).size).toBeLessThanOrEqual(10);
    });

    it('makes room for other functions by ending an idle one', async () => {
      const names: string[] = [];
      for (let i = 0; i < 12; i++) names.push(await make(COUNTS));
      for (const name of names) expect((await invoke(name)).result).toBe(1);
      expect((await invoke(names.at(-1)!)).result).toBe(2);
      expect((await invoke(names[0]!)).result).toBe(1);
    });
  });

  it('is throttled above the reserved concurrency', async () => {
    const fn = await make('export const handler = () => new Promise((resolve) => setTimeout(resolve, 300));');
    const reserve = (ReservedConcurrentExecutions: number) =>
      lambda.client.send(new PutFunctionConcurrencyCommand({ FunctionName: fn, ReservedConcurrentExecutions }));
    const throttle = {
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    };
    await reserve(0);
    await expect(invoke(fn)).rejects.toMatchObject(throttle);
    await reserve(1);
    const both = await Promise.allSettled([invoke(fn), invoke(fn)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((each) => each.status === 'rejected')).toMatchObject({ reason: throttle });
  });

  describe('writes its log', () => {
    const LOGS = `export const handler = async () => {
      console.log('said %s', 'so', { a: 1 });
      console.debug('fine');
      console.warn('careful');
      process.stdout.write('{"own":"line"}\\n');
    };`;

    it('between START, END and REPORT, with Init on a cold start only', async () => {
      const fn = await make(LOGS);
      const { LogResult } = await invoke(fn, {}, { LogType: 'Tail' });
      await invoke(fn);
      const all = await lines(fn);
      const anonymous = all.map((line) =>
        line
          .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '<id>')
          .replace(/^2026-01-15T[\d:.]+Z/, '<time>')
          .replace(/\d+(\.\d+)? ms/g, '<n> ms')
          .replace(/Used: \d+/, 'Used: <n>'),
      );
      const own = [
        'START RequestId: <id> Version: $LATEST',
        '<time>\t<id>\tINFO\tsaid so { a: 1 }',
        '<time>\t<id>\tDEBUG\tfine',
        '<time>\t<id>\tWARN\tcareful',
        '{"own":"line"}',
        'END RequestId: <id>',
      ];
      const report =
        'REPORT RequestId: <id>\tDuration: <n> ms\tBilled Duration: <n> ms\tMemory Size: 128 MB\tMax Memory Used: <n> MB\t';
      expect(anonymous).toEqual([...own, `${report}Init Duration: <n> ms\t`, ...own, report]);
      const tail = Buffer.from(LogResult!, 'base64').toString();
      expect(tail).toBe(
        all
          .slice(0, 7)
          .map((line) => `${line}\n`)
          .join(''),
      );
    });

    it('as JSON when the function asks for it, from its level on', async () => {
      const LogGroup = '/mine/elsewhere';
      const fn = await make(LOGS.replace("'careful'", '{ careful: true }'), {
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', LogGroup },
      });
      const { $metadata } = await invoke(fn);
      const { events } = await lambda.logs.send(new FilterLogEventsCommand({ logGroupName: LogGroup }));
      const parsed = events!.map(({ message }) => JSON.parse(message!));
      const requestId = $metadata.requestId;
      const timestamp = new Date(lambda.simulator.clock.now()).toISOString();
      expect(parsed.slice(0, 4)).toEqual([
        { time: timestamp, type: 'platform.start', record: { requestId, version: '$LATEST' } },
        { timestamp, level: 'INFO', requestId, message: 'said so { a: 1 }' },
        { timestamp, level: 'WARN', requestId, message: { careful: true } },
        { own: 'line' },
      ]);
      expect(parsed[4]).toMatchObject({ type: 'platform.report', record: { requestId, status: 'success' } });
      expect(parsed).toHaveLength(5);
    });
  });

  it('logs errors as objects in the JSON format', async () => {
    const fn = await make(
      `export const handler = async () => {
        const error = new TypeError('odd');
        console.error(error);
        console.error('seen', error);
        throw error;
      };`,
      { LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' } },
    );
    await invoke(fn);
    const parsed = (await lines(fn)).map((line) => JSON.parse(line));
    const told = { errorType: 'TypeError', errorMessage: 'odd', stackTrace: expect.any(Array) };
    expect(parsed).toMatchObject([
      { level: 'ERROR', message: told },
      { level: 'ERROR', message: expect.stringMatching(/^seen TypeError: odd/), ...told },
      { level: 'ERROR', message: told },
    ]);
    expect(parsed).toHaveLength(3);
  });

  it('ends with the simulator, however long the handler would run', async () => {
    const fn = await make(
      `import { connect } from 'node:net';
      export const handler = ({ port }) => new Promise(() => { connect(port, '127.0.0.1'); });`,
      { Timeout: 900 },
    );
    const { came, left, port, close } = await doorkeeper();
    const running = invoke(fn, { port }).catch(() => 'cut off');
    await came;
    await lambda.close();
    // The handler's connection falls with its thread.
    await left;
    close();
    expect(await running).toBe('cut off');
    lambda = await LambdaUnderTest.start();
  });
});
