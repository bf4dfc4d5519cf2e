import { count, duration, formatUsd, plural, text } from '../lib/io/format.ts';
import type { Block, Cell } from '../lib/io/outcome.ts';
import type { AlarmStatus, QueueStatus, ServiceStatus, SystemStatus } from '../lib/status/system-status.ts';
import type { UsageGap, UsageHeadline } from '../lib/status/usage-headline.ts';
import { shareOf } from '../lib/usage/figures.ts';
import { stateCell } from './alarms/state-cell.ts';
import { split } from './alias/view.ts';
import { when } from './alias/when.ts';
import { gapWords } from './usage/gap-words.ts';

/** One screen: what is wrong in one line, then who serves, what waits, and which alarms are off. */
export function statusView(found: SystemStatus, usage: UsageHeadline | null): readonly Block[] {
  const { services, alarms, gaps, at } = found;
  const nowMs = Date.parse(at);
  const off = alarms.filter(({ state }) => state !== 'OK');
  const ok = alarms.length - off.length;
  return [
    headline(found, usage?.unread.length ?? 0),
    ...table(
      ['SERVICE', 'VERSION', 'SPLIT', 'PREVIOUS', 'LAST RELEASE', 'WHEN', 'BY'],
      services.flatMap((each) => served(each, nowMs)),
    ),
    ...table(['QUEUE', 'OF', '>WAITING', '>IN FLIGHT', '>OLDEST'], queueRows(services)),
    ...table(
      ['ALARM', 'STATE', 'SINCE', 'WHY'],
      off.map((alarm) => alarmRow(alarm, nowMs)),
    ),
    ...(ok === 0 ? [] : [line(`${plural(ok, off.length === 0 ? 'alarm' : 'more alarm')} OK.`, 'dim')]),
    ...(usage === null ? [] : [usageLine(usage), ...usage.gaps.map(usageGapLine)]),
    ...gaps.map(({ subject, ...gap }) => line(gapWords(subject, gap), 'warn')),
  ];
}

function headline({ services, alarms, gaps, at }: SystemStatus, usageUnread: number): Block {
  const queues = distinct(services.map(({ dlq }) => dlq));
  const dead = queues.reduce((sum, { visible }) => sum + visible, 0);
  const splits = services.filter(({ alias }) => Object.keys(alias?.weights ?? {}).length > 0).length;
  const inState = (state: AlarmStatus['state']) => alarms.filter((alarm) => alarm.state === state).length;
  const counts: readonly (readonly [number, string])[] = [
    [dead, plural(dead, 'dead letter')],
    [inState('ALARM'), plural(inState('ALARM'), 'alarm')],
    [splits, plural(splits, 'split')],
    [inState('INSUFFICIENT_DATA'), `${plural(inState('INSUFFICIENT_DATA'), 'alarm')} without data`],
    [gaps.length, `${plural(gaps.length, 'part')} not read`],
    [usageUnread, `${plural(usageUnread, 'row')} of usage not read`],
  ];
  const wrong = counts.filter(([number]) => number > 0).map(([, words]) => words);
  const time = `${at.slice(11, 19)} UTC`;
  if (wrong.length === 0) return line(`✓ Nothing is wrong, at ${time}.`, 'good');
  return line(`${wrong.join(', ')}, at ${time}.`, dead + inState('ALARM') > 0 ? 'bad' : 'warn');
}

function served({ service, alias, release }: ServiceStatus, nowMs: number): readonly (readonly Cell[])[] {
  if (alias === null) return [];
  const changed = release === null ? text('not by cvops') : text(release.kind);
  return [
    [
      text(service, 'strong'),
      text(alias.version),
      split(alias),
      text(alias.previous),
      changed,
      when(release === null ? null : Date.parse(release.at), nowMs),
      text(release?.by ?? null),
    ],
  ];
}

function queueRows(services: readonly ServiceStatus[]): readonly (readonly Cell[])[] {
  const of = (name: string, key: 'queue' | 'dlq') =>
    services.filter((each) => each[key]?.name === name).map(({ service }) => service);
  const row = ({ name, visible, inFlight, oldestAgeSeconds }: QueueStatus, isDlq: boolean) => [
    text(name),
    text(`${of(name, isDlq ? 'dlq' : 'queue').join(', ')}${isDlq ? ' (dead)' : ''}`),
    count(visible, isDlq && visible > 0 ? 'bad' : undefined),
    count(inFlight),
    duration(oldestAgeSeconds),
  ];
  return [
    ...distinct(services.map(({ queue }) => queue)).map((queue) => row(queue, false)),
    ...distinct(services.map(({ dlq }) => dlq)).map((queue) => row(queue, true)),
  ];
}

function alarmRow(alarm: AlarmStatus, nowMs: number): readonly Cell[] {
  const { name, since, why } = alarm;
  return [text(name, 'strong'), stateCell(alarm), when(since === null ? null : Date.parse(since), nowMs), text(why)];
}

function usageLine({ nearest, costUsd, projectedCostUsd, month, unread }: UsageHeadline): Block {
  const near =
    nearest === null
      ? 'no free limit known'
      : `${nearest.name} ends at ${shareOf(nearest.projectedUtilisation)} of its free limit`;
  const known = unread.length === 0 ? '' : `; ${plural(unread.length, 'row')} not read`;
  const words = `${month}: ${near}, ${formatUsd(costUsd)} so far, ${formatUsd(projectedCostUsd)} at the end${known}.`;
  return line(words, (nearest?.projectedUtilisation ?? 0) > 1 || projectedCostUsd > 0 ? 'warn' : undefined);
}

function usageGapLine({ rows, ...gap }: UsageGap): Block {
  return line(gapWords(`${rows.join(', ')} ${rows.length === 1 ? 'was' : 'were'}`, gap), 'warn');
}

/** @param labels with `>` before those of columns of numbers. */
function table(labels: readonly string[], rows: readonly (readonly Cell[])[]): readonly Block[] {
  if (rows.length === 0) return [];
  const columns = labels.map((label) =>
    label.startsWith('>') ? { label: label.slice(1), align: 'right' as const } : { label },
  );
  return [{ kind: 'table', table: { columns, rows } }];
}

function line(words: string, tone?: Cell['tone']): Block {
  return { kind: 'line', text: words, ...(tone === undefined ? {} : { tone }) };
}

/** Queues that several services name count once. */
function distinct(queues: readonly (QueueStatus | null)[]): readonly QueueStatus[] {
  const known = queues.filter((queue) => queue !== null);
  return known.filter(({ name }, index) => known.findIndex((each) => each.name === name) === index);
}
