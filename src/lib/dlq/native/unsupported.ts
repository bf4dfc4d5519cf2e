import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';

/**
 * What is answered by servers that know SQS but not its move tasks. The queue itself was described before, so something
 * that does not answer as AWS does lacks this operation only.
 */
const UNSUPPORTED =
  /^(UnsupportedOperation|AWS\.SimpleQueueService\.UnsupportedOperation|InvalidAction|UnknownOperation(Exception)?|UnknownAction|NotImplemented(Error|Exception)?|EndpointNotAws)$/;

/** The server does not know the operation; some emulators lack more of them. */
export function isUnsupported(cause: unknown): cause is CvopsError {
  return cause instanceof CvopsError && UNSUPPORTED.test(cause.code);
}

/** The same error, in words that help where the server has no move tasks. */
export function orUnsupported(cause: unknown, queueName: string): unknown {
  if (!isUnsupported(cause)) return cause;
  return new CvopsError(
    'MoveTasksUnsupported',
    ExitCode.failed,
    `"${queueName}" has no move tasks here (${cause.code}).`,
    { hint: 'replay with --engine client.', cause },
  );
}
