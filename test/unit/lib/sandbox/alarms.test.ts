import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALARMS, alarmInput } from '../../../../src/lib/sandbox/alarms.ts';
import { SYSTEM } from '../../../../src/lib/sandbox/system.ts';

const hcl = readFileSync(
  new URL('../../../../infra/terraform/modules/reporter/alarms.tf', import.meta.url),
  'utf8',
).replace(/^\s*#.*$/gm, '');

/** The values that the module's expressions name, as its defaults and the sandbox have them. */
const KNOWN: Readonly<Record<string, unknown>> = {
  'var.prefix': 'cv-analytics',
  'local.name': SYSTEM.reporter,
  'var.processor_timeout_seconds': SYSTEM.processorTimeoutSeconds,
};

type Values = Readonly<Record<string, unknown>>;

/** Of the few kinds that the file has: texts, numbers, products, names of values, objects in one line. */
function evaluate(expression: string, known: Values): unknown {
  const text = expression.trim();
  if (text.startsWith('{')) return members(text.slice(1, -1).replaceAll(', ', '\n'), known);
  if (text.startsWith('"')) {
    const filled = text.slice(1, -1).replace(/\$\{([\w.]+)\}/g, (_, name: string) => String(evaluate(name, known)));
    return filled;
  }
  if (/^[\d.]+$/.test(text)) return Number(text);
  if (text.includes(' * '))
    return text.split(' * ').reduce((product, part) => product * Number(evaluate(part, known)), 1);
  if (text in known) return known[text];
  throw new Error(`cannot read "${text}" in alarms.tf`);
}

/** `name = value`, a line each. */
function members(block: string, known: Values): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...block.matchAll(/^\s*(\w+)\s*= (.+)$/gm)].map(([, name = '', value = '']) => [name, evaluate(value, known)]),
  );
}

/** What stands between the braces that open at the end of a line with this beginning. */
function block(source: string, opening: RegExp): string {
  const lines = source.split('\n');
  const first = lines.findIndex((line) => opening.test(line));
  if (first === -1) throw new Error(`no ${opening} in alarms.tf`);
  const indent = /^\s*/.exec(lines[first]!)![0];
  const last = lines.findIndex((line, index) => index > first && line === `${indent}}`);
  return lines.slice(first + 1, last).join('\n');
}

/** All alarms of the module as PutMetricAlarm would get them, but for their actions. */
function alarmsOfModule(): readonly object[] {
  const locals = block(hcl, /^locals \{/);
  const dimensions = locals.split(/^ {2}alarms = /m)[0]!;
  const known: Record<string, unknown> = { ...KNOWN };
  for (const [name, value] of Object.entries(members(dimensions, known))) known[`local.${name}`] = value;
  const each = block(locals, /^ {2}alarms = \{/);
  const shared = block(hcl, /^resource "aws_cloudwatch_metric_alarm" "this"/);
  const names = [...each.matchAll(/^ {4}([\w-]+) = \{/gm)].map(([, name = '']) => name);
  const alarms = names.map((name) => {
    const own = members(block(each, new RegExp(`^ {4}${name} = `)), known);
    const scope = Object.fromEntries(Object.entries(own).map(([key, value]) => [`each.value.${key}`, value]));
    return settings(shared, { ...known, ...scope, 'each.key': name }, String(own['statistic']));
  });
  const last = block(hcl, /^resource "aws_cloudwatch_metric_alarm" "reporter_did_not_run"/);
  return [...alarms, settings(last, known, 'Sum')];
}

function settings(resource: string, known: Values, statistic: string): object {
  const lines = resource
    .split('\n')
    .filter((line) => !/^\s*(for_each|statistic|extended_statistic|\w+_actions)\b/.test(line));
  const of = members(lines.join('\n'), known);
  return {
    name: of['alarm_name'],
    description: of['alarm_description'],
    namespace: of['namespace'],
    metric: of['metric_name'],
    dimensions: of['dimensions'],
    statistic,
    comparison: of['comparison_operator'],
    threshold: of['threshold'],
    periodSeconds: of['period'],
    periods: of['evaluation_periods'],
    missing: of['treat_missing_data'],
  };
}

describe('the alarms of the sandbox', () => {
  test('are those of infra/terraform: names, metrics, statistics, thresholds and periods', () => {
    expect(ALARMS).toEqual(alarmsOfModule());
  });

  test('stay within the ten alarm metrics that are free, each of one metric and none of high resolution', () => {
    expect(ALARMS).toHaveLength(8);
    expect(ALARMS.length).toBeLessThanOrEqual(10);
    expect(ALARMS.every(({ periodSeconds }) => periodSeconds >= 60)).toBe(true);
  });

  test('tell the topic when they go off and when it is over, there as here', () => {
    for (const alarm of ALARMS) {
      expect(alarmInput(alarm, 'arn')).toMatchObject({ AlarmActions: ['arn'], OKActions: ['arn'] });
    }
    const actions = [...hcl.matchAll(/^ +(alarm|ok)_actions += \[aws_sns_topic\.alerts\.arn\]$/gm)];
    expect(actions.map(([, when]) => when)).toEqual(['alarm', 'ok', 'alarm', 'ok']);
  });

  test('look at dead letters within a minute: one period of 60 s, and any message at all', () => {
    expect(ALARMS.find(({ name }) => name === SYSTEM.depthAlarm)).toMatchObject({
      periodSeconds: 60,
      periods: 1,
      threshold: 0,
      comparison: 'GreaterThanThreshold',
      statistic: 'Maximum',
    });
  });
});
