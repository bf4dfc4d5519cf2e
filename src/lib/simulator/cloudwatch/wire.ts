import type { Input } from '../kernel/service.ts';
import { escapeXml } from '../protocols/query.ts';
import { Double } from './double.ts';

const NUMBERS = new Set([
  'Counts',
  'DatapointsToAlarm',
  'EvaluationPeriods',
  'Maximum',
  'MaxDatapoints',
  'MaxRecords',
  'MaxResults',
  'Minimum',
  'Period',
  'SampleCount',
  'StorageResolution',
  'Sum',
  'Threshold',
  'Values',
]);
const BOOLEANS = new Set(['ActionsEnabled', 'IncludeLinkedAccounts', 'ReturnData', 'StrictEntityValidation']);
const TIMES = new Set(['EndTime', 'StartTime', 'Timestamp', 'StartDate', 'EndDate']);
const LISTS = new Set([
  'AlarmActions',
  'AlarmNames',
  'AlarmTypes',
  'Counts',
  'DashboardNames',
  'Dimensions',
  'ExtendedStatistics',
  'InsufficientDataActions',
  'MetricData',
  'MetricDataQueries',
  'Metrics',
  'OKActions',
  'Statistics',
  'TagKeys',
  'Tags',
  'Values',
]);

/**
 * The one place where the three protocols become one: query text turns into numbers and booleans, all times into ms
 * since the epoch (JSON and CBOR send seconds, query ISO 8601), absent lists stay absent, empty ones become `[]`.
 * `Value` is a number in metric data and text in dimensions and tags, hence the parent.
 */
export function normalise(input: Input): Input {
  return members(input, '');
}

function members(value: unknown, parent: string): Input {
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue;
    out[name] = member(name, item, parent);
  }
  return out;
}

function member(name: string, item: unknown, parent: string): unknown {
  if (LISTS.has(name)) return list(item).map((entry) => scalar(name, entry, parent));
  return scalar(name, item, parent);
}

function scalar(name: string, item: unknown, parent: string): unknown {
  if (typeof item === 'object') return members(item, name);
  if (NUMBERS.has(name) || (name === 'Value' && parent === 'MetricData')) return Number(item);
  if (BOOLEANS.has(name)) return item === true || item === 'true';
  if (TIMES.has(name)) return toMs(item);
  return String(item);
}

function list(item: unknown): readonly unknown[] {
  if (Array.isArray(item)) return item;
  // An empty list arrives as an empty parameter in the query protocol.
  return item === '' ? [] : [item];
}

function toMs(value: unknown): number {
  if (typeof value === 'number') return Math.round(value * 1000);
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Date.parse(text);
}

/** Members as XML: doubles as Java writes them, times without milliseconds where there are none (recorded). */
export function toCloudWatchXml(output: unknown): string {
  if (output === null || output === undefined) return '';
  if (output instanceof Double) return output.toString();
  if (output instanceof Date) return output.toISOString().replace('.000Z', 'Z');
  if (output instanceof Map) {
    return [...output]
      .map(
        ([key, value]) => `<entry><key>${escapeXml(String(key))}</key><value>${toCloudWatchXml(value)}</value></entry>`,
      )
      .join('');
  }
  if (Array.isArray(output)) return output.map((item) => `<member>${toCloudWatchXml(item)}</member>`).join('');
  if (typeof output === 'object') {
    return Object.entries(output)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => `<${name}>${toCloudWatchXml(value)}</${name}>`)
      .join('');
  }
  return escapeXml(String(output));
}
