import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { CallPace } from './aws/call-pace.ts';
import { CallTally } from './aws/call-tally.ts';
import type { CallRecord, ClientSetup } from './aws/client-options.ts';
import type { AccessKeys } from './aws/ports/access-keys.ts';
import type { Account, Tables, Topics, Trail } from './aws/ports/account.ts';
import type { AlarmControls, Alarms } from './aws/ports/alarms.ts';
import type { FreeTier } from './aws/ports/free-tier.ts';
import type { FunctionCode } from './aws/ports/function-code.ts';
import type { FunctionConfigurations } from './aws/ports/function-configurations.ts';
import type { FunctionLogs, LogPages } from './aws/ports/function-logs.ts';
import type { Functions } from './aws/ports/functions.ts';
import type { Metrics } from './aws/ports/metrics.ts';
import type { MoveTasks } from './aws/ports/move-tasks.ts';
import type { Queues } from './aws/ports/queues.ts';
import type { ReleaseTrail } from './aws/ports/release-trail.ts';
import type { ResourceLists } from './aws/ports/resource-lists.ts';
import type { Schedules } from './aws/ports/schedules.ts';
import type { TableSafety } from './aws/ports/table-safety.ts';
import type { FunctionSettings, Monitoring, UsageSources } from './aws/ports/usage-source.ts';
import type { Clock } from './clock.ts';
import { DEFAULT_RELEASE_TABLE, defaultConfig } from './config/config.ts';
import { type LoadedConfig, loadConfig } from './config/load-config.ts';
import type { Folders } from './folders.ts';
import { type Progress, startProgress } from './io/progress.ts';
import { confirm } from './io/prompt.ts';
import type { Redactor } from './io/redact.ts';
import type { Streams } from './io/streams.ts';
import type { ReleaseLedger } from './release-ledger/release-ledger.ts';
import { requireRecord, sandboxCredentials } from './sandbox/record.ts';
import { refuseUserinfo, requireRegion, type Settings } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the process gives; tests and the demo bring their own. */
export interface Host {
  readonly streams: Streams;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborts at the first Ctrl-C: finish what is in flight, say what is left. */
  readonly signal: AbortSignal;
  readonly version: string;
}

/** What a command gets. Everything that costs is a function, made on first use. */
export interface Context extends Host {
  readonly settings: Settings;
  readonly folders: Folders;
  /** Takes secrets out of all that is written; whoever comes to know one tells it. */
  readonly redactor: Redactor;
  /** The last AWS calls, the newest at the end; a replay makes millions. */
  readonly calls: readonly CallRecord[];
  /** All calls so far, by `service:operation`; see {@link CallTally}. */
  callCounts(): Readonly<Record<string, number>>;
  config(): Promise<LoadedConfig>;
  region(): Promise<string>;
  queues(): Promise<Queues>;
  moveTasks(): Promise<MoveTasks>;
  alarms(): Promise<Alarms & AlarmControls & Monitoring>;
  functions(): Promise<Functions & FunctionConfigurations & FunctionSettings>;
  functionCode(): Promise<FunctionCode>;
  functionLogs(): Promise<FunctionLogs & LogPages>;
  metrics(): Promise<Metrics>;
  account(): Promise<Account>;
  accessKeys(): Promise<AccessKeys>;
  trail(): Promise<Trail>;
  tables(): Promise<Tables & TableSafety>;
  /** Loads nothing of AWS before it is asked for something. */
  releaseLedger(): Promise<ReleaseLedger>;
  releaseTrail(): Promise<ReleaseTrail>;
  topics(): Promise<Topics>;
  resourceLists(): Promise<ResourceLists>;
  readonly usage: UsageSources;
  freeTier(): Promise<FreeTier>;
  schedules(): Promise<Schedules>;
  /** Asks before a change; see `confirm` in io/prompt.ts. */
  confirm(question: string): Promise<void>;
  progress(): Promise<Progress>;
  /** One line on stderr, unless `--quiet`. */
  note(line: string): void;
}

const CALLS_KEPT = 20;

export function createContext(host: Host, settings: Settings, folders: Folders, redactor: Redactor): Context {
  // Each call in flight listens to it; Node warns on stderr from the eleventh on.
  setMaxListeners(0, host.signal);
  const calls: CallRecord[] = [];
  const tally = new CallTally();
  const observe = (call: CallRecord) => {
    tally.add(call);
    if (calls.push(call) > CALLS_KEPT) calls.shift();
    if (settings.debug) {
      host.streams.stderr.write(
        `debug: ${call.service}:${call.operation} ${call.status ?? 'no answer'} ${Math.round(call.durationMs)} ms${call.attempts > 1 ? ` (${call.attempts} attempts)` : ''}${call.requestId === undefined ? '' : `, request ${call.requestId}`}\n`,
      );
    }
  };
  const sandbox = once(async () => (settings.sandbox ? requireRecord(folders.state) : undefined));
  const config = once(async () =>
    settings.sandbox && settings.configFile === undefined
      ? { ...defaultConfig, path: null }
      : loadConfig({ file: settings.configFile, cwd: host.cwd, userFolder: folders.config }),
  );
  const region = once(async () => {
    const record = await sandbox();
    const loaded = await config();
    if (record !== undefined) return requireRegion(settings, { ...loaded, region: record.region }, undefined);
    const known = settings.region ?? loaded.region;
    const profile = settings.profile ?? loaded.profile;
    // Keys in the environment need no profile, and `default` is asked even where it is not.
    const isNeeded =
      profile !== undefined && profile !== 'default' && environmentCredentials(host.env, settings) === undefined;
    // The profile's files are read only where they are asked.
    if (known !== undefined && !isNeeded) return requireRegion(settings, loaded, undefined);
    const { profileRegion } = await import('./aws/profiles.ts');
    return requireRegion(settings, loaded, await profileRegion(profile ?? 'default', host.env, isNeeded));
  });
  const setup = once(async (): Promise<ClientSetup> => {
    const record = await sandbox();
    const loaded = await config();
    const profile = settings.profile ?? loaded.profile;
    const endpoint = settings.endpointUrl ?? record?.endpoint ?? loaded.endpointUrl;
    if (endpoint !== undefined) refuseUserinfo(endpoint);
    const credentials = record === undefined ? environmentCredentials(host.env, settings) : sandboxCredentials;
    return {
      options: {
        region: await region(),
        maxAttempts: 3,
        customUserAgent: `cvops/${host.version}`,
        // An answer that stops half-way; longer than the longest long poll, 20 s. How long its begin may take: guard-client.ts.
        requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000, throwOnRequestTimeout: true },
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(profile === undefined || record !== undefined ? {} : { profile }),
        ...(credentials === undefined ? {} : { credentials }),
      },
      observe,
      now: () => host.clock.now(),
      pace: new CallPace(host.clock),
      signal: host.signal,
      redactor,
    };
  });
  // As SDK clients read it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
  const endpointOf = (service: string) =>
    host.env[`AWS_ENDPOINT_URL_${service}`] || host.env['AWS_ENDPOINT_URL'] || undefined;
  const cloudWatch = once(async () => {
    const { cloudWatchClient } = await import('./aws/adapters/cloudwatch-client.ts');
    return cloudWatchClient(await setup());
  });
  const measurements = once(async () => {
    const { CloudWatchMeasurements } = await import('./aws/adapters/cloudwatch-measurements.ts');
    return new CloudWatchMeasurements(await cloudWatch());
  });
  const alarms = once(async () => {
    const { CloudWatchAlarms } = await import('./aws/adapters/cloudwatch-alarms.ts');
    return new CloudWatchAlarms(await cloudWatch());
  });
  const functions = once(async () => {
    const { LambdaFunctions } = await import('./aws/adapters/lambda-functions.ts');
    return new LambdaFunctions(await setup());
  });
  const functionLogs = once(async () => {
    const { CloudWatchLogs } = await import('./aws/adapters/cloudwatch-logs.ts');
    return new CloudWatchLogs(await setup());
  });
  const tables = once(async () => {
    const { DynamoDbTables } = await import('./aws/adapters/dynamodb-tables.ts');
    return new DynamoDbTables(await setup());
  });
  const account = once(async () => {
    const { StsAccount } = await import('./aws/adapters/sts-account.ts');
    return new StsAccount(await setup(), calls);
  });
  return {
    ...host,
    settings,
    folders,
    redactor,
    calls,
    callCounts: () => tally.counts,
    config,
    region,
    queues: once(async () => {
      const { SqsQueues } = await import('./aws/adapters/sqs-queues.ts');
      return new SqsQueues(await setup());
    }),
    moveTasks: once(async () => {
      const { SqsMoveTasks } = await import('./aws/adapters/sqs-move-tasks.ts');
      return new SqsMoveTasks(await setup());
    }),
    alarms,
    functions,
    functionCode: once(async () => {
      const { LambdaFunctionCode } = await import('./aws/adapters/lambda-function-code.ts');
      return new LambdaFunctionCode(await setup());
    }),
    functionLogs,
    metrics: once(async () => {
      const { CloudWatchMetrics } = await import('./aws/adapters/cloudwatch-metrics.ts');
      return new CloudWatchMetrics(await measurements());
    }),
    account,
    accessKeys: once(async () => {
      const { IamAccessKeys } = await import('./aws/adapters/iam-access-keys.ts');
      return new IamAccessKeys(await setup());
    }),
    trail: once(async () => {
      const { CloudTrailTrail } = await import('./aws/adapters/cloudtrail-trail.ts');
      return new CloudTrailTrail(await setup());
    }),
    tables,
    releaseLedger: once(async () => {
      const [{ RecordedReleases }, { FileEntryQueue }] = await Promise.all([
        import('./release-ledger/recorded-releases.ts'),
        import('./release-ledger/file-entry-queue.ts'),
      ]);
      const { releaseTable = DEFAULT_RELEASE_TABLE } = await config();
      const { endpoint } = (await setup()).options;
      return new RecordedReleases({
        place: { table: releaseTable, endpoint: endpoint ?? null },
        queue: new FileEntryQueue(join(folders.state, 'unwritten-releases')),
        table: once(async () => {
          const { DynamoDbReleaseTable } = await import('./aws/adapters/dynamodb-release-table.ts');
          return new DynamoDbReleaseTable(await setup(), releaseTable);
        }),
        account,
      });
    }),
    releaseTrail: once(async () => {
      const { CloudTrailReleaseTrail } = await import('./aws/adapters/cloudtrail-release-trail.ts');
      return new CloudTrailReleaseTrail(await setup());
    }),
    topics: once(async () => {
      const { SnsTopics } = await import('./aws/adapters/sns-topics.ts');
      return new SnsTopics(await setup(), account);
    }),
    resourceLists: once(async () => {
      const { AwsResourceLists } = await import('./aws/adapters/aws-resource-lists.ts');
      return new AwsResourceLists(await setup());
    }),
    schedules: once(async () => {
      const { EventSchedules } = await import('./aws/adapters/event-schedules.ts');
      return new EventSchedules(await cloudWatch(), await setup(), endpointOf('SCHEDULER'));
    }),
    freeTier: once(async () => {
      const { AwsFreeTier } = await import('./aws/adapters/aws-free-tier.ts');
      return new AwsFreeTier(await cloudWatch(), await setup(), endpointOf('FREETIER'));
    }),
    usage: { measurements, monitoring: alarms, functions, tables, logs: functionLogs },
    confirm: (question) => confirm(redactor.text(question), host.streams, settings),
    progress: () =>
      startProgress(host.streams, {
        quiet: settings.quiet,
        now: () => host.clock.now(),
        clean: (line) => redactor.text(line),
      }),
    note: (line) => {
      if (!settings.quiet) host.streams.stderr.write(`${line}\n`);
    },
  };
}

/** Keys from the environment are handed over as they are: the SDK's provider chain costs start-up time. */
function environmentCredentials(env: Environment, settings: Settings) {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (settings.profile !== undefined || !accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
