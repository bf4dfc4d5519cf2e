import { watchWords, whyWords } from '../../lib/alarms/alarm-words.ts';
import { alarmsOf } from '../../lib/alarms/alarms-of.ts';
import { actionName, type TopicReach, topicsOf, type Unheard, unheard } from '../../lib/alarms/reach.ts';
import type { Alarm } from '../../lib/aws/ports/alarms.ts';
import type { Config } from '../../lib/config/config.ts';
import { servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { plural, someOf, text, withHint } from '../../lib/io/format.ts';
import type { Block, Cell, Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { shellWord } from '../../lib/io/shell-word.ts';
import { when } from '../alias/when.ts';
import { defineCommand } from '../command.ts';
import { alarmData } from './alarm-data.ts';
import { stateCell } from './state-cell.ts';

interface ListOptions {
  readonly all: boolean;
}

export const alarmsList = defineCommand<ListOptions>({
  flags: [{ flags: '--all', description: 'also those that look at nothing in the configuration' }],
  examples: ['cvops alarms list', 'cvops alarms list --json --query "data.alarms[?state != \'OK\'].name"'],
  parse: (_args, flags) => ({ all: flags['all'] === true }),
  run,
});

async function run(options: ListOptions, context: Context): Promise<Outcome> {
  const [config, ports] = await Promise.all([context.config(), context.alarms()]);
  const everything = await ports.list();
  const alarms = options.all ? everything : alarmsOf(config, everything);
  const topics = await topicsOf(await context.topics(), alarms);
  const unread = [...topics.values()].filter(({ problem }) => problem !== null && problem.code !== 'TopicNotFound');
  const left = everything.length - alarms.length;
  const items = alarms.map((alarm) => alarmData(alarm, topics));
  return {
    kind: 'alarms.list',
    data: { alarms: items, others: left },
    items,
    warnings: warningsOf(alarms, topics),
    next: nextOf(alarms, config),
    exitCode: unread.length > 0 ? ExitCode.partial : ExitCode.done,
    view: () => view(alarms, topics, left, context.clock.now()),
  };
}

/** Dead letters are looked at; what else is off says itself what comes next. Where all is well, one is tried. */
function nextOf(alarms: readonly Alarm[], config: Config): readonly Next[] {
  const off = alarms.filter(({ state }) => state === 'ALARM');
  const queues = off.flatMap(({ rule }) => rule?.dimensions['QueueName'] ?? []);
  const dead = servicesWith(config, 'dlq').find(({ dlq }) => queues.includes(dlq));
  if (dead !== undefined) return [{ command: `cvops dlq inspect ${dead.name}`, why: 'see why they died' }];
  if (off.length > 0 || alarms[0] === undefined) return [];
  const { name } = alarms[0];
  // Behind `--` nothing is taken for a flag.
  const operand = `${name.startsWith('-') ? '-- ' : ''}${shellWord(name)}`;
  return [{ command: `cvops alarms test ${operand}`, why: 'see the mail of one' }];
}

function warningsOf(alarms: readonly Alarm[], topics: ReadonlyMap<string, TopicReach>): readonly Warning[] {
  return [
    ...[...topics.values()].flatMap(({ name, pending, problem }) => {
      if (problem !== null) {
        return [{ code: problem.code, message: withHint(problem.message, problem.hint) }];
      }
      if (!pending) return [];
      return [
        {
          code: 'SubscriptionPending',
          message: `${plural(pending, 'subscription')} to ${name} ${pending === 1 ? 'is' : 'are'} not confirmed and ${pending === 1 ? 'gets' : 'get'} nothing: follow the link in AWS's mail.`,
        },
      ];
    }),
    ...unheardWarnings(alarms, topics),
  ];
}

/** A warning of several alarms: only data have room for all of their names. */
interface AlarmsWarning extends Warning {
  readonly alarms: readonly string[];
}

/** One for each reason: what is wrong with a topic is wrong with all alarms that tell it. */
function unheardWarnings(alarms: readonly Alarm[], topics: ReadonlyMap<string, TopicReach>): readonly AlarmsWarning[] {
  const byReason = new Map<string, { readonly why: Unheard; readonly names: string[] }>();
  for (const alarm of alarms) {
    const why = unheard(alarm, topics);
    if (why === null) continue;
    const known = byReason.get(why.words);
    if (known === undefined) byReason.set(why.words, { why, names: [alarm.name] });
    else known.names.push(alarm.name);
  }
  return [...byReason.values()].map(({ why: { code, words, wordsOfMany }, names }) => {
    const isOne = names.length === 1;
    const who = isOne ? names[0] : `${plural(names.length, 'alarm')} (${someOf(names)})`;
    return { code, message: `nobody hears of ${who}: ${isOne ? words : wordsOfMany}.`, alarms: names };
  });
}

function view(
  alarms: readonly Alarm[],
  topics: ReadonlyMap<string, TopicReach>,
  left: number,
  nowMs: number,
): readonly Block[] {
  const others = left === 0 ? [] : [`${plural(left, 'other alarm')} in this Region: --all shows them.`];
  const lines = (alarms.length === 0 ? ['No alarm looks at anything in the configuration.', ...others] : others).map(
    (line) => ({ kind: 'line' as const, text: line, tone: 'dim' as const }),
  );
  if (alarms.length === 0) return lines;
  return [
    {
      kind: 'table',
      table: {
        columns: ['ALARM', 'STATE', 'SINCE', 'WATCHES', 'WHY', 'TELLS'].map((label) => ({ label })),
        rows: alarms.map((alarm) => [
          text(alarm.name, 'strong'),
          stateCell(alarm),
          when(alarm.since, nowMs),
          text(watchWords(alarm.rule)),
          text(whyWords(alarm)),
          tells(alarm, topics),
        ]),
      },
    },
    ...lines,
  ];
}

function tells(alarm: Alarm, topics: ReadonlyMap<string, TopicReach>): Cell {
  const names = alarm.actions.alarm.map(actionName).join(', ');
  const why = unheard(alarm, topics);
  if (why === null) return text(names === '' ? null : names);
  return { raw: names, text: names === '' ? 'nobody' : `nobody (${names})`, tone: 'bad' };
}
