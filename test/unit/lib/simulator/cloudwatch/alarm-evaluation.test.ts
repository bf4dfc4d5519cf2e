import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlarmConfiguration } from '../../../../../src/lib/simulator/cloudwatch/alarm.ts';
import { alarmConfiguration } from '../../../../../src/lib/simulator/cloudwatch/alarm-configuration.ts';
import { evaluateAlarm } from '../../../../../src/lib/simulator/cloudwatch/alarm-evaluation.ts';
import { MetricStore } from '../../../../../src/lib/simulator/cloudwatch/metric-store.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);
const MINUTE = 60_000;
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

describe('an alarm', () => {
  let clock: SimulatedClock;
  let store: MetricStore;
  beforeEach(() => {
    clock = new SimulatedClock({ start: NOW, rate: 0 });
    store = new MetricStore(clock);
  });
  afterEach(() => clock.close());

  const alarm = (more: Record<string, unknown> = {}): AlarmConfiguration =>
    alarmConfiguration({
      AlarmName: 'a',
      Namespace: 'ns',
      MetricName: 'm',
      Period: 60,
      Statistic: 'Sum',
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 3,
      ...more,
    });
  const put = (value: number, minutesAgo: number, metric = 'm') =>
    store.record('ns', metric, {}, value, 'Count', NOW - minutesAgo * MINUTE, 1);
  /** `0` fine, `X` breaching, `-` missing; the newest last, as AWS's tables show them. */
  const play = (points: string) => {
    for (const [i, point] of [...points.split(' ')].reverse().entries()) {
      if (point !== '-') put(point === 'X' ? 9 : 1, i + 1);
    }
  };

  // The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html;
  // `keeps` = the alarm keeps its state. Order: missing, ignore, breaching, notBreaching.
  it.each([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', ['INSUFFICIENT_DATA', 'keeps', 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - X - -', ['ALARM', 'keeps', 'ALARM', 'OK']],
  ])('with 3 of 3 points to alarm judges %s as AWS does', (points, expected) => {
    play(points);
    const states = TREATMENTS.map(
      (TreatMissingData) => evaluateAlarm(store, alarm({ TreatMissingData }), NOW)?.state ?? 'keeps',
    );
    expect(states).toEqual(expected);
  });

  it.each([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - X -', ['ALARM', 'keeps', 'ALARM', 'OK']],
  ])('with 2 of 3 points to alarm judges %s as AWS does', (points, expected) => {
    play(points);
    const states = TREATMENTS.map(
      (TreatMissingData) =>
        evaluateAlarm(store, alarm({ TreatMissingData, DatapointsToAlarm: 2 }), NOW)?.state ?? 'keeps',
    );
    expect(states).toEqual(expected);
  });

  it.each([
    ['- - - - X', undefined],
    ['- - - X -', undefined],
  ])('does not alarm before its time on %s', (points, expected) => {
    play(points);
    expect(evaluateAlarm(store, alarm(), NOW)?.state).toBe(expected);
  });

  it.each([
    ['GreaterThanThreshold', 5, 'OK'],
    ['GreaterThanOrEqualToThreshold', 5, 'ALARM'],
    ['LessThanThreshold', 5, 'OK'],
    ['LessThanOrEqualToThreshold', 5, 'ALARM'],
    ['GreaterThanThreshold', 5.1, 'ALARM'],
    ['LessThanThreshold', 4.9, 'ALARM'],
  ])('compares with %s: %d against 5 is %s', (ComparisonOperator, value, state) => {
    put(value, 1);
    expect(evaluateAlarm(store, alarm({ ComparisonOperator, EvaluationPeriods: 1 }), NOW)?.state).toBe(state);
  });

  it('looks at whole periods only: the running minute does not count', () => {
    put(9, 0);
    expect(evaluateAlarm(store, alarm({ EvaluationPeriods: 1 }), NOW)?.state).toBe('INSUFFICIENT_DATA');
    expect(evaluateAlarm(store, alarm({ EvaluationPeriods: 1 }), NOW + MINUTE)?.state).toBe('ALARM');
  });

  it('slides a five-minute period each minute', () => {
    for (let minute = 1; minute <= 5; minute++) put(2, minute);
    const sum = alarm({ EvaluationPeriods: 1, Period: 300, Threshold: 9 });
    expect(evaluateAlarm(store, sum, NOW)?.state).toBe('ALARM');
    expect(evaluateAlarm(store, sum, NOW + MINUTE)?.state).toBe('OK');
  });

  it('gives its reason in the words of AWS', () => {
    put(9, 1);
    put(7.25, 2);
    const reason = (more: Record<string, unknown>) => evaluateAlarm(store, alarm(more), NOW)?.reason;
    expect(reason({ EvaluationPeriods: 1 })).toBe(
      'Threshold Crossed: 1 datapoint [9.0 (15/01/26 11:59:00)] was greater than the threshold (5.0).',
    );
    expect(reason({ EvaluationPeriods: 2 })).toBe(
      'Threshold Crossed: 2 datapoints [9.0 (15/01/26 11:59:00), 7.25 (15/01/26 11:58:00)] were greater than the threshold (5.0).',
    );
    expect(reason({ EvaluationPeriods: 1, DatapointsToAlarm: 1 })).toBe(
      'Threshold Crossed: 1 out of the last 1 datapoints [9.0 (15/01/26 11:59:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).',
    );
    expect(reason({ EvaluationPeriods: 1, Threshold: 20 })).toBe(
      'Threshold Crossed: 1 datapoint [9.0 (15/01/26 11:59:00)] was not greater than the threshold (20.0).',
    );
    expect(reason({ EvaluationPeriods: 1, MetricName: 'none' })).toBe('Insufficient Data: 1 datapoint was unknown.');
    expect(reason({ EvaluationPeriods: 2, MetricName: 'none' })).toBe('Insufficient Data: 2 datapoints were unknown.');
    expect(reason({ EvaluationPeriods: 1, MetricName: 'none', TreatMissingData: 'notBreaching' })).toBe(
      'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
    );
  });

  it('writes large values as AWS does', () => {
    put(123_396_096, 1);
    expect(evaluateAlarm(store, alarm({ EvaluationPeriods: 1 }), NOW)?.reason).toContain('[1.23396096E8 (');
  });

  it('watches a percentile', () => {
    for (let value = 1; value <= 100; value++) put(value, 1);
    const p95 = (Threshold: number) =>
      evaluateAlarm(
        store,
        alarm({ Statistic: undefined, ExtendedStatistic: 'p95', EvaluationPeriods: 1, Threshold }),
        NOW,
      )?.state;
    expect(p95(94)).toBe('ALARM');
    expect(p95(95)).toBe('OK');
  });

  it('watches a metric-maths expression', () => {
    put(3, 1, 'errors');
    put(10, 1, 'calls');
    const metric = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { Namespace: 'ns', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const rate = (Threshold: number) =>
      alarm({
        MetricName: undefined,
        Namespace: undefined,
        Statistic: undefined,
        Period: undefined,
        EvaluationPeriods: 1,
        Threshold,
        Metrics: [{ Id: 'rate', Expression: '100 * e / c' }, metric('e', 'errors'), metric('c', 'calls')],
      });
    expect(evaluateAlarm(store, rate(29), NOW)?.state).toBe('ALARM');
    expect(evaluateAlarm(store, rate(30), NOW)?.state).toBe('OK');
  });
});
