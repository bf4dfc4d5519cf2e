import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { judgeVersions, nearExpiry, type Served } from '../../lib/dlq/inspect/advice.ts';
import { type Inspection, inspect } from '../../lib/dlq/inspect/inspect.ts';
import { formatCount, formatDuration, plural, someOf } from '../../lib/io/format.ts';
import type { Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { LOG_ACCESS } from '../../lib/logs/log-access.ts';
import { awsTime } from '../aws-time.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { serviceLogs } from '../service-logs.ts';
import { compileFilter } from './compile-filter.ts';
import { inspectView } from './inspect-view.ts';
import { NOT_ASKED, servedVersions } from './served-versions.ts';
import { shortIdLength } from './wrap-text.ts';

interface InspectOptions {
  readonly service: string | undefined;
  readonly filter: string | undefined;
  readonly group: string | undefined;
  readonly limit: number;
  readonly explain: boolean;
  readonly force: boolean;
}

const DEFAULT_LIMIT = 1_000;

export const dlqInspect = defineCommand<InspectOptions>({
  arguments: [
    { name: '[service]', description: 'service name; may be left out when only one has a dead-letter queue' },
  ],
  flags: [
    {
      flags: '--filter <jmespath>',
      description: 'over { body, attributes, groupId, messageId, sentAt, receiveCount }',
    },
    { flags: '--group <id>', description: 'only this message group' },
    { flags: '--limit <n>', description: `look at this many messages at most (${DEFAULT_LIMIT})` },
    { flags: '--explain', description: 'show each message with the error and the lines that its function logged' },
    { flags: '--force', description: 'look even when the queue could lose messages to one of its own' },
  ],
  examples: ['cvops dlq inspect', "cvops dlq inspect processor --filter 'body.type == `visit`' --explain"],
  parse: ([service], flags) => ({
    service,
    filter: flags['filter'] as string | undefined,
    group: flags['group'] as string | undefined,
    limit: parseCount(flags['limit'], '--limit', 1) ?? DEFAULT_LIMIT,
    explain: flags['explain'] === true,
    force: flags['force'] === true,
  }),
  run,
});

async function run(options: InspectOptions, context: Context): Promise<Outcome> {
  const filter = await compileFilter(options.filter);
  const service = findService(await context.config(), options.service, 'dlq');
  const queues = await context.queues();
  const dlq = await queues.describe(service.dlq);
  const logs = await serviceLogs(context, service);
  const progress = await context.progress();
  progress.update(`looking at ${dlq.name}`);
  let found: Inspection;
  try {
    found = await inspect({
      queues,
      dlq,
      clock: context.clock,
      awsTime: () => awsTime(context),
      signal: context.signal,
      limit: options.limit,
      force: options.force,
      explain: options.explain,
      ...(options.group === undefined ? {} : { group: options.group }),
      ...(filter === null ? {} : { filter: filter.matches }),
      ...(service.function === undefined ? {} : { logs: { reader: logs.reader, functionName: service.function } }),
      onStep: (step, seen) =>
        progress.update(
          step === 'logs'
            ? `reading the log of ${service.function ?? service.name}`
            : `${plural(seen, 'message')} seen in ${dlq.name}`,
        ),
      // Said here too: after an error or Ctrl-C there is no result to say it in.
      onLeftHidden: (count, at) => context.note(leftHidden(count, new Date(at).toISOString())),
    });
  } finally {
    progress.stop();
  }
  context.signal.throwIfAborted();
  const anyVersion = found.groups.some(({ versions }) => versions.length > 0);
  const { served, warnings: unserved } = anyVersion ? await servedVersions(service, context) : NOT_ASKED;
  const now = awsTime(context);
  const { stdout } = context.streams;
  return {
    kind: 'dlq.inspect',
    data: { service: service.name, served, ...found },
    items: found.messages,
    warnings: [...warnings(found, dlq.fifo, options.limit, now), ...logs.warnings(), ...unserved],
    next: next(service.name, found, served, now),
    view: () => inspectView(found, { explain: options.explain, now, columns: stdout.isTTY ? stdout.columns : null }),
  };
}

function warnings(found: Inspection, fifo: boolean, limit: number, now: number): readonly Warning[] {
  const all: Warning[] = [];
  const near = nearExpiry(found, now);
  if (near !== null) {
    const inTime = near.at > now ? `in ${formatDuration((near.at - now) / 1000)}` : 'any moment';
    const verb = near.count === 1 ? 'expires' : 'expire';
    all.push({
      code: 'ExpiresSoon',
      message: `${plural(near.count, 'message')} ${verb} within 24 h, the first ${inTime}.`,
    });
  }
  if (!found.complete) all.push({ code: 'Incomplete', message: incomplete(found, fifo, limit) });
  if (found.logsRead === false) {
    all.push({
      code: 'LogsUnreadable',
      message: `the function’s log cannot be read (${LOG_ACCESS}); grouped by shape instead.`,
    });
  }
  if (!found.logsComplete) {
    all.push({
      code: 'LogTooLong',
      message: 'the function’s log is too long to read whole; some causes may be missing.',
    });
  }
  if (found.notGivenBack > 0 && found.visibleAgainAt !== null) {
    all.push({ code: 'NotGivenBack', message: leftHidden(found.notGivenBack, found.visibleAgainAt) });
  }
  return all;
}

function leftHidden(count: number, visibleAgainAt: string): string {
  return `${plural(count, 'message')} could not be given back; visible again by ${visibleAgainAt}.`;
}

/** Why not everything was seen, and how much of it. */
function incomplete(found: Inspection, fifo: boolean, limit: number): string {
  const hidden = found.hidden > 0 ? `about ${plural(found.hidden, 'message')} not seen` : 'there may be more';
  if (found.inFlightLimit) return `${hidden}: SQS lets no more messages be in flight.`;
  if (found.scanned >= limit) return `${hidden}: --limit is ${formatCount(limit)}.`;
  const why: string[] = [];
  const { groups, inFlight, delayed } = found.hiddenBy;
  if (inFlight > 0) why.push(`${formatCount(inFlight)} held by others`);
  if (delayed > 0) why.push(`${formatCount(delayed)} delayed`);
  if (fifo && groups.length > 0) {
    why.push(`FIFO shows ten messages of a group at most, and of ${someOf(groups)} there are more`);
  } else if (fifo && why.length === 0) {
    why.push('FIFO shows none of a group while one of it is in flight');
  }
  return `${hidden}: ${why.length === 0 ? 'the count of SQS is not up to date' : why.join('; ')}.`;
}

function next(service: string, found: Inspection, served: Served | null, now: number): readonly Next[] {
  const [largest] = found.groups;
  if (largest === undefined) return [];
  const steps: Next[] = [];
  const verdict = judgeVersions(found, served);
  if (nearExpiry(found, now) !== null) {
    steps.push({
      command: `cvops dlq export ${service} --to dead-letters.ndjson`,
      why: 'keep them before they expire',
    });
  }
  if (largest.basis === 'log') {
    steps.push({
      command: `cvops dlq explain ${service} ${idToType(found, largest.sample.messageId)}`,
      why: 'all that the log holds of one of them',
    });
  }
  if (verdict.kind === 'served') {
    steps.push({
      command: `cvops alias rollback ${service}`,
      why: `version ${verdict.failed.join(', ')} failed them, and ${served!.alias} serves it now`,
    });
  } else if (verdict.kind === 'gone') {
    steps.push({
      command: `cvops dlq replay ${service} --dry-run`,
      why: `version ${verdict.failed.join(', ')}, which failed them, is not served any more`,
    });
  } else {
    if (verdict.kind === 'unknown')
      steps.push({ command: `cvops alias rollback ${service}`, why: 'if a release broke them' });
    steps.push({ command: `cvops dlq replay ${service} --dry-run`, why: 'see what a replay would do' });
  }
  if (nearExpiry(found, now) !== null && verdict.kind === 'gone') {
    steps.push({ command: `cvops dlq replay ${service} --expiring-first`, why: 'the ones that expire first, first' });
  }
  return steps;
}

/** As much of an id as is needed to type. A beginning is tried against the whole queue, so deep ones get the whole id. */
function idToType({ messages, scanned, complete }: Inspection, messageId: string): string {
  if (!complete || scanned > 200) return messageId;
  return messageId.slice(0, shortIdLength(messages.map((message) => message.messageId)));
}
