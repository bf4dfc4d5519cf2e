import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const START = Date.UTC(2026, 0, 15, 10, 0, 0);
const MINUTE = 60_000;
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:reporter:live';
const ROLE = 'arn:aws:iam::000000000000:role/scheduler';

let clock: SimulatedClock;
let simulator: Simulator;
let invoked: [at: number, arn: string, event: Record<string, unknown>][];

beforeEach(async () => {
  clock = new SimulatedClock({ start: START, rate: 0 });
  simulator = await Simulator.start({ clock });
  invoked = [];
  vi.spyOn(simulator.region().functions, 'invokeAsync').mockImplementation((arn, event) => {
    invoked.push([clock.now(), arn, event as Record<string, unknown>]);
  });
});
afterEach(() => simulator.close());

const minutes = () => invoked.map(([at]) => (at - START) / MINUTE);
const sum = (Namespace: string, MetricName: string, Name?: string, Value?: string) => {
  const answer = simulator.region().cloudwatch.operations['GetMetricStatistics']!(
    {
      Namespace,
      MetricName,
      Dimensions: Name === undefined ? [] : [{ Name, Value }],
      StartTime: START / 1000 - 60,
      EndTime: clock.now() / 1000 + 60,
      Period: 86_400,
      Statistics: ['Sum'],
    },
    {} as never,
  ) as { Datapoints: { Sum: { double: number } }[] };
  return answer.Datapoints.reduce((total, point) => total + point.Sum.double, 0);
};

describe('EventBridge rules', () => {
  const call = async (operation: string, input: object) => {
    const response = await fetch(simulator.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSEvents.${operation}` },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return response.status === 200 ? body : { status: response.status, ...body };
  };
  const schedule = async (ScheduleExpression: string, target: object = {}) => {
    await call('PutRule', { Name: 'r', ScheduleExpression });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: FUNCTION, ...target }] });
  };

  const broken = (shown: string, rule: string) =>
    `Value ${shown} at 'name' failed to satisfy constraint: Member must ${rule}`;
  it.each([
    [{}, `1 validation error detected: ${broken('null', 'not be null')}`],
    [{ Name: null }, `1 validation error detected: ${broken('null', 'not be null')}`],
    [
      { Name: 'a b' },
      `1 validation error detected: ${broken("'a b'", 'satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+')}`,
    ],
    [
      { Name: 'a'.repeat(65) },
      `1 validation error detected: ${broken(`'${'a'.repeat(65)}'`, 'have length less than or equal to 64')}`,
    ],
  ])('need a name that is one: %j', async (name, message) => {
    const refused = await call('PutRule', { ...name, ScheduleExpression: 'rate(5 minutes)' });
    expect(refused).toMatchObject({ status: 400, __type: expect.stringMatching(/ValidationException$/), message });
    expect(await call('ListRules', {})).toMatchObject({ Rules: [] });
  });

  it('fire their targets on the simulated clock, with the event that AWS sends', async () => {
    await schedule('rate(5 minutes)');
    await clock.advance(16 * MINUTE);
    expect(minutes()).toEqual([5, 10, 15]);
    expect(invoked[0]![1]).toBe(FUNCTION);
    expect(invoked[0]![2]).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: '2026-01-15T10:05:00Z',
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/r'],
      detail: {},
    });
    expect(sum('AWS/Events', 'Invocations', 'RuleName', 'r')).toBe(3);
    expect(sum('AWS/Events', 'TriggeredRules', 'RuleName', 'r')).toBe(3);
    expect(sum('AWS/Events', 'Invocations')).toBe(3);
  });

  it('rest while they are disabled, and stop when deleted', async () => {
    await schedule('rate(5 minutes)');
    await call('DisableRule', { Name: 'r' });
    await clock.advance(10 * MINUTE);
    expect(invoked).toEqual([]);
    await call('EnableRule', { Name: 'r' });
    await clock.advance(5 * MINUTE);
    expect(invoked).toHaveLength(1);
    expect(await call('DeleteRule', { Name: 'r' })).toMatchObject({
      status: 400,
      __type: 'ValidationException',
      message: "Rule can't be deleted since it has targets.",
    });
    await call('RemoveTargets', { Rule: 'r', Ids: ['1'] });
    await call('DeleteRule', { Name: 'r' });
    await clock.advance(10 * MINUTE);
    expect(invoked).toHaveLength(1);
    expect(await call('DescribeRule', { Name: 'r' })).toMatchObject({
      __type: 'ResourceNotFoundException',
      message: 'Rule r does not exist on EventBus default.',
    });
  });

  it('keep their targets when they are put again, with the new schedule', async () => {
    await schedule('rate(5 minutes)');
    await call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 minute)' });
    await clock.advance(3 * MINUTE);
    expect(minutes()).toEqual([1, 2, 3]);
  });

  it.each([
    [{ Input: '{"constant":true}' }, { constant: true }],
    [{ InputPath: '$.resources[0]' }, 'arn:aws:events:us-east-1:000000000000:rule/r'],
    [
      { InputTransformer: { InputPathsMap: { when: '$.time' }, InputTemplate: '{"at":<when>,"text":"at <when>"}' } },
      { at: '2026-01-15T10:05:00Z', text: 'at 2026-01-15T10:05:00Z' },
    ],
  ])('hand their target %o', async (target, expected) => {
    await schedule('rate(5 minutes)', target);
    await clock.advance(5 * MINUTE);
    expect(invoked[0]![2]).toEqual(expected);
  });

  it('count a target that is not there as failed', async () => {
    await schedule('rate(5 minutes)', { Arn: 'arn:aws:sqs:us-east-1:000000000000:gone' });
    await clock.advance(5 * MINUTE);
    expect(sum('AWS/Events', 'FailedInvocations', 'RuleName', 'r')).toBe(1);
  });

  it('count a function that refuses as failed, and go on', async () => {
    vi.mocked(simulator.region().functions.invokeAsync).mockImplementation(() => {
      throw new Error('refused');
    });
    await schedule('rate(5 minutes)');
    await clock.advance(10 * MINUTE);
    expect(sum('AWS/Events', 'FailedInvocations', 'RuleName', 'r')).toBe(2);
  });

  it('fire on events that match their pattern', async () => {
    await call('PutRule', { Name: 'r', EventPattern: '{"source":["shop"],"detail":{"state":["paid"]}}' });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: FUNCTION }] });
    const entry = (Source: string, state: string) => ({
      Source,
      DetailType: 'Order',
      Detail: JSON.stringify({ state }),
    });
    const answer = await call('PutEvents', {
      Entries: [
        entry('shop', 'open'),
        entry('shop', 'paid'),
        entry('other', 'paid'),
        { Source: 'shop', DetailType: 'x', Detail: 'no' },
      ],
    });
    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{}, {}, {}, { ErrorCode: 'MalformedDetail' }] });
    expect(invoked.map(([, , event]) => event['detail'])).toEqual([{ state: 'paid' }]);
  });

  it.each([
    [{ Name: 'r' }, 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
    [{ Name: 'r', ScheduleExpression: 'rate(1 minutes)' }, 'Parameter ScheduleExpression is not valid.'],
    [{ Name: 'r', ScheduleExpression: 'cron(0 8 * * MON *)' }, 'Parameter ScheduleExpression is not valid.'],
  ])('are refused: %o', async (input, message) => {
    expect(await call('PutRule', input)).toMatchObject({ status: 400, __type: 'ValidationException', message });
  });

  it('are listed by prefix, with their targets', async () => {
    await call('PutRule', { Name: 'b', ScheduleExpression: 'rate(1 day)' });
    await schedule('rate(5 minutes)');
    const { Rules } = (await call('ListRules', { NamePrefix: 'r' })) as { Rules: unknown[] };
    expect(Rules).toEqual([
      {
        Name: 'r',
        Arn: 'arn:aws:events:us-east-1:000000000000:rule/r',
        ScheduleExpression: 'rate(5 minutes)',
        State: 'ENABLED',
        EventBusName: 'default',
      },
    ]);
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: [{ Id: '1', Arn: FUNCTION }] });
    expect(await call('ListRuleNamesByTarget', { TargetArn: FUNCTION })).toEqual({ RuleNames: ['r'] });
  });
});

describe('EventBridge Scheduler', () => {
  const call = async (method: string, path: string, input?: object) => {
    const response = await fetch(simulator.endpoint + path, {
      method,
      ...(input !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return response.status === 200 ? body : { status: response.status, ...body };
  };
  const settings = (ScheduleExpression: string, more: object = {}) => ({
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: FUNCTION, RoleArn: ROLE },
    ...more,
  });

  it('fires a rate at once and then at its interval, and counts the attempts by group', async () => {
    await call('POST', '/schedules/s', settings('rate(5 minutes)'));
    await clock.advance(11 * MINUTE);
    expect(minutes()).toEqual([0, 5, 10]);
    expect(invoked[0]![2]).toMatchObject({ source: 'aws.scheduler', time: '2026-01-15T10:00:00Z', detail: '{}' });
    expect(sum('AWS/Scheduler', 'InvocationAttemptCount', 'ScheduleGroup', 'default')).toBe(3);
  });

  it('fires a cron by the clock of its time zone', async () => {
    const more = {
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: { Arn: FUNCTION, RoleArn: ROLE, Input: '{"a":1}' },
    };
    await call('POST', '/schedules/s', settings('cron(0 12 * * ? *)', more));
    await clock.advance(24 * 60 * MINUTE);
    expect(minutes()).toEqual([60]);
    expect(invoked[0]![2]).toEqual({ a: 1 });
  });

  it('fires a one-time schedule once, and deletes it when asked', async () => {
    await call('POST', '/schedules/kept', settings('at(2026-01-15T10:30:00)'));
    await call('POST', '/schedules/gone', settings('at(2026-01-15T10:30:00)', { ActionAfterCompletion: 'DELETE' }));
    await clock.advance(24 * 60 * MINUTE);
    expect(minutes()).toEqual([30, 30]);
    const { Schedules } = (await call('GET', '/schedules')) as { Schedules: { Name: string }[] };
    expect(Schedules.map(({ Name }) => Name)).toEqual(['kept']);
  });

  it('keeps to its start and end', async () => {
    const more = { StartDate: START / 1000 + 600, EndDate: START / 1000 + 1_200 };
    await call('POST', '/schedules/s', settings('rate(5 minutes)', more));
    await clock.advance(60 * MINUTE);
    expect(minutes()).toEqual([10, 15, 20]);
  });

  it('rests while disabled and goes on with an update', async () => {
    await call('POST', '/schedules/s', settings('rate(5 minutes)', { State: 'DISABLED' }));
    await clock.advance(10 * MINUTE);
    expect(invoked).toEqual([]);
    await call('PUT', '/schedules/s', settings('rate(10 minutes)'));
    await clock.advance(10 * MINUTE);
    expect(minutes()).toEqual([10, 20]);
    await call('DELETE', '/schedules/s');
    await clock.advance(60 * MINUTE);
    expect(invoked).toHaveLength(2);
  });

  it('tells what it stored, and errors in its own spelling', async () => {
    const Arn = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/s';
    expect(await call('POST', '/schedules/s', settings('rate(1 day)', { Description: 'd' }))).toEqual({
      ScheduleArn: Arn,
    });
    expect(await call('GET', '/schedules/s')).toMatchObject({
      Arn,
      Name: 's',
      GroupName: 'default',
      Description: 'd',
      ScheduleExpression: 'rate(1 day)',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      CreationDate: START / 1000,
    });
    expect(await call('POST', '/schedules/s', settings('rate(1 day)'))).toMatchObject({
      status: 409,
      Message: 'Schedule s already exists.',
    });
    expect(await call('GET', '/schedules/absent')).toMatchObject({
      status: 404,
      Message: 'Schedule absent does not exist.',
    });
    expect(await call('POST', '/schedules/x', settings('rate(often)'))).toMatchObject({
      status: 400,
      Message: 'Invalid Schedule Expression rate(often).',
    });
    expect(await call('POST', '/schedules/x', settings('rate(1 day)', { GroupName: 'absent' }))).toMatchObject({
      status: 404,
    });
  });

  it('keeps groups apart and deletes a group with its schedules', async () => {
    await call('POST', '/schedule-groups/g', {});
    await call('POST', '/schedules/s', settings('at(2026-01-15T10:20:00)', { GroupName: 'g' }));
    expect(await call('GET', '/schedules/s')).toMatchObject({ status: 404 });
    expect(await call('GET', '/schedules/s?groupName=g')).toMatchObject({ GroupName: 'g' });
    await call('DELETE', '/schedule-groups/g');
    await clock.advance(30 * MINUTE);
    expect(invoked).toEqual([]);
    const { ScheduleGroups } = (await call('GET', '/schedule-groups')) as { ScheduleGroups: { Name: string }[] };
    expect(ScheduleGroups.map(({ Name }) => Name)).toEqual(['default']);
  });
});
