import { ApiError } from '../kernel/api-error.ts';
import type { Timer } from '../kernel/clock.ts';
import type { Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { brokenName } from './constraint.ts';
import { parseSchedule, type Schedule } from './schedule-expression.ts';
import { SCHEDULER_ROUTES } from './scheduler-routes.ts';
import { SCHEDULER_SHAPES } from './shapes.ts';
import { deliverTo, eventTime } from './target.ts';

interface StoredSchedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Members of CreateSchedule and UpdateSchedule as they came. */
  readonly settings: Input;
  readonly schedule: Schedule;
  timer: Timer | undefined;
}

interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
const NAME = { pattern: /^[0-9a-zA-Z-_.]+$/, allowed: '[0-9a-zA-Z-_.]+', longest: 64 };
const PAGE = 100;
const SETTINGS = [
  'Description',
  'EndDate',
  'KmsKeyArn',
  'ScheduleExpression',
  'StartDate',
  'Target',
  'FlexibleTimeWindow',
];

/** EventBridge Scheduler (REST-JSON). What it does and does not do: docs/simulator/events.md. */
export class Scheduler implements Service {
  readonly id = 'scheduler';
  readonly shapes = SCHEDULER_SHAPES;
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly routes = SCHEDULER_ROUTES;
  readonly #schedules = new Map<string, StoredSchedule>();
  readonly #groups = new Map<string, Group>();

  constructor(region: Region) {
    this.region = region;
    this.#addGroup('default', []);
    this.operations = {
      CreateSchedule: (input) => this.#create(input),
      GetSchedule: (input) => show(this.#get(input)),
      UpdateSchedule: (input) => this.#update(input),
      DeleteSchedule: (input) => this.#delete(input),
      ListSchedules: (input) => this.#list(input),
      CreateScheduleGroup: (input) => this.#createGroup(input),
      GetScheduleGroup: (input) => showGroup(this.#group(input.Name)),
      DeleteScheduleGroup: (input) => this.#deleteGroup(input),
      ListScheduleGroups: (input) => this.#listGroups(input),
      ListTagsForResource: (input) => this.#tags(input),
    };
  }

  trailName(operation: string): string | undefined {
    return operation;
  }

  close(): void {
    for (const schedule of this.#schedules.values()) schedule.timer?.cancel();
    this.#schedules.clear();
  }

  #create(input: Input) {
    const group = this.#group(input.GroupName ?? 'default');
    checkName(input.Name);
    if (this.#schedules.has(`${group.name}/${input.Name}`)) {
      throw failure('ConflictException', `Schedule ${input.Name} already exists.`, 409);
    }
    const now = this.region.clock.now();
    return { ScheduleArn: this.#store(input, group, now, now).arn };
  }

  #update(input: Input) {
    const known = this.#get(input);
    known.timer?.cancel();
    const group = this.#group(known.group);
    return { ScheduleArn: this.#store(input, group, known.createdAt, this.region.clock.now()).arn };
  }

  #store(input: Input, group: Group, createdAt: number, modifiedAt: number): StoredSchedule {
    const { Target, ScheduleExpression, FlexibleTimeWindow } = input;
    for (const [name, value] of Object.entries({ Target, ScheduleExpression, FlexibleTimeWindow })) {
      if (value === undefined) {
        const member = name[0]!.toLowerCase() + name.slice(1);
        throw validation(
          `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
        );
      }
    }
    if (!Target.Arn || !Target.RoleArn) throw validation('Target.Arn and Target.RoleArn are required.');
    const timeZone = input.ScheduleExpressionTimezone ?? 'UTC';
    const anchor = input.StartDate === undefined ? modifiedAt : toMs(input.StartDate);
    const schedule = parseSchedule(ScheduleExpression, { anchor, timeZone, oneTime: true });
    if (schedule === undefined) {
      if (parseSchedule('cron(0 0 * * ? *)', { anchor, timeZone }) === undefined) {
        throw validation(`Invalid Schedule Expression Timezone ${timeZone}.`);
      }
      throw validation(`Invalid Schedule Expression ${ScheduleExpression}.`);
    }
    const stored: StoredSchedule = {
      name: input.Name,
      group: group.name,
      arn: `arn:aws:scheduler:${this.region.name}:${this.region.accountId}:schedule/${group.name}/${input.Name}`,
      createdAt,
      modifiedAt,
      settings: input,
      schedule,
      timer: undefined,
    };
    this.#schedules.set(`${group.name}/${input.Name}`, stored);
    // A rate without a start date fires at once: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
    this.#arm(stored, modifiedAt - 1);
    return stored;
  }

  #arm(stored: StoredSchedule, after: number): void {
    stored.timer = undefined;
    const { State, StartDate, EndDate } = stored.settings;
    if (State === 'DISABLED') return;
    const at = stored.schedule.next(StartDate === undefined ? after : Math.max(after, toMs(StartDate) - 1));
    if (at === undefined || (EndDate !== undefined && at > toMs(EndDate))) return;
    stored.timer = this.region.clock.schedule(at, () => {
      this.#fire(stored, at);
      const done = stored.schedule.kind === 'at' && stored.settings.ActionAfterCompletion === 'DELETE';
      if (done) this.#schedules.delete(`${stored.group}/${stored.name}`);
      else this.#arm(stored, Math.max(at, this.region.clock.now()));
    });
  }

  #fire(stored: StoredSchedule, at: number): void {
    const { metrics, billing } = this.region;
    const { Target } = stored.settings;
    const dimensions = { ScheduleGroup: stored.group };
    metrics.record('AWS/Scheduler', 'InvocationAttemptCount', dimensions, 1, 'Count');
    billing.count('scheduler-invocations', stored.group);
    const groupId = Target.SqsParameters?.MessageGroupId;
    const text = this.#payload(stored, at);
    const options = groupId === undefined ? {} : { groupId };
    if (deliverTo(this.region, Target.Arn, text, options)) return;
    metrics.record('AWS/Scheduler', 'TargetErrorCount', dimensions, 1, 'Count');
    const deadLetters = Target.DeadLetterConfig?.Arn;
    const metric =
      deadLetters !== undefined && deliverTo(this.region, deadLetters, text)
        ? 'InvocationsSentToDeadLetterCount'
        : 'InvocationDroppedCount';
    metrics.record('AWS/Scheduler', metric, dimensions, 1, 'Count');
  }

  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
  #payload(stored: StoredSchedule, at: number): string {
    const id = this.region.uuid();
    const input: string | undefined = stored.settings.Target.Input;
    if (input !== undefined) {
      return input
        .replaceAll('<aws.scheduler.schedule-arn>', stored.arn)
        .replaceAll('<aws.scheduler.scheduled-time>', eventTime(at))
        .replaceAll('<aws.scheduler.execution-id>', id)
        .replaceAll('<aws.scheduler.attempt-number>', '1');
    }
    return JSON.stringify({
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: this.region.accountId,
      time: eventTime(at),
      region: this.region.name,
      resources: [stored.arn],
      detail: '{}',
    });
  }

  #get(input: Input): StoredSchedule {
    const found = this.#schedules.get(`${input.GroupName ?? 'default'}/${input.Name}`);
    if (found === undefined) throw failure('ResourceNotFoundException', `Schedule ${input.Name} does not exist.`, 404);
    return found;
  }

  #delete(input: Input) {
    const stored = this.#get(input);
    stored.timer?.cancel();
    this.#schedules.delete(`${stored.group}/${stored.name}`);
    return {};
  }

  #list(input: Input) {
    const all = [...this.#schedules.values()]
      .filter(
        ({ name, group, settings }) =>
          (input.GroupName === undefined || group === input.GroupName) &&
          name.startsWith(input.NamePrefix ?? '') &&
          (input.State === undefined || (settings.State ?? 'ENABLED') === input.State),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, NextToken } = paged(all, input);
    return {
      NextToken,
      Schedules: items.map(({ arn, name, group, createdAt, modifiedAt, settings }) => ({
        Arn: arn,
        CreationDate: new Date(createdAt),
        GroupName: group,
        LastModificationDate: new Date(modifiedAt),
        Name: name,
        State: settings.State ?? 'ENABLED',
        Target: { Arn: settings.Target.Arn },
      })),
    };
  }

  #addGroup(name: string, tags: readonly Input[]): Group {
    const group: Group = {
      name,
      arn: `arn:aws:scheduler:${this.region.name}:${this.region.accountId}:schedule-group/${name}`,
      createdAt: this.region.clock.now(),
      tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
    };
    this.#groups.set(name, group);
    return group;
  }

  #group(name: string): Group {
    const group = this.#groups.get(name);
    if (group === undefined) throw failure('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
    return group;
  }

  #createGroup(input: Input) {
    checkName(input.Name);
    if (this.#groups.has(input.Name)) {
      throw failure('ConflictException', `Schedule group ${input.Name} already exists.`, 409);
    }
    return { ScheduleGroupArn: this.#addGroup(input.Name, input.Tags ?? []).arn };
  }

  #deleteGroup(input: Input) {
    const group = this.#group(input.Name);
    if (group.name === 'default') throw validation('The default schedule group cannot be deleted.');
    for (const [key, schedule] of this.#schedules) {
      if (schedule.group !== group.name) continue;
      schedule.timer?.cancel();
      this.#schedules.delete(key);
    }
    this.#groups.delete(group.name);
    return {};
  }

  #listGroups(input: Input) {
    const all = [...this.#groups.values()].filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
    const { items, NextToken } = paged(all, input);
    return { NextToken, ScheduleGroups: items.map(showGroup) };
  }

  #tags(input: Input) {
    const group = this.#group(String(input.ResourceArn).split('/').at(-1)!);
    return { Tags: [...group.tags].map(([Key, Value]) => ({ Key, Value })) };
  }
}

function show(stored: StoredSchedule): Record<string, unknown> {
  const { settings } = stored;
  const given = Object.fromEntries(SETTINGS.map((name) => [name, settings[name]]));
  return {
    ...given,
    ActionAfterCompletion: settings.ActionAfterCompletion ?? 'NONE',
    Arn: stored.arn,
    CreationDate: new Date(stored.createdAt),
    GroupName: stored.group,
    LastModificationDate: new Date(stored.modifiedAt),
    Name: stored.name,
    ScheduleExpressionTimezone: settings.ScheduleExpressionTimezone ?? 'UTC',
    State: settings.State ?? 'ENABLED',
    Target: {
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      ...settings.Target,
    },
  };
}

function showGroup({ name, arn, createdAt }: Group) {
  return {
    Arn: arn,
    CreationDate: new Date(createdAt),
    LastModificationDate: new Date(createdAt),
    Name: name,
    State: 'ACTIVE',
  };
}

function paged<T>(all: readonly T[], input: Input): { items: readonly T[]; NextToken: string | undefined } {
  const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString());
  const end = start + Math.min(input.MaxResults ?? PAGE, PAGE);
  return {
    items: all.slice(start, end),
    NextToken: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined,
  };
}

/** JSON sends seconds, some clients ISO text. */
function toMs(time: number | string): number {
  return typeof time === 'number' ? time * 1000 : Date.parse(time);
}

/** Scheduler spells the member `Message`. */
function failure(code: string, message: string, status: number): ApiError {
  return new ApiError(code, message, { status, fields: { Message: message } });
}

function validation(message: string): ApiError {
  return failure('ValidationException', message, 400);
}

function checkName(name: string | undefined): void {
  const broken = brokenName(name, NAME);
  if (broken !== undefined) throw validation(broken);
}
