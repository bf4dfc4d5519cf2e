import type { Queue } from './queues.ts';

export type MoveTaskStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';

/** A move task as ListMessageMoveTasks tells it; counts are AWS's approximations. */
export interface MoveTask {
  /** What cancels it; null for tasks that do not run: AWS names the handle of running tasks only. */
  readonly handle: string | null;
  readonly status: MoveTaskStatus;
  /** Null when each message goes back to its own source. */
  readonly destinationArn: string | null;
  /** The rate asked for, messages a second; null when AWS chooses. */
  readonly ratePerSecond: number | null;
  readonly moved: number;
  /** Counted when the task began; null where AWS does not say. */
  readonly toMove: number | null;
  readonly failureReason: string | null;
  /** ms since the epoch, by AWS's clock. */
  readonly startedAt: number;
}

/** AWS's own mover of dead letters. Errors are CvopsError. */
export interface MoveTasks {
  /**
   * Starts a task and answers its handle. Never tries again by itself: when an answer is lost the task may run.
   * @throws CvopsError `MoveTaskRunning`, `NotADeadLetterQueue`, `QueueNotFound`, `AccessDenied` …
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
   */
  start(
    dlq: Queue,
    options: { readonly destination: Queue | null; readonly ratePerSecond: number | null },
  ): Promise<string>;
  /** The latest tasks of a queue, at most ten, newest first. */
  list(dlq: Queue): Promise<readonly MoveTask[]>;
  /**
   * Asks a running task to stop; what was moved stays moved. @throws CvopsError `MoveTaskNotFound` when it does not run.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
   */
  cancel(dlq: Queue, handle: string): Promise<void>;
}
