import { topicsOf } from '../alarms/reach.ts';
import type { AccessKeys } from '../aws/ports/access-keys.ts';
import type { Topics } from '../aws/ports/account.ts';
import type { AlarmControls } from '../aws/ports/alarms.ts';
import type { FunctionConfigurations } from '../aws/ports/function-configurations.ts';
import type { Functions } from '../aws/ports/functions.ts';
import type { Queues } from '../aws/ports/queues.ts';
import type { Schedules } from '../aws/ports/schedules.ts';
import type { TableSafety } from '../aws/ports/table-safety.ts';
import type { FunctionSettings, LogGroups, Measurements, Monitoring, ReportLines } from '../aws/ports/usage-source.ts';
import { type Config, DEFAULT_ALIAS, type ServiceConfig } from '../config/config.ts';
import { servicesWith } from '../config/find-service.ts';
import { DAY_MS, HOUR_MS } from '../durations.ts';
import { onceEach } from '../once-each.ts';
import { countCustomMetrics } from '../usage/collect/custom-metrics.ts';
import { type Inventory, inventory } from '../usage/collect/inventory.ts';
import type { Reading } from '../usage/readings.ts';
import type { Limit, LimitId } from '../usage/tariff/tariff.ts';
import { Answers } from './answers.ts';
import {
  type AccountFacts,
  type FunctionFacts,
  MEASURED_DAYS,
  type QueueFacts,
  type SenderFacts,
  type SystemFacts,
  type TableFacts,
  type TopicFacts,
} from './facts.ts';
import { memoryUse } from './memory-use.ts';

/** Each is made, and its client loaded, when it is first asked for. */
export interface AuditPorts {
  queues(): Promise<Queues>;
  functions(): Promise<Functions & FunctionConfigurations & FunctionSettings>;
  tables(): Promise<TableSafety>;
  topics(): Promise<Topics>;
  alarms(): Promise<AlarmControls & Monitoring>;
  measurements(): Promise<Measurements>;
  logs(): Promise<LogGroups & ReportLines>;
  accessKeys(): Promise<AccessKeys>;
  schedules(): Promise<Schedules>;
  /** AWS's time, ms since the epoch. */
  now(): number;
}

export interface AuditScope {
  readonly config: Config;
  /** The IAM users whose keys services send with. */
  readonly senders: readonly { readonly service: string; readonly user: string }[];
  /** A single service is looked at: nothing of the account. */
  readonly isPart: boolean;
  readonly limits: Readonly<Record<LimitId, Limit>>;
}

/**
 * Reads everything that the checks look at, in some forty calls, all of them reads that cost nothing; for the example
 * system:
 * - each queue: GetQueueUrl, GetQueueAttributes; for dead letters that are there, GetMetricStatistics (4 or 5)
 * - each function: GetAlias, ListVersionsByFunction, GetPolicy, ListProvisionedConcurrencyConfigs, GetMetricStatistics,
 *   FilterLogEvents (up to three pages), and where a queue calls it GetFunctionConcurrency (13); ListEventSourceMappings and ListSchedules for all (2)
 * - each table, the one of releases too: DescribeTable, DescribeContinuousBackups, and where items expire DescribeTimeToLive (5)
 * - DescribeAlarms twice, ListDashboards, ListMetrics, DescribeLogGroups (5)
 * - each topic: GetTopicAttributes (1), and ListAccessKeys of the sender (1)
 *
 * @throws what ends a command, see `endsCommand`; what one call is refused is a gap.
 */
export async function readFacts(ports: AuditPorts, scope: AuditScope): Promise<SystemFacts> {
  const answers = new Answers();
  const read: Read = (call) => answers.read(call);
  const { config, isPart, limits } = scope;
  const all = inventory(config);
  const [queues, functions, tables, alarmed, senders, sources, schedules, logGroups, account] = await Promise.all([
    Promise.all(all.queues.map((each) => readQueue(ports, read, config, each))),
    Promise.all(all.functions.map((each) => readFunction(ports, read, config, each))),
    readTables(ports, read, config, isPart ? all.tables.filter(({ services }) => services.length > 0) : all.tables),
    readAlarms(ports, read, config, all.topics),
    readSenders(ports, read, scope),
    all.functions.length === 0 ? { value: [] } : read(async () => (await ports.functions()).allEventSources()),
    all.functions.length === 0 ? { value: [] } : read(async () => (await ports.schedules()).list()),
    read(async () => (await ports.logs()).logGroups()),
    isPart ? null : readAccount(ports, read),
  ]);
  answers.refuseStranger();
  // After the calls: their answers tell the time.
  return {
    nowMs: ports.now(),
    queues,
    functions,
    tables,
    senders,
    sources,
    schedules,
    logGroups,
    account,
    limits,
    ...alarmed,
  };
}

type Read = <T>(call: () => Promise<T>) => Promise<Reading<T>>;

async function readQueue(
  ports: AuditPorts,
  read: Read,
  config: Config,
  { name, isDeadLetterQueue }: Inventory['queues'][number],
): Promise<QueueFacts> {
  const queue = await read(async () => (await ports.queues()).describe(name));
  const { visible = 0, inFlight = 0 } = queue.value?.attributes ?? {};
  const isEmpty = !isDeadLetterQueue || visible + inFlight === 0;
  const key = isDeadLetterQueue ? 'dlq' : 'queue';
  return {
    label: `${owner(config, key, name)}.${key}`,
    name,
    isDeadLetterQueue,
    dlq: servicesWith(config, 'dlq').find((service) => service.queue === name)?.dlq ?? null,
    queue,
    oldestAgeSeconds:
      isEmpty || queue.value === undefined
        ? { value: null }
        : await read(async () => {
            const age = await (await ports.queues()).oldestAgeSeconds(queue.value);
            // Of dead letters the metric may say 0: see describeDeadLetterQueue.
            return age === 0 ? null : age;
          }),
  };
}

async function readFunction(
  ports: AuditPorts,
  read: Read,
  config: Config,
  { name }: Inventory['functions'][number],
): Promise<FunctionFacts> {
  const service = owner(config, 'function', name);
  const { alias = DEFAULT_ALIAS, queue = null } = config.services[service]!;
  const ask = <T>(call: (functions: Awaited<ReturnType<AuditPorts['functions']>>) => Promise<T>) =>
    read(async () => call(await ports.functions()));
  const served = ask((functions) => functions.getAlias(name, alias));
  const published = ask((functions) => functions.configurations(name));
  const [versions, policy, reserved, provisioned, p95Ms, memory] = await Promise.all([
    published,
    ask((functions) => functions.functionPolicy(name)),
    // What nobody queues for needs no limit.
    queue === null ? { value: null } : ask((functions) => functions.reservedConcurrency(name)),
    ask((functions) => functions.listProvisioned(name)),
    // By then an answer has told AWS's time.
    served.then(() => read(() => readDurations(ports, name, alias))),
    published.then(({ value = [] }) => {
      const groups = [...new Set(value.map(({ logGroup }) => logGroup))];
      return read(async () => memoryUse(await ports.logs(), name, groups, ports.now()));
    }),
  ]);
  return {
    label: service,
    name,
    service,
    alias,
    queue,
    served: await served,
    versions,
    policy,
    reserved,
    provisioned,
    p95Ms,
    memory,
  };
}

/** The 95th percentile, ms, through the alias; percentiles are asked for over whole hours. */
async function readDurations(ports: AuditPorts, name: string, alias: string): Promise<number | null> {
  const toMs = Math.ceil(ports.now() / HOUR_MS) * HOUR_MS;
  const found = await (await ports.measurements()).percentiles(
    {
      namespace: 'AWS/Lambda',
      metric: 'Duration',
      dimensions: { FunctionName: name, Resource: `${name}:${alias}` },
      fromMs: toMs - MEASURED_DAYS * DAY_MS,
      toMs,
    },
    [95],
  );
  return found?.[0] ?? null;
}

async function readTables(
  ports: AuditPorts,
  read: Read,
  config: Config,
  tables: Inventory['tables'],
): Promise<readonly TableFacts[]> {
  const found = await Promise.all(
    tables.map(async ({ name, services, isOptional }): Promise<TableFacts | null> => {
      const isLedger = services.length === 0;
      const [table, expiryAttribute, recovery] = await Promise.all([
        read(async () => (await ports.tables()).guarded(name)),
        isLedger ? { value: null } : read(async () => (await ports.tables()).expiryAttribute(name)),
        read(async () => (await ports.tables()).hasPointInTimeRecovery(name)),
      ]);
      // Nobody asked for it by name.
      if (isOptional && table.gap?.code === 'TableNotFound') return null;
      const label = `${isLedger ? 'ledger' : owner(config, 'table', name)}.table`;
      return { label, name, isLedger, table, expiryAttribute, recovery };
    }),
  );
  return found.filter((each) => each !== null);
}

/** All alarms, who hears them, and the topics of the configuration: each topic is asked once. */
async function readAlarms(
  ports: AuditPorts,
  read: Read,
  config: Config,
  topics: Inventory['topics'],
): Promise<Pick<SystemFacts, 'alarms' | 'reach' | 'topics'>> {
  const alarms = await read(async () => (await ports.alarms()).list());
  const once: Topics = { describe: onceEach(async (nameOrArn) => (await ports.topics()).describe(nameOrArn)) };
  const reach = await topicsOf(once, alarms.value ?? []);
  const arnOf = (name: string) => [...reach.values()].find((each) => each.name === name)?.arn ?? name;
  const described = topics.map(
    async ({ name }): Promise<TopicFacts> => ({
      label: `${owner(config, 'topic', name)}.topic`,
      name,
      topic: await read(() => once.describe(arnOf(name))),
    }),
  );
  return { alarms, reach, topics: await Promise.all(described) };
}

function readSenders(ports: AuditPorts, read: Read, { senders }: AuditScope): Promise<readonly SenderFacts[]> {
  return Promise.all(
    senders.map(async ({ service, user }) => ({
      label: `${service}.sender`,
      name: user,
      service,
      keys: await read(async () => (await ports.accessKeys()).list(user)),
    })),
  );
}

async function readAccount(ports: AuditPorts, read: Read): Promise<AccountFacts> {
  const [alarms, customMetrics, dashboards] = await Promise.all([
    read(async () => (await ports.alarms()).allAlarms()),
    read(async () => countCustomMetrics(await ports.measurements())),
    read(async () => (await ports.alarms()).dashboards()),
  ]);
  return { alarms, customMetrics, dashboards };
}

/** The service that a part is called after: of those that name it, the one with a function. */
function owner({ services }: Config, key: keyof ServiceConfig, name: string): string {
  const named = Object.entries(services).filter(([, service]) => service[key] === name);
  return (named.find(([, service]) => service.function !== undefined) ?? named[0])![0];
}
