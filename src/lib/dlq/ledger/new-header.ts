import type { Queue } from '../../aws/ports/queues.ts';
import { newRunId } from '../replay/run-id.ts';
import type { RunHeader } from './ledger-record.ts';

/**
 * The header of a run that begins now.
 * @param now ms since the epoch
 */
export function newHeader(
  { dlq, target, service }: { readonly dlq: Queue; readonly target: Queue; readonly service: string | null },
  now: number,
  what: Pick<RunHeader, 'options' | 'native' | 'visibilitySeconds'>,
): RunHeader {
  return {
    type: 'run',
    format: 1,
    runId: newRunId(now),
    at: now,
    dlq: { name: dlq.name, arn: dlq.arn },
    target: { name: target.name, arn: target.arn, fifo: target.fifo },
    service,
    ...what,
  };
}
