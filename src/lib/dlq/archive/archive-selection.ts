import type { ReceivedMessage } from '../../aws/ports/queues.ts';
import { type DeadLetter, deadLetter, groupOf } from '../dead-letter.ts';

/** Which messages of a queue are meant. */
export interface ArchiveSelection {
  readonly filter: ((letter: DeadLetter) => boolean) | null;
  readonly group: string | null;
  /** At most this many; null for all. */
  readonly max: number | null;
}

/** @throws CvopsError for a filter that fails on the message. */
export function isMeant(selection: ArchiveSelection, message: ReceivedMessage): boolean {
  if (selection.group !== null && groupOf(message) !== selection.group) return false;
  return selection.filter === null || selection.filter(deadLetter(message));
}
