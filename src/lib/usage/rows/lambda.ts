import { formatCount } from '../../io/format.ts';
import { mapped } from '../mapped.ts';
import type { FunctionReadings, Reading, Series } from '../readings.ts';
import { costUsd } from '../tariff/cost.ts';
import type { Term, UsageRow } from '../usage-row.ts';
import { flow, straightLineTerm } from './amounts.ts';
import { functionCompute } from './function-compute.ts';
import { gathered } from './gathered.ts';
import { added, hoursOf, sumOf, total, totalOf } from './hours.ts';
import { type RowInput, rowOf } from './row-of.ts';

/** Requests and GB-seconds of the configured functions. */
export function lambdaRows(input: RowInput): readonly UsageRow[] {
  return input.readings.functions.length === 0 ? [] : [requests(input), compute(input)];
}

/** Only by FunctionName: the dimensions Resource and ExecutedVersion tell of the same invocations again. */
function requests(input: RowInput): UsageRow {
  const { functions, allFunctions, period } = input.readings;
  const read = gathered(functions.map(({ invocations }) => mapped(invocations, hoursOf)));
  const hours = added(...read.values);
  const account = mapped(allFunctions.invocations, (series) => flow(hoursOf(series), period));
  return rowOf(
    {
      id: 'lambda-requests',
      service: 'Lambda',
      metric: 'requests',
      unit: 'requests',
      limit: 'lambda-requests',
      projection: 'flow',
      basis: 'Invocations of each function',
      amount: read.values.length === 0 ? null : flow(hours, period),
      account: account.value ?? null,
      cost: ({ beyond }) => costUsd(input.tariff, 'lambda-request', beyond),
      gap: read.gap,
      formula: 'Σ Invocations (Sum) by FunctionName',
      summands: read.values.map(total),
      terms: [...functions.map((each) => invocationsTerm(each)), straightLineTerm(total(hours), period, 'requests')],
      notes: [accountNote(account)],
    },
    input,
  );
}

function invocationsTerm({ name, invocations }: FunctionReadings): Term {
  return {
    name: `invocations of ${name}`,
    value: mapped(invocations, totalOf).value ?? null,
    unit: 'requests',
    source: `AWS/Lambda Invocations, Sum, FunctionName=${name}`,
  };
}

function accountNote({ gap }: Reading<unknown>): string {
  return gap === undefined
    ? 'The allowance is the account’s, in all Regions together; the account’s figure is of this Region.'
    : `The allowance is the account’s, in all Regions together; the account’s own figure could not be read: ${gap.message}`;
}

function compute(input: RowInput): UsageRow {
  const { functions, period, allFunctions } = input.readings;
  const read = gathered(functions.map((each) => functionCompute(each, period)));
  const x86 = added(...read.values.map((each) => each.x86_64));
  const arm = added(...read.values.map((each) => each.arm64));
  const hours = added(x86, arm);
  const used = total(hours);
  const armShare = used === 0 ? 0 : total(arm) / used;
  const [low, high] = [sumOf(read.values.map((each) => each.low)), sumOf(read.values.map((each) => each.high))];
  const range = low === high ? null : { low, high };
  // What did not run needs no log to be known.
  const isExact = range === null && read.values.some((each) => each.isExact);
  return rowOf(
    {
      id: 'lambda-compute',
      service: 'Lambda',
      metric: 'compute',
      unit: 'GB-seconds',
      limit: 'lambda-gb-seconds',
      projection: 'flow',
      basis: isExact ? 'billed duration of every REPORT line' : 'Duration × memory; INIT is in the range only',
      amount: read.values.length === 0 ? null : flow(hours, period, range),
      cost: ({ beyond }) =>
        costUsd(input.tariff, 'lambda-gb-second-x86', beyond * (1 - armShare)) +
        costUsd(input.tariff, 'lambda-gb-second-arm', beyond * armShare),
      parts:
        armShare > 0 && armShare < 1
          ? [
              { name: 'x86', used: total(x86) },
              { name: 'arm', used: total(arm) },
            ]
          : [],
      gap: read.gap,
      formula: isExact ? 'Σ billed duration × MB / 1024' : 'Σ (Duration / 1000 + 0.0005 s × invocations) × MB / 1024',
      summands: read.values.flatMap((each) => each.summands),
      terms: [...read.values.flatMap((each) => each.terms), straightLineTerm(used, period, 'GB-seconds')],
      notes: [
        ...(range === null
          ? []
          : [
              'AWS bills each invocation rounded up to 1 ms, half of one on average, and INIT, which no metric tells of: the upper bound has 1 ms for each invocation and 10 s for each cold start. `--exact` reads the log instead.',
            ]),
        ...new Set(read.values.flatMap((each) => each.notes)),
        accountDuration(allFunctions.duration, total(hours)),
      ],
    },
    input,
  );
}

/** GB-seconds of the account need the memory of each function; its duration alone tells how much else runs there. */
function accountDuration(duration: Reading<Series>, used: number): string | null {
  if (duration.gap !== undefined || used === 0) return null;
  return `All functions of this Region ran for ${formatCount(Math.round(totalOf(duration.value) / 1000))} s; their GB-seconds need each one’s memory.`;
}
