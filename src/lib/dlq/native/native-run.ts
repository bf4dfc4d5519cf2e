import type { MoveTask } from '../../aws/ports/move-tasks.ts';
import type { LedgerRecord } from '../ledger/ledger-record.ts';
import type { TaskMark } from './find-task.ts';

export type TaskRecord = Extract<LedgerRecord, { type: 'task' }>;

/** What the ledger of a native run says. */
export interface NativeRunState {
  /** As the task was last recorded; null when the process died before it saw it. */
  readonly task: TaskRecord | null;
  readonly end: Extract<LedgerRecord, { type: 'end' }> | null;
}

export async function readNativeRun(records: AsyncIterable<LedgerRecord>): Promise<NativeRunState> {
  let task: TaskRecord | null = null;
  let end: NativeRunState['end'] = null;
  for await (const record of records) {
    if (record.type === 'task') task = record;
    if (record.type === 'end') end = record;
  }
  return { task, end };
}

/** @param handle of its start: AWS names it while the task runs only. */
export function taskRecord(task: MoveTask, at: number, handle: string | null): TaskRecord {
  const { startedAt, status, moved, toMove, failureReason } = task;
  return { type: 'task', at, handle: task.handle ?? handle, startedAt, status, moved, toMove, failureReason };
}

/** The task as the record has it. */
export function taskOf(record: TaskRecord): MoveTask {
  const { startedAt, status, moved, toMove, failureReason } = record;
  return { handle: null, status, destinationArn: null, ratePerSecond: null, moved, toMove, failureReason, startedAt };
}

/** How to find the task of a run again. */
export function markOf(task: TaskRecord | null, before: readonly number[]): TaskMark {
  return { handle: task?.handle ?? null, startedAt: task?.startedAt ?? null, before };
}
