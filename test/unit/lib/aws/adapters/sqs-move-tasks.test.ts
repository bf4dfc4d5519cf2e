import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  SQSClient,
  SQSServiceException,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { SqsMoveTasks } from '../../../../../src/lib/aws/adapters/sqs-move-tasks.ts';
import type { Queue } from '../../../../../src/lib/aws/ports/queues.ts';

const sqs = mockClient(SQSClient);
afterAll(() => sqs.restore());
beforeEach(() => {
  sqs.reset();
});

const dlq = { name: 'dead', arn: 'arn:aws:sqs:us-east-1:111111111111:dead' } as Queue;
const target = { name: 'live', arn: 'arn:aws:sqs:us-east-1:111111111111:live' } as Queue;

function tasks(): SqsMoveTasks {
  return new SqsMoveTasks({
    options: { region: 'us-east-1', maxAttempts: 3, customUserAgent: 'cvops/test' },
    observe() {},
    now: Date.now,
  });
}

/** An error as the SDK makes it of what AWS answers. */
function answered(name: string, message: string, httpStatusCode: number): SQSServiceException {
  return new SQSServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });
}

describe('move tasks over the SQS API', () => {
  test('start asks for a destination and a rate only where they are given', async () => {
    sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: 'handle' });
    expect(await tasks().start(dlq, { destination: null, ratePerSecond: null })).toBe('handle');
    expect(await tasks().start(dlq, { destination: target, ratePerSecond: 50 })).toBe('handle');
    expect(sqs.commandCalls(StartMessageMoveTaskCommand).map(({ args }) => args[0].input)).toEqual([
      { SourceArn: dlq.arn, DestinationArn: undefined, MaxNumberOfMessagesPerSecond: undefined },
      { SourceArn: dlq.arn, DestinationArn: target.arn, MaxNumberOfMessagesPerSecond: 50 },
    ]);
  });

  test('a task that ended has no handle, and what AWS leaves out is null', async () => {
    sqs.on(ListMessageMoveTasksCommand).resolves({
      Results: [
        {
          Status: 'COMPLETED',
          SourceArn: dlq.arn,
          ApproximateNumberOfMessagesMoved: 2,
          ApproximateNumberOfMessagesToMove: 2,
          StartedTimestamp: 1_700_000_000_000,
        },
      ],
    });
    expect(await tasks().list(dlq)).toEqual([
      {
        handle: null,
        status: 'COMPLETED',
        destinationArn: null,
        ratePerSecond: null,
        moved: 2,
        toMove: 2,
        failureReason: null,
        startedAt: 1_700_000_000_000,
      },
    ]);
    // Only the newest one is answered without it.
    expect(sqs.commandCalls(ListMessageMoveTasksCommand)[0]!.args[0].input).toMatchObject({ MaxResults: 10 });
  });

  // The words are AWS's own.
  test.each([
    [
      'InvalidParameterValue',
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      'MoveTaskRunning',
    ],
    ['InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.', 'NotADeadLetterQueue'],
    [
      'ResourceNotFoundException',
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
      'QueueNotFound',
    ],
    ['UnsupportedOperation', 'Error code 400. Unsupported operation.', 'UnsupportedOperation'],
  ])('a start refused with %s, "%s" is %s', async (name, message, code) => {
    sqs.on(StartMessageMoveTaskCommand).rejects(answered(name, message, 400));
    await expect(tasks().start(dlq, { destination: null, ratePerSecond: null })).rejects.toMatchObject({ code });
  });

  test('a cancel of a task that does not run is told from a queue that is not there', async () => {
    sqs.on(CancelMessageMoveTaskCommand).rejects(answered('ResourceNotFoundException', 'Task does not exist.', 404));
    await expect(tasks().cancel(dlq, 'handle')).rejects.toMatchObject({ code: 'MoveTaskNotFound', exitCode: 5 });
    const gone = "The resource that you specified for the SourceArn parameter doesn't exist.";
    sqs.on(CancelMessageMoveTaskCommand).rejects(answered('ResourceNotFoundException', gone, 404));
    await expect(tasks().cancel(dlq, 'handle')).rejects.toMatchObject({ code: 'QueueNotFound' });
  });

  test('a denied start names all that AWS needs for the move', async () => {
    sqs.on(StartMessageMoveTaskCommand).rejects(answered('AccessDeniedException', 'User is not authorized', 403));
    await expect(tasks().start(dlq, { destination: null, ratePerSecond: null })).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'not allowed to sqs:StartMessageMoveTask on queue "dead".',
      hint: 'allow sqs:StartMessageMoveTask, sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes on dead, and sqs:SendMessage on its source.',
    });
  });
});
