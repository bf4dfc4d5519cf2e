import type { Input } from '../kernel/service.ts';
import { type AlarmConfiguration, alarmPeriod, COMPARISONS, MISSING_DATA } from './alarm.ts';
import { invalidCombination, invalidValue, missingParameter, notInEnum, validation } from './errors.ts';
import { checkQueries } from './metric-query.ts';
import { checkExtended, checkUnit, STATISTICS } from './statistics.ts';
import { checkPeriod } from './time-range.ts';

const DAY = 86_400;
const MAX_ACTIONS = 5;

/**
 * Checks and reads PutMetricAlarm.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export function alarmConfiguration(input: Input): AlarmConfiguration {
  const { AlarmName, EvaluationPeriods, ComparisonOperator, TreatMissingData, Threshold } = input;
  if (!AlarmName) throw missingParameter('AlarmName');
  if (AlarmName.length > 255) {
    throw validation(
      `Value '${AlarmName}' at 'alarmName' failed to satisfy constraint: Member must have length less than or equal to 255`,
    );
  }
  if (EvaluationPeriods === undefined) throw missingParameter('EvaluationPeriods');
  if (!(EvaluationPeriods >= 1)) {
    throw validation(
      `Value '${EvaluationPeriods}' at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
  if (ComparisonOperator === undefined) throw missingParameter('ComparisonOperator');
  if (!(ComparisonOperator in COMPARISONS)) {
    throw notInEnum(ComparisonOperator, 'comparisonOperator', Object.keys(COMPARISONS));
  }
  if (TreatMissingData !== undefined && !(TreatMissingData in MISSING_DATA)) {
    throw notInEnum(TreatMissingData, 'treatMissingData', Object.keys(MISSING_DATA));
  }
  if (Threshold === undefined || Number.isNaN(Threshold)) throw missingParameter('Threshold');
  if (input.DatapointsToAlarm > EvaluationPeriods) {
    throw validation('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  }
  checkMetric(input);
  const configuration = read(input);
  checkSpan(configuration);
  for (const name of ['OKActions', 'AlarmActions', 'InsufficientDataActions'] as const)
    checkActions(configuration[name], name);
  return configuration;
}

function checkMetric(input: Input): void {
  if (input.Metrics !== undefined) {
    if (input.MetricName !== undefined) {
      throw invalidCombination(
        'The parameters MetricName and Metrics are mutually exclusive and you have specified both.',
      );
    }
    checkQueries(input.Metrics);
    if (input.Metrics.filter((query: Input) => query.ReturnData !== false).length !== 1) {
      throw validation('Exactly one element of the metrics list should return data.');
    }
    return;
  }
  if (input.MetricName === undefined) throw missingParameter('MetricName');
  if (input.Namespace === undefined) throw missingParameter('Namespace');
  checkPeriod(input.Period, 'Period');
  checkUnit(input.Unit, 'unit');
  const { Statistic, ExtendedStatistic } = input;
  if (Statistic !== undefined && ExtendedStatistic !== undefined) {
    throw invalidCombination(
      'The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both.',
    );
  }
  if (Statistic === undefined && ExtendedStatistic === undefined) throw missingParameter('Statistic');
  if (Statistic !== undefined && !(STATISTICS as readonly string[]).includes(Statistic)) {
    throw notInEnum(Statistic, 'statistic', STATISTICS);
  }
  if (ExtendedStatistic !== undefined) checkExtended(ExtendedStatistic);
}

/** An alarm looks back one day at most, seven for periods of an hour and more. */
function checkSpan(configuration: AlarmConfiguration): void {
  const period = alarmPeriod(configuration);
  const days = period >= 3_600 ? 7 : 1;
  if (period * configuration.EvaluationPeriods > days * DAY) {
    throw validation(
      `Metrics cannot be checked across more than ${days === 1 ? 'a day' : 'seven days'} (EvaluationPeriods * Period must be <= ${days * DAY}).`,
    );
  }
}

function checkActions(actions: readonly string[], name: string): void {
  if (actions.length > MAX_ACTIONS) {
    throw invalidValue(`The collection ${name} must not have a size greater than ${MAX_ACTIONS}.`);
  }
  for (const action of actions) {
    if (!action.startsWith('arn:')) throw validation(`Invalid arn syntax: ${action}`);
  }
}

function read(input: Input): AlarmConfiguration {
  return {
    AlarmName: input.AlarmName,
    AlarmDescription: input.AlarmDescription,
    ActionsEnabled: input.ActionsEnabled ?? true,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    MetricName: input.MetricName,
    Namespace: input.Namespace,
    Statistic: input.Statistic,
    ExtendedStatistic: input.ExtendedStatistic,
    Dimensions: input.Dimensions ?? [],
    Period: input.Period,
    Unit: input.Unit,
    EvaluationPeriods: input.EvaluationPeriods,
    DatapointsToAlarm: input.DatapointsToAlarm,
    Threshold: input.Threshold,
    ComparisonOperator: input.ComparisonOperator,
    TreatMissingData: input.TreatMissingData,
    EvaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile,
    Metrics: input.Metrics,
  };
}
