import { seededRandom } from '../../../../src/lib/simulator/kernel/random.ts';
import type { AccountUnderReport } from './account-under-report.ts';
import { HOUR } from './account-under-report.ts';

const CONCURRENCY = 3;
const INIT_MS = 180;
const POLLS_AN_HOUR = 5 * 180;

/** One invocation setting of a function at a time. */
interface Setting {
  readonly version: string;
  readonly memoryMb: number;
}

interface TrafficPlan {
  readonly functionName: string;
  readonly queueName: string;
  /** ms since the epoch, at full hours. */
  readonly from: number;
  readonly until: number;
  readonly settingAt: (at: number) => Setting;
  /** Messages expected in this hour. */
  readonly messagesAt: (at: number) => number;
}

/** What truly happened. */
interface Truth {
  invocations: number;
  gbSeconds: number;
  /** Those without INIT, which no metric tells of. */
  gbSecondsRun: number;
  sqsRequests: number;
  polls: number;
  messages: number;
}

/**
 * A function that a queue feeds, hour by hour: visitors send messages one by one, pollers bring up to ten at once, each
 * invocation takes its time, some start cold. Plants what CloudWatch would have of it, and answers what AWS would bill.
 */
export function plantTraffic(account: AccountUnderReport, plan: TrafficPlan): Truth {
  const random = seededRandom(1);
  const truth: Truth = { invocations: 0, gbSeconds: 0, gbSecondsRun: 0, sqsRequests: 0, polls: 0, messages: 0 };
  const series = new Map<string, { at: number; sum: number; samples: number; minimum?: number; maximum?: number }[]>();
  const add = (name: string, point: { at: number; sum: number; samples: number; minimum?: number; maximum?: number }) =>
    series.set(name, [...(series.get(name) ?? []), point]);
  for (let at = plan.from; at < plan.until; at += HOUR) {
    const setting = plan.settingAt(at);
    const messages = Math.round(plan.messagesAt(at) * (0.5 + random()));
    let left = messages;
    let batches = 0;
    let durationMs = 0;
    let billedMs = 0;
    let ranMs = 0;
    while (left > 0) {
      left -= Math.min(left, 1 + Math.floor(random() * 10));
      const took = 5 + random() * 40;
      const init = batches % 40 === 0 ? INIT_MS + random() * 50 : 0;
      durationMs += took;
      billedMs += Math.ceil(took + init);
      ranMs += Math.ceil(took);
      batches++;
    }
    const polls = POLLS_AN_HOUR - Math.min(batches, POLLS_AN_HOUR);
    truth.messages += messages;
    truth.invocations += batches;
    truth.gbSeconds += (billedMs / 1000) * (setting.memoryMb / 1024);
    truth.gbSecondsRun += (ranMs / 1000) * (setting.memoryMb / 1024);
    truth.polls += polls;
    truth.sqsRequests += messages + 2 * batches + polls;
    // Queues in use report zeros, too.
    add('sent', { at, sum: messages, samples: 60 });
    add('received', { at, sum: messages, samples: 60 });
    add('empty', { at, sum: polls, samples: 60 });
    if (batches === 0) continue;
    add('sizes', { at, sum: messages * 600, samples: messages });
    add('invocations', { at, sum: batches, samples: batches });
    add(`invocations ${setting.version}`, { at, sum: batches, samples: batches });
    add('duration', { at, sum: durationMs, samples: batches, minimum: 5, maximum: 45 });
    add(`duration ${setting.version}`, { at, sum: durationMs, samples: batches, minimum: 5, maximum: 45 });
    add('concurrency', { at, sum: batches * 1.5, samples: batches, minimum: 1, maximum: CONCURRENCY });
  }
  const { functionName: FunctionName, queueName: QueueName } = plan;
  const points = (name: string) => series.get(name) ?? [];
  for (const [metric, name] of [
    ['NumberOfMessagesSent', 'sent'],
    ['NumberOfMessagesReceived', 'received'],
    ['NumberOfMessagesDeleted', 'received'],
    ['NumberOfEmptyReceives', 'empty'],
  ] as const) {
    account.plant('AWS/SQS', metric, { QueueName }, points(name));
  }
  account.plant('AWS/SQS', 'SentMessageSize', { QueueName }, points('sizes'), 'Bytes');
  for (const dimensions of [{}, { FunctionName }]) {
    account.plant('AWS/Lambda', 'Invocations', dimensions, points('invocations'));
    account.plant('AWS/Lambda', 'Duration', dimensions, points('duration'), 'Milliseconds');
    account.plant('AWS/Lambda', 'ConcurrentExecutions', dimensions, points('concurrency'));
  }
  const Resource = `${FunctionName}:live`;
  account.plant('AWS/Lambda', 'Invocations', { FunctionName, Resource }, points('invocations'));
  account.plant('AWS/Lambda', 'Duration', { FunctionName, Resource }, points('duration'), 'Milliseconds');
  for (const key of series.keys()) {
    const [name, ExecutedVersion] = key.split(' ');
    if (ExecutedVersion === undefined) continue;
    const [metric, unit] = name === 'invocations' ? ['Invocations', 'Count'] : ['Duration', 'Milliseconds'];
    account.plant('AWS/Lambda', metric!, { FunctionName, Resource, ExecutedVersion }, points(key), unit);
  }
  return truth;
}
