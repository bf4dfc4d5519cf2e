import { servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { verifyNativeRun } from '../../lib/dlq/native/verify-native-run.ts';
import type { Verified } from '../../lib/dlq/replay/replay-result.ts';
import { verifyRun } from '../../lib/dlq/replay/verify-run.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';
import { parseDuration } from '../parse.ts';
import { serviceLogs } from '../service-logs.ts';
import { followEvents } from './follow-replay.ts';
import { verdictWords } from './replay-outcome.ts';
import { runLedgers } from './run-ledgers.ts';

interface VerifyOptions {
  readonly runId: string;
  readonly waitMs: number | undefined;
}

export const dlqVerify = defineCommand<VerifyOptions>({
  arguments: [{ name: '<run>', description: 'id of the run, from `dlq replay` or `dlq runs`' }],
  flags: [{ flags: '--wait <duration>', description: 'wait at most this long, e.g. 5m' }],
  examples: ['cvops dlq verify 20260807-141503-9f3c'],
  parse: ([runId], flags) => ({ runId: runId!, waitMs: parseDuration(flags['wait'], '--wait') }),
  run,
});

async function run({ runId, waitMs }: VerifyOptions, context: Context): Promise<Outcome> {
  const ledgers = runLedgers(context);
  const { header } = await ledgers.ends(runId);
  const queues = await context.queues();
  const service = servicesWith(await context.config(), 'dlq').find(({ dlq }) => dlq === header.dlq.name);
  const [dlq, target] = await Promise.all([queues.describe(header.dlq.name), queues.describe(header.target.name)]);
  const told = await serviceLogs(context, service ?? {});
  const logs =
    service?.function === undefined || service.queue !== header.target.name
      ? {}
      : { logs: { reader: told.reader, functionName: service.function } };
  const events =
    header.native === undefined
      ? verifyRun(
          { queues, ledgers, clock: context.clock, ...logs },
          { runId, dlq, target, waitMs: waitMs ?? null },
          context.signal,
        )
      : verifyNativeRun(
          { queues, moveTasks: await context.moveTasks(), ledgers, clock: context.clock },
          {
            header,
            dlq,
            targets: await Promise.all(header.native.targets.map((name) => queues.describe(name))),
            waitMs: waitMs ?? null,
          },
          context.signal,
        );
  const verdict = await followEvents(events, context);
  context.signal.throwIfAborted();
  return { ...outcome(runId, header.service, verdict), warnings: [...told.warnings(), ...told.unheard()] };
}

function outcome(
  runId: string,
  service: string | null,
  { replayed, verified }: { readonly replayed: number; readonly verified: Verified },
): Outcome {
  const exitCode = verified.returned > 0 ? ExitCode.gate : verified.pending > 0 ? ExitCode.pending : ExitCode.done;
  const text = replayed === 0 ? `Run ${runId} sent nothing.` : `Run ${runId}: ${verdictWords(verified, replayed)}.`;
  return {
    kind: 'dlq.verify',
    data: { runId, service, replayed, verified },
    next:
      verified.returned > 0
        ? [{ command: `cvops dlq inspect${service === null ? '' : ` ${service}`}`, why: 'see why they came back' }]
        : verified.pending > 0
          ? [{ command: `cvops dlq verify ${runId}`, why: 'ask again' }]
          : [],
    exitCode,
    view: () => [{ kind: 'line', text, tone: exitCode === ExitCode.done ? 'good' : 'warn' }],
  };
}
