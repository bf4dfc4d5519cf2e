import type { Queue } from '../../aws/ports/queues.ts';
import type { ReplayOptions } from '../replay/replay-options.ts';
import type { Look } from './look.ts';
import { ng, ok, type ReplayCheck, skip } from './replay-check.ts';

/** Message attributes that one message may have. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MOST_ATTRIBUTES = 10;

/** How a size or a number of attributes stands to what the target takes; with `look: null` by the settings alone. */
export function sizeChecks(dlq: Queue, target: Queue, look: Look | null): readonly ReplayCheck[] {
  const limit = target.attributes.maximumMessageSize;
  if (look === null) {
    return [
      limit >= dlq.attributes.maximumMessageSize
        ? ok('message-size', `${target.name} takes messages up to ${limit} bytes`)
        : ng('message-size', `${target.name} takes only ${limit} bytes; larger messages would stay`),
    ];
  }
  return [
    look.tooLarge === 0
      ? ok('message-size', `the largest has ${look.largestBytes} of ${limit} bytes`)
      : ng(
          'message-size',
          `${look.tooLarge} are larger than the ${limit} bytes that ${target.name} takes: they would stay`,
        ),
    ok('attributes', `at most ${look.mostAttributes} of ${MOST_ATTRIBUTES} attributes`),
  ];
}

const SOON_MS = 3_600_000;

/**
 * When the first of them is dropped. A standard queue counts from the first send, FIFO from the move, and SentTimestamp tells
 * either.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export function expiryOf(dlq: Queue, look: Look): { readonly first: number | null; readonly times: readonly number[] } {
  const retentionMs = dlq.attributes.retentionSeconds * 1000;
  const times = look.planned.flatMap(({ sentAt }) => (sentAt === null ? [] : [sentAt + retentionMs]));
  return { first: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)), times };
}

/** Whether all can be replayed before they are dropped. */
export function expiryCheck(dlq: Queue, look: Look, nowMs: number, seconds: number): ReplayCheck {
  const { first, times } = expiryOf(dlq, look);
  if (first === null) return skip('expiry', 'nothing to tell from');
  const horizon = nowMs + Math.max(SOON_MS, seconds * 1000);
  const soon = times.filter((time) => time < horizon).length;
  const at = new Date(first).toISOString();
  return soon === 0
    ? ok('expiry', `the first is dropped at ${at}`)
    : ng(
        'expiry',
        `${soon} are dropped before ${new Date(horizon).toISOString()}, the first at ${at}: --expiring-first`,
      );
}

/** What an edit does, where there is one. */
export function editCheck(edit: ReplayOptions['edit'], { edited, planned }: Look): readonly ReplayCheck[] {
  if (edit === null || planned.length === 0) return [];
  const { changed, unchanged, failed } = edited;
  if (failed > 0) {
    return [
      ng('edit', `${failed} of ${planned.length} cannot be edited and would stay: ${edited.failures[0]?.message}`),
    ];
  }
  if (changed === 0) return [ng('edit', `it changes none of the ${planned.length}`)];
  return [ok('edit', `it changes ${changed}${unchanged > 0 ? `, and leaves ${unchanged} as they are` : ''}`)];
}
