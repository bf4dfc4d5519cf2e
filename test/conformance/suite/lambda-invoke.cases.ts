import { InvokeCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import type { ConformanceCase } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { answering, TestFunction } from './functions.ts';

const INVOKE = 'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html';
const ROUTING = 'https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html';

export const lambdaInvokeCases: readonly ConformanceCase[] = [
  {
    id: 'lambda.invoke.executed-version',
    service: 'Lambda',
    text: 'Invoke runs the version behind the qualifier and answers ExecutedVersion',
    link: INVOKE,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.update(answering('latest'));
      const asked = async (qualifier?: string) => {
        const { ExecutedVersion, result, StatusCode, FunctionError } = await made.invoke(qualifier);
        return [ExecutedVersion, result, StatusCode, FunctionError];
      };
      equal(await asked('1'), ['1', 'one', 200, undefined], 'version 1');
      equal(await asked('2'), ['2', 'two', 200, undefined], 'version 2');
      equal(await asked(), ['$LATEST', 'latest', 200, undefined], '$LATEST');
      equal(await asked('live'), ['1', 'one', 200, undefined], 'the alias');
      await made.updateAlias('live', { version: '2' });
      equal(await asked('live'), ['2', 'two', 200, undefined], 'the alias, moved');
    },
  },
  {
    id: 'lambda.invoke.event-and-context',
    service: 'Lambda',
    text: 'The handler gets the event, its version and ARN, its environment and the time that is left',
    link: 'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html',
    async run(world) {
      const source = `exports.handler = async (event, context) => ({
        event, version: context.functionVersion, arn: context.invokedFunctionArn, setting: process.env.SETTING,
        left: context.getRemainingTimeInMillis(), log: context.logGroupName, id: context.awsRequestId.length });`;
      const made = await TestFunction.live(world, source, { timeoutSeconds: 3, environment: { SETTING: 'on' } });
      const { result } = await made.invoke('live', { n: 1 });
      const { left, arn, ...rest } = result as { left: number; arn: string };
      equal(
        rest,
        { event: { n: 1 }, version: '1', setting: 'on', log: `/aws/lambda/${made.name}`, id: 36 },
        'what the handler saw',
      );
      holds(arn.endsWith(`:function:${made.name}:live`), `the ARN names the alias: ${arn}`);
      holds(left > 0 && left <= 3000, `time is left, at most the timeout: ${left} ms`);
    },
  },
  {
    id: 'lambda.invoke.function-error',
    service: 'Lambda',
    text: "A handler's error is HTTP 200 with FunctionError Unhandled and the error as payload",
    link: INVOKE,
    async run(world) {
      const made = await TestFunction.create(
        world,
        `exports.handler = async () => { throw new TypeError('bad input'); };`,
      );
      const { StatusCode, FunctionError, ExecutedVersion, result } = await made.invoke();
      equal([StatusCode, FunctionError, ExecutedVersion], [200, 'Unhandled', '$LATEST'], 'status, error, version');
      const { errorType, errorMessage, trace } = result as { errorType: string; errorMessage: string; trace: unknown };
      equal([errorType, errorMessage], ['TypeError', 'bad input'], 'errorType and errorMessage');
      holds(Array.isArray(trace), 'the trace is a list of lines');
    },
  },
  {
    id: 'lambda.invoke.timeout',
    service: 'Lambda',
    text: 'A handler over its timeout is a FunctionError that says so',
    link: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html',
    async run(world) {
      const source = 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 20_000));';
      const made = await TestFunction.create(world, source, { timeoutSeconds: 1 });
      const { StatusCode, FunctionError, result } = await made.invoke();
      equal([StatusCode, FunctionError], [200, 'Unhandled'], 'status and error');
      const { errorMessage } = result as { errorMessage: string };
      holds(errorMessage.includes('Task timed out after 1.00 seconds'), `the text: ${errorMessage}`);
    },
  },
  {
    id: 'lambda.invoke.tail',
    service: 'Lambda',
    text: 'LogType Tail answers the last lines of the log: START with the version, output, END, REPORT',
    link: INVOKE,
    async run(world) {
      const made = await TestFunction.live(world, `exports.handler = async () => { console.log('here I am'); };`);
      const { LogResult } = await world.lambda.send(
        new InvokeCommand({ FunctionName: made.name, Qualifier: 'live', LogType: 'Tail' }),
      );
      const log = Buffer.from(LogResult ?? '', 'base64').toString();
      holds(/START RequestId: [0-9a-f-]{36} Version: 1\n/.test(log), `a START line: ${log}`);
      holds(log.includes('here I am'), `the output: ${log}`);
      holds(/END RequestId: [0-9a-f-]{36}\n/.test(log), `an END line: ${log}`);
      holds(
        /REPORT RequestId: [0-9a-f-]{36}\s+Duration: [\d.]+ ms\s+Billed Duration: \d+ ms\s+Memory Size: 128 MB\s+Max Memory Used: \d+ MB/.test(
          log,
        ),
        `a REPORT line: ${log}`,
      );
    },
  },
  {
    id: 'lambda.invoke.types',
    service: 'Lambda',
    text: 'An Event invocation answers 202 before it runs, a DryRun 204 without running',
    link: INVOKE,
    async run(world) {
      const made = await TestFunction.create(world, answering('x'));
      const invoke = (InvocationType: 'Event' | 'DryRun') =>
        world.lambda.send(new InvokeCommand({ FunctionName: made.name, InvocationType }));
      equal((await invoke('Event')).StatusCode, 202, 'status of Event');
      equal((await invoke('DryRun')).StatusCode, 204, 'status of DryRun');
    },
  },
  {
    id: 'lambda.invoke.throttled',
    service: 'Lambda',
    text: 'A function with a reserved concurrency of zero refuses invocations with 429',
    link: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html',
    async run(world) {
      const made = await TestFunction.create(world, answering('x'));
      await world.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName: made.name, ReservedConcurrentExecutions: 0 }),
      );
      await refused(made.invoke(), { name: 'TooManyRequestsException', status: 429 }, 'an invocation');
    },
  },
  {
    id: 'lambda.split.honoured',
    service: 'Lambda',
    text: 'A split sends its share of the invocations to each version',
    link: ROUTING,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.updateAlias('live', { weights: { '2': 0.5 } });
      const count = 60;
      let second = 0;
      for (let n = 0; n < count; n += 4) {
        const answers = await Promise.all(Array.from({ length: 4 }, () => made.invoke('live')));
        for (const { ExecutedVersion, result } of answers) {
          equal(result, ExecutedVersion === '2' ? 'two' : 'one', `answer of version ${ExecutedVersion}`);
          if (ExecutedVersion === '2') second++;
        }
      }
      // Outside of 10 to 50 of 60 at one half: once in ten million runs.
      holds(second >= 10 && second <= 50, `of ${count} invocations about half run version 2, not ${second}`);
    },
  },
  {
    id: 'lambda.split.all-or-nothing',
    service: 'Lambda',
    text: 'A weight of 1 sends everything to the additional version, a weight of 0 nothing',
    link: ROUTING,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      const versions = async () => {
        const seen = new Set<string | undefined>();
        for (let n = 0; n < 6; n++) seen.add((await made.invoke('live')).ExecutedVersion);
        return [...seen];
      };
      await made.updateAlias('live', { weights: { '2': 1 } });
      equal(await versions(), ['2'], 'versions at weight 1');
      await made.updateAlias('live', { weights: { '2': 0 } });
      equal(await versions(), ['1'], 'versions at weight 0');
    },
  },
];
