import { findAlarm } from '../../lib/alarms/alarms-of.ts';
import { actionName, isTopic, type TopicReach, topicsOf, unheard } from '../../lib/alarms/reach.ts';
import { type Tried, tryAlarm } from '../../lib/alarms/try-alarm.ts';
import type { Alarm } from '../../lib/aws/ports/alarms.ts';
import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatDuration, plural, withHint } from '../../lib/io/format.ts';
import type { Block, Outcome, Warning } from '../../lib/io/outcome.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { parseDuration, usageError } from '../parse.ts';
import { alarmData } from './alarm-data.ts';

interface TestOptions {
  readonly name: string;
  readonly waitMs: number;
  readonly anyAction: boolean;
  readonly dryRun: boolean;
}

const WAIT_MS = 30_000;

export const alarmsTest = defineCommand<TestOptions>({
  arguments: [{ name: '<name>', description: 'name of the alarm, or its end: dlq-depth' }],
  flags: [
    { flags: '--wait <duration>', description: 'how long it may take to leave ALARM again', default: '30s' },
    {
      flags: '--any-action',
      description: 'also when it does more than tell a topic: runs a function, stops an instance',
    },
    dryRunFlag,
  ],
  examples: ['cvops alarms test dlq-depth --dry-run', 'cvops alarms test cv-analytics-dlq-depth --yes'],
  parse: ([name], flags) => {
    if (!name) throw usageError('the name of the alarm is empty.', '`cvops alarms list` shows them.');
    return {
      name,
      waitMs: parseDuration(flags['wait'], '--wait') ?? WAIT_MS,
      anyAction: flags['anyAction'] === true,
      dryRun: flags['dryRun'] === true,
    };
  },
  run,
});

async function run(options: TestOptions, context: Context): Promise<Outcome> {
  const alarms = await context.alarms();
  const alarm = findAlarm(await alarms.list(), options.name);
  const topics = await topicsOf(await context.topics(), [alarm]);
  refuseUntestable(alarm, topics, options);
  const warnings = topicWarnings(topics);
  const told = `tells ${alarm.actions.alarm.map((arn) => actionWords(arn, topics)).join(', ')}`;
  if (options.dryRun) {
    return {
      kind: 'alarms.test',
      data: { dryRun: true, alarms: [{ ...alarmData(alarm, topics), test: null }] },
      warnings,
      view: () => [
        { kind: 'line', text: `Would put ${alarm.name} into ALARM, which ${told}, and back into ${alarm.state}.` },
        { kind: 'line', text: 'Nothing was done.', tone: 'dim' },
      ],
    };
  }
  await context.confirm(`Put ${alarm.name} into ALARM, which ${told}, and back into ${alarm.state}?`);
  const progress = await context.progress();
  progress.update(`${alarm.name} is put into ALARM and back …`);
  let tried: Tried;
  try {
    tried = await tryAlarm({ alarms, clock: context.clock, signal: context.signal }, alarm, options.waitMs);
  } finally {
    progress.stop();
  }
  return outcome(alarm, tried, topics, warnings);
}

/** @throws CvopsError `AlarmIsOff` (1), `AlarmUntestable` (2), or why nobody hears of it (6). */
function refuseUntestable(alarm: Alarm, topics: ReadonlyMap<string, TopicReach>, options: TestOptions): void {
  if (alarm.state === 'ALARM') {
    throw new CvopsError('AlarmIsOff', ExitCode.failed, `${alarm.name} is in ALARM already; nothing was done.`, {
      hint: 'look at what is wrong: `cvops alarms list` tells why it went off.',
    });
  }
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
  if (alarm.composite) {
    throw new CvopsError(
      'AlarmUntestable',
      ExitCode.usage,
      `${alarm.name} is made of other alarms: set by hand, it would stay so until one of them changes; nothing was done.`,
      { hint: 'test one of the alarms that it is made of.' },
    );
  }
  const other = alarm.actions.alarm.find((arn) => !isTopic(arn));
  if (other !== undefined && !options.anyAction) {
    throw new CvopsError(
      'AlarmUntestable',
      ExitCode.usage,
      `${alarm.name} does more than tell a topic: ${other}; nothing was done.`,
      { hint: 'add --any-action if that may happen now.' },
    );
  }
  const why = unheard(alarm, topics);
  if (why === null) return;
  throw new CvopsError(why.code, ExitCode.gate, `nobody would hear of ${alarm.name}: ${why.words}; nothing was done.`, {
    hint: why.hint.replace('NAME', () => shellWord(alarm.name)),
  });
}

function outcome(
  alarm: Alarm,
  { acted, after, restored, durationMs }: Tried,
  topics: ReadonlyMap<string, TopicReach>,
  earlier: readonly Warning[],
): Outcome {
  const failed = (acted ?? []).filter(({ succeeded }) => !succeeded);
  const silent = acted === null ? [] : alarm.actions.alarm.filter((arn) => !acted.some((each) => each.arn === arn));
  const warnings: Warning[] = [...earlier];
  for (const { arn } of failed) {
    warnings.push({
      code: 'ActionFailed',
      message: `CloudWatch could not tell ${actionName(arn)}: does its policy, and the policy of its key, let cloudwatch.amazonaws.com publish?`,
    });
  }
  for (const arn of silent) {
    warnings.push({
      code: 'ActionNotSeen',
      message: `CloudWatch's history does not say that ${actionName(arn)} was told.`,
    });
  }
  if (acted === null) {
    warnings.push({
      code: 'HistoryUnreadable',
      message: 'whether CloudWatch told anybody is not known: allow the IAM action cloudwatch:DescribeAlarmHistory.',
    });
  }
  if (!restored) {
    warnings.push({
      code: 'StillInAlarm',
      message: `${alarm.name} was set back to ${alarm.state} and still shows ALARM; CloudWatch sets it right when it evaluates it next.`,
    });
  } else if (after.state === 'ALARM') {
    warnings.push({
      code: 'AlarmIsOff',
      message: `${alarm.name} is in ALARM for a reason of its own now: ${after.reason}`,
    });
  }
  const isHeard = failed.length === 0 && silent.length === 0;
  const test = {
    told: (acted ?? []).map(({ arn, at, succeeded }) => ({ action: arn, at: new Date(at).toISOString(), succeeded })),
    toldKnown: acted !== null,
    restored,
    before: alarm.state,
    durationMs,
  };
  return {
    kind: 'alarms.test',
    data: { alarms: [{ ...alarmData(after, topics), test }] },
    warnings,
    exitCode: !restored ? ExitCode.pending : isHeard ? ExitCode.done : ExitCode.gate,
    view: () => view(alarm, after, isHeard && restored, acted !== null, topics, durationMs),
  };
}

function view(
  alarm: Alarm,
  after: Alarm,
  isGood: boolean,
  isKnown: boolean,
  topics: ReadonlyMap<string, TopicReach>,
  durationMs: number,
): readonly Block[] {
  const told = alarm.actions.alarm.map((arn) => actionWords(arn, topics)).join(', ');
  return [
    {
      kind: 'line',
      text: `${isGood ? '✓ ' : ''}${alarm.name} was in ALARM and is ${after.state} again, after ${formatDuration(durationMs / 1000)}.`,
      ...(isGood ? { tone: 'good' as const } : {}),
    },
    {
      kind: 'line',
      text: `${isKnown ? 'Told' : 'Meant to tell'}: ${told}. The mail says that it is a test.`,
      tone: 'dim',
    },
  ];
}

/** `cv-analytics-alerts (1 confirmed subscription)` */
function actionWords(arn: string, topics: ReadonlyMap<string, TopicReach>): string {
  const confirmed = topics.get(arn)?.confirmed ?? null;
  return `${actionName(arn)}${confirmed === null ? '' : ` (${plural(confirmed, 'confirmed subscription')})`}`;
}

function topicWarnings(topics: ReadonlyMap<string, TopicReach>): readonly Warning[] {
  return [...topics.values()].flatMap(({ problem, name }) =>
    problem === null
      ? []
      : [
          {
            code: problem.code,
            message: withHint(`who listens to ${name} is not known: ${problem.message}`, problem.hint),
          },
        ],
  );
}
