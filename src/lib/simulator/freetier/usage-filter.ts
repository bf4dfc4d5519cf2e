import { ApiError } from '../kernel/api-error.ts';
import type { Input } from '../kernel/service.ts';
import type { FreeTierUsage } from './free-tier-usage.ts';

/** Of a dimension's key, what it is compared with. */
const FIELDS: Readonly<Record<string, (usage: FreeTierUsage) => string | number | undefined>> = {
  SERVICE: (usage) => usage.service,
  OPERATION: (usage) => usage.operation,
  USAGE_TYPE: (usage) => usage.usageType,
  REGION: (usage) => usage.region,
  FREE_TIER_TYPE: (usage) => usage.freeTierType,
  DESCRIPTION: (usage) => usage.description,
  USAGE_PERCENTAGE: ({ actualUsageAmount, limit }) =>
    actualUsageAmount === undefined || limit === undefined ? undefined : (100 * actualUsageAmount) / limit,
};

const MATCHES: Readonly<Record<string, (field: string | number, value: string) => boolean>> = {
  EQUALS: (field, value) => String(field) === value,
  STARTS_WITH: (field, value) => String(field).startsWith(value),
  ENDS_WITH: (field, value) => String(field).endsWith(value),
  CONTAINS: (field, value) => String(field).includes(value),
  GREATER_THAN_OR_EQUAL: (field, value) => Number(field) >= Number(value),
};

const VALUE = /^[ a-zA-Z0-9\-:._/,$()]{1,20}$/;

/**
 * Whether an offer passes GetFreeTierUsage's filter. Throws ValidationException for one that is none; values have at most
 * 20 characters (https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_freetier_DimensionValues.html).
 */
export function passesFilter(expression: Input, usage: FreeTierUsage): boolean {
  const parts: boolean[] = [];
  const { And, Or, Not, Dimensions } = expression;
  // Everything is looked at, so that a filter is refused whatever there is to be filtered.
  if (And !== undefined) parts.push(!And.map((part: Input) => passesFilter(part, usage)).includes(false));
  if (Or !== undefined) parts.push(Or.map((part: Input) => passesFilter(part, usage)).includes(true));
  if (Not !== undefined) parts.push(!passesFilter(Not, usage));
  if (Dimensions !== undefined) parts.push(matches(Dimensions, usage));
  return !parts.includes(false);
}

function matches({ Key, Values, MatchOptions }: Input, usage: FreeTierUsage): boolean {
  const field = Object.hasOwn(FIELDS, Key ?? '') ? FIELDS[Key] : undefined;
  if (field === undefined) throw invalid(`filter.dimensions.key: ${Key}`);
  if (!Array.isArray(Values) || Values.length === 0) throw invalid('filter.dimensions.values');
  if (!Array.isArray(MatchOptions)) throw invalid('filter.dimensions.matchOptions');
  const tests = MatchOptions.map((option: string) => {
    const test = Object.hasOwn(MATCHES, option) ? MATCHES[option] : undefined;
    if (test === undefined) throw invalid(`filter.dimensions.matchOptions: ${option}`);
    return test;
  });
  for (const value of Values) if (!VALUE.test(value)) throw invalid(`filter.dimensions.values: ${value}`);
  const actual = field(usage);
  return actual !== undefined && Values.some((value: string) => tests.every((test) => test(actual, value)));
}

function invalid(what: string): ApiError {
  return new ApiError('ValidationException', `The value at ${what} is not valid.`);
}
