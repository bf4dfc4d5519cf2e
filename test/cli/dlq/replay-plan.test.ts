import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeadLetterScene } from '../../integration/dlq/support/dead-letter-scene.ts';
import { observeCalls } from '../../support/observe-calls.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { deadLetterCli } from './dead-letter-cli.ts';

const cli = deadLetterCli();

const cvops = (...argv: string[]) => cli.run(argv);
const terminal = (...argv: string[]) => cli.run(argv, { stdoutTTY: true, columns: 80 });

const FUNCTION = 'cv-analytics-processor';

/** The processor in two versions, with the alias `live` on the second, reading the source queue. */
class Release {
  readonly client = new LambdaClient({
    endpoint: cli.scene.simulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  async start(): Promise<this> {
    await this.client.send(
      new CreateFunctionCommand({
        FunctionName: FUNCTION,
        Role: 'arn:aws:iam::000000000000:role/processor',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Timeout: 5,
        Code: { ZipFile: code(1) },
      }),
    );
    await this.settled(() => this.client.send(new PublishVersionCommand({ FunctionName: FUNCTION })));
    await this.settled(() =>
      this.client.send(new UpdateFunctionCodeCommand({ FunctionName: FUNCTION, ZipFile: code(2) })),
    );
    await this.settled(() => this.client.send(new PublishVersionCommand({ FunctionName: FUNCTION })));
    await this.client.send(new CreateAliasCommand({ FunctionName: FUNCTION, Name: 'live', FunctionVersion: '2' }));
    const { UUID } = await this.client.send(
      new CreateEventSourceMappingCommand({
        EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${cli.scene.sourceName}`,
        FunctionName: `${FUNCTION}:live`,
        ScalingConfig: { MaximumConcurrency: 7 },
      }),
    );
    for (;;) {
      const { State } = await this.client.send(new GetEventSourceMappingCommand({ UUID }));
      if (State === 'Enabled') return this;
      await cli.scene.clock.sleep(500);
    }
  }

  /** Until no earlier change of the function is in progress. */
  async settled<T>(change: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await change();
      } catch (cause) {
        if ((cause as Error).name !== 'ResourceConflictException') throw cause;
        await cli.scene.clock.sleep(500);
      }
    }
  }

  async serve(version: string, weights: Record<string, number> = {}): Promise<void> {
    await this.client.send(
      new UpdateAliasCommand({
        FunctionName: FUNCTION,
        Name: 'live',
        FunctionVersion: version,
        RoutingConfig: { AdditionalVersionWeights: weights },
      }),
    );
  }

  stop(): void {
    this.client.destroy();
  }
}

function code(seed: number): Uint8Array {
  return zipSync({
    'index.mjs': strToU8(`export const handler = async () => ({ batchItemFailures: [] }); // ${seed}\n`),
  });
}

/** A line of the processor's log about a message. */
function log(fields: Record<string, unknown>): void {
  const line = JSON.stringify({ level: 'ERROR', ...fields });
  cli.scene.simulator
    .region()
    .logs.write(`/aws/lambda/${FUNCTION}`, 's', [{ timestamp: cli.scene.clock.now(), message: line }]);
}

/** The ids of the dead letters, by the number in their body. */
async function deadIds(): Promise<ReadonlyMap<number, string>> {
  const { data } = jsonOf(await cvops('dlq', 'inspect', '--json'));
  return new Map(
    data.messages.map((each: { messageId: string; body: { n: number } }) => [each.body.n, each.messageId]),
  );
}

async function failedOn(version: string): Promise<void> {
  const error = { name: 'TypeError', message: 'no' };
  for (const messageId of (await deadIds()).values()) log({ messageId, version, error });
}

const checkOf = (plan: { checks: { id: string }[] }, id: string) => plan.checks.find((check) => check.id === id);

describe('is the consumer still the version that failed the messages?', () => {
  let release: Release;
  beforeEach(async () => {
    release = await new Release().start();
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
  });
  afterEach(() => release.stop());

  test('while it is, a replay is refused before anything is sent, and --force allows it', async () => {
    await failedOn('2');
    const planned = await cvops('dlq', 'replay', '--dry-run', '--json');
    expect(planned.code).toBe(6);
    expect(checkOf(jsonOf(planned).data.plan, 'version')).toMatchObject({ status: 'NG', blocking: true });
    expect(jsonOf(planned).warnings[0]?.message).toContain('still serves version 2');
    const refused = await cvops('dlq', 'replay', '--yes', '--json');
    expect(refused.code).toBe(6);
    const { error } = jsonOf(refused);
    expect(error.code).toBe('PreflightFailed');
    expect(error.message).toContain('cv-analytics-processor:live still serves version 2, which failed 3 of 3');
    expect(error.hint).toContain('cvops alias rollback processor --to 1');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 3, inFlight: 0 });
    const forced = await cvops('dlq', 'replay', '--yes', '--json', '--force', '--no-verify');
    expect(forced.code).toBe(0);
    expect(jsonOf(forced).data.replayed).toBe(3);
  });

  test('a split that still gives it some of the traffic counts', async () => {
    await failedOn('2');
    await release.serve('1', { 2: 0.1 });
    const refused = await cvops('dlq', 'replay', '--yes', '--json');
    expect(refused.code).toBe(6);
    expect(jsonOf(refused).error.hint).toContain('cvops alias rollback processor;');
  });

  test('after a rollback it is not, and the plan says on which version they failed', async () => {
    await failedOn('2');
    await release.serve('1');
    const planned = await cvops('dlq', 'replay', '--dry-run', '--json');
    expect(planned.code).toBe(0);
    expect(checkOf(jsonOf(planned).data.plan, 'version')).toMatchObject({ status: 'OK' });
    const replayed = await cvops('dlq', 'replay', '--yes', '--json', '--no-verify');
    expect(jsonOf(replayed).data.replayed).toBe(3);
  });

  test('an edit may be the mend: it warns and goes on', async () => {
    await failedOn('2');
    const replayed = await cvops(
      'dlq',
      'replay',
      '--yes',
      '--json',
      '--no-verify',
      '--edit',
      '{body: {fixed: `true`}}',
    );
    expect(replayed.code).toBe(0);
    expect(jsonOf(replayed).warnings.map(({ code }) => code)).toContain('version');
  });

  test.each([
    ['lambda:ListEventSourceMappings', 'consumer, version, live-traffic'],
    ['lambda:GetAlias', 'consumer, version, live-traffic'],
    ['lambda:GetFunctionConfiguration', 'visibility'],
    ['lambda:GetFunctionConcurrency', 'concurrency'],
    ['logs:FilterLogEvents', 'version'],
    ['sqs:ListMessageMoveTasks', 'move-task'],
  ])('without %s a replay goes, and says once what was not checked: %s', async (action, checks) => {
    await failedOn('2');
    await release.serve('1');
    const [service, operation] = action.split(':') as [string, string];
    const error = { code: 'AccessDeniedException', statusCode: 403 };
    cli.scene.simulator.faults.add({ service, operation, error });
    const replayed = await cvops('dlq', 'replay', '--max', '1', '--yes', '--json', '--no-verify');
    expect(jsonOf(replayed)).toMatchObject({ data: { replayed: 1 } });
    const unchecked = jsonOf(replayed).warnings.filter(({ code }) => code === 'NotChecked');
    expect(unchecked).toMatchObject([{ message: expect.stringContaining(action) }]);
    expect(unchecked[0]!.message).toMatch(new RegExp(`^not checked: ${checks}: `));
    const { stderr } = await terminal('dlq', 'replay', '--yes', '--no-verify');
    expect(stderr.split('not checked: ')).toHaveLength(2);
  });

  test('a log that tells of no failure does not block', async () => {
    const planned = await cvops('dlq', 'replay', '--dry-run', '--json');
    expect(planned.code).toBe(0);
    expect(checkOf(jsonOf(planned).data.plan, 'version')).toMatchObject({ status: 'SKIP', blocking: false });
  });

  test('newer messages of a group that were processed since are pointed out', async () => {
    await failedOn('1');
    log({ level: 'INFO', messageId: '11111111-2222-3333-4444-555555555555', groupId: 'g1', outcome: 'written' });
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json'));
    expect(checkOf(data.plan, 'live-traffic')).toMatchObject({ status: 'NG', blocking: false });
    expect(checkOf(data.plan, 'concurrency')).toMatchObject({
      status: 'OK',
      detail: 'cv-analytics-processor may run (7 at a time by its event source)',
    });
  });
});

describe('dlq replay --dry-run', () => {
  test('on a terminal fits one screen of 80 columns', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 40, 40);
    const { stdout, code } = await terminal('dlq', 'replay', '--dry-run', '--rate', '5/s');
    expect(code).toBe(0);
    expect(stdout).toContain('Would replay 40 messages. Nothing was sent or deleted.');
    expect(stdout).toContain('matched  40 of 40 messages, in 40 groups');
    expect(stdout).toContain('8 s at the rate asked for');
    expect(stdout).toContain('and 35 smaller groups');
    expect(stdout.split('\n').length).toBeLessThanOrEqual(25);
  });

  test('offers the same command without --dry-run', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2);
    const result = await cvops('dlq', 'replay', '--dry-run', '--json', '--filter', 'body.n == `1`', '--out-of-order');
    expect(jsonOf(result).next[0]?.command).toBe("cvops dlq replay processor --filter 'body.n == `1`' --out-of-order");
  });

  test('plans all of many small groups, though a receive ends in the middle of one', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 40, 10);
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json'));
    expect(data).toMatchObject({ matched: 40, plan: { look: { scanned: 40, complete: true, groupCount: 10 } } });
    expect(data.plan.look.groups.map(({ count }: { count: number }) => count)).toEqual(Array(10).fill(4));
  });

  test('shows gaps, and exits as the run would', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 4, 2);
    const result = await cvops('dlq', 'replay', '--dry-run', '--json', '--filter', 'body.n > `1`');
    expect(result.code).toBe(2);
    expect(jsonOf(result).data.plan.look).toMatchObject({ matched: 0, gaps: 2 });
    expect(jsonOf(result).warnings[0]).toMatchObject({ code: 'FilterLeavesGaps' });
    expect(jsonOf(result).next).toEqual([]);
  });

  test('a filter that finds nothing says what it may have been meant for', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2);
    const filter = 'body.items[?type == visit]';
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json', '--filter', filter));
    expect(checkOf(data.plan, 'filter')).toMatchObject({
      status: 'NG',
      detail:
        "it matches none of the 2 looked at: visit is taken for the name of a field; text stands in quotes: 'visit'",
    });
  });

  test('text without quotes is refused before any call', async () => {
    const result = await cvops('dlq', 'replay', '--dry-run', '--json', '--filter', 'body.type == visit');
    expect(result.code).toBe(2);
    expect(jsonOf(result).error).toMatchObject({
      message: '--filter: there is no field visit at character 14: body.type == visit',
      hint: "text stands in quotes: 'visit'.",
    });
  });

  test('messages larger than the target takes are counted', async () => {
    await cli.scene.create('small.fifo', { FifoQueue: 'true', MaximumMessageSize: '1024' });
    await cli.scene.send(cli.scene.dlqUrl, 3, 3, (n) => JSON.stringify({ n, fill: 'x'.repeat(n * 1_000) }));
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json', '--to', 'small.fifo'));
    expect(data.plan.look.tooLarge).toBe(2);
    expect(checkOf(data.plan, 'message-size')).toMatchObject({ status: 'NG' });
  });

  test('in a pipe is label and value, a line each', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2);
    const { stdout } = await cvops('dlq', 'replay', '--dry-run');
    const rows = new Map(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t') as [string, string]),
    );
    expect(rows.get('matched')).toBe('2');
    expect(rows.get('plan.look.expiresFirst')).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(rows.get('plan.look.gaps')).toBe('0');
  });
});

describe('a filter that cannot be evaluated on a message', () => {
  test('stops the replay before anything is sent, and names the message', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3, (n) => JSON.stringify(n === 2 ? { n } : { n, url: '/a' }));
    const result = await cvops('dlq', 'replay', '--yes', '--json', '--filter', "contains(body.url, 'a')");
    expect(result.code).toBe(2);
    expect(jsonOf(result).error.message).toMatch(/--filter cannot be evaluated on message [0-9a-f-]{36}: .*contains/);
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 3, inFlight: 0 });
    expect(await cli.scene.depth(cli.scene.sourceUrl)).toEqual({ visible: 0, inFlight: 0 });
  });
});

describe('--edit', () => {
  const edit = ['--edit', '{body: {fixed: `true`}, attributes: {number: null}}'];

  test('shows what it changes in the dry run, and changes nothing', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 7, 7);
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json', ...edit));
    expect(data.plan.edit).toMatchObject({ text: edit[1], changed: 7, unchanged: 0, failed: 0 });
    expect(data.plan.edits).toHaveLength(5);
    expect(data.plan.edits[0].changes).toEqual([
      { path: 'body.fixed', after: true },
      { path: 'attributes.number', before: { type: 'Number', value: expect.any(String) } },
    ]);
    const { stdout } = await terminal('dlq', 'replay', '--dry-run', ...edit);
    expect(stdout).toContain('  + body.fixed  true\n');
    expect(stdout).toContain('and 2 more messages');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 7, inFlight: 0 });
  });

  test('sends what it made of each message', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
    const result = await cvops('dlq', 'replay', '--yes', '--json', '--no-verify', ...edit);
    expect(jsonOf(result).data).toMatchObject({ replayed: 3, failed: 0 });
    const taken = await cli.scene.take(cli.scene.sourceUrl);
    expect(taken.map(({ Body }) => Body).sort()).toEqual([0, 1, 2].map((n) => `{"n":${n},"fixed":true}`));
    expect(taken.every(({ MessageAttributes }) => MessageAttributes === undefined)).toBe(true);
  });

  test('sends edited attributes, and holds what arrived against them', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3);
    const attributes = '{"attributes":{"number":7,"bytes":{"type":"Binary","value":"AQ=="},"kind":"é"}}';
    const result = await cvops('dlq', 'replay', '--yes', '--json', '--no-verify', '--edit', attributes);
    expect(jsonOf(result).data).toMatchObject({ replayed: 3, failed: 0 });
    const [taken] = await cli.scene.take(cli.scene.sourceUrl);
    expect(taken!.MessageAttributes).toMatchObject({
      number: { DataType: 'Number', StringValue: '7' },
      kind: { DataType: 'String', StringValue: 'é' },
      bytes: { DataType: 'Binary' },
    });
  });

  test('leaves what it cannot edit in the queue, as failed, and the dry run counts it', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 3, 3, (n) => (n === 1 ? 'no JSON' : JSON.stringify({ n })));
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json', ...edit));
    expect(data.plan.edit).toMatchObject({ changed: 2, failed: 1 });
    expect(data.plan.edit.failures[0].message).toContain('the body is text, not JSON');
    const result = await cvops('dlq', 'replay', '--yes', '--json', '--no-verify', ...edit);
    expect(result.code).toBe(3);
    expect(jsonOf(result).data).toMatchObject({ replayed: 2, failed: 1, remaining: 1 });
    expect((await cli.scene.take(cli.scene.dlqUrl)).map(({ Body }) => Body)).toEqual(['no JSON']);
  });

  test('goes on with its edit when a run is resumed', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 60, 6);
    const stop = new AbortController();
    observeCalls(cli.scene.simulator, (operation) => {
      if (operation === 'SendMessageBatch') stop.abort();
    });
    const flags = ['dlq', 'replay', '--yes', '--json', ...edit];
    const first = await cli.run(flags, { signal: stop.signal });
    expect(first.code).toBe(130);
    const { runId } = jsonOf(first).data;
    const resumed = await cvops('dlq', 'replay', '--resume', runId, '--yes', '--json', '--no-verify');
    expect(jsonOf(resumed).data).toMatchObject({ replayed: 60, remaining: 0 });
    const taken = await cli.scene.take(cli.scene.sourceUrl);
    expect(taken).toHaveLength(60);
    expect(taken.filter(({ Body }) => !Body!.includes('"fixed":true'))).toEqual([]);
  });

  test('that changes nothing is pointed out', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2);
    const { data } = jsonOf(await cvops('dlq', 'replay', '--dry-run', '--json', '--edit', '{body: {n: body.n}}'));
    expect(checkOf(data.plan, 'edit')).toMatchObject({ status: 'NG', detail: 'it changes none of the 2' });
  });

  test('with a syntax error is refused before any call', async () => {
    const result = await cvops('dlq', 'replay', '--yes', '--edit', '{body: {n: 2}}');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--edit: unexpected "2" at character 12: {body: {n: 2}}');
    expect(result.stderr).toContain('a number stands in backticks: `2`.');
  });
});

describe('a saved plan', () => {
  const file = () => join(cli.home, 'plan.json');
  const plan = async (...flags: string[]) => {
    const result = await cvops('dlq', 'replay', '--dry-run', '--save-plan', file(), '--json', ...flags);
    return { result, saved: JSON.parse(readFileSync(file(), 'utf8')) };
  };
  const apply = (...flags: string[]) =>
    cvops('dlq', 'replay', '--plan', file(), '--yes', '--json', '--no-verify', ...flags);

  test('goes on with its messages alone when a run is resumed', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 60, 6);
    await plan('--filter', 'body.n < `48`');
    const stop = new AbortController();
    observeCalls(cli.scene.simulator, (operation) => {
      if (operation === 'SendMessageBatch') stop.abort();
    });
    const flags = ['dlq', 'replay', '--plan', file(), '--yes', '--json'];
    const first = await cli.run(flags, { signal: stop.signal });
    expect(first.code).toBe(130);
    const { runId } = jsonOf(first).data;
    const resumed = await cvops('dlq', 'replay', '--resume', runId, '--yes', '--json', '--no-verify');
    expect(resumed.code).toBe(0);
    expect(await cli.scene.take(cli.scene.sourceUrl)).toHaveLength(48);
    expect((await cli.scene.depth(cli.scene.dlqUrl)).visible).toBe(12);
  });

  test('is private, says what was found, and replays exactly that', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 4, 4);
    const { result, saved } = await plan('--filter', 'body.n != `2`', '--edit', '{body: {fixed: `true`}}');
    expect(jsonOf(result).next[0]?.command).toBe(`cvops dlq replay --plan ${file()}`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(saved).toMatchObject({
      kind: 'cvops/dlq.plan',
      version: 1,
      service: 'processor',
      dlq: { name: cli.scene.dlqName },
      target: { name: cli.scene.sourceName },
      options: { filter: 'body.n != `2`', edit: '{body: {fixed: `true`}}', outOfOrder: false },
      complete: true,
      hidden: 0,
    });
    expect(saved.messages).toHaveLength(3);
    // What comes later is not in the plan.
    await cli.scene.send(cli.scene.dlqUrl, 1, 1, () => '{"n":99}');
    const applied = await apply();
    expect(jsonOf(applied).data).toMatchObject({ replayed: 3, planned: 3, missing: [] });
    const sent = (await cli.scene.take(cli.scene.sourceUrl)).map(({ Body }) => Body).sort();
    expect(sent).toEqual([0, 1, 3].map((n) => `{"n":${n},"fixed":true}`));
    expect((await cli.scene.depth(cli.scene.dlqUrl)).visible).toBe(1);
  });

  test('names planned messages that are gone, and touches no others', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 2, 2);
    const { saved } = await plan();
    await cli.scene.take(cli.scene.dlqUrl);
    await cli.scene.send(cli.scene.dlqUrl, 1, 1, () => '{"n":7}');
    const dry = await cvops('dlq', 'replay', '--plan', file(), '--dry-run', '--json');
    expect(jsonOf(dry).data.plan.look.missing.sort()).toEqual(
      saved.messages.map(({ id }: { id: string }) => id).sort(),
    );
    const applied = await apply();
    expect(applied.code).toBe(0);
    expect(jsonOf(applied).data).toMatchObject({ matched: 0, replayed: 0, planned: 2 });
    expect(jsonOf(applied).data.missing).toHaveLength(2);
    expect(jsonOf(applied).warnings.map(({ code }) => code)).toContain('PlannedMissing');
    expect(await cli.scene.depth(cli.scene.sourceUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('judges gaps anew: what now stands before a planned message of its group is not passed by', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 4, 2);
    const { saved } = await plan();
    const first = saved.messages.filter(({ group }: { group: string }) => group === 'g0').slice(1);
    writeFileSync(file(), JSON.stringify({ ...saved, messages: first }));
    const refused = await apply();
    expect(refused.code).toBe(2);
    expect(jsonOf(refused).error.code).toBe('FilterLeavesGaps');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 4, inFlight: 0 });
  });

  test('of another queue, with another body, or with a module that changed, is refused', async () => {
    await cli.scene.send(cli.scene.dlqUrl, 1);
    const module = join(cli.home, 'fix.mjs');
    writeFileSync(module, 'export default (m) => m;');
    const { saved } = await plan('--edit', './fix.mjs');
    const altered = async (change: object) => {
      writeFileSync(file(), JSON.stringify({ ...saved, ...change }));
      const result = await apply();
      expect(result.code).toBe(2);
      return jsonOf(result).error;
    };
    const elsewhere = { name: cli.scene.dlqName, arn: saved.dlq.arn.replace('000000000000', '111111111111') };
    expect(await altered({ dlq: elsewhere })).toMatchObject({ code: 'PlanMismatch' });
    expect(await altered({ messages: [{ ...saved.messages[0], md5: 'f'.repeat(32) }] })).toMatchObject({
      code: 'PlanMismatch',
    });
    writeFileSync(module, 'export default (m) => ({ ...m, body: "x" });');
    expect((await altered({})).message).toContain('has changed since');
    expect(await cli.scene.depth(cli.scene.dlqUrl)).toEqual({ visible: 1, inFlight: 0 });
  });

  test.each([
    ['{"kind":"cvops/dlq.plan","version":1', 'not whole'],
    ['[]', 'no plan of a replay'],
    ['{"kind":"cvops/dlq.plan","version":9}', 'version 9'],
    ['{"kind":"cvops/dlq.plan","version":1}', 'dlq has no ARN'],
  ])('%s cannot be applied', async (text, words) => {
    writeFileSync(file(), text);
    const result = await apply();
    expect(result.code).toBe(2);
    expect(jsonOf(result).error).toMatchObject({ code: 'InvalidPlan' });
    expect(jsonOf(result).error.message).toContain(words);
  });

  test('that is not there is exit code 5; one that cannot be written, exit code 1', async () => {
    expect((await cvops('dlq', 'replay', '--plan', 'nowhere.json', '--yes')).code).toBe(5);
    const result = await cvops(
      'dlq',
      'replay',
      '--dry-run',
      '--json',
      '--save-plan',
      join(cli.home, 'no', 'such', 'folder'),
    );
    expect(result.code).toBe(1);
    expect(jsonOf(result).error.code).toBe('PlanNotWritable');
  });

  test.each([
    [['--save-plan', 'x.json', '--yes'], '--save-plan writes down what --dry-run found'],
    [['--plan', 'x.json', '--filter', 'body.n', '--yes'], 'leave out --filter'],
    [['--plan', 'x.json', '--edit', '{}', '--yes'], 'leave out --edit'],
    [['--plan', 'x.json', '--out-of-order', '--yes'], 'leave out --out-of-order'],
    [['--plan', 'x.json', '--resume', 'run', '--yes'], 'leave out --plan'],
  ])('%j is a usage error', async (flags, words) => {
    const result = await cvops('dlq', 'replay', ...flags);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
  });
});

describe('on a standard queue, where a run does not look first', () => {
  let standard: DeadLetterScene;
  beforeEach(async () => {
    standard = await DeadLetterScene.start({ fifo: false });
    const services = { worker: { queue: standard.sourceName, dlq: standard.dlqName } };
    writeFileSync(join(cli.home, 'cvops.config.json'), JSON.stringify({ version: 1, services }));
  });
  afterEach(() => standard.stop());

  const run = (...argv: string[]) => cli.run(argv, { env: standard.env, clock: standard.clock });

  test('a filter that fails on a message far behind still stops it before anything is sent', async () => {
    await standard.send(standard.dlqUrl, 60, 1, (n) => JSON.stringify(n === 59 ? { n } : { n, url: '/a' }));
    const result = await run('dlq', 'replay', '--yes', '--json', '--filter', "contains(body.url, 'a')");
    expect(result.code).toBe(2);
    expect(await standard.depth(standard.dlqUrl)).toEqual({ visible: 60, inFlight: 0 });
    expect(await standard.depth(standard.sourceUrl)).toEqual({ visible: 0, inFlight: 0 });
  });

  test('an edit may give a message another tenant', async () => {
    await standard.send(standard.dlqUrl, 2);
    const result = await run('dlq', 'replay', '--yes', '--json', '--no-verify', '--edit', '{"groupId":"tenant-2"}');
    expect(jsonOf(result).data).toMatchObject({ replayed: 2 });
    const taken = await standard.take(standard.sourceUrl);
    expect(taken.map(({ Attributes }) => Attributes?.['MessageGroupId'])).toEqual(['tenant-2', 'tenant-2']);
  });
});
