import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { type Explanation, explain } from '../../lib/dlq/explain/explain.ts';
import { NEAR_EXPIRY_MS, type Served } from '../../lib/dlq/inspect/advice.ts';
import { plural } from '../../lib/io/format.ts';
import type { Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { LOG_ACCESS } from '../../lib/logs/log-access.ts';
import { awsTime } from '../aws-time.ts';
import { defineCommand } from '../command.ts';
import { parseCount, usageError } from '../parse.ts';
import { serviceLogs } from '../service-logs.ts';
import { explainView } from './explain-view.ts';
import { NOT_ASKED, servedVersions } from './served-versions.ts';

interface ExplainOptions {
  readonly service: string | undefined;
  readonly messageId: string;
  readonly limit: number;
  readonly force: boolean;
}

const DEFAULT_LIMIT = 10_000;
const SHORTEST_ID = 4;

export const dlqExplain = defineCommand<ExplainOptions>({
  arguments: [
    { name: '[service]', description: 'service name; may be left out when only one has a dead-letter queue' },
    { name: '[message-id]', description: 'the MessageId, or its beginning when only one message has it' },
  ],
  flags: [
    { flags: '--limit <n>', description: `look for it among this many messages at most (${DEFAULT_LIMIT})` },
    { flags: '--force', description: 'look even when the queue could lose messages to one of its own' },
  ],
  examples: [
    'cvops dlq explain 2f6a1c3e',
    'cvops dlq explain processor 2f6a1c3e-8a53-4a3e-9d0b-1f6f1c1b1e8a --json --query data.error',
  ],
  parse: (args, flags) => ({
    ...operands(args),
    limit: parseCount(flags['limit'], '--limit', 1) ?? DEFAULT_LIMIT,
    force: flags['force'] === true,
  }),
  run,
});

/** One word alone is the message. */
function operands([first, second]: readonly (string | undefined)[]) {
  const id = second ?? first;
  if (id === undefined) {
    throw usageError(
      'which message? Give a MessageId.',
      'e.g. cvops dlq explain 2f6a1c3e; ids are in `cvops dlq inspect`.',
    );
  }
  const messageId = id.toLowerCase();
  if (!/^[0-9a-f-]+$/.test(messageId) || messageId.length > 36) {
    throw usageError(`${JSON.stringify(id)} is not a MessageId.`, 'ids are UUIDs, as `cvops dlq inspect` lists them.');
  }
  if (messageId.length < SHORTEST_ID) throw usageError(`"${id}" is too short: give ${SHORTEST_ID} characters or more.`);
  return { service: second === undefined ? undefined : first, messageId };
}

async function run(options: ExplainOptions, context: Context): Promise<Outcome> {
  const service = findService(await context.config(), options.service, 'dlq');
  const queues = await context.queues();
  const dlq = await queues.describe(service.dlq);
  const logs = await serviceLogs(context, service);
  const progress = await context.progress();
  progress.update(`looking for it in ${dlq.name}`);
  let found: Explanation;
  try {
    found = await explain({
      queues,
      dlq,
      clock: context.clock,
      awsTime: () => awsTime(context),
      signal: context.signal,
      id: options.messageId,
      limit: options.limit,
      force: options.force,
      logs: service.function === undefined ? null : { reader: logs.reader, functionName: service.function },
      onStep: (step, seen) =>
        progress.update(
          step === 'look' ? `looking for it in ${dlq.name}: ${plural(seen, 'message')} seen` : 'reading the log',
        ),
      onLeftHidden: (count, at) => context.note(leftHidden(count, new Date(at).toISOString())),
    });
  } finally {
    progress.stop();
  }
  context.signal.throwIfAborted();
  const version = found.version ?? found.blockedBy?.version ?? null;
  const { served, warnings: unserved } = version === null ? NOT_ASKED : await servedVersions(service, context);
  const now = awsTime(context);
  const { stdout } = context.streams;
  return {
    kind: 'dlq.explain',
    data: { service: service.name, function: service.function ?? null, served, ...found },
    warnings: [...warnings(found, now), ...logs.warnings(), ...unserved],
    next: next(service.name, found, version, served),
    view: () => explainView(found, now, stdout.isTTY ? stdout.columns : null),
  };
}

function warnings(found: Explanation, now: number): readonly Warning[] {
  const all: Warning[] = [];
  if (!found.inQueue) {
    const unseen = found.complete ? '' : ', or is hidden at the moment';
    all.push({
      code: 'NotInQueue',
      message: `not seen in ${found.queue}: it was replayed, deleted, or has expired${unseen}. This is what the log says.`,
    });
  }
  if (found.expiresAt !== null && Date.parse(found.expiresAt) - now < NEAR_EXPIRY_MS) {
    all.push({
      code: 'ExpiresSoon',
      message: `SQS drops this message at ${found.expiresAt}${found.expiryBasis === 'earliest' ? ' at the earliest' : ''}.`,
    });
  }
  if (found.logsRead === false)
    all.push({ code: 'LogsUnreadable', message: `the function’s log cannot be read: ${LOG_ACCESS}.` });
  if (found.logsRead === true && found.attempts.length === 0) {
    all.push({ code: 'NotInLog', message: 'the function’s log does not name this message.' });
  }
  if (found.basis === 'time') {
    all.push({
      code: 'JoinedByTime',
      message:
        'the log does not name this message; shown is the only run that began, and failed, when it was first received.',
    });
  }
  if (!found.attemptsComplete)
    all.push({ code: 'Incomplete', message: 'it was tried more often; these are the last attempts.' });
  if (found.notGivenBack > 0 && found.visibleAgainAt !== null) {
    all.push({ code: 'NotGivenBack', message: leftHidden(found.notGivenBack, found.visibleAgainAt) });
  }
  return all;
}

function leftHidden(count: number, visibleAgainAt: string): string {
  return `${plural(count, 'message')} could not be given back; visible again by ${visibleAgainAt}.`;
}

function next(service: string, found: Explanation, version: string | null, served: Served | null): readonly Next[] {
  const steps: Next[] = [];
  if (found.blockedBy !== null) {
    steps.push({
      command: `cvops dlq explain ${service} ${found.blockedBy.messageId}`,
      why: 'the message that failed first',
    });
  }
  if (version !== null && served?.versions.includes(version) === true) {
    steps.push({
      command: `cvops alias rollback ${service}`,
      why: `version ${version} failed it, and ${served.alias} serves it now`,
    });
  } else if (found.inQueue) {
    const gone =
      version === null || served === null ? '' : `version ${version}, which failed it, is not served any more; `;
    steps.push({
      command: `cvops dlq replay ${service} --filter "messageId == '${found.messageId}'" --dry-run`,
      why: `${gone}see what a replay of it alone would do`,
    });
  }
  return steps;
}
