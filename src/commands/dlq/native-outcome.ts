import { cancelCommand } from '../../lib/dlq/native/task-words.ts';
import type { ReplayResult } from '../../lib/dlq/replay/replay-result.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { formatCount, formatDuration, formatUsd, plural, text } from '../../lib/io/format.ts';
import type { Block, Cell, Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { replayExitCode, verdictWords } from './replay-outcome.ts';

export interface NativeOutcomeOptions {
  readonly service: string | null;
  readonly dlq: string;
  /** Names of the queues that the messages went to. */
  readonly targets: readonly string[];
  readonly fifo: boolean;
  readonly result: ReplayResult;
  /** The task was still active when the watch ended. */
  readonly goesOn: boolean;
  readonly warnings: readonly Warning[];
}

/** What `dlq replay --engine native` answers after a run: the counts are AWS's, and are called approximate. */
export function nativeOutcome(options: NativeOutcomeOptions): Outcome {
  const { service, result } = options;
  return {
    kind: 'dlq.replay',
    data: { service, ...result, taskGoesOn: options.goesOn, taskCostUsd: taskCostUsd(options) },
    warnings: [...options.warnings, ...warnings(options)],
    next: nextSteps(options),
    exitCode: replayExitCode(result),
    view: () => [headline(options), { kind: 'fields', fields: fields(options) }],
  };
}

/** SQS has no cheaper way than ten messages in each call, and no dearer one than one in each. */
const FEWEST_CALLS = 0.3;
const MOST_CALLS = 3;
/** https://aws.amazon.com/sqs/pricing/ */
const USD_PER_CALL = { standard: 0.4 / 1_000_000, fifo: 0.5 / 1_000_000 } as const;

/** What AWS bills for the receives, sends and deletes of the task: it does not tell how it batches them. */
function taskCostUsd({ result, fifo }: NativeOutcomeOptions): { readonly atLeast: number; readonly atMost: number } {
  const usd = (calls: number) =>
    Number((result.replayed * calls * USD_PER_CALL[fifo ? 'fifo' : 'standard']).toFixed(9));
  return { atLeast: usd(FEWEST_CALLS), atMost: usd(MOST_CALLS) };
}

function warnings({ result, goesOn }: NativeOutcomeOptions): Warning[] {
  const list: Warning[] = [];
  const warn = (code: string, message: string) => list.push({ code, message });
  if (result.stopped !== null) warn(result.stopped.code, `stopped: ${result.stopped.message}`);
  if (!goesOn && result.stopped === null && result.replayed < result.matched) {
    const short = plural(result.matched - result.replayed, 'message');
    warn(
      'MovedFewer',
      `about ${short} fewer moved than were counted at the start: expired, or taken by somebody else.`,
    );
  }
  if ((result.verified?.returned ?? 0) > 0) {
    warn('CountedByTime', 'what came back is counted by its time of sending; live messages of that time are among it.');
  }
  return list;
}

function nextSteps({ service, result, goesOn }: NativeOutcomeOptions): readonly Next[] {
  const of = service === null ? '' : ` ${service}`;
  const next: Next[] = [];
  if (goesOn) {
    next.push({ command: `cvops dlq replay --resume ${result.runId}`, why: 'watch the task again' });
    next.push({ command: cancelCommand(service), why: 'cancel the task' });
    return next;
  }
  if (result.stopped !== null && result.remaining > 0) {
    next.push(
      result.stopped.code === 'MoveTaskFailed'
        ? { command: `cvops dlq replay${of} --engine client`, why: 'replay the rest, with an error for each' }
        : { command: `cvops dlq replay${of} --engine native`, why: 'replay the rest' },
    );
  }
  if ((result.verified === null && result.replayed > 0) || (result.verified?.pending ?? 0) > 0) {
    next.push({ command: `cvops dlq verify ${result.runId}`, why: 'the verdict' });
  }
  if ((result.verified?.returned ?? 0) > 0) {
    next.push({ command: `cvops dlq inspect${of}`, why: 'see why they came back' });
  }
  return next;
}

function headline({ result, goesOn }: NativeOutcomeOptions): Block {
  const { replayed, matched, verified } = result;
  if (goesOn) {
    const moved = `about ${formatCount(replayed)} of ${plural(matched, 'message')} moved so far`;
    return { kind: 'line', text: `The move task goes on in AWS: ${moved}.`, tone: 'warn' };
  }
  if (matched === 0 && replayed === 0 && result.stopped === null) {
    return { kind: 'line', text: 'No dead letters to replay.' };
  }
  const good = replayExitCode(result) === ExitCode.done;
  const verdict = verified === null ? '' : `; about ${verdictWords(verified, replayed)}`;
  return {
    kind: 'line',
    text: `${good ? '✓ ' : ''}AWS moved about ${formatCount(replayed)} of ${plural(matched, 'message')}${verdict}.`,
    tone: good ? 'good' : 'warn',
  };
}

function fields(options: NativeOutcomeOptions): readonly (readonly [string, Cell])[] {
  const { dlq, targets, result } = options;
  const { atLeast, atMost } = taskCostUsd(options);
  return [
    ['run', text(result.runId)],
    ['from', text(dlq)],
    ['to', text(targets.join(', '))],
    ...(result.remaining > 0
      ? [['remaining', { raw: result.remaining, text: `about ${formatCount(result.remaining)}` }] as const]
      : []),
    ...(atMost > 0
      ? [['billed', { raw: atMost, text: `the task, ${formatUsd(atLeast)} to ${formatUsd(atMost)}` }] as const]
      : []),
    [
      'calls',
      {
        raw: result.requests,
        text: `${formatCount(result.requests)} of ours, ${formatUsd(result.costUsd)}, ${formatDuration(result.durationMs / 1000)}`,
      },
    ],
  ];
}
