import { type AlarmConfiguration, type AlarmState, alarmPeriod, COMPARISONS, MISSING_DATA } from './alarm.ts';
import { Double, javaDouble, javaJson } from './double.ts';
import { runQueries } from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';

export interface Verdict {
  readonly state: AlarmState;
  readonly reason: string;
  /** JSON text. */
  readonly data: string;
}

interface Slot {
  /** Start of the period, seconds. */
  readonly at: number;
  readonly value: number | undefined;
  readonly samples: number | undefined;
}

/** Periods looked at beyond the evaluation periods; AWS names no number, its example has two for three. */
const EXTRA_PERIODS = 2;
/** A standard metric shows once a minute even to an alarm with a shorter period. */
const MINUTE = 60;
const SHOWN_POINTS = 5;

/**
 * Evaluates an alarm at a moment (ms), over whole periods that end there. Undefined: it keeps its state.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function evaluateAlarm(store: MetricStore, configuration: AlarmConfiguration, now: number): Verdict | undefined {
  const slots = read(store, configuration, now);
  const wanted = configuration.EvaluationPeriods;
  const needed = configuration.DatapointsToAlarm ?? wanted;
  const treatment = configuration.TreatMissingData ?? 'missing';
  const { breaches } = COMPARISONS[configuration.ComparisonOperator];
  const isBreaching = (slot: Slot) => slot.value !== undefined && breaches(slot.value, configuration.Threshold);
  const real = slots.filter((slot) => slot.value !== undefined);
  const report = (state: AlarmState, filled: number) =>
    verdict(configuration, state, slots, real.slice(0, wanted), filled, now);

  // Enough real points, from further back if need be: how to treat missing ones does not matter.
  if (real.length >= wanted) {
    const breaching = real.slice(0, wanted).filter(isBreaching).length;
    return report(breaching >= needed ? 'ALARM' : 'OK', 0);
  }
  const filled = wanted - real.length;
  const breaching = real.filter(isBreaching).length;
  if (breaching >= needed) return report('ALARM', 0);
  switch (treatment) {
    case 'breaching':
      return report(breaching + filled >= needed ? 'ALARM' : 'OK', filled);
    case 'notBreaching':
      return report('OK', filled);
    case 'ignore':
      return real.length > breaching ? report('OK', 0) : undefined;
    default: {
      if (real.length === 0) return report('INSUFFICIENT_DATA', 0);
      if (real.length > breaching) return report('OK', 0);
      // Only breaching points, too few: ALARM once the oldest of them is as old as the points needed.
      const oldest = slots.findLastIndex(isBreaching);
      return oldest + 1 >= needed ? report('ALARM', 0) : undefined;
    }
  }
}

/** The newest period first. */
function read(store: MetricStore, configuration: AlarmConfiguration, now: number): readonly Slot[] {
  const period = alarmPeriod(configuration);
  const extra = period < MINUTE ? MINUTE / period + EXTRA_PERIODS : EXTRA_PERIODS;
  const step = Math.min(period, MINUTE);
  const end = Math.floor(now / 1000 / step) * step;
  const count = Math.ceil(configuration.EvaluationPeriods + extra);
  const start = end - count * period;
  const queries = configuration.Metrics ?? [
    {
      Id: 'm1',
      MetricStat: {
        Metric: {
          Namespace: configuration.Namespace,
          MetricName: configuration.MetricName,
          Dimensions: configuration.Dimensions,
        },
        Period: configuration.Period,
        Stat: configuration.Statistic ?? configuration.ExtendedStatistic,
        Unit: configuration.Unit,
      },
    },
  ];
  const results = runQueries(store, queries, () => ({ start, end }), now);
  const result = results[queries.findIndex((query) => query.ReturnData !== false)]!;
  const low = configuration.EvaluateLowSampleCountPercentile === 'ignore' ? percentileOf(configuration) : undefined;
  return Array.from({ length: count }, (_, i) => {
    const at = end - (i + 1) * period;
    const samples = result.buckets?.get(at)?.count;
    const tooFew = low !== undefined && samples !== undefined && samples < 10 / Math.min(low, 1 - low);
    return { at, value: tooFew ? undefined : result.points.get(at), samples };
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html */
function percentileOf(configuration: AlarmConfiguration): number | undefined {
  const text = configuration.ExtendedStatistic;
  return text?.startsWith('p') === true ? Number(text.slice(1)) / 100 : undefined;
}

/** Reason and data are written when they are asked for: most evaluations change nothing. */
function verdict(
  configuration: AlarmConfiguration,
  state: AlarmState,
  slots: readonly Slot[],
  points: readonly Slot[],
  filled: number,
  now: number,
): Verdict {
  const unknown = Math.max(0, configuration.EvaluationPeriods - points.length);
  return {
    state,
    get reason() {
      if (state !== 'INSUFFICIENT_DATA') return crossed(configuration, state, points, filled);
      return `Insufficient Data: ${unknown === 1 ? '1 datapoint was' : `${unknown} datapoints were`} unknown.`;
    },
    get data() {
      const missing = slots.filter((slot) => slot.value === undefined).slice(0, unknown);
      return reasonData(configuration, points, missing, now);
    },
  };
}

function reasonData(
  configuration: AlarmConfiguration,
  points: readonly Slot[],
  missing: readonly Slot[],
  now: number,
): string {
  return javaJson({
    version: '1.0',
    queryDate: stamp(now),
    startDate: points.length > 0 ? stamp(points.at(-1)!.at * 1000) : undefined,
    unit: configuration.Unit,
    statistic: configuration.Statistic ?? configuration.ExtendedStatistic,
    period: alarmPeriod(configuration),
    recentDatapoints: points.map((slot) => new Double(slot.value!)).reverse(),
    threshold: new Double(configuration.Threshold),
    evaluatedDatapoints: [...points, ...missing].map((slot) => ({
      timestamp: stamp(slot.at * 1000),
      sampleCount: slot.value === undefined || slot.samples === undefined ? undefined : new Double(slot.samples),
      value: slot.value === undefined ? undefined : new Double(slot.value),
    })),
  });
}

/** `Threshold Crossed: 1 datapoint [21.5 (03/01/24 11:36:00)] was greater than the threshold (21.0).` */
function crossed(
  configuration: AlarmConfiguration,
  state: AlarmState,
  points: readonly Slot[],
  filled: number,
): string {
  const { text, breaches } = COMPARISONS[configuration.ComparisonOperator];
  const missing =
    filled === 0
      ? undefined
      : `${filled} missing ${filled === 1 ? 'datapoint was' : 'datapoints were'} treated as [${MISSING_DATA[configuration.TreatMissingData ?? 'missing']}]`;
  if (points.length === 0) {
    const periods = configuration.EvaluationPeriods;
    return `Threshold Crossed: no datapoints were received for ${periods} ${periods === 1 ? 'period' : 'periods'} and ${missing}.`;
  }
  // The points that speak for the new state: the breaching ones, or the others.
  const speaking = points.filter((slot) => breaches(slot.value!, configuration.Threshold) === (state === 'ALARM'));
  const told = speaking.length > 0 ? speaking : points;
  const list = told
    .slice(0, SHOWN_POINTS)
    .map((slot) => `${javaDouble(slot.value!)} (${shortDate(slot.at)})`)
    .join(', ');
  const verb = `${told.length === 1 ? 'was' : 'were'}${state === 'ALARM' ? '' : ' not'} ${text} the threshold (${javaDouble(configuration.Threshold)})`;
  const noun = (count: number) => (count === 1 ? 'datapoint' : 'datapoints');
  const needed = configuration.DatapointsToAlarm;
  const and = missing === undefined ? '' : ` and ${missing}`;
  if (needed !== undefined) {
    const periods = configuration.EvaluationPeriods;
    const way = state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK';
    const least = state === 'ALARM' ? needed : periods - needed + 1;
    return `Threshold Crossed: ${told.length} out of the last ${periods} datapoints [${list}] ${verb}${and} (minimum ${least} ${noun(least)} for ${way} transition).`;
  }
  if (told.length > SHOWN_POINTS) {
    return `Threshold Crossed: ${told.length} datapoints ${verb}. The most recent datapoints which crossed the threshold: [${list}]${and}.`;
  }
  return `Threshold Crossed: ${told.length} ${noun(told.length)} [${list}] ${verb}${and}.`;
}

/** `2024-01-03T11:36:00.000+0000` */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

/** `03/01/24 11:36:00`: day, month, year. */
function shortDate(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}
