import type { OutgoingMessage } from '../../aws/ports/queues.ts';
import type { DeadLetter } from '../dead-letter.ts';

/** A change that every copy of a replay gets before it is sent. */
export interface Edit {
  /** As asked for, for plans and ledgers: the expression, or a module's path with the digest of its content. */
  readonly text: string;
  /**
   * The copy to send in place of `copy`; both are left as they are.
   * @throws CvopsError `EditFailed` when the edit throws, gives no message, or gives one that SQS would refuse
   */
  apply(copy: OutgoingMessage, letter: DeadLetter): OutgoingMessage;
}
