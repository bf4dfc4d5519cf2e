import { plural } from '../../io/format.ts';
import { GB } from '../billed-units.ts';
import { mapped } from '../mapped.ts';
import { projectFlow } from '../projection.ts';
import { costUsd } from '../tariff/cost.ts';
import type { UsageRow } from '../usage-row.ts';
import { flow, pastLevelNote, straightLineTerm } from './amounts.ts';
import { hoursOf, scaled, sumOf, total } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';

/** Names of groups that a note has room for. */
const SHOWN = 3;

/** What is written to the log groups of the Region, and what they keep: one allowance for both. */
export function logRows(input: RowInput): readonly UsageRow[] {
  const { period, logs } = input.readings;
  const ingested = mapped(logs.incomingBytes, (series) => scaled(hoursOf(series), 1 / GB));
  const groups = logs.groups.value ?? [];
  const stored = sumOf(groups.map(({ storedBytes }) => storedBytes)) / GB;
  const hours = ingested.value ?? [];
  const used = total(hours) + stored;
  const end = projectFlow(hours, period);
  const isRead = logs.incomingBytes.gap === undefined || logs.groups.gap === undefined;
  const endless = groups.filter(({ retentionDays }) => retentionDays === null).map(({ name }) => name);
  const amount = isRead ? { ...flow(hours, period), used, projected: end === null ? null : end + stored } : null;
  const shareOfStorage = used === 0 ? 0 : stored / used;
  return [
    rowOf(
      {
        id: 'cloudwatch-logs',
        service: 'CloudWatch',
        metric: 'logs',
        unit: 'GB',
        limit: 'logs-gb',
        projection: 'flow',
        basis: 'bytes written this month + bytes kept',
        amount,
        account: amount,
        cost: ({ beyond, growth, monthShare }) => {
          const storage = beyond * Math.min(1, shareOfStorage / growth);
          return (
            costUsd(input.tariff, 'logs-ingested-gb', beyond - storage) +
            costUsd(input.tariff, 'logs-stored-gb-month', storage * monthShare)
          );
        },
        parts: isRead
          ? [
              { name: 'written', used: total(hours) },
              { name: 'kept', used: stored },
            ]
          : [],
        gap: logs.incomingBytes.gap ?? logs.groups.gap ?? null,
        formula: '(Σ IncomingBytes + Σ storedBytes of the groups) / 2³⁰',
        summands: [total(hours), stored],
        terms: [
          {
            name: 'written',
            value: ingested.value === undefined ? null : total(hours),
            unit: 'GB',
            source: 'AWS/Logs IncomingBytes, Sum, no dimensions',
          },
          {
            name: 'kept',
            value: logs.groups.gap === undefined ? stored : null,
            unit: 'GB',
            source: 'logs:DescribeLogGroups storedBytes',
          },
          { ...straightLineTerm(total(hours), period, 'GB'), name: 'written, by AWS’s own straight line' },
        ],
        notes: [
          'All groups of the Region. What Logs Insights scans is in the same allowance, and no metric tells of it.',
          endless.length > 0 &&
            `${plural(endless.length, 'group')} ${endless.length === 1 ? 'keeps its' : 'keep their'} lines for ever: ${endless.slice(0, SHOWN).join(', ')}${endless.length > SHOWN ? ' …' : ''}. A retention ends that.`,
          stored > 0 && pastLevelNote(period),
        ],
      },
      input,
    ),
  ];
}
