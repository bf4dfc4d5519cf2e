import type { ReplayPlan } from '../../lib/dlq/plan/plan-replay.ts';
import type { ReplayResult, Verified } from '../../lib/dlq/replay/replay-result.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatCount, formatDuration, formatUsd, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell, Next, Outcome, Warning } from '../../lib/io/outcome.ts';

/** What `dlq replay` answers after a run. @param known what was to be warned of beforehand, where it was not. */
export function replayOutcome(
  service: string | null,
  result: ReplayResult,
  plan: ReplayPlan,
  known: readonly Warning[],
): Outcome {
  return {
    kind: 'dlq.replay',
    data: { service, ...result },
    // Told as events while it happened; the last of them carries the result.
    toldIn: ['ndjson'],
    warnings: [...known, ...resultWarnings(result)],
    next: nextSteps(service, result),
    exitCode: replayExitCode(result),
    view: () => [headline(result), { kind: 'fields', fields: fields(result, plan) }],
  };
}

/** Interrupted and refused runs first, then a verdict of failure, what was left, and what is not known yet. */
export function replayExitCode(result: ReplayResult): ExitCode {
  const { stopped, verified, replayed } = result;
  const left = result.failed + result.suppressed + result.uncertain + result.undeleted + result.blocked;
  if (stopped !== null && AS_THEY_ARE.has(stopped.exitCode)) return stopped.exitCode;
  if (stopped !== null) return replayed > 0 ? ExitCode.partial : stopped.exitCode;
  if (verified !== null && verified.returned > 0) return ExitCode.gate;
  if (left > 0) return replayed > 0 ? ExitCode.partial : ExitCode.failed;
  if (verified !== null && verified.pending > 0) return ExitCode.pending;
  return ExitCode.done;
}

/** What ends a run with these says more than that some were left. */
const AS_THEY_ARE: ReadonlySet<ExitCode> = new Set([
  ExitCode.interrupted,
  ExitCode.terminated,
  ExitCode.gate,
  ExitCode.pending,
]);

/** `3 of 3 succeeded`, and what else is known. */
export function verdictWords(verified: Verified, replayed: number): string {
  const known = `${formatCount(verified.succeeded)} of ${formatCount(replayed)} succeeded`;
  const parts = [known];
  if (verified.returned > 0) parts.push(`${formatCount(verified.returned)} came back`);
  if (verified.pending > 0) {
    const by = verified.pendingUntil === null ? '' : `, known by ${verified.pendingUntil}`;
    parts.push(`${formatCount(verified.pending)} pending${by}`);
  }
  const basis = BASIS[verified.basis];
  return parts.join(', ') + (basis === '' ? '' : ` (${basis})`);
}

const BASIS: Readonly<Record<Verified['basis'], string>> = {
  log: 'says the function’s log',
  drained: 'the queue stayed empty and none came back',
  deadline: 'the time to come back has passed',
  none: '',
};

function resultWarnings(result: ReplayResult): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });
  if (result.stopped !== null) warn(result.stopped.code, `stopped: ${result.stopped.message}`);
  if (result.blocked > 0)
    warn('Blocked', `${plural(result.blocked, 'message')} left behind a failed one of their group.`);
  if (result.suppressed > 0) {
    warn('Suppressed', `${plural(result.suppressed, 'message')} swallowed by the target as duplicates; not deleted.`);
  }
  if (result.uncertain > 0) {
    warn(
      'Uncertain',
      `${plural(result.uncertain, 'message')} may have been sent before; check the consumer, then --resend-uncertain or delete them.`,
    );
  }
  if (result.undeleted > 0)
    warn('Undeleted', `${plural(result.undeleted, 'message')} sent but not deleted; the next run only deletes them.`);
  if (result.possibleTwins > 0)
    warn('PossibleTwins', `${plural(result.possibleTwins, 'message')} may have arrived twice: an answer was lost.`);
  return warnings;
}

function nextSteps(service: string | null, result: ReplayResult): readonly Next[] {
  const next: Next[] = [];
  if (result.stopped !== null && result.remaining > 0) {
    next.push({ command: `cvops dlq replay --resume ${result.runId}`, why: 'go on' });
  }
  if ((result.verified === null && result.replayed > 0) || (result.verified?.pending ?? 0) > 0) {
    next.push({ command: `cvops dlq verify ${result.runId}`, why: 'the verdict' });
  }
  if ((result.verified?.returned ?? 0) > 0) {
    next.push({ command: `cvops dlq inspect${service === null ? '' : ` ${service}`}`, why: 'see why they came back' });
  }
  return next;
}

function headline(result: ReplayResult): Block {
  const { replayed, verified } = result;
  if (result.matched === 0 && replayed === 0) {
    const unseen =
      result.remaining > 0 ? `; about ${formatCount(result.remaining)} in the queue cannot be seen now` : '';
    return { kind: 'line', text: `No dead letters to replay${unseen}.` };
  }
  const good = replayExitCode(result) === ExitCode.done;
  const verdict = verified === null ? '' : `; ${verdictWords(verified, replayed)}`;
  return {
    kind: 'line',
    text: `${good ? '✓ ' : ''}Replayed ${formatCount(replayed)} of ${plural(result.matched, 'message')}${verdict}.`,
    tone: good ? 'good' : 'warn',
  };
}

function fields(result: ReplayResult, plan: ReplayPlan): readonly (readonly [string, Cell])[] {
  const left = [
    ['failed', result.failed],
    ['skipped', result.skipped],
    ['suppressed', result.suppressed],
    ['blocked', result.blocked],
    ['uncertain', result.uncertain],
    ['undeleted', result.undeleted],
    ['remaining', result.remaining],
  ] as const;
  return [
    ['run', text(result.runId)],
    ['from', text(plan.dlq)],
    ['to', text(plan.target)],
    ...left
      .filter(([, value]) => value > 0)
      .map(([label, value]): readonly [string, Cell] => [label, { raw: value, text: formatCount(value) }]),
    [
      'calls',
      {
        raw: result.requests,
        text: `${formatCount(result.requests)}, ${formatUsd(result.costUsd)}, ${formatDuration(result.durationMs / 1000)}`,
      },
    ],
  ];
}
