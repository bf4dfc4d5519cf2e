import { servicesWith } from '../../lib/config/find-service.ts';
import type { Context } from '../../lib/context.ts';
import { NEAR_EXPIRY_MS } from '../../lib/dlq/inspect/advice.ts';
import { type DeadLetterQueue, describeDeadLetterQueue, keepsTooShort } from '../../lib/dlq/list.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { count, duration, formatDuration, instant, text } from '../../lib/io/format.ts';
import type { Cell, Outcome, TableView, Warning } from '../../lib/io/outcome.ts';
import { awsTime } from '../aws-time.ts';
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
  const settled = await Promise.allSettled(
    distinct.map((service) => describeDeadLetterQueue(ports, service, () => awsTime(context))),
  );
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
  const now = awsTime(context);
  const full = queues.find(({ visible }) => visible > 0);
  const { stdout } = context.streams;
  return {
    kind: 'dlq.list',
    data: { queues },
    items: queues,
    warnings: [...warnings, ...queues.flatMap((queue) => queueWarnings(queue, now))],
    next: full === undefined ? [] : [{ command: `cvops dlq inspect ${full.service}`, why: 'see why they died' }],
    view: () => [{ kind: 'table', table: table(queues, now, stdout.isTTY ? stdout.columns : null) }],
  };
}

function queueWarnings(queue: DeadLetterQueue, now: number): Warning[] {
  const warnings: Warning[] = [];
  const { dlq, expiresAtLatest } = queue;
  for (const what of queue.unread) warnings.push({ code: 'NotRead', message: `not known of ${dlq}: ${what}` });
  if (expiresAtLatest !== null && Date.parse(expiresAtLatest) - now < NEAR_EXPIRY_MS) {
    warnings.push({
      code: 'ExpiresSoon',
      message: `the first message of ${dlq} expires by ${expiresAtLatest} at the latest.`,
    });
  }
  if (keepsTooShort(queue)) {
    const source = formatDuration(queue.sourceRetentionSeconds!);
    warnings.push({
      code: 'RetentionShort',
      message: `${dlq} keeps messages ${formatDuration(queue.retentionSeconds)} from their first send and its source ${source}: they may expire on arrival.`,
    });
  }
  return warnings;
}

interface Column {
  readonly label: string;
  readonly align?: 'right';
  /** Left out on terminals narrower than this. */
  readonly from?: number;
  cell(queue: DeadLetterQueue): Cell;
}

function table(queues: readonly DeadLetterQueue[], now: number, width: number | null): TableView {
  const all: readonly Column[] = [
    { label: 'SERVICE', cell: ({ service }) => text(service, 'strong') },
    { label: 'DLQ', cell: ({ dlq }) => text(dlq) },
    { label: 'SOURCE', from: 115, cell: ({ source }) => text(source.length === 0 ? null : source.join(',')) },
    { label: 'VISIBLE', align: 'right', cell: ({ visible }) => count(visible, visible > 0 ? 'bad' : undefined) },
    { label: 'IN FLIGHT', align: 'right', cell: ({ inFlight }) => count(inFlight) },
    { label: 'OLDEST', align: 'right', cell: ({ oldestAgeSeconds }) => duration(oldestAgeSeconds) },
    { label: 'KEPT', align: 'right', from: 100, cell: ({ retentionSeconds }) => duration(retentionSeconds) },
    { label: 'RECEIVES', align: 'right', from: 90, cell: ({ maxReceiveCount }) => count(maxReceiveCount) },
    { label: 'FIRST EXPIRES', cell: (queue) => expires(queue, now) },
  ];
  const columns = all.filter(({ from = 0 }) => width === null || width >= from);
  return {
    columns: columns.map(({ label, align }) => (align === undefined ? { label } : { label, align })),
    rows: queues.map((queue) => columns.map((column) => column.cell(queue))),
  };
}

/** Never a time that could be too late without saying so. */
function expires({ visible, inFlight, delayed, expiresAtLatest }: DeadLetterQueue, now: number): Cell {
  if (visible + inFlight + delayed === 0) return text(null);
  if (expiresAtLatest === null) return { raw: null, text: 'unknown' };
  const at = Date.parse(expiresAtLatest);
  const cell = instant(at, now);
  return { ...cell, text: `${cell.text} at latest`, ...(at - now < NEAR_EXPIRY_MS ? { tone: 'bad' as const } : {}) };
}
