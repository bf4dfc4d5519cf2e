import { describe, expect, test } from 'vitest';
import { watchWords, whyWords } from '../../../../src/lib/alarms/alarm-words.ts';
import { findAlarm } from '../../../../src/lib/alarms/alarms-of.ts';
import { unheard } from '../../../../src/lib/alarms/reach.ts';
import { anAlarm, TOPIC } from './support/an-alarm.ts';

describe('why an alarm is in its state', () => {
  test('is told with the newest value, the threshold and the statistic', () => {
    expect(whyWords(anAlarm())).toBe('0, not above 0 (Maximum of 1 min)');
    expect(whyWords(anAlarm({ state: 'ALARM', values: [1, 12_345.678] }))).toBe('12350, above 0 (Maximum of 1 min)');
    const least = {
      comparison: 'LessThanThreshold',
      threshold: 1,
      periodSeconds: 86_400,
      periods: 7,
      statistic: 'Sum',
    };
    expect(whyWords(anAlarm({ state: 'ALARM', values: [0], rule: least }))).toBe('0, below 1 (Sum of 1 d)');
  });

  test('is told by the data that are missing', () => {
    const reason =
      'Threshold Crossed: no datapoints were received for 7 periods and 7 missing datapoints were treated as [Breaching].';
    const rule = { periodSeconds: 86_400, periods: 7 };
    expect(whyWords(anAlarm({ state: 'ALARM', values: [], reason, rule }))).toBe(
      'no data in 7 d, which counts as wrong',
    );
    expect(whyWords(anAlarm({ state: 'OK', values: [], reason, rule }))).toBe('no data in 7 d, which counts as fine');
    expect(
      whyWords(
        anAlarm({ state: 'INSUFFICIENT_DATA', values: [], reason: 'Insufficient Data: 1 datapoint was unknown.' }),
      ),
    ).toBe('too few data in 1 min');
    expect(whyWords(anAlarm({ state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' }))).toBe(
      'not looked at yet',
    );
  });

  test('is CloudWatch’s own where a value would mislead: set by hand, a formula, a band', () => {
    expect(whyWords(anAlarm({ state: 'ALARM', reason: 'by hand', values: [0] }))).toBe('by hand');
    expect(whyWords(anAlarm({ rule: null, reason: 'Thresholds Crossed: …' }))).toBe('Thresholds Crossed: …');
    expect(whyWords(anAlarm({ rule: { comparison: 'GreaterThanUpperThreshold' }, reason: 'band' }))).toBe('band');
  });
});

test('what an alarm watches is its metric and the last of its dimensions', () => {
  expect(
    watchWords(anAlarm({ rule: { metric: 'Errors', dimensions: { FunctionName: 'f', Resource: 'f:live' } } }).rule),
  ).toBe('Errors of f:live');
  expect(watchWords(anAlarm({ rule: { dimensions: {}, metric: 'Errors' } }).rule)).toBe('Errors');
  expect(watchWords(null)).toBeNull();
});

describe('finding an alarm by name', () => {
  const alarms = ['a-dead', 'b-dead', 'system-slow'].map((name) => anAlarm({ name }));

  test('takes the end of a name where it is the only one', () => {
    expect(findAlarm(alarms, 'slow').name).toBe('system-slow');
    expect(findAlarm(alarms, 'a-dead').name).toBe('a-dead');
  });

  test('refuses what two alarms end with, and what none does', () => {
    expect(() => findAlarm(alarms, 'dead')).toThrow('more than one alarm ends with "dead"');
    expect(() => findAlarm(alarms, 'low')).toThrow('no alarm "low"');
    expect(() => findAlarm([], 'x')).toThrow('no alarm "x"');
  });
});

describe('whether anybody hears of an alarm', () => {
  const topic = (confirmed: number | null, code = 'AccessDenied') =>
    new Map([
      [
        TOPIC,
        {
          name: 'alerts',
          arn: TOPIC,
          confirmed,
          pending: confirmed === null ? null : 0,
          problem: confirmed === null ? { code, message: '', hint: null } : null,
        },
      ],
    ]);

  test('is yes with one confirmed subscription, and not known where the topic may not be read', () => {
    expect(unheard(anAlarm(), topic(1))).toBeNull();
    expect(unheard(anAlarm(), topic(null))).toBeNull();
    expect(
      unheard(anAlarm({ actions: { alarm: ['arn:aws:lambda:x'], ok: [], insufficientData: [] } }), new Map()),
    ).toBeNull();
  });

  test('is no without a subscription, an action, a topic, or with actions disabled', () => {
    expect(unheard(anAlarm(), topic(0))).toMatchObject({ code: 'NobodyTold' });
    expect(unheard(anAlarm(), topic(null, 'TopicNotFound'))).toMatchObject({
      words: 'its topic alerts does not exist',
    });
    expect(unheard(anAlarm({ actionsEnabled: false }), topic(1))).toMatchObject({ code: 'ActionsDisabled' });
    expect(unheard(anAlarm({ actions: { alarm: [], ok: [], insufficientData: [] } }), topic(1))).toMatchObject({
      code: 'NoActions',
    });
  });
});
