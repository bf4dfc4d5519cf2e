import { formatCount, plural } from '../../io/format.ts';
import { amount as figure } from '../figures.ts';
import { likelyVersions } from '../likely-versions.ts';
import type { Period } from '../month.ts';
import type { FunctionReadings, Reading, ReportedCompute, Series, VersionSettings } from '../readings.ts';
import type { Term } from '../usage-row.ts';
import { both } from './gathered.ts';
import { added, type Hours, hoursOf, scaled, sumOf, total, totalOf } from './hours.ts';

const MB_A_GB = 1024;
/**
 * The longest INIT that is billed: after it the phase is broken off and run again within the invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
 */
const INIT_SECONDS = 10;
/**
 * How often one place of concurrency can be filled anew in an hour, when an idle environment stays for five minutes at
 * least. An assumption: AWS says "for some time" only.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const STARTS_AN_HOUR = 13;

type Architecture = VersionSettings['architecture'];

/** The compute of one function so far. */
export interface FunctionCompute {
  /** GB-seconds by hour, with half a millisecond of rounding for each invocation. */
  readonly x86_64: Hours;
  readonly arm64: Hours;
  readonly low: number;
  readonly high: number;
  /** Counted from REPORT lines, all of them. */
  readonly isExact: boolean;
  /** The formula with the numbers put in. */
  readonly summands: readonly (number | string)[];
  readonly terms: readonly Term[];
  readonly notes: readonly string[];
}

/**
 * GB-seconds of one function: what REPORT lines say where all of them were read, else what its metrics tell, with bounds.
 */
export function functionCompute(readings: FunctionReadings, period: Period): Reading<FunctionCompute> {
  const exact = readings.reported?.value;
  const metrics = both(both(readings.invocations, readings.duration), readings.versions);
  const isExact = exact?.complete === true;
  if (metrics.gap !== undefined) {
    return isExact ? { value: reportedCompute(readings.name, exact, [], period) } : { gap: metrics.gap };
  }
  const [[invocations, duration], versions] = metrics.value;
  if (isExact && exact.invocations >= totalOf(invocations) * 0.99) {
    return { value: reportedCompute(readings.name, exact, hoursOf(invocations), period) };
  }
  const estimate = estimatedCompute(readings, invocations, duration, versions, period);
  if (readings.reported === null) return { value: estimate };
  const why =
    readings.reported.gap?.message ??
    `the log has ${formatCount(exact?.invocations ?? 0)} of ${plural(totalOf(invocations), 'invocation')}.`;
  return {
    value: { ...estimate, notes: [...estimate.notes, `${readings.name} could not be counted exactly: ${why}`] },
  };
}

/** The log's exact sum, spread over the days as the invocations were. */
function reportedCompute(name: string, reported: ReportedCompute, invocations: Hours, period: Period): FunctionCompute {
  const { x86_64, arm64 } = reported.gbSeconds;
  const shape = total(invocations) > 0 ? invocations : [{ at: period.month.startMs, value: 1 }];
  const spread = (amount: number) => (amount === 0 ? [] : scaled(shape, amount / total(shape)));
  return {
    x86_64: spread(x86_64),
    arm64: spread(arm64),
    low: x86_64 + arm64,
    high: x86_64 + arm64,
    isExact: true,
    summands: [x86_64 + arm64],
    terms: [
      { name: `billed by ${name}`, value: x86_64 + arm64, unit: 'GB-seconds', source: 'REPORT lines of its log' },
      { name: `cold starts of ${name}`, value: reported.coldStarts, unit: '', source: 'REPORT lines of its log' },
    ],
    notes: [],
  };
}

/** Invocations and milliseconds under one setting of memory and architecture. */
interface Portion {
  readonly label: string;
  readonly settings: Pick<VersionSettings, 'memoryMb' | 'architecture'>;
  readonly invocations: Hours;
  readonly durationMs: Hours;
}

function estimatedCompute(
  readings: FunctionReadings,
  invocations: Series,
  duration: Series,
  versions: readonly VersionSettings[],
  period: Period,
): FunctionCompute {
  const { name } = readings;
  const portions: Portion[] = [];
  for (const each of readings.byVersion) {
    const settings = versions.find(({ version }) => version === each.version);
    const series = both(each.invocations, each.duration);
    if (settings === undefined || series.gap !== undefined) continue;
    const [counts, times] = series.value;
    if (totalOf(times) === 0 && totalOf(counts) === 0) continue;
    portions.push({
      label: `version ${each.version}`,
      settings,
      invocations: hoursOf(counts),
      durationMs: hoursOf(times),
    });
  }
  const likely = likelyVersions(versions, period.month.startMs, period.untilMs);
  const latest = versions.find(({ version }) => version === '$LATEST');
  const rest: Portion = {
    label: portions.length === 0 ? 'all versions' : 'unknown versions',
    settings: likely.at(-1) ?? latest ?? UNKNOWN,
    invocations: minus(
      hoursOf(invocations),
      portions.map((each) => each.invocations),
    ),
    durationMs: minus(
      hoursOf(duration),
      portions.map((each) => each.durationMs),
    ),
  };
  // Not for what is left of adding fractions.
  const isLeft = total(rest.durationMs) > totalOf(duration) * 1e-6;
  const whole = [...portions, ...(isLeft || portions.length === 0 ? [rest] : [])];
  const ran = whole.filter((each) => total(each.invocations) > 0);
  const gbSeconds = (each: Portion) =>
    scaled(added(each.durationMs, scaled(each.invocations, 0.5)), gb(each.settings) / 1000);
  const of = (architecture: Architecture) =>
    added(...whole.filter(({ settings }) => settings.architecture === architecture).map(gbSeconds));
  const measured = sumOf(whole.map((each) => (total(each.durationMs) / 1000) * gb(each.settings)));
  const rounding = sumOf(whole.map((each) => (total(each.invocations) / 1000) * gb(each.settings)));
  // Where versions that ran differ they are told apart; the rest is what was called otherwise, or is deleted.
  const candidates =
    portions.length > 0 ? versions : [...likely, ...(latest === undefined ? [] : [latest]), rest.settings];
  const largest = Math.max(...candidates.map(gb));
  const smallest = Math.min(...candidates.map(gb));
  const starts = coldStarts(readings, hoursOf(invocations), versions, period);
  // Duration that no version accounts for may have run with any of the memory sizes.
  const isMixed = smallest < largest && whole.includes(rest);
  const restSeconds = isMixed ? (total(rest.durationMs) + total(rest.invocations)) / 1000 : 0;
  return {
    x86_64: of('x86_64'),
    arm64: of('arm64'),
    low: measured - (isMixed ? (total(rest.durationMs) / 1000) * (gb(rest.settings) - smallest) : 0),
    high: measured + rounding + starts * INIT_SECONDS * largest + restSeconds * (largest - gb(rest.settings)),
    isExact: false,
    summands: ran.map(
      ({ settings, invocations: counts, durationMs }) =>
        `(${figure(total(durationMs) / 1000)} s + 0.0005 s × ${figure(total(counts))}) × ${settings.memoryMb} / 1024`,
    ),
    terms: [
      ...ran.flatMap(({ label, settings, invocations: counts, durationMs }): Term[] => [
        {
          name: `duration of ${name}, ${label}`,
          value: total(durationMs),
          unit: 'ms',
          source: `AWS/Lambda Duration, Sum, FunctionName=${name}`,
        },
        {
          name: `invocations of ${name}, ${label}`,
          value: total(counts),
          unit: '',
          source: `AWS/Lambda Invocations, Sum, FunctionName=${name}`,
        },
        {
          name: `memory of ${name}, ${label}`,
          value: settings.memoryMb,
          unit: `MB ${settings.architecture}`,
          source: 'lambda:ListVersionsByFunction',
        },
      ]),
      ...(ran.length === 0
        ? []
        : [
            {
              name: `cold starts of ${name}, at most`,
              value: starts,
              unit: '',
              source: 'AWS/Lambda Invocations and ConcurrentExecutions (Maximum), by hour',
            },
          ]),
    ],
    notes: [
      ...(isMixed
        ? [
            `${name} ran for ${formatCount(Math.round(total(rest.durationMs) / 1000))} s under versions that are not known; the range has them from ${smallest * MB_A_GB} to ${largest * MB_A_GB} MB.`,
          ]
        : []),
      ...(portions.length === 0 &&
      versions.length === 1 &&
      latest !== undefined &&
      latest.modifiedAt > period.month.startMs
        ? [
            `${name} was changed on ${day(latest.modifiedAt)} and has no versions: memory that it had before is not known.`,
          ]
        : []),
    ],
  };
}

/** What a function has that was never given anything else. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const UNKNOWN = { memoryMb: 128, architecture: 'x86_64' } as const;

/**
 * More environments cannot have been started: each needs an invocation, and in one hour each place of concurrency is
 * filled {@link STARTS_AN_HOUR} times at most, and once more for each version that was published in the month.
 */
function coldStarts(
  { concurrency }: FunctionReadings,
  invocations: Hours,
  versions: readonly VersionSettings[],
  { month }: Period,
): number {
  const places = new Map((concurrency.value ?? []).map(({ at, maximum }) => [at, maximum]));
  const peak = Math.max(0, ...places.values());
  const releases = versions.filter(({ modifiedAt }) => modifiedAt >= month.startMs).length;
  const byHour = invocations.map(({ at, value }) =>
    Math.min(value, (places.get(at) ?? Number.POSITIVE_INFINITY) * STARTS_AN_HOUR),
  );
  return Math.min(total(invocations), Math.ceil(sumOf(byHour) + releases * peak));
}

function minus(whole: Hours, parts: readonly Hours[]): Hours {
  return added(whole, ...parts.map((part) => scaled(part, -1))).map(({ at, value }) => ({
    at,
    value: Math.max(0, value),
  }));
}

function gb({ memoryMb }: Pick<VersionSettings, 'memoryMb'>): number {
  return memoryMb / MB_A_GB;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
