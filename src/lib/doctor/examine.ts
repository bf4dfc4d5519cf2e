import type { Account, Topics } from '../aws/ports/account.ts';
import type { FunctionConfigurations } from '../aws/ports/function-configurations.ts';
import type { Alias, Functions } from '../aws/ports/functions.ts';
import type { Queues } from '../aws/ports/queues.ts';
import { type Config, DEFAULT_ALIAS, type ServiceConfig } from '../config/config.ts';
import { formatDuration } from '../io/format.ts';
import { unservedSettings, unservedWords } from '../release/unserved-settings.ts';
import { type Check, check, skip } from './check.ts';
import { examineLedger, type LedgerPorts, ledgerChecks } from './examine-ledger.ts';

export interface DoctorPorts extends LedgerPorts {
  readonly queues: Queues;
  readonly functions: Functions & FunctionConfigurations;
  readonly account: Account;
  readonly topics: Topics;
}

/** Signatures are refused from five minutes of clock difference on. */
const MAX_SKEW_MS = 5 * 60_000;

/** Lambda's rule for queues that it reads: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_FACTOR = 6;

/**
 * Looks at every configured resource, all services side by side. Nothing is changed.
 * @param region where it is looked.
 * @param simulatedTime what answers keeps a time of its own, which may run fast and be moved: the sandbox.
 */
export async function examine(
  ports: DoctorPorts,
  config: Config,
  region: string,
  simulatedTime = false,
): Promise<readonly Check[]> {
  const identity = await check('credentials', async () => (await ports.account.identity()).arn);
  if (identity.status === 'NG') return [identity, ...skipAll(config, 'needs credentials').slice(1)];
  const skew = simulatedTime
    ? skip('clock', 'the sandbox keeps a time of its own')
    : await check('clock', () => compareClocks(ports.account));
  const [, partition, , , account] = identity.detail.split(':');
  const checks = await Promise.all([
    ...Object.entries(config.services).map(([name, service]) => examineService(ports, name, service)),
    examineLedger(ports, config, [partition, region, account].join(':')),
  ]);
  return [identity, skew, ...checks.flat()];
}

/** Every check that {@link examine} would make, for the same reason not made. */
export function skipAll(config: Config, reason: string): readonly Check[] {
  const resources = Object.entries(config.services).flatMap(([name, service]) => {
    const parts = [
      service.queue === undefined ? [] : ['queue'],
      service.dlq === undefined ? [] : ['dlq'],
      service.function === undefined ? [] : ['alias', 'settings', ...(service.queue === undefined ? [] : ['trigger'])],
      service.table === undefined ? [] : ['table'],
      service.topic === undefined ? [] : ['topic'],
    ].flat();
    return parts.length === 0 ? [name] : parts.map((part) => `${name}.${part}`);
  });
  return ['credentials', 'clock', ...resources, ...ledgerChecks(config)].map((id) => skip(id, reason));
}

async function compareClocks(account: Account) {
  const ms = account.clockSkewMs();
  if (ms === null) return 'AWS sent no date to compare with';
  const words = `${formatDuration(Math.abs(ms) / 1000)} ${ms < 0 ? 'behind' : 'ahead of'} AWS`;
  if (Math.abs(ms) < MAX_SKEW_MS) return Math.abs(ms) < 2000 ? 'agrees with AWS' : words;
  return {
    ng: `this machine's clock is ${words}`,
    hint: 'set the clock; AWS refuses signatures that are five minutes off.',
  };
}

async function examineService(ports: DoctorPorts, name: string, service: ServiceConfig): Promise<readonly Check[]> {
  const checks: Promise<Check>[] = [];
  const { queue, dlq, function: functionName, table, topic } = service;
  if (queue !== undefined) checks.push(check(`${name}.queue`, () => examineQueue(ports, queue, dlq)));
  if (dlq !== undefined) checks.push(check(`${name}.dlq`, () => examineDlq(ports, dlq)));
  if (functionName !== undefined) {
    const alias = service.alias ?? DEFAULT_ALIAS;
    const served = ports.functions.getAlias(functionName, alias);
    checks.push(check(`${name}.alias`, async () => examineAlias(ports, await served)));
    checks.push(check(`${name}.settings`, async () => examineSettings(ports, name, await served)));
    if (queue !== undefined) {
      checks.push(check(`${name}.trigger`, async () => examineTrigger(ports, await served, queue)));
    }
  }
  if (table !== undefined) {
    checks.push(
      check(`${name}.table`, async () => {
        const { status } = await ports.tables.describe(table);
        if (status === 'ACTIVE') return `table ${table} is active`;
        return { ng: `table ${table} is ${status}`, hint: 'wait until it is ACTIVE.' };
      }),
    );
  }
  if (topic !== undefined) {
    checks.push(
      check(`${name}.topic`, async () => {
        const { confirmed, pending } = await ports.topics.describe(topic);
        if (confirmed > 0) return `topic ${topic} has ${confirmed} confirmed subscription${confirmed === 1 ? '' : 's'}`;
        return {
          ng: `topic ${topic} has no confirmed subscription${pending > 0 ? ` (${pending} pending)` : ''}: alarms reach nobody`,
          hint: pending > 0 ? 'confirm it with the link in the mail.' : 'subscribe a mail address to the topic.',
        };
      }),
    );
  }
  if (checks.length === 0) return [skip(name, 'nothing is configured for this service')];
  return Promise.all(checks);
}

async function examineQueue(ports: DoctorPorts, name: string, dlqName: string | undefined) {
  const queue = await ports.queues.describe(name);
  const { redrive } = queue.attributes;
  if (dlqName === undefined) return `queue ${name} answers`;
  if (redrive === null) {
    return {
      ng: `queue ${name} has no redrive policy: failed messages never reach ${dlqName}`,
      hint: 'set a redrive policy on it.',
    };
  }
  if (redrive.deadLetterTargetArn.split(':').at(-1) !== dlqName) {
    return {
      ng: `queue ${name} sends its dead letters to ${redrive.deadLetterTargetArn}, not to ${dlqName}`,
      hint: 'correct "dlq" in the configuration or the queue\'s redrive policy.',
    };
  }
  return `queue ${name} sends to ${dlqName} after ${redrive.maxReceiveCount} receives`;
}

async function examineDlq(ports: DoctorPorts, name: string) {
  const { attributes } = await ports.queues.describe(name);
  if (attributes.redrive !== null) {
    return {
      ng: `dead-letter queue ${name} has a redrive policy of its own: looking at it can lose messages onward`,
      hint: 'remove it.',
    };
  }
  return `dead-letter queue ${name} holds ${attributes.visible}, kept ${formatDuration(attributes.retentionSeconds)}`;
}

async function examineAlias(ports: DoctorPorts, alias: Alias) {
  const version = await ports.functions.getVersion(alias.functionName, alias.version);
  if (version.state === 'Active') return `${alias.functionName}:${alias.name} serves version ${alias.version}`;
  return {
    ng: `${alias.functionName}:${alias.name} serves version ${alias.version}, which is ${version.state}`,
    hint: version.stateReason ?? 'invoke it once to wake it.',
  };
}

/** A change of settings alone, such as Terraform makes, publishes a version that the alias does not serve by itself. */
async function examineSettings(ports: DoctorPorts, service: string, alias: Alias) {
  const found = unservedSettings(alias, await ports.functions.configurations(alias.functionName));
  if (found === null || found === undefined) return `version ${alias.version} is set as the newest`;
  return { ng: unservedWords(alias, found), hint: `release it: \`cvops alias promote ${service}\`.` };
}

async function examineTrigger(ports: DoctorPorts, alias: Alias, queueName: string) {
  const { functionName, name: aliasName } = alias;
  const queue = await ports.queues.describe(queueName);
  const [sources, version] = await Promise.all([
    ports.functions.listEventSourcesOf(queue.arn),
    ports.functions.getVersion(functionName, alias.version),
  ]);
  const source = sources.find((each) => each.functionArn === alias.arn);
  if (source === undefined) {
    const other = sources[0]?.functionArn;
    return {
      ng: `no event source mapping leads from ${queueName} to ${functionName}:${aliasName}${other === undefined ? '' : ` (one leads to ${other})`}`,
      hint: 'map the queue to the alias, not to the function: only so does a rollback change what runs.',
    };
  }
  if (source.state !== 'Enabled') return { ng: `the event source mapping is ${source.state}`, hint: 'enable it.' };
  if (!source.reportsBatchItemFailures) {
    return {
      ng: 'the event source mapping does not report batch item failures: one bad message fails its whole batch',
      hint: 'set ReportBatchItemFailures on it.',
    };
  }
  const floor = VISIBILITY_FACTOR * version.timeoutSeconds;
  if (queue.attributes.visibilityTimeoutSeconds < floor) {
    return {
      ng: `queue ${queueName} hides messages for ${queue.attributes.visibilityTimeoutSeconds} s, less than ${VISIBILITY_FACTOR} × the function's ${version.timeoutSeconds} s`,
      hint: `set the visibility timeout to ${floor} s or more.`,
    };
  }
  return `${queueName} feeds ${functionName}:${aliasName} in batches of ${source.batchSize}`;
}
