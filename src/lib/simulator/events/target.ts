import type { Region } from '../kernel/region.ts';

/**
 * Hands a JSON text to a Lambda function, a queue or a topic of the region.
 * @returns false when the target does not exist or is of another kind.
 */
export function deliverTo(region: Region, arn: string, text: string, options: { groupId?: string } = {}): boolean {
  try {
    if (arn.startsWith('arn:aws:lambda:')) {
      region.functions.invokeAsync(arn, payload(text));
      return true;
    }
    if (arn.startsWith('arn:aws:sns:')) return region.topics.publish(arn, { body: text });
    const queue = arn.startsWith('arn:aws:sqs:') ? region.queues.byArn(arn) : undefined;
    if (queue === undefined) return false;
    queue.send({ body: text, ...(options.groupId !== undefined && { groupId: options.groupId }) });
    return true;
  } catch {
    // Nobody waits for the answer: a refusal is a failed delivery, to be seen in the metrics.
    return false;
  }
}

/** A template may leave text that is no JSON; the function then gets it as a string. */
function payload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Seconds precision, as events carry it. */
export function eventTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
