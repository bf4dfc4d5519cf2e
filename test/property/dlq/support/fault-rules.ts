import fc from 'fast-check';
import type { FaultRule } from '../../../../src/lib/simulator/kernel/faults.ts';

const error = (statusCode: number, code: string) => ({ error: { statusCode, code } });
const entries = (code: string, senderFault: boolean, afterCommit: boolean) => ({
  entries: { code, senderFault, afterCommit },
});

type Effect = Pick<FaultRule, 'error' | 'entries' | 'reset' | 'dropResponse' | 'delayMs'>;

/** What may happen to any of the calls. */
const COMMON: readonly Effect[] = [
  { reset: true },
  { dropResponse: true },
  error(500, 'InternalFailure'),
  error(503, 'ServiceUnavailable'),
  error(400, 'RequestThrottled'),
  { delayMs: 40 },
  { delayMs: 1_700 },
];
/** What may happen to batches besides: single entries fail, before they are done or after. */
const OF_BATCHES: readonly Effect[] = [
  entries('InternalError', false, false),
  entries('InternalError', false, true),
  entries('ThrottlingException', false, false),
];
/** What may happen to sends besides: an answer that nobody knows, a refusal of all, of one, of everything to come. */
const OF_SENDS: readonly Effect[] = [
  error(500, 'NeverSeenBefore'),
  entries('NeverSeenBefore', false, true),
  error(400, 'BatchRequestTooLong'),
  entries('InvalidMessageContents', true, false),
  error(403, 'AccessDenied'),
];

const rule = (operation: string, effects: readonly Effect[]): fc.Arbitrary<FaultRule> =>
  fc
    .record({
      effect: fc.constantFrom(...effects),
      probability: fc.constantFrom(1, 0.5, 0.1),
      times: fc.integer({ min: 1, max: 8 }),
      seed: fc.integer({ min: 1, max: 1_000 }),
    })
    .map(({ effect, ...rest }) => ({ service: 'sqs', operation, ...rest, ...effect }));

/** Rules that end by themselves, each after a few hits. */
export const faultRules: fc.Arbitrary<readonly FaultRule[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: rule('SendMessageBatch', [...COMMON, ...OF_BATCHES, ...OF_SENDS]) },
    { weight: 2, arbitrary: rule('DeleteMessageBatch', [...COMMON, ...OF_BATCHES]) },
    { weight: 2, arbitrary: rule('ReceiveMessage', COMMON) },
    { weight: 1, arbitrary: rule('ChangeMessageVisibilityBatch', [...COMMON, ...OF_BATCHES]) },
  ),
  { maxLength: 6 },
);
