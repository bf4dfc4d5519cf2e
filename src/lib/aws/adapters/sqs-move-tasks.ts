import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import type { ClientSetup } from '../client-options.ts';
import { type CallRules, guardClient } from '../guard-client.ts';
import type { MoveTask, MoveTaskStatus, MoveTasks } from '../ports/move-tasks.ts';
import type { Queue } from '../ports/queues.ts';

const RULES: CallRules = {
  answers: { StartMessageMoveTask: ['TaskHandle'] },
  slow: [StartMessageMoveTaskCommand],
  // After Ctrl-C the task is cancelled and watched until it stands.
  finish: [StartMessageMoveTaskCommand, ListMessageMoveTasksCommand, CancelMessageMoveTaskCommand],
};

/** More cannot be asked for. */
const TASKS = 10;

/** {@link MoveTasks} over the SQS API. */
export class SqsMoveTasks implements MoveTasks {
  readonly #client: SQSClient;

  constructor(setup: ClientSetup) {
    // A second try of a start whose answer was lost is refused because of the task that the first one began. Who starts
    // must know which of the two it was, so the SDK does not try again.
    this.#client = guardClient('sqs', new SQSClient({ ...setup.options, maxAttempts: 1 }), setup, RULES);
  }

  async start(
    dlq: Queue,
    { destination, ratePerSecond }: { readonly destination: Queue | null; readonly ratePerSecond: number | null },
  ): Promise<string> {
    const answer = await this.#call('sqs:StartMessageMoveTask', dlq, () =>
      this.#client.send(
        new StartMessageMoveTaskCommand({
          SourceArn: dlq.arn,
          DestinationArn: destination?.arn,
          MaxNumberOfMessagesPerSecond: ratePerSecond ?? undefined,
        }),
      ),
    ).catch((cause: unknown) => {
      throw withAllRights(cause, dlq, destination);
    });
    return answer.TaskHandle!;
  }

  async list(dlq: Queue): Promise<readonly MoveTask[]> {
    const answer = await this.#call('sqs:ListMessageMoveTasks', dlq, () =>
      this.#client.send(new ListMessageMoveTasksCommand({ SourceArn: dlq.arn, MaxResults: TASKS })),
    );
    return (answer.Results ?? []).map(moveTask);
  }

  async cancel(dlq: Queue, handle: string): Promise<void> {
    await this.#call('sqs:CancelMessageMoveTask', dlq, () =>
      this.#client.send(new CancelMessageMoveTaskCommand({ TaskHandle: handle })),
    );
  }

  async #call<T>(action: string, dlq: Queue, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw known(cause, dlq) ?? classifyAwsError(cause, { action, resource: `queue "${dlq.name}"`, ...MISSING });
    }
  }
}

const MISSING = { notFound: { code: 'QueueNotFound' } } as const;

/**
 * Refusals that AWS tells apart by their words alone: both are InvalidParameterValue, and a task that is gone is the
 * same ResourceNotFoundException as a queue that is.
 */
function known(cause: unknown, dlq: Queue): CvopsError | undefined {
  const { name = '', message = '' } = cause as { readonly name?: string; readonly message?: string };
  if (/already a task running|only one active task/i.test(message)) {
    return new CvopsError('MoveTaskRunning', ExitCode.gate, `a move task already runs on "${dlq.name}".`, { cause });
  }
  if (/must be configured as a dead letter queue/i.test(message)) {
    return new CvopsError('NotADeadLetterQueue', ExitCode.gate, `"${dlq.name}" is the dead-letter queue of no queue.`, {
      hint: 'a move task takes from dead-letter queues only; --engine client takes from any queue.',
      cause,
    });
  }
  if (name === 'ResourceNotFoundException' && /task does not exist/i.test(message)) {
    return new CvopsError('MoveTaskNotFound', ExitCode.notFound, `no such move task runs on "${dlq.name}".`, { cause });
  }
  return undefined;
}

/**
 * AWS moves with the rights of who starts, and a denial does not say which one is missing.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
function withAllRights(cause: unknown, dlq: Queue, destination: Queue | null): unknown {
  if (!(cause instanceof CvopsError) || cause.code !== 'AccessDenied') return cause;
  return new CvopsError(cause.code, cause.exitCode, cause.message, {
    hint: `allow sqs:StartMessageMoveTask, sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes on ${dlq.name}, and sqs:SendMessage on ${destination?.name ?? 'its source'}.`,
    cause,
  });
}

function moveTask(entry: ListMessageMoveTasksResultEntry): MoveTask {
  return {
    handle: entry.TaskHandle ?? null,
    status: (entry.Status ?? 'RUNNING') as MoveTaskStatus,
    destinationArn: entry.DestinationArn ?? null,
    ratePerSecond: entry.MaxNumberOfMessagesPerSecond ?? null,
    moved: entry.ApproximateNumberOfMessagesMoved ?? 0,
    toMove: entry.ApproximateNumberOfMessagesToMove ?? null,
    failureReason: entry.FailureReason ?? null,
    startedAt: entry.StartedTimestamp ?? 0,
  };
}
