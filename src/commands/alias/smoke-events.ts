import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Alias } from '../../lib/aws/ports/functions.ts';
import { findService } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatCount, plural } from '../../lib/io/format.ts';
import { replayedEvents } from '../../lib/release/replayed-events.ts';
import { parseSmokeEvents } from '../../lib/release/smoke-events.ts';
import { runLedgers } from '../dlq/run-ledgers.ts';

/** The events of a smoke test, JSON texts, of the service whose alias this is; none without `--smoke`. */
export type SmokeEvents = (service: string, alias: Alias) => Promise<readonly string[]>;

/**
 * Opens what `--smoke` names. A file is read at once, before any call: what is wrong with it is told first. A replay
 * (`last-replay`, `run:RUN`) is looked for when the alias is known, and with it account and region: a replay of the
 * sandbox is none of AWS's.
 * @throws CvopsError `FileNotFound`, `FileNotReadable`, `InvalidSmokeFile`; later what {@link replayedEvents} throws.
 */
export async function openSmoke(smoke: string | undefined, context: Context): Promise<SmokeEvents> {
  if (smoke === undefined) return async () => [];
  const runId = smoke === 'last-replay' ? undefined : /^run:(.+)$/.exec(smoke)?.[1];
  if (runId === undefined && smoke !== 'last-replay') {
    const events = await fromFile(smoke, context.cwd);
    return async () => events;
  }
  return async (service, { arn }) => {
    const { dlq } = findService(await context.config(), service, 'dlq');
    const [, partition, , region, account] = arn.split(':');
    const from = { service, dlqArn: `arn:${partition}:sqs:${region}:${account}:${dlq}` };
    const replayed = await replayedEvents(runLedgers(context), from, runId);
    const { events, sent } = replayed;
    const what =
      events.length === sent ? plural(sent, 'message') : `${events.length} of the ${formatCount(sent)} messages`;
    const how = replayed.edited ? ', as they were before --edit' : '';
    context.note(`Smoke test of ${service} with ${what} that run ${replayed.runId} sent${how}`);
    return events;
  };
}

async function fromFile(file: string, cwd: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new CvopsError('FileNotFound', ExitCode.notFound, `--smoke: there is no file "${file}".`, {
        hint: 'name a file of events, last-replay, or run:RUN.',
        cause,
      });
    }
    throw new CvopsError('FileNotReadable', ExitCode.failed, `--smoke: "${file}" cannot be read (${code}).`, { cause });
  }
  return parseSmokeEvents(text, file);
}
