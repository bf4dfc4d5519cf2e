import type { MoveTask, MoveTaskStatus, MoveTasks } from '../../../../../../src/lib/aws/ports/move-tasks.ts';
import type { Queue } from '../../../../../../src/lib/aws/ports/queues.ts';
import { CvopsError } from '../../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../../src/lib/errors/exit-code.ts';

export type Operation = 'start' | 'list' | 'cancel';

/** One look at a task, as a list answers it. */
export type Look = Partial<Omit<MoveTask, 'status'>> & { readonly status: MoveTaskStatus };

/**
 * Move tasks whose course a test writes: each list shows the next look of the script, the last one again and again. Like AWS
 * it names the handle of running tasks only.
 */
export class FakeMoveTasks implements MoveTasks {
  readonly calls: Operation[] = [];
  readonly started: { destination: string | null; ratePerSecond: number | null }[] = [];
  /** Tasks that the queue had before. */
  earlier: readonly MoveTask[] = [];
  /** What the lists show after a start; and what they show from the cancel on. */
  script: readonly Look[] = [{ status: 'COMPLETED', moved: 0, toMove: 0 }];
  afterCancel: readonly Look[] = [{ status: 'CANCELLED' }];
  /** Called before each operation and may throw; `lost` throws after the work. */
  before: (operation: Operation, nth: number) => void = () => {};
  lost: (operation: Operation, nth: number) => void = () => {};
  #left: Look[] = [];
  #current: MoveTask | null = null;

  async start(_dlq: Queue, options: { destination: Queue | null; ratePerSecond: number | null }): Promise<string> {
    const nth = this.#called('start');
    this.before('start', nth);
    if (this.#current !== null && this.#current.status === 'RUNNING') throw running();
    if (this.earlier.some(({ status }) => status === 'RUNNING')) throw running();
    const { destination, ratePerSecond } = options;
    this.started.push({ destination: destination?.name ?? null, ratePerSecond });
    this.#left = [...this.script];
    this.#current = {
      handle: `handle-${this.started.length}`,
      status: 'RUNNING',
      destinationArn: destination?.arn ?? null,
      ratePerSecond,
      moved: 0,
      toMove: null,
      failureReason: null,
      startedAt: 1_000_000 + this.started.length,
    };
    this.lost('start', nth);
    return this.#current.handle!;
  }

  async list(): Promise<readonly MoveTask[]> {
    const nth = this.#called('list');
    this.before('list', nth);
    if (this.#current === null) return this.earlier;
    const look = this.#left.length > 1 ? this.#left.shift()! : this.#left[0];
    this.#current = { ...this.#current, ...look };
    const { status } = this.#current;
    return [{ ...this.#current, handle: status === 'RUNNING' ? this.#current.handle : null }, ...this.earlier];
  }

  async cancel(_dlq: Queue, handle: string): Promise<void> {
    const nth = this.#called('cancel');
    this.before('cancel', nth);
    if (this.#current === null || handle !== this.#current.handle || this.#current.status !== 'RUNNING') {
      throw new CvopsError('MoveTaskNotFound', ExitCode.notFound, 'no such move task runs.');
    }
    this.#left = [...this.afterCancel];
    this.lost('cancel', nth);
  }

  #called(operation: Operation): number {
    this.calls.push(operation);
    return this.calls.filter((each) => each === operation).length;
  }
}

function running(): CvopsError {
  return new CvopsError('MoveTaskRunning', ExitCode.gate, 'a move task already runs.');
}

/** A task that a queue had before. */
export function earlierTask(task: Partial<MoveTask>): MoveTask {
  return {
    handle: task.status === 'RUNNING' ? 'another' : null,
    status: 'COMPLETED',
    destinationArn: null,
    ratePerSecond: null,
    moved: 5,
    toMove: 5,
    failureReason: null,
    startedAt: 500_000,
    ...task,
  };
}
