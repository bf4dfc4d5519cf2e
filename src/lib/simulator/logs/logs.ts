import { ApiError } from '../kernel/api-error.ts';
import type { LogSink, Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import { LogGroup, type LogStream } from './log-group.ts';
import { filterEvents, getEvents } from './read-events.ts';
import { LOGS_SHAPES } from './shapes.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const RETENTION_DAYS: readonly number[] = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];
/** Metrics of all groups together have no dimension. */
const ACCOUNT = {};
/** Calls on data, which CloudTrail leaves out. */
const DATA_EVENTS: ReadonlySet<string> = new Set(['PutLogEvents', 'GetLogEvents', 'FilterLogEvents']);

/** CloudWatch Logs: groups, streams and lines, with retention by the simulated clock. */
export class Logs implements Service {
  readonly id = 'logs';
  readonly shapes = LOGS_SHAPES;
  readonly jsonTargets = ['Logs_20140328'];
  readonly jsonVersion = '1.1';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #region: Region;
  readonly #groups = new Map<string, LogGroup>();

  constructor(region: Region) {
    this.#region = region;
    this.operations = {
      CreateLogGroup: (input) => this.#createGroup(input),
      DeleteLogGroup: (input) => void this.#groups.delete(this.#group(input).name),
      DescribeLogGroups: (input) => this.#describeGroups(input),
      PutRetentionPolicy: (input) => this.#putRetention(input),
      DeleteRetentionPolicy: (input) => {
        this.#group(input).retentionDays = undefined;
      },
      CreateLogStream: (input) => this.#createStream(input),
      DeleteLogStream: (input) => {
        const group = this.#group(input);
        group.removeStream(stream(group, input));
      },
      DescribeLogStreams: (input) => this.#describeStreams(input),
      PutLogEvents: (input) => this.#putEvents(input),
      GetLogEvents: (input) => {
        const group = this.#group(input);
        return getEvents(stream(group, input), input);
      },
      FilterLogEvents: (input) => filterEvents(this.#group(input), input),
      TagResource: (input) => {
        const { tags } = this.#tagged(input.resourceArn);
        for (const [key, value] of Object.entries(input.tags ?? {})) tags.set(key, String(value));
      },
      UntagResource: (input) => {
        const { tags } = this.#tagged(input.resourceArn);
        for (const key of input.tagKeys ?? []) tags.delete(key);
      },
      ListTagsForResource: (input) => ({ tags: this.#tagged(input.resourceArn).tags }),
    };
  }

  trailName(operation: string): string | undefined {
    return DATA_EVENTS.has(operation) ? undefined : operation;
  }

  /** The sink of the other services: makes group and stream where they are missing. */
  write: LogSink['write'] = (groupName, streamName, events) => {
    const now = this.#region.clock.now();
    let group = this.#groups.get(groupName);
    if (group === undefined) {
      group = new LogGroup(groupName, now);
      this.#groups.set(groupName, group);
    }
    const target = group.streams.get(streamName) ?? group.addStream(streamName, now);
    this.#append(group, target, events, now);
  };

  #append(
    group: LogGroup,
    target: LogStream,
    lines: readonly { timestamp: number; message: string }[],
    now: number,
  ): void {
    if (lines.length === 0) return;
    const bytes = group.append(target, lines, now);
    group.expire(now);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    for (const dimensions of [{ LogGroupName: group.name }, ACCOUNT]) {
      this.#region.metrics.record('AWS/Logs', 'IncomingBytes', dimensions, bytes, 'Bytes');
      this.#region.metrics.record('AWS/Logs', 'IncomingLogEvents', dimensions, lines.length, 'None');
    }
    this.#region.billing.count('logs-bytes', group.name, bytes);
  }

  #createGroup(input: Input): void {
    const name = String(input.logGroupName);
    if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
      throw invalidParameter(
        `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
      );
    }
    if (this.#groups.has(name)) {
      throw new ApiError('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    const tags = new Map<string, string>(Object.entries(input.tags ?? {}));
    this.#groups.set(name, new LogGroup(name, this.#region.clock.now(), tags));
  }

  #describeGroups(input: Input) {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: part } = input;
    if (prefix !== undefined && part !== undefined) {
      throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    }
    const now = this.#region.clock.now();
    const groups = [...this.#groups.values()]
      .filter(({ name }) => prefix === undefined || name.startsWith(prefix))
      .filter(({ name }) => part === undefined || name.toLowerCase().includes(String(part).toLowerCase()))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, nextToken } = page(groups, input);
    return {
      logGroups: items.map((group) => {
        group.expire(now);
        const arn = `arn:aws:logs:${this.#region.name}:${this.#region.accountId}:log-group:${group.name}`;
        return {
          logGroupName: group.name,
          creationTime: group.createdAt,
          retentionInDays: group.retentionDays,
          metricFilterCount: 0,
          arn: `${arn}:*`,
          logGroupArn: arn,
          logGroupClass: 'STANDARD',
          storedBytes: group.storedBytes,
        };
      }),
      nextToken,
    };
  }

  #putRetention(input: Input): void {
    const group = this.#group(input);
    if (!RETENTION_DAYS.includes(input.retentionInDays)) {
      throw invalidParameter(`Invalid retentionInDays value. Valid values are [${RETENTION_DAYS.join(', ')}]`);
    }
    group.retentionDays = input.retentionInDays;
    group.expire(this.#region.clock.now());
  }

  #createStream(input: Input): void {
    const group = this.#group(input);
    if (group.streams.has(input.logStreamName)) {
      throw new ApiError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    group.addStream(String(input.logStreamName), this.#region.clock.now());
  }

  #describeStreams(input: Input) {
    const group = this.#group(input);
    const byTime = input.orderBy === 'LastEventTime';
    if (byTime && input.logStreamNamePrefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const streams = [...group.streams.values()]
      .filter(({ name }) => input.logStreamNamePrefix === undefined || name.startsWith(input.logStreamNamePrefix))
      .sort((a, b) => (byTime ? (a.lastTimestamp ?? 0) - (b.lastTimestamp ?? 0) : a.name < b.name ? -1 : 1));
    if (input.descending === true) streams.reverse();
    const { items, nextToken } = page(streams, input);
    const arn = `arn:aws:logs:${this.#region.name}:${this.#region.accountId}:log-group:${group.name}:log-stream:`;
    return {
      logStreams: items.map((each) => ({
        logStreamName: each.name,
        creationTime: each.createdAt,
        firstEventTimestamp: each.firstTimestamp,
        lastEventTimestamp: each.lastTimestamp,
        lastIngestionTime: each.lastIngestedAt,
        uploadSequenceToken: String(each.expired + each.events.length),
        arn: arn + each.name,
        // AWS has answered 0 for single streams since 2019.
        storedBytes: 0,
      })),
      nextToken,
    };
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
  #putEvents(input: Input) {
    const group = this.#group(input);
    const target = stream(group, input);
    const events: { timestamp: number; message: string }[] = input.logEvents ?? [];
    const now = this.#region.clock.now();
    // One that is not whole would stay behind and break every later read of its group.
    if (!events.every(({ timestamp, message }) => Number.isFinite(timestamp) && typeof message === 'string')) {
      throw invalidParameter('Each log event needs a timestamp and a message.');
    }
    for (let i = 1; i < events.length; i++) {
      if (events[i]!.timestamp < events[i - 1]!.timestamp) {
        throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
      }
    }
    const oldest = now - 14 * DAY_MS;
    const retained = group.retentionDays === undefined ? oldest : now - group.retentionDays * DAY_MS;
    const tooOld = events.filter(({ timestamp }) => timestamp < oldest).length;
    const expired = events.filter(({ timestamp }) => timestamp < retained).length;
    const tooNew = events.findIndex(({ timestamp }) => timestamp > now + 2 * HOUR_MS);
    const end = tooNew < 0 ? events.length : tooNew;
    this.#append(group, target, events.slice(Math.max(tooOld, expired), end), now);
    const rejected = {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
      ...(expired > tooOld && { expiredLogEventEndIndex: expired }),
    };
    return {
      nextSequenceToken: String(target.expired + target.events.length),
      rejectedLogEventsInfo: Object.keys(rejected).length > 0 ? rejected : undefined,
    };
  }

  /** By `logGroupName`, or by `logGroupIdentifier`, a name or an ARN. Expired lines are gone from what it answers. */
  #group(input: Input): LogGroup {
    const name = input.logGroupName ?? nameOf(String(input.logGroupIdentifier));
    const group = this.#groups.get(name);
    if (group === undefined) {
      throw new ApiError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    group.expire(this.#region.clock.now());
    return group;
  }

  #tagged(arn: unknown): LogGroup {
    const group = this.#groups.get(nameOf(String(arn)));
    if (group === undefined) {
      throw new ApiError('ResourceNotFoundException', 'The specified resource does not exist.');
    }
    return group;
  }
}

function stream(group: LogGroup, input: Input): LogStream {
  const found = group.streams.get(input.logStreamName);
  if (found === undefined) {
    throw new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  return found;
}

function nameOf(identifier: string): string {
  return identifier.replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, '');
}

function page<T>(all: readonly T[], input: Input): { items: readonly T[]; nextToken: string | undefined } {
  const start = input.nextToken === undefined ? 0 : Number(input.nextToken);
  const end = start + (input.limit ?? 50);
  return { items: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}

function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterException', message);
}
