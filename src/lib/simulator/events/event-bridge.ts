import { ApiError } from '../kernel/api-error.ts';
import type { Dimensions, Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { matchesObject } from '../sns/filter-policy.ts';
import { brokenName } from './constraint.ts';
import { describeRule, type Rule, targetInput } from './rule.ts';
import { parseSchedule } from './schedule-expression.ts';
import { EVENTS_SHAPES } from './shapes.ts';
import { deliverTo, eventTime } from './target.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const NAME = { pattern: /^[.\-_A-Za-z0-9]+$/, allowed: '[\\.\\-_A-Za-z0-9]+', longest: 64 };
const PAGE = 100;
/** What is counted over all rules has no dimension. */
const ALL_RULES: Dimensions = {};
const BILLED_BYTES = 65_536;
const MAX_TARGETS = 5;

/** EventBridge rules on the default bus, schedules and patterns. What it does and does not do: docs/simulator/events.md. */
export class EventBridge implements Service {
  readonly id = 'events';
  readonly shapes = EVENTS_SHAPES;
  readonly jsonTargets = ['AWSEvents'];
  readonly jsonVersion = '1.1';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #rules = new Map<string, Rule>();

  constructor(region: Region) {
    this.region = region;
    this.operations = {
      PutRule: (input) => this.#put(input),
      DescribeRule: (input) => ({ ...describeRule(this.#rule(input)), CreatedBy: region.accountId }),
      ListRules: (input) => this.#list(input),
      EnableRule: (input) => this.#setState(input, 'ENABLED'),
      DisableRule: (input) => this.#setState(input, 'DISABLED'),
      DeleteRule: (input) => this.#delete(input),
      PutTargets: (input) => this.#putTargets(input),
      RemoveTargets: (input) => this.#removeTargets(input),
      ListTargetsByRule: (input) => ({ Targets: [...this.#rule(input).targets.values()] }),
      ListRuleNamesByTarget: (input) => this.#namesByTarget(input),
      PutEvents: (input) => this.#putEvents(input),
      TagResource: (input) => this.#tag(input),
      UntagResource: (input) => this.#untag(input),
      ListTagsForResource: (input) => ({
        Tags: [...this.#byArn(input.ResourceARN).tags].map(([Key, Value]) => ({ Key, Value })),
      }),
    };
  }

  trailName(operation: string): string | undefined {
    return operation === 'PutEvents' ? undefined : operation;
  }

  close(): void {
    for (const rule of this.#rules.values()) rule.timer?.cancel();
    this.#rules.clear();
  }

  #put(input: Input) {
    const name: string = input.Name;
    const broken = brokenName(name, NAME);
    if (broken !== undefined) throw validation(broken);
    const { ScheduleExpression, EventPattern } = input;
    if (!ScheduleExpression && !EventPattern) {
      throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    const bus = busName(input);
    if (ScheduleExpression && bus !== 'default') {
      throw validation('ScheduleExpression is supported only on the default event bus.');
    }
    const now = this.region.clock.now();
    if (ScheduleExpression && parseSchedule(ScheduleExpression, { anchor: now }) === undefined) {
      throw validation('Parameter ScheduleExpression is not valid.');
    }
    if (EventPattern) checkPattern(EventPattern);
    const key = `${bus}/${name}`;
    const known = this.#rules.get(key);
    const rule: Rule = {
      name,
      bus,
      arn: `arn:aws:events:${this.region.name}:${this.region.accountId}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`,
      targets: known?.targets ?? new Map(),
      tags: known?.tags ?? new Map((input.Tags ?? []).map(({ Key, Value }: Input) => [Key, Value])),
      createdAt: now,
      description: input.Description,
      roleArn: input.RoleArn,
      state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
      schedule: ScheduleExpression || undefined,
      pattern: EventPattern || undefined,
      timer: undefined,
    };
    known?.timer?.cancel();
    this.#rules.set(key, rule);
    this.#arm(rule, now);
    return { RuleArn: rule.arn };
  }

  #rule(input: Input): Rule {
    const name = input.Name ?? input.Rule;
    const bus = busName(input);
    const rule = this.#rules.get(`${bus}/${name}`);
    if (rule === undefined) {
      throw new ApiError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
    }
    return rule;
  }

  #byArn(arn: string): Rule {
    const rule = [...this.#rules.values()].find((other) => other.arn === arn);
    if (rule === undefined) {
      throw new ApiError(
        'ResourceNotFoundException',
        `Rule ${arn?.split('/').at(-1)} does not exist on EventBus default.`,
      );
    }
    return rule;
  }

  #list(input: Input) {
    const bus = busName(input);
    const all = [...this.#rules.values()]
      .filter((rule) => rule.bus === bus && rule.name.startsWith(input.NamePrefix ?? ''))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString());
    const end = start + Math.min(input.Limit ?? PAGE, PAGE);
    return {
      Rules: all.slice(start, end).map(describeRule),
      NextToken: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined,
    };
  }

  #setState(input: Input, state: Rule['state']) {
    const rule = this.#rule(input);
    rule.state = state;
    rule.timer?.cancel();
    this.#arm(rule, this.region.clock.now());
    return {};
  }

  #delete(input: Input) {
    const rule = this.#rules.get(`${busName(input)}/${input.Name}`);
    // Deleting what is not there is no error: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
    if (rule === undefined) return {};
    if (rule.targets.size > 0) throw validation("Rule can't be deleted since it has targets.");
    rule.timer?.cancel();
    this.#rules.delete(`${rule.bus}/${rule.name}`);
    return {};
  }

  #putTargets(input: Input) {
    const rule = this.#rule(input);
    const targets: readonly Input[] = input.Targets ?? [];
    const ids = new Set([...rule.targets.keys(), ...targets.map(({ Id }) => Id)]);
    if (ids.size > MAX_TARGETS) {
      throw new ApiError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
    }
    for (const { Input: text } of targets) {
      if (text !== undefined && !isJson(text)) throw validation('JSON syntax error in input for target.');
    }
    for (const target of targets) rule.targets.set(target.Id, target);
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  #removeTargets(input: Input) {
    const rule = this.#rule(input);
    for (const id of input.Ids ?? []) rule.targets.delete(id);
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  #namesByTarget(input: Input) {
    const bus = busName(input);
    const rules = [...this.#rules.values()].filter(
      (rule) => rule.bus === bus && [...rule.targets.values()].some((target) => target.Arn === input.TargetArn),
    );
    return { RuleNames: rules.map((rule) => rule.name) };
  }

  #tag(input: Input) {
    const rule = this.#byArn(input.ResourceARN);
    for (const { Key, Value } of input.Tags ?? []) rule.tags.set(Key, Value);
    return {};
  }

  #untag(input: Input) {
    const rule = this.#byArn(input.ResourceARN);
    for (const key of input.TagKeys ?? []) rule.tags.delete(key);
    return {};
  }

  #putEvents(input: Input) {
    const entries: readonly Input[] = input.Entries ?? [];
    if (entries.length > 10) {
      throw validation(
        "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
      );
    }
    const results = entries.map((entry) => this.#putEvent(entry));
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  }

  #putEvent(entry: Input): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
    for (const name of ['Source', 'DetailType', 'Detail']) {
      if (!entry[name])
        return refused('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
    if (!isJson(entry.Detail)) return refused('MalformedDetail', 'Detail is malformed.');
    const id = this.region.uuid();
    const event = {
      version: '0',
      id,
      'detail-type': entry.DetailType,
      source: entry.Source,
      account: this.region.accountId,
      time: eventTime(typeof entry.Time === 'number' ? entry.Time * 1000 : this.region.clock.now()),
      region: this.region.name,
      resources: entry.Resources ?? [],
      detail: JSON.parse(entry.Detail),
    };
    const bus = (entry.EventBusName ?? 'default').split('/').at(-1);
    // https://aws.amazon.com/eventbridge/pricing/: each 64 KB is one event.
    this.region.billing.count('events-custom', bus, Math.ceil(Buffer.byteLength(entry.Detail) / BILLED_BYTES));
    for (const rule of this.#rules.values()) {
      if (rule.bus !== bus || rule.state !== 'ENABLED' || rule.pattern === undefined) continue;
      if (matchesObject(JSON.parse(rule.pattern), event)) this.#trigger(rule, event);
    }
    return { EventId: id };
  }

  /** One timer for each enabled schedule. */
  #arm(rule: Rule, after: number): void {
    rule.timer = undefined;
    if (rule.state !== 'ENABLED' || rule.schedule === undefined) return;
    const schedule = parseSchedule(rule.schedule, { anchor: rule.createdAt });
    const at = schedule?.next(after);
    if (at === undefined) return;
    rule.timer = this.region.clock.schedule(at, () => {
      this.#trigger(rule, {
        version: '0',
        id: this.region.uuid(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: this.region.accountId,
        time: eventTime(at),
        region: this.region.name,
        resources: [rule.arn],
        detail: {},
      });
      // After a jump of a fast clock the missed times are not made up for.
      this.#arm(rule, Math.max(at, this.region.clock.now()));
    });
  }

  #trigger(rule: Rule, event: Record<string, unknown>): void {
    const { metrics, billing } = this.region;
    const own = { RuleName: rule.name, ...(rule.bus === 'default' ? {} : { EventBusName: rule.bus }) };
    const count = (metric: string, ...sets: readonly Dimensions[]) => {
      for (const dimensions of sets) metrics.record('AWS/Events', metric, dimensions, 1, 'Count');
    };
    if (rule.pattern !== undefined) count('MatchedEvents', own);
    count('TriggeredRules', own, ALL_RULES);
    for (const target of rule.targets.values()) {
      const groupId = target.SqsParameters?.MessageGroupId;
      const text = targetInput(target, event, rule.arn);
      count('Invocations', own, ALL_RULES);
      billing.count('events-invocations', rule.name);
      const done = deliverTo(this.region, target.Arn, text, groupId === undefined ? {} : { groupId });
      if (!done) count('FailedInvocations', own);
    }
  }
}

function busName(input: Input): string {
  return (input.EventBusName ?? 'default').split('/').at(-1);
}

function validation(message: string): ApiError {
  return new ApiError('ValidationException', message);
}

function refused(ErrorCode: string, ErrorMessage: string) {
  return { ErrorCode, ErrorMessage };
}

function checkPattern(text: string): void {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    pattern = undefined;
  }
  if (typeof pattern === 'object' && pattern !== null && !Array.isArray(pattern)) return;
  throw new ApiError('InvalidEventPatternException', 'Event pattern is not valid. Reason: Filter is not an object');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
