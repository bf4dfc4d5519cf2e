import { servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { type DeadLetterQueue, describeDeadLetterQueue } from '../../lib/dlq/list.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { count, duration, text } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';

export const dlqList = defineCommand({
  examples: ['cvops dlq list', 'cvops dlq list --json --query "data.queues[?visible > `0`].dlq"'],
  parse: () => ({}),
  run: list,
});

async function list(_options: object, context: Context): Promise<Outcome> {
  const services = servicesWith(await context.config(), 'dlq');
  const distinct = services.filter((service, index) => services.findIndex(({ dlq }) => dlq === service.dlq) === index);
  const ports = await context.queues();
  const settled = await Promise.allSettled(distinct.map((service) => describeDeadLetterQueue(ports, service)));
  const queues: DeadLetterQueue[] = [];
  const warnings: Warning[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') queues.push(result.value);
    else if (result.reason instanceof CvopsError && result.reason.code === 'QueueNotFound') {
      warnings.push({ code: result.reason.code, message: result.reason.message });
    } else throw result.reason;
  }
  const failed = settled.find((result) => result.status === 'rejected');
  if (queues.length === 0 && failed !== undefined) throw failed.reason;
  const full = queues.find(({ visible }) => visible > 0);
  return {
    kind: 'dlq.list',
    data: { queues },
    items: queues,
    warnings,
    next: full === undefined ? [] : [{ command: `cvops dlq inspect ${full.service}`, why: 'see why they died' }],
    view: () => [
      {
        kind: 'table',
        table: {
          columns: [
            { label: 'SERVICE' },
            { label: 'DLQ' },
            { label: 'SOURCE' },
            { label: 'VISIBLE', align: 'right' },
            { label: 'IN FLIGHT', align: 'right' },
            { label: 'OLDEST', align: 'right' },
            { label: 'KEPT', align: 'right' },
            { label: 'RECEIVES', align: 'right' },
          ],
          rows: queues.map((queue) => [
            text(queue.service, 'strong'),
            text(queue.dlq),
            text(queue.source.length === 0 ? null : queue.source.join(',')),
            count(queue.visible, queue.visible > 0 ? 'bad' : undefined),
            count(queue.inFlight),
            duration(queue.oldestAgeSeconds),
            duration(queue.retentionSeconds),
            count(queue.maxReceiveCount),
          ]),
        },
      },
    ],
  };
}
