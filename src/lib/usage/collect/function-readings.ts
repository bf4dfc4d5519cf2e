import { functionOf } from '../../aws/function-arn.ts';
import type { EventSource } from '../../aws/ports/functions.ts';
import { likelyVersions } from '../likely-versions.ts';
import { mapped } from '../mapped.ts';
import type { FunctionReadings, Reading, VersionSettings } from '../readings.ts';
import type { InventoryFunction } from './inventory.ts';
import type { Reader } from './reader.ts';

const NAMESPACE = 'AWS/Lambda';
/** Of 500 metrics each; a version has a handful. */
const PAGES = 2;

/** A function without what its log says. */
export type MeasuredFunction = Omit<FunctionReadings, 'reported'>;

/**
 * One function: three series and its versions; where those differ, which of them ran, and two series for each.
 * @param sources the account's event sources, asked once for all functions.
 */
export async function readFunction(
  reader: Reader,
  { name, services, aliases }: InventoryFunction,
  sources: Promise<Reading<readonly EventSource[]>>,
): Promise<MeasuredFunction> {
  const series = (metric: string) => reader.series(NAMESPACE, metric, { FunctionName: name });
  const versions = reader.read('functions', (functions) => functions.versionSettings(name));
  const [mappings, byVersion, invocations, duration, concurrency] = await Promise.all([
    sources,
    versions.then((settings) => readVersions(reader, name, aliases, settings)),
    series('Invocations'),
    series('Duration'),
    series('ConcurrentExecutions'),
  ]);
  return {
    name,
    services,
    invocations,
    duration,
    concurrency,
    versions: await versions,
    byVersion,
    sources: mapped(mappings, (all) => queuesOf(all, name)),
  };
}

async function readVersions(
  reader: Reader,
  name: string,
  aliases: readonly string[],
  { value: settings }: Reading<readonly VersionSettings[]>,
): Promise<FunctionReadings['byVersion']> {
  if (settings === undefined || !differ(settings)) return [];
  const seen = await Promise.all(aliases.map((alias) => seenVersions(reader, name, alias)));
  const { month, untilMs } = reader.period;
  const likely = likelyVersions(settings, month.startMs, untilMs).map(({ version }) => version);
  const ran = aliases.flatMap((alias, index) =>
    [...new Set([...likely, ...seen[index]!])].map((version) => ({ alias, version })),
  );
  const known = settings.filter(({ version }) => ran.some((each) => each.version === version));
  const isUnknown = ran.some(({ version }) => settings.every((each) => each.version !== version));
  if (!differ(known) && !isUnknown) return [];
  return Promise.all(
    ran.map(async ({ alias, version }) => {
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
      const dimensions = { FunctionName: name, Resource: `${name}:${alias}`, ExecutedVersion: version };
      const [invocations, duration] = await Promise.all([
        reader.series(NAMESPACE, 'Invocations', dimensions),
        reader.series(NAMESPACE, 'Duration', dimensions),
      ]);
      return { version, invocations, duration };
    }),
  );
}

/** Those that CloudWatch lists, pruned ones too: it forgets a name two weeks after its last data. */
async function seenVersions(reader: Reader, name: string, alias: string): Promise<readonly string[]> {
  const { value } = await reader.read('measurements', (measurements) =>
    measurements.metrics({
      namespace: NAMESPACE,
      metric: 'Duration',
      dimensions: { FunctionName: name, Resource: `${name}:${alias}`, ExecutedVersion: null },
      mostPages: PAGES,
    }),
  );
  return value?.metrics.map(({ dimensions }) => dimensions['ExecutedVersion']!) ?? [];
}

function differ(settings: readonly VersionSettings[]): boolean {
  return new Set(settings.map(({ memoryMb, architecture }) => `${memoryMb} ${architecture}`)).size > 1;
}

/** Of the function, with queues only. */
function queuesOf(all: readonly EventSource[], name: string) {
  return all
    .filter(({ functionArn, eventSourceArn }) => functionOf(functionArn).name === name && isQueue(eventSourceArn))
    .map(({ eventSourceArn, state, batchSize, maximumConcurrency }) => ({
      queueName: eventSourceArn.slice(eventSourceArn.lastIndexOf(':') + 1),
      enabled: !/^(Disabl|Delet)/.test(state),
      batchSize,
      maximumConcurrency,
    }));
}

function isQueue(arn: string): boolean {
  return arn.split(':')[2] === 'sqs';
}
