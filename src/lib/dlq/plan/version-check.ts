import type { FunctionLogs } from '../../aws/ports/function-logs.ts';
import type { Functions } from '../../aws/ports/functions.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { LOG_ACCESS } from '../../logs/log-access.ts';
import { parseAliasRecord } from '../../release/alias-record.ts';
import { causesByMessage } from '../inspect/causes-by-message.ts';
import type { FailureCause } from '../inspect/failure-cause.ts';
import type { Consumer } from './consumer.ts';
import { ng, ok, type ReplayCheck, skip, unread } from './replay-check.ts';

export interface VersionQuestion {
  readonly consumers: readonly Consumer[];
  readonly functions: Functions;
  /** Null where there is no log to read. */
  readonly logs: FunctionLogs | null;
  /** Some of the dead letters; a handful is looked up one by one. */
  readonly messageIds: readonly string[];
  /** The span in which they can have failed, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The service's name, for the command that goes back. */
  readonly service: string | null;
  /** The messages are edited on their way: the same version may well take them then. */
  readonly edited: boolean;
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Is the consumer still the version that failed these messages? A published version never changes, neither in code nor in
 * configuration, so it would fail them again. What cannot be known never blocks.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
 */
export async function versionCheck(question: VersionQuestion): Promise<ReplayCheck> {
  const { consumers, logs, messageIds } = question;
  if (consumers.length === 0) return skip('version', 'nobody reads the queue, so no version serves it');
  if (logs === null) return skip('version', 'there is no log that tells which version failed them');
  if (messageIds.length === 0) return skip('version', 'no dead letter could be seen that its log might tell of');
  const answers: ReplayCheck[] = [];
  for (const consumer of consumers) answers.push(await ofConsumer(question, consumer, logs));
  const rank = { NG: 0, OK: 1, SKIP: 2 };
  return answers.sort((a, b) => rank[a.status] - rank[b.status])[0]!;
}

async function ofConsumer(question: VersionQuestion, consumer: Consumer, logs: FunctionLogs): Promise<ReplayCheck> {
  const { messageIds, fromMs, toMs, signal } = question;
  const { functionName, label, served } = consumer;
  const asked = messageIds.length;
  const causes = await causesByMessage({
    logs,
    functionName,
    messageIds: new Set(messageIds),
    fromMs,
    toMs,
    signal,
  });
  if (causes === null) return unread('version', `the log of ${functionName} cannot be read (${LOG_ACCESS}).`);
  if (causes.size === 0) {
    return skip('version', `the log of ${functionName} tells of no failure of the ${asked} looked up`);
  }
  const known = [...causes.values()].filter(({ version }) => version !== null);
  if (known.length === 0) return skip('version', `the log of ${functionName} does not say which version failed them`);
  let still: readonly FailureCause[];
  try {
    still = await failedByServed(question.functions, consumer, known);
  } catch (cause) {
    if (cause instanceof CvopsError) return unread('version', cause.message);
    throw cause;
  }
  if (still.length === 0) {
    const failed = [...new Set(known.map(({ version }) => version!))].join(', ');
    return ok('version', `${label} serves version ${served.join(' and ')}; those looked up failed on ${failed}`);
  }
  const bad = [...new Set(still.map(({ version }) => version!))];
  const detail = `${label} still serves version ${bad.join(' and ')}, which failed ${still.length} of ${asked} looked up`;
  return question.edited
    ? ng('version', `${detail}; the edit must be the mend`)
    : ng('version', detail, { blocking: !question.force, hint: await mend(question, consumer) });
}

/** Those whose version gets messages now; `$LATEST` is the same only while nobody has changed it since. */
async function failedByServed(
  functions: Functions,
  { functionName, served }: Consumer,
  causes: readonly FailureCause[],
): Promise<readonly FailureCause[]> {
  const still = causes.filter(({ version }) => served.includes(version!));
  if (!still.some(({ version }) => version === '$LATEST')) return still;
  const changedAt = Date.parse((await functions.getVersion(functionName, '$LATEST')).lastModified);
  return still.filter(({ version, at }) => version !== '$LATEST' || !(changedAt > at));
}

/** The command that goes back, where there is a way back. */
async function mend({ functions, service }: VersionQuestion, { alias, functionName }: Consumer): Promise<string> {
  const rest = 'or deploy a fix; --force replays all the same.';
  if (alias === null) return `deploy a fix first; --force replays all the same.`;
  const command = `cvops alias rollback${service === null ? '' : ` ${service}`}`;
  const record = parseAliasRecord(alias.description);
  const knows = record?.version === alias.version && record.previous !== null;
  if (knows || Object.keys(alias.weights).length > 0) return `go back first: ${command}; ${rest}`;
  try {
    const others = (await functions.listVersions(functionName)).filter(({ version }) => version !== alias.version);
    const before = others.filter(({ version }) => Number(version) < Number(alias.version)).at(-1);
    if (before !== undefined) return `go back first: ${command} --to ${before.version}; ${rest}`;
  } catch (cause) {
    if (!(cause instanceof CvopsError)) throw cause;
  }
  return `deploy a fix first; --force replays all the same.`;
}
