import type { Queue } from '../aws/ports/queues.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

/**
 * Receive counts go on across queues, so looking at a dead letter raises them: a dead-letter queue with a redrive policy of
 * its own can lose messages onward merely by being looked at.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 * @throws CvopsError `OwnRedrivePolicy`
 */
export function refuseOwnRedrive(dlq: Queue): void {
  const redrive = dlq.attributes.redrive;
  if (redrive === null) return;
  const onward = redrive.deadLetterTargetArn.split(':').at(-1);
  throw new CvopsError(
    'OwnRedrivePolicy',
    ExitCode.gate,
    `queue "${dlq.name}" sends dead letters of its own to "${onward}" after ${redrive.maxReceiveCount} receives, and a look counts as one.`,
    { hint: 'remove its redrive policy first, or pass --force to look all the same.' },
  );
}
