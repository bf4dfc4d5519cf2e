import {
  CancelMessageMoveTaskCommand,
  DeleteQueueCommand,
  ListMessageMoveTasksCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import { QueuesUnderTest } from './queues-under-test.ts';

const OK = { HTTPStatusCode: 200 };
const ARN = (n: number) => `arn:<partition>:sqs:<region>:111111111111:<resource:${n}>`;

const invalid = (text: string) => ({
  Error: {
    Code: 'InvalidParameterValue',
    Message: text,
    QueryErrorCode: 'InvalidParameterValueException',
    Type: 'Sender',
  },
  ResponseMetadata: { HTTPStatusCode: 400 },
});
const notFound = (text: string) => ({
  Error: {
    Code: 'ResourceNotFoundException',
    Message: text,
    QueryErrorCode: 'ResourceNotFoundException',
    Type: 'Sender',
  },
  ResponseMetadata: { HTTPStatusCode: 404 },
});

describe('message move tasks, as AWS answered', () => {
  let sqs: QueuesUnderTest;
  beforeAll(async () => {
    sqs = await QueuesUnderTest.start();
  });
  afterAll(() => sqs.close());

  const start = (SourceArn: string, DestinationArn?: string, MaxNumberOfMessagesPerSecond?: number) =>
    sqs.client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }));
  const list = (SourceArn: string) => sqs.client.send(new ListMessageMoveTasksCommand({ SourceArn }));
  const cancel = (TaskHandle: string) => sqs.client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
  const handle = (taskId: string, sourceArn: string) => btoa(JSON.stringify({ taskId, sourceArn }));

  /** A dead-letter queue that holds `count` messages, a queue to move them to, and the queue that they died in. */
  async function deadLetters(count: number) {
    const [source, dead] = await sqs.withDeadLetters();
    for (let i = 0; i < count; i++) await sqs.send(source, `message-${i}`);
    await sqs.kill(source, 2 * count);
    const target = await sqs.queue();
    return { source, dead, target, deadArn: await sqs.arn(dead), targetArn: await sqs.arn(target) };
  }

  async function bodies(queueUrl: string) {
    const { Messages } = await sqs.receive(queueUrl, { MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
    return (Messages ?? []).map((message) => message.Body).sort();
  }

  it('test_basic_move_task_workflow', async () => {
    const recorded = recordedCase();
    const { dead, target, deadArn, targetArn } = await deadLetters(2);
    const started = await start(deadArn, targetArn);
    recorded.expectAnswer(started, { TaskHandle: '<task-handle:1>', ResponseMetadata: OK });
    const told = JSON.parse(atob(started.TaskHandle!));
    recorded.expectAnswer(told, { taskId: '<uuid:1>', sourceArn: deadArn });
    await sqs.clock.advance(1000);
    recorded.expectAnswer(await list(deadArn), {
      Results: [
        {
          ApproximateNumberOfMessagesMoved: 2,
          ApproximateNumberOfMessagesToMove: 2,
          DestinationArn: ARN(1),
          SourceArn: ARN(2),
          StartedTimestamp: 'timestamp',
          Status: 'COMPLETED',
        },
      ],
      ResponseMetadata: OK,
    });
    expect(await bodies(target)).toEqual(['message-0', 'message-1']);
    expect(await bodies(dead)).toEqual([]);
  });

  it('test_cancel_with_invalid_source_arn_in_task_handle', async () => {
    const nowhere = 'arn:aws:sqs:us-east-1:222222222222:no-such-queue';
    recordedCase().expectAnswer(
      await answerOf(cancel(handle('7f0cf3cb-4a9d-4a7e-9f5c-0b6f2f0b8a11', nowhere))),
      notFound("The resource that you specified for the SourceArn parameter doesn't exist."),
    );
  });

  it('test_cancel_with_invalid_task_handle', async () => {
    recordedCase().expectAnswer(
      await answerOf(cancel('not-a-handle')),
      invalid('Value for parameter TaskHandle is invalid.'),
    );
  });

  it('test_cancel_with_invalid_task_id_in_task_handle', async () => {
    const arn = await sqs.arn(await sqs.queue());
    recordedCase().expectAnswer(
      await answerOf(cancel(handle('7f0cf3cb-4a9d-4a7e-9f5c-0b6f2f0b8a11', arn))),
      notFound('Task does not exist.'),
    );
  });

  it('test_destination_needs_to_exist', async () => {
    const { deadArn, targetArn } = await deadLetters(0);
    recordedCase().expectAnswer(
      await answerOf(start(deadArn, `${targetArn}-elsewhere`)),
      notFound("The resource that you specified for the DestinationArn parameter doesn't exist."),
    );
  });

  it('test_move_task_cancel', async () => {
    const recorded = recordedCase();
    const { dead, deadArn, targetArn } = await deadLetters(10);
    const { TaskHandle } = await start(deadArn, targetArn, 1);
    await sqs.clock.advance(1500);
    const result = {
      ApproximateNumberOfMessagesMoved: 2,
      ApproximateNumberOfMessagesToMove: 10,
      DestinationArn: ARN(1),
      MaxNumberOfMessagesPerSecond: 1,
      SourceArn: ARN(2),
      StartedTimestamp: 'timestamp',
    };
    recorded.expectAnswer(await list(deadArn), {
      Results: [{ ...result, Status: 'RUNNING', TaskHandle: '<task-handle:1>' }],
      ResponseMetadata: OK,
    });
    expect(recorded.bound('<task-handle:1>')).toBe(TaskHandle);
    recorded.expectAnswer(await cancel(TaskHandle!), { ApproximateNumberOfMessagesMoved: 2, ResponseMetadata: OK });
    await sqs.clock.advance(5000);
    // AWS had moved 8 by the time it was asked again; how many slip through a cancel is chance.
    recorded.expectAnswer(await list(deadArn), { Results: [{ ...result, Status: 'CANCELLED' }], ResponseMetadata: OK });
    expect(await bodies(dead)).toHaveLength(8);
  });

  it('test_move_task_delete_destination_queue_while_running', async () => {
    const { dead, target, deadArn, targetArn } = await deadLetters(10);
    await start(deadArn, targetArn, 1);
    await sqs.clock.advance(2500);
    await sqs.client.send(new DeleteQueueCommand({ QueueUrl: target }));
    await sqs.clock.advance(1000);
    recordedCase().expectAnswer(await list(deadArn), {
      Results: [
        {
          ApproximateNumberOfMessagesMoved: 3,
          ApproximateNumberOfMessagesToMove: 10,
          DestinationArn: ARN(1),
          FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
          MaxNumberOfMessagesPerSecond: 1,
          SourceArn: ARN(2),
          StartedTimestamp: 'timestamp',
          Status: 'FAILED',
        },
      ],
      ResponseMetadata: OK,
    });
    expect(await bodies(dead)).toHaveLength(7);
  });

  it('test_move_task_with_throughput_limit', async () => {
    const { target, deadArn, targetArn } = await deadLetters(4);
    recordedCase().expectAnswer(await start(deadArn, targetArn, 1), {
      TaskHandle: '<task-handle:1>',
      ResponseMetadata: OK,
    });
    await sqs.clock.advance(2999);
    expect(await bodies(target)).toHaveLength(3);
    await sqs.clock.advance(1);
    expect(await bodies(target)).toEqual(['message-0', 'message-1', 'message-2', 'message-3']);
  });

  it('test_move_task_workflow_with_default_destination', async () => {
    const recorded = recordedCase();
    const { source, dead, deadArn } = await deadLetters(2);
    recorded.expectAnswer(deadArn, ARN(1));
    recorded.expectAnswer(await sqs.arn(source), ARN(2));
    recorded.expectAnswer(await start(deadArn), { TaskHandle: '<task-handle:1>', ResponseMetadata: OK });
    await sqs.clock.advance(1000);
    recorded.expectAnswer(await list(deadArn), {
      Results: [
        {
          ApproximateNumberOfMessagesMoved: 2,
          ApproximateNumberOfMessagesToMove: 2,
          SourceArn: ARN(1),
          StartedTimestamp: 'timestamp',
          Status: 'COMPLETED',
        },
      ],
      ResponseMetadata: OK,
    });
    expect(await bodies(source)).toEqual(['message-0', 'message-1']);
    expect(await bodies(dead)).toEqual([]);
  });

  it('test_move_task_workflow_with_multiple_sources_as_default_destination', async () => {
    const recorded = recordedCase();
    const { source, dead, deadArn } = await deadLetters(2);
    const policy = JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 1 });
    const other = await sqs.queue({ RedrivePolicy: policy });
    for (const body of ['other-0', 'other-1']) await sqs.send(other, body);
    await sqs.kill(other, 4);
    recorded.expectAnswer(deadArn, ARN(1));
    recorded.expectAnswer(await sqs.arn(source), ARN(2));
    recorded.expectAnswer(await sqs.arn(other), ARN(3));
    recorded.expectAnswer(await start(deadArn), { TaskHandle: '<task-handle:1>', ResponseMetadata: OK });
    await sqs.clock.advance(1000);
    recorded.expectAnswer(await list(deadArn), {
      Results: [
        {
          ApproximateNumberOfMessagesMoved: 4,
          ApproximateNumberOfMessagesToMove: 4,
          SourceArn: ARN(1),
          StartedTimestamp: 'timestamp',
          Status: 'COMPLETED',
        },
      ],
      ResponseMetadata: OK,
    });
    expect(await bodies(source)).toEqual(['message-0', 'message-1']);
    expect(await bodies(other)).toEqual(['other-0', 'other-1']);
    expect(await bodies(dead)).toEqual([]);
  });

  it('test_source_needs_redrive_policy', async () => {
    const source = await sqs.arn(await sqs.queue());
    const target = await sqs.arn(await sqs.queue());
    recordedCase().expectAnswer(
      await answerOf(start(source, target)),
      invalid('Source queue must be configured as a Dead Letter Queue.'),
    );
  });

  it('test_start_multiple_move_tasks', async () => {
    const { deadArn, targetArn } = await deadLetters(10);
    await start(deadArn, targetArn, 1);
    recordedCase().expectAnswer(
      await answerOf(start(deadArn, targetArn, 1)),
      invalid(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      ),
    );
  });
});
