import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import type { Queue } from '../../aws/ports/queues.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { endRecord } from '../ledger/end-record.ts';
import type { RunCounts, RunHeader } from '../ledger/ledger-record.ts';
import type { ReplayEvent } from '../replay/replay-event.ts';
import type { Verified } from '../replay/replay-result.ts';
import { findTask, isActive } from './find-task.ts';
import { markOf, readNativeRun, type TaskRecord, taskOf, taskRecord } from './native-run.ts';
import { startedNone } from './no-task.ts';
import { lasted, type NativePorts } from './replay-natively.ts';
import { movedWords } from './task-words.ts';
import { verifyMoved } from './verify-moved.ts';

export interface VerifyNativeOptions {
  readonly header: RunHeader;
  readonly dlq: Queue;
  /** The queues that `header.native.targets` names. */
  readonly targets: readonly Queue[];
  /** Longest wait, ms; null waits until the verdict can be known. */
  readonly waitMs: number | null;
}

/**
 * The verdict of an earlier native run; written into its ledger.
 * @throws CvopsError `MoveTaskRunning` (exit 8) while its task runs, `NoMoveTask`, `LedgerDamaged`, `LedgerNotWritable`.
 */
export async function* verifyNativeRun(
  ports: NativePorts,
  { header, dlq, targets, waitMs }: VerifyNativeOptions,
  signal: AbortSignal,
): AsyncGenerator<ReplayEvent, { readonly replayed: number; readonly verified: Verified }, undefined> {
  const { clock, ledgers, queues } = ports;
  const state = await readNativeRun(ledgers.read(header.runId));
  const known = state.task !== null && !isActive(state.task) ? state.task : null;
  const task = known === null ? await endedTask(ports, header, dlq, state.task) : taskOf(known);
  const endedAt = known?.at ?? clock.now();
  const verified = yield* verifyMoved({
    queues,
    clock,
    signal,
    dlq,
    targets,
    moved: task.moved,
    startedAt: task.startedAt,
    lastedMs: lasted(task, header, endedAt),
    endedAt,
    waitMs,
  });
  const ledger = await ledgers.reopen(header.runId);
  try {
    if (known === null) ledger.note(taskRecord(task, endedAt, null));
    const counts = state.end?.counts ?? countsOf(task);
    await ledger.commit(endRecord(clock.now(), 0, { ...counts, verified }));
  } finally {
    await ledger.close();
  }
  return { replayed: task.moved, verified };
}

/** The task of a run whose process died before the task ended; AWS knows how it went on. */
async function endedTask(
  { moveTasks }: NativePorts,
  header: RunHeader,
  dlq: Queue,
  record: TaskRecord | null,
): Promise<MoveTask> {
  const task = findTask(await moveTasks.list(dlq), markOf(record, header.native!.before));
  if (task === undefined) throw startedNone(header.runId);
  if (!isActive(task)) return task;
  throw new CvopsError(
    'MoveTaskRunning',
    ExitCode.pending,
    `the move task of run "${header.runId}" still runs: ${movedWords(task)} moved.`,
    { hint: `\`cvops dlq replay --resume ${header.runId}\` watches it to its end and waits for the verdict.` },
  );
}

/** What a task tells of its run. */
function countsOf({ moved, toMove }: MoveTask): RunCounts {
  return { matched: toMove ?? moved, replayed: moved, failed: 0, skipped: 0, suppressed: 0, remaining: 0 };
}
