import { ApiError } from '../kernel/api-error.ts';
import type { Input } from '../kernel/service.ts';
import { type LineFilter, lineFilter } from './filter-pattern.ts';
import { type LogEvent, type LogGroup, type LogStream, lowerBound } from './log-group.ts';

// Both reads answer at most 1 MB or 10,000 events:
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;

/**
 * GetLogEvents: one stream, the latest lines unless `startFromHead`. At an end the token answered is the token given
 * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html).
 */
export function getEvents(stream: LogStream, input: Input) {
  const { events, expired } = stream;
  const low = input.startTime === undefined ? 0 : lowerBound(events, input.startTime);
  const high = input.endTime === undefined ? events.length : lowerBound(events, input.endTime);
  const limit = Math.min(MAX_EVENTS, input.limit ?? MAX_EVENTS);
  const token = readToken(input.nextToken);
  const clamp = (position: number) => Math.min(Math.max(position, low), Math.max(low, high));
  let from: number;
  let to: number;
  if (token?.direction === 'b' || (token === undefined && input.startFromHead !== true)) {
    to = token === undefined ? clamp(high) : clamp(token.position - expired);
    from = shrink(events, Math.max(low, to - limit), to, 'start');
  } else {
    from = token === undefined ? low : clamp(token.position - expired);
    to = shrink(events, from, Math.min(Math.max(low, high), from + limit), 'end');
  }
  return {
    events: events.slice(from, to).map(({ timestamp, message, ingestedAt }) => ({
      timestamp,
      message,
      ingestionTime: ingestedAt,
    })),
    nextForwardToken: writeToken('f', expired + to),
    nextBackwardToken: writeToken('b', expired + from),
  };
}

/** FilterLogEvents: all streams of a group, or some, in order of time. */
export function filterEvents(group: LogGroup, input: Input) {
  const names: readonly string[] | undefined = input.logStreamNames;
  const prefix: string | undefined = input.logStreamNamePrefix;
  if (names !== undefined && prefix !== undefined) {
    throw new ApiError(
      'InvalidParameterException',
      'logStreamNames and logStreamNamePrefix are mutually exclusive parameters.',
    );
  }
  for (const name of names ?? []) {
    if (!group.streams.has(name)) {
      throw new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.');
    }
  }
  const passes = readFilter(input.filterPattern);
  const inStream = (name: string) =>
    names !== undefined ? names.includes(name) : prefix === undefined || name.startsWith(prefix);
  const limit = Math.min(MAX_EVENTS, input.limit ?? MAX_EVENTS);
  const { events } = group;
  const end = input.endTime === undefined ? events.length : lowerBound(events, input.endTime + 1);
  const found: LogEvent[] = [];
  let bytes = 0;
  let position = startOf(events, input);
  for (; position < end; position++) {
    const event = events[position]!;
    if (!inStream(event.stream.name) || !passes(event.message)) continue;
    bytes += event.message.length;
    if (found.length === limit || (bytes > MAX_BYTES && found.length > 0)) break;
    found.push(event);
  }
  return {
    events: found.map((event) => ({
      logStreamName: event.stream.name,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
      eventId: eventId(event),
    })),
    searchedLogStreams: [],
    nextToken: position < end ? cursor(events[position]!) : undefined,
  };
}

function readFilter(pattern: unknown): LineFilter {
  try {
    return lineFilter(pattern === undefined ? '' : String(pattern));
  } catch (cause) {
    throw new ApiError('InvalidParameterException', `Invalid filter pattern: ${(cause as Error).message}`);
  }
}

/** The page's first event: where the cursor points, or at the start time. */
function startOf(events: readonly LogEvent[], input: Input): number {
  if (input.nextToken === undefined) return input.startTime === undefined ? 0 : lowerBound(events, input.startTime);
  const match = /^(\d+)-(\d+)$/.exec(String(input.nextToken));
  if (match === null) throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
  const [timestamp, sequence] = [Number(match[1]), Number(match[2])];
  let position = lowerBound(events, timestamp);
  while (events[position]?.timestamp === timestamp && events[position]!.sequence < sequence) position++;
  return position;
}

function cursor(event: LogEvent): string {
  return `${event.timestamp}-${event.sequence}`;
}

/** 56 digits, rising with time, as AWS writes them. */
function eventId(event: LogEvent): string {
  return `${event.timestamp}`.padStart(20, '3').padEnd(40, '0') + `${event.sequence}`.padStart(16, '0');
}

/** Takes events off one end until the page is within the byte limit. */
function shrink(events: readonly LogEvent[], from: number, to: number, off: 'start' | 'end'): number {
  let bytes = 0;
  let count = 0;
  for (; count < to - from; count++) {
    const event = off === 'end' ? events[from + count]! : events[to - 1 - count]!;
    bytes += event.message.length + 26;
    if (bytes > MAX_BYTES) break;
  }
  return off === 'end' ? from + count : to - count;
}

function writeToken(direction: 'f' | 'b', position: number): string {
  return `${direction}/${String(position).padStart(56, '0')}/s`;
}

function readToken(token: unknown): { direction: string; position: number } | undefined {
  if (token === undefined) return undefined;
  const match = /^([fb])\/(\d{56})\/s$/.exec(String(token));
  if (match === null) throw new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
  return { direction: match[1]!, position: Number(match[2]) };
}
