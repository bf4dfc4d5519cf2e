import type { Queue } from '../aws/ports/queues.ts';

/** Messages in a queue, as SQS counts them, about: visible, in flight and delayed. */
export function queueDepth({ attributes }: Queue): number {
  return attributes.visible + attributes.inFlight + attributes.delayed;
}
