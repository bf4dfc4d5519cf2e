import { setTimeout as wait } from 'node:timers/promises';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { DemoStage } from '../../../src/lib/sandbox/demo-stage.ts';
import { publishVersion } from '../../../src/lib/sandbox/publish-version.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

let sandbox: Sandbox;
let stage: DemoStage;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0 });
  stage = new DemoStage(sandbox);
});
afterEach(() => sandbox.close());

/** Publishes a version and leaves the alias where it is. */
async function publish(zipBase64: string): Promise<string> {
  const { version } = await publishVersion(sandbox.simulator, stage.operate, SYSTEM.processor, zipBase64);
  return version;
}

const source = (text: string) => Buffer.from(zipSync({ 'index.mjs': strToU8(text) })).toString('base64');

const alias = async () => {
  const answer = await stage.operate('lambda', 'GetAlias', { FunctionName: SYSTEM.processor, Name: SYSTEM.alias });
  return { version: answer.FunctionVersion, weights: answer.RoutingConfig?.AdditionalVersionWeights ?? {} };
};

/** Runs cvops while simulated seconds pass, with some traffic in each of them. */
async function underTraffic(
  argv: readonly string[],
  eachSecond: (second: number) => Promise<void>,
  signal?: AbortSignal,
) {
  let result: Awaited<ReturnType<typeof runCli>> | undefined;
  const run = runCli([...argv, '--json'], {
    clock: stage.clock,
    ...(signal === undefined ? {} : { signal }),
    env: {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      CVOPS_ENDPOINT_URL: sandbox.endpoint,
    },
  }).then((ended) => {
    result = ended;
  });
  for (let second = 0; result === undefined; second++) {
    await eachSecond(second);
    await sandbox.simulator.clock.advance(1_000);
    await wait(2);
  }
  await run;
  return result;
}

/** Invokes the alias with a batch of nothing. */
const invoke = (times: number) => async () => {
  for (let n = 0; n < times; n++) {
    await stage.operate('lambda', 'Invoke', {
      FunctionName: SYSTEM.processor,
      Qualifier: SYSTEM.alias,
      // The operator's input is the body, and so the event.
      Records: [],
    });
  }
};

const promote = (...flags: string[]) => ['alias', 'promote', 'processor', '--no-smoke', '--yes', ...flags];

describe('a judged release on the simulator', () => {
  test('of a healthy version passes each step and ends with all traffic on it', async () => {
    const version = await publish(asRelease(sandbox.bundles.processor, 6));
    const result = await underTraffic(promote('--steps', '30,60', '--bake', '2m'), invoke(2));
    const { data } = jsonOf(result);
    expect(result.code).toBe(0);
    expect(data).toMatchObject({ verdict: 'PASS', outcome: 'promoted', strategy: 'canary', from: '5', to: version });
    expect(data.steps).toMatchObject([
      { percent: 30, verdict: 'PASS' },
      { percent: 60, verdict: 'PASS' },
    ]);
    // CloudWatch counted both sides apart, at the shares that the alias gave them.
    for (const { canary, baseline, percent } of data.steps) {
      expect(canary.invocations).toBeGreaterThan(50);
      expect(baseline.invocations).toBeGreaterThan(50);
      if (percent === 30) expect(baseline.invocations).toBeGreaterThan(canary.invocations);
    }
    expect(await alias()).toEqual({ version, weights: {} });
  });

  test('of a version that throws is over at the first look, with the old version in charge', async () => {
    const version = await publish(source("export const handler = async () => { throw new Error('no'); };"));
    const result = await underTraffic(promote('--canary', '20', '--bake', '5m'), invoke(2));
    const { data, next } = jsonOf(result);
    expect(result.code).toBe(6);
    expect(data).toMatchObject({
      verdict: 'FAIL',
      outcome: 'rolled-back',
      steps: [{ percent: 20, verdict: 'FAIL' }],
    });
    expect(data.steps[0].reasons[0]).toMatchObject({ code: 'every-invocation-failed', weight: 'fail' });
    expect(next).toContainEqual({ command: 'cvops dlq inspect processor', why: 'what the canary left behind' });
    expect(await alias()).toEqual({ version: '5', weights: {} });
    const again = await underTraffic(promote(), invoke(0));
    expect(jsonOf(again).error).toMatchObject({
      code: 'VersionQuarantined',
      message: expect.stringContaining(version),
    });
  });

  /** A message in every other second that only the broken release fails at. */
  const poison = async (second: number) => {
    if (second % 2 === 1) return;
    const event = {
      id: `00000000-0000-4000-8000-${String(second).padStart(12, '0')}`,
      type: 'query',
      occurredAt: '2026-03-02T09:30:00Z',
      sessionId: 'a',
      query: '100% remote?',
    };
    await stage.operate('sqs', 'SendMessageBatch', {
      QueueUrl: `${sandbox.endpoint}/${sandbox.simulator.accountId}/${SYSTEM.queue}`,
      Entries: [
        {
          Id: '0',
          MessageGroupId: `group-${second}`,
          MessageDeduplicationId: `${second}`,
          MessageBody: JSON.stringify(event),
        },
      ],
    });
  };

  test.each([
    ['its log', {}],
    ['its log in JSON and in a group of its own', { LogFormat: 'JSON', LogGroup: '/elsewhere' }],
  ])('of a version that gives messages back is judged by %s, for Lambda counts no error', async (_, LoggingConfig) => {
    await stage.operate('lambda', 'UpdateFunctionConfiguration', { FunctionName: SYSTEM.processor, LoggingConfig });
    await sandbox.simulator.clock.advance(60_000);
    await publish(asRelease(sandbox.bundles.brokenProcessor, 6));
    const result = await underTraffic(promote('--canary', '50', '--bake', '10m', '--max-bake', '10m'), poison);
    const { data } = jsonOf(result);
    expect(result.code).toBe(6);
    const [{ canary, baseline, reasons }] = data.steps;
    expect(reasons[0].code).toMatch(/^(every-invocation-failed|failed-more-often)$/);
    expect(canary.failures).toBe(canary.invocations);
    expect(baseline.failures).toBe(0);
    expect(await alias()).toEqual({ version: '5', weights: {} });
  });

  test('of a version that gives messages back and logs nothing is ended by the dead-letter queue', async () => {
    const silent = `export const handler = async ({ Records = [] }) => ({
      batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });`;
    await publish(source(silent));
    const result = await underTraffic(promote('--canary', '80', '--bake', '15m', '--max-bake', '15m'), poison);
    const { data } = jsonOf(result);
    expect(result.code).toBe(6);
    expect(data.steps[0].reasons[0]).toMatchObject({ code: 'dlq-rose' });
    expect(data.steps[0].canary.failures).toBe(0);
    expect(await alias()).toEqual({ version: '5', weights: {} });
  });

  describe('whose dead-letter queue was growing before', () => {
    /** One more dead letter, of another doing than the function's. */
    const die = () => void sandbox.simulator.region().sqs.plant(SYSTEM.dlq, [{ body: '{}', groupId: 'old' }]);
    const halfAnHour = async () => {
      for (let letter = 0; letter < 90; letter++) {
        die();
        await sandbox.simulator.clock.advance(20_000);
      }
    };
    const silently = (answer: string) => `export const handler = async ({ Records = [] }) => (${answer});`;
    const PASSES = '{ batchItemFailures: [] }';
    const GIVES_BACK = '{ batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }';

    test('passes a healthy version while it grows on as before', async () => {
      const version = await publish(source(silently(PASSES)));
      await halfAnHour();
      const result = await underTraffic(promote('--canary', '50', '--bake', '5m'), async (second) => {
        if (second % 20 === 0) die();
        await invoke(2)();
      });
      const { data } = jsonOf(result);
      expect(data.steps[0].reasons.map(({ code }: { code: string }) => code)).not.toContain('dlq-rose');
      expect(result.code).toBe(0);
      expect(await alias()).toEqual({ version, weights: {} });
    });

    test('ends a version that makes it grow faster', async () => {
      await publish(source(silently(GIVES_BACK)));
      await halfAnHour();
      const result = await underTraffic(
        promote('--canary', '80', '--bake', '15m', '--max-bake', '15m'),
        async (second) => {
          if (second % 20 === 0) die();
          await poison(second);
        },
      );
      const { data } = jsonOf(result);
      expect(result.code).toBe(6);
      expect(data.steps[0].reasons[0]).toMatchObject({ code: 'dlq-rose' });
      // Not from the first dead letters on, as with a queue that was still: those before are counted in.
      expect(data.steps[0].reasons[0].text).toMatch(/where [1-9]\d* more were to be expected$/);
      expect(await alias()).toEqual({ version: '5', weights: {} });
    });
  });

  test('without traffic ends without a verdict (exit 8), the old version in charge', async () => {
    const version = await publish(asRelease(sandbox.bundles.processor, 6));
    const result = await underTraffic(promote('--canary', '10', '--bake', '2m', '--max-bake', '4m'), invoke(0));
    const { data, next } = jsonOf(result);
    expect(result.code).toBe(8);
    expect(data).toMatchObject({
      verdict: 'INCONCLUSIVE',
      outcome: 'ended',
      steps: [{ sample: { have: 0, need: 50 } }],
    });
    expect(next[0]?.command).toBe(`cvops alias promote processor --to ${version} --steps 10,100 --max-bake 4h`);
    expect(await alias()).toEqual({ version: '5', weights: {} });
  });

  test('that is interrupted goes back, and exits 130', async () => {
    await publish(asRelease(sandbox.bundles.processor, 6));
    const abort = new AbortController();
    const result = await underTraffic(
      promote('--canary', '10', '--bake', '5m'),
      async () => {
        if (Object.keys((await alias()).weights).length > 0)
          abort.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.'));
      },
      abort.signal,
    );
    expect(result.code).toBe(130);
    expect(jsonOf(result).data).toMatchObject({ outcome: 'ended', verdict: null });
    expect(await alias()).toEqual({ version: '5', weights: {} });
  });
});
