import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DemoStage } from '../../../src/lib/sandbox/demo-stage.ts';
import { release } from '../../../src/lib/sandbox/seed.ts';
import { asRelease } from '../../../src/lib/sandbox/service-bundles.ts';
import { type Sandbox, startSandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { endpointEnv } from '../../support/endpoint-env.ts';
import { type JsonDocument, jsonOf, runCli } from '../../support/run-cli.ts';

/** Enough for three deliveries, a minute apart. */
const DEATH_MS = 10 * 60_000;
const REAL_EVENT = { type: 'query', occurredAt: '2026-03-02T09:30:00Z' };

let sandbox: Sandbox;
let stage: DemoStage;
beforeEach(async () => {
  sandbox = await startSandbox({ rate: 0 });
  stage = new DemoStage(sandbox);
});
afterEach(() => sandbox.close());

async function cvops(...argv: string[]): Promise<JsonDocument> {
  const result = await stage.whileTimePasses(
    runCli([...argv, '--json'], {
      clock: stage.clock,
      env: endpointEnv(sandbox.endpoint),
    }),
  );
  return jsonOf(result);
}

/** Hands events to the queue in one batch, as the Worker does; answers their MessageIds. */
async function send(...bodies: readonly (readonly [group: string, body: object | string])[]): Promise<string[]> {
  const { Successful } = await stage.operate('sqs', 'SendMessageBatch', {
    QueueUrl: `${sandbox.endpoint}/${sandbox.simulator.accountId}/${SYSTEM.queue}`,
    Entries: bodies.map(([group, body], index) => ({
      Id: String(index),
      MessageGroupId: group,
      MessageDeduplicationId: `${group}-${index}-${stage.clock.now()}`,
      MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
    })),
  });
  return Successful.map(({ MessageId }: { MessageId: string }) => MessageId);
}

const event = (number: number, query: string) => ({
  ...REAL_EVENT,
  id: `00000000-0000-4000-8000-00000000000${number}`,
  sessionId: 'a',
  query,
});

async function untilDead(count: number): Promise<void> {
  const signal = new AbortController().signal;
  const dead = await stage.advanceUntil(async () => (await stage.depth(SYSTEM.dlq)).visible === count, {
    limitMs: DEATH_MS,
    signal,
  });
  expect(dead).toBe(true);
}

describe('the dead letters of a broken release', () => {
  beforeEach(async () => {
    const zip = asRelease(sandbox.bundles.brokenProcessor, SYSTEM.firstRelease + 1);
    await release(sandbox.simulator, stage.operate, SYSTEM.processor, zip, 'broken');
  });

  test('are grouped by what the function logged, blamed on the version served, and explained one by one', async () => {
    const [poison, second, third, alone, malformed] = await send(
      ['a', event(1, 'Does she work 100% remote?')],
      ['a', event(2, 'Which clouds?')],
      ['a', event(3, 'Any Terraform?')],
      ['b', event(4, '50% off?')],
      ['c', 'no JSON at all'],
    );
    await untilDead(5);

    const { data, next, warnings } = await cvops('dlq', 'inspect');
    expect(warnings).toEqual([]);
    expect(data).toMatchObject({
      scanned: 5,
      complete: true,
      logsRead: true,
      served: { alias: 'live', versions: ['6'] },
    });
    const bySignature = Object.fromEntries(
      data.groups.map((group: { signature: string }) => [group.signature.split(':')[0], group]),
    );
    expect(bySignature).toMatchObject({
      URIError: {
        count: 2,
        versions: ['6'],
        basis: 'log',
        messageGroups: ['a', 'b'],
        receiveCounts: { min: 4, max: 4 },
      },
      LeftBehind: { count: 2, versions: ['6'], messageGroups: ['a'] },
      MalformedEventError: { signature: 'MalformedEventError: the body is not JSON', count: 1, versions: ['6'] },
    });
    expect(next.map(({ command }) => command)).toContain('cvops alias rollback processor');

    const explained = (await cvops('dlq', 'explain', poison!)).data;
    expect(explained).toMatchObject({
      error: { name: 'URIError', message: 'URI malformed', stack: expect.stringContaining('/var/task/') },
      version: '6',
      blockedBy: null,
      attempts: [{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'failed' }],
    });
    for (const attempt of explained.attempts) {
      expect(attempt).toMatchObject({ version: '6', memoryMb: 256, durationMs: expect.any(Number) });
    }
    expect(explained.attempts[0].initMs).toBeGreaterThan(0);
    for (const waiting of [second!, third!]) {
      expect((await cvops('dlq', 'explain', waiting)).data).toMatchObject({
        error: { name: 'LeftBehind' },
        blockedBy: { messageId: poison, error: { name: 'URIError' }, version: '6' },
      });
    }
    expect((await cvops('dlq', 'explain', alone!)).data.error.name).toBe('URIError');
    expect((await cvops('dlq', 'explain', malformed!)).data.error.name).toBe('MalformedEventError');
    expect(await stage.depth(SYSTEM.dlq)).toEqual({ visible: 5, inFlight: 0 });
  });

  test('are for a replay once the release is rolled back', async () => {
    await send(['a', event(1, '100%?')]);
    await untilDead(1);
    await cvops('alias', 'rollback', 'processor', '--yes');
    const { data, next } = await cvops('dlq', 'inspect');
    expect(data).toMatchObject({ served: { versions: ['5'] }, groups: [{ versions: ['6'] }] });
    expect(next.map(({ command }) => command)).not.toContain('cvops alias rollback processor');
    expect(next).toContainEqual({
      command: 'cvops dlq replay processor --dry-run',
      why: 'version 6, which failed them, is not served any more',
    });
  });

  test('live at least as long as it says, and a warning comes on the last day', async () => {
    await send(['a', event(1, '100%?')]);
    await untilDead(1);
    const { soonestExpiry } = (await cvops('dlq', 'inspect')).data;
    expect(soonestExpiry.basis).toBe('earliest');
    const expiresAt = Date.parse(soonestExpiry.at);
    const { clock } = sandbox.simulator;

    await clock.advance(expiresAt - clock.now() - 23 * 3_600_000);
    const { warnings, next } = await cvops('dlq', 'inspect');
    expect(warnings.map(({ code }) => code)).toContain('ExpiresSoon');
    expect(next[0]!.command).toBe('cvops dlq export processor --to dead-letters.ndjson');

    await clock.advance(expiresAt - clock.now() - 1_000);
    expect((await stage.depth(SYSTEM.dlq)).visible).toBe(1);
    // The move came at the delivery after the last failure, so the true end is soon after.
    await clock.advance(5 * 60_000);
    expect((await stage.depth(SYSTEM.dlq)).visible).toBe(0);
  });
});

const THROWS = 'throw new TypeError("Cannot read properties of undefined (reading \'userId\')")';
const HANGS = 'await new Promise(() => setInterval(() => {}, 1000))';

const OWN = `/aws/lambda/${SYSTEM.processor}`;

test.each([
  ['an error', 'Text', OWN, THROWS, "TypeError: Cannot read properties of undefined (reading 'userId')"],
  ['an error', 'JSON', OWN, THROWS, "TypeError: Cannot read properties of undefined (reading 'userId')"],
  ['an error', 'JSON', '/shared/logs', THROWS, "TypeError: Cannot read properties of undefined (reading 'userId')"],
  ['a timeout', 'Text', '/shared/logs', HANGS, 'TimedOut: Task timed out after <n> seconds'],
  ['a timeout', 'JSON', OWN, HANGS, 'TimedOut: Task timed out after <n> seconds'],
])(
  '%s that names no message, in a log of %s in %s, is laid to the messages of its run',
  async (_, LogFormat, LogGroup, work, signature) => {
    const source = `
    export const handler = async (event) => {
      console.log('begun with ' + event.Records.map((record) => record.messageId).join(' '));
      ${work};
    };`;
    await stage.operate('lambda', 'UpdateFunctionConfiguration', {
      FunctionName: SYSTEM.processor,
      Timeout: 1,
      LoggingConfig: { LogFormat, LogGroup },
    });
    await sandbox.simulator.clock.advance(60_000);
    const zip = Buffer.from(zipSync({ 'index.mjs': strToU8(source) })).toString('base64');
    await release(sandbox.simulator, stage.operate, SYSTEM.processor, zip, 'worse');
    const [first] = await send(['a', event(1, 'One?')], ['b', event(2, 'Two?')]);
    await untilDead(2);
    const { data } = await cvops('dlq', 'inspect');
    expect(data.groups).toMatchObject([{ signature, count: 2, versions: ['6'], basis: 'log' }]);
    const explained = (await cvops('dlq', 'explain', first!)).data;
    expect(explained).toMatchObject({ error: { signature }, version: '6' });
    expect(explained.attempts).toHaveLength(3);
    for (const attempt of explained.attempts) expect(attempt).toMatchObject({ outcome: 'failed', version: '6' });
    const told = await cvops('logs', 'processor');
    expect(told.data.events.map(({ version }: { version: string }) => version)).toContain('6');
    expect(told.warnings).toEqual([]);
    // The version that serves is the one that failed them, as its log tells.
    const { checks } = (await cvops('dlq', 'replay', '--dry-run')).data.plan;
    expect(checks).toContainEqual(expect.objectContaining({ id: 'version', status: 'NG', blocking: true }));
  },
);
