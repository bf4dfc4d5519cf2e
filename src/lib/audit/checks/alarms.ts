import { actionName, isTopic, unheard } from '../../alarms/reach.ts';
import { functionOf } from '../../aws/function-arn.ts';
import type { Alarm, AlarmRule } from '../../aws/ports/alarms.ts';
import { formatDuration, plural } from '../../io/format.ts';
import type { FunctionFacts, QueueFacts, Subject, SystemFacts, TableFacts } from '../facts.ts';
import { consumers, deadLetterQueues, functions, scheduled, serviceTables, sourceQueues } from '../parts.ts';
import { NO_SCHEDULE, servingVersion } from '../serving-version.ts';
import { type AuditRule, known, ng, ok, rule, skip, type Verdict } from '../verdict.ts';

/** An alarm that the system should have, whatever its name is. */
interface WantedAlarm<S extends Subject> {
  readonly id: string;
  /** What it tells of. */
  readonly what: string;
  readonly namespace: string;
  /** Any of them. */
  readonly metrics: readonly string[];
  /** Which way it must compare; `Greater` without it. */
  readonly way?: 'Less';
  readonly subjects: (facts: SystemFacts) => readonly S[];
  /** Whether an alarm on one of the metrics is on this part. */
  isOn(subject: S, dimensions: AlarmRule['dimensions']): boolean;
  /** Why it would not ring though it should, in words; null when it does. */
  misses?(found: AlarmRule, subject: S): string | null;
  /** Why the part needs no such alarm, in words; null when it does. */
  needless?(subject: S, facts: SystemFacts): string | null;
}

const onQueue = ({ name }: QueueFacts, { QueueName }: AlarmRule['dimensions']) => QueueName === name;
/** On the alias, or on the function with all its versions: that rings too, also for what is only tried. */
const onAlias = ({ name, alias }: FunctionFacts, { FunctionName, Resource }: AlarmRule['dimensions']) =>
  FunctionName === name && (Resource === undefined || Resource === `${name}:${alias}`);

const lambda = { namespace: 'AWS/Lambda', isOn: onAlias } as const;

const deadLetters: WantedAlarm<QueueFacts> = {
  id: 'alarm-dlq',
  what: 'dead letters',
  namespace: 'AWS/SQS',
  // NumberOfMessagesSent does not count what SQS itself moves to a dead-letter queue.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  metrics: ['ApproximateNumberOfMessagesVisible'],
  subjects: deadLetterQueues,
  isOn: onQueue,
  misses: (found) => (ringsAt(found, 1) ? null : `rings only at more than ${found.threshold} dead letters`),
};

const queueAge: WantedAlarm<QueueFacts> = {
  id: 'alarm-queue-age',
  what: 'the age of the oldest message',
  namespace: 'AWS/SQS',
  metrics: ['ApproximateAgeOfOldestMessage'],
  subjects: sourceQueues,
  isOn: onQueue,
  misses: ({ threshold }, { queue }) => {
    const { retentionSeconds } = known(queue).attributes;
    if (threshold < retentionSeconds) return null;
    return `rings after ${formatDuration(threshold)}, and messages are dropped after ${formatDuration(retentionSeconds)}`;
  },
};

const errors: WantedAlarm<FunctionFacts> = {
  ...lambda,
  id: 'alarm-errors',
  what: 'errors',
  metrics: ['Errors'],
  subjects: functions,
};

const throttles: WantedAlarm<FunctionFacts> = {
  ...lambda,
  id: 'alarm-throttles',
  what: 'throttles',
  metrics: ['Throttles'],
  subjects: consumers,
};

const duration: WantedAlarm<FunctionFacts> = {
  ...lambda,
  id: 'alarm-duration',
  what: 'long runs',
  metrics: ['Duration'],
  subjects: consumers,
  misses: ({ threshold }, subject) => {
    const limit = servingVersion(subject).timeoutSeconds * 1000;
    return threshold < limit ? null : `rings above ${threshold} ms, and Lambda ends a run at ${limit} ms`;
  },
};

const didNotRun: WantedAlarm<FunctionFacts> = {
  ...lambda,
  id: 'alarm-did-not-run',
  what: 'runs that did not happen',
  metrics: ['Invocations'],
  subjects: scheduled,
  way: 'Less',
  needless: ({ name }, { schedules }) =>
    known(schedules).some(({ targetArn }) => functionOf(targetArn).name === name) ? null : NO_SCHEDULE,
  // What does not run has no data at all.
  misses: ({ missing }) => (missing === 'breaching' ? null : 'stays silent where there is no data'),
};

const writeThrottles: WantedAlarm<TableFacts> = {
  id: 'alarm-writes',
  what: 'refused writes',
  namespace: 'AWS/DynamoDB',
  metrics: ['WriteThrottleEvents', 'ThrottledRequests'],
  subjects: serviceTables,
  isOn: ({ name }, { TableName }) => TableName === name,
};

function ringsAt({ comparison, threshold }: AlarmRule, value: number): boolean {
  return comparison === 'GreaterThanThreshold' ? value > threshold : value >= threshold;
}

const MEND = 'an alarm on it, aws_cloudwatch_metric_alarm';

/** Does an alarm watch it, would it ring, and does somebody hear it? */
function look<S extends Subject>(wanted: WantedAlarm<S>, subject: S, facts: SystemFacts): Verdict {
  const { reach } = facts;
  const all = known(facts.alarms);
  const watching = all.flatMap((alarm) => {
    const { rule: found } = alarm;
    const isWatching =
      found !== null &&
      found.namespace === wanted.namespace &&
      wanted.metrics.includes(found.metric) &&
      wanted.isOn(subject, found.dimensions);
    return isWatching ? [{ alarm, found }] : [];
  });
  const composites = all.filter(({ composite }) => composite).length;
  const verdicts = watching.map(({ alarm, found }) => {
    const isForward = found.comparison.startsWith(wanted.way ?? 'Greater');
    const missed = isForward
      ? (wanted.misses?.(found, subject) ?? null)
      : `compares the wrong way: ${found.comparison}`;
    return missed === null ? heard(alarm, reach, composites) : ng(`${alarm.name} ${missed}`, MEND);
  });
  const withStatus = (wish: Verdict['status']) => verdicts.find(({ status }) => status === wish);
  const best = withStatus('OK') ?? withStatus('SKIP') ?? verdicts[0];
  if (best !== undefined) return best;
  const needless = wanted.needless?.(subject, facts) ?? null;
  if (needless !== null) return skip(needless);
  const unread = all.filter(({ rule: found }) => found === null).length;
  const others = unread === 0 ? '' : `; what ${unread} of a formula or of other alarms watch was not looked at`;
  return ng(`no alarm watches ${wanted.what}${others}`, MEND);
}

/** @param composites how many alarms of other alarms there are: one of them may tell in its stead. */
function heard(alarm: Alarm, reach: SystemFacts['reach'], composites: number): Verdict {
  const nobody = unheard(alarm, reach);
  if (nobody?.code === 'NoActions' && composites > 0) {
    return skip(
      `${alarm.name} tells nobody itself; whether ${plural(composites, 'composite alarm')} does was not looked at`,
    );
  }
  if (nobody !== null) return ng(`${alarm.name} rings, but ${nobody.words}`, nobody.hint);
  const told = alarm.actions.alarm.map((arn) => ({ arn, topic: reach.get(arn) }));
  const isKnown = told.some(({ arn, topic }) => !isTopic(arn) || (topic?.confirmed ?? 0) > 0);
  const [problem] = told.flatMap(({ topic }) => topic?.problem ?? []);
  if (!isKnown && problem !== undefined) {
    return {
      ...skip(`who hears ${alarm.name} is not known: ${problem.message.replace(/\.$/, '')}`),
      mend: problem.hint,
      code: problem.code,
    };
  }
  const hears = told.reduce((sum, { topic }) => sum + (topic?.confirmed ?? 0), 0);
  return ok(`${alarm.name}, heard by ${hears} (${told.map(({ arn }) => actionName(arn)).join(', ')})`);
}

function alarmRule<S extends Subject>(wanted: WantedAlarm<S>): AuditRule {
  return rule('operational', wanted.id, wanted.subjects, (subject, facts) => look(wanted, subject, facts));
}

/** The alarms of docs/infrastructure.md, by what they watch. */
export const alarmRules: readonly AuditRule[] = [
  alarmRule(deadLetters),
  alarmRule(queueAge),
  alarmRule(errors),
  alarmRule(throttles),
  alarmRule(duration),
  alarmRule(didNotRun),
  alarmRule(writeThrottles),
];
