import { mapped } from '../mapped.ts';
import type { Reading, Series } from '../readings.ts';
import { costUsd } from '../tariff/cost.ts';
import type { Term, UsageRow } from '../usage-row.ts';
import { flow, straightLineTerm } from './amounts.ts';
import { added, hoursOf, totalOf } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';

/** Rules and schedules of the Region: their metrics do not tell whose system they belong to. */
export function eventRows(input: RowInput): readonly UsageRow[] {
  const { rules, schedules } = input.readings.events;
  const { limits, prices } = input.tariff;
  return [
    row(input, {
      id: 'eventbridge-rules',
      metric: 'rule invocations',
      unit: 'invocations',
      limit: null,
      source: prices['events-custom-event'].source,
      basis: 'targets invoked by rules',
      formula: 'Σ Invocations over all rules',
      reading: mapped(rules, (series) => [{ name: 'all rules', series }]),
      term: (name) => ({ name: `invocations by ${name}`, source: 'AWS/Events Invocations, Sum, no dimensions' }),
      cost: () => 0,
      notes: [
        'Rules on the default bus, scheduled ones too, are free without limit: the 14 million are EventBridge Scheduler’s. Custom events that others publish are paid by them and not counted here.',
      ],
    }),
    row(input, {
      id: 'eventbridge-scheduler',
      metric: 'schedule invocations',
      unit: 'invocations',
      limit: 'scheduler-invocations',
      source: limits['scheduler-invocations'].source,
      basis: 'attempts of EventBridge Scheduler, retries too',
      formula: 'Σ InvocationAttemptCount of each group',
      reading: mapped(schedules, (each) => each.map(({ group, attempts }) => ({ name: group, series: attempts }))),
      term: (name) => ({
        name: `attempts of the group ${name}`,
        source: `AWS/Scheduler InvocationAttemptCount, Sum, ScheduleGroup=${name}`,
      }),
      cost: (beyond) => costUsd(input.tariff, 'scheduler-invocation', beyond),
      notes: [],
    }),
  ];
}

interface EventSpec {
  readonly id: string;
  readonly metric: string;
  readonly unit: string;
  readonly limit: 'scheduler-invocations' | null;
  readonly source: string;
  readonly basis: string;
  readonly formula: string;
  readonly reading: Reading<readonly { readonly name: string; readonly series: Series }[]>;
  term(name: string): Pick<Term, 'name' | 'source'>;
  cost(beyond: number): number;
  readonly notes: readonly string[];
}

function row(input: RowInput, spec: EventSpec): UsageRow {
  const { period } = input.readings;
  const { reading, unit } = spec;
  const series = reading.value ?? [];
  const amount = flow(added(...series.map((each) => hoursOf(each.series))), period);
  return rowOf(
    {
      ...spec,
      service: 'EventBridge',
      scope: 'region',
      projection: 'flow',
      amount: reading.gap === undefined ? amount : null,
      account: reading.gap === undefined && spec.limit !== null ? amount : null,
      cost: ({ beyond }) => spec.cost(beyond),
      gap: reading.gap ?? null,
      terms: [
        ...series.map((each) => ({ ...spec.term(each.name), value: totalOf(each.series), unit })),
        straightLineTerm(amount.used, period, unit),
      ],
      notes: [...spec.notes, 'All of the Region: the metrics do not tell whose they are.'],
    },
    input,
  );
}
