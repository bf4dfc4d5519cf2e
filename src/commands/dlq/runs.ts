import type { Context } from '../../lib/context.ts';
import { listRuns, type RunSummary } from '../../lib/dlq/replay/runs.ts';
import { count, instant, text } from '../../lib/io/format.ts';
import type { Cell, Outcome } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';
import { runLedgers } from './run-ledgers.ts';

export const dlqRuns = defineCommand({
  examples: ['cvops dlq runs'],
  parse: () => ({}),
  run,
});

async function run(_options: object, context: Context): Promise<Outcome> {
  const runs = await listRuns(runLedgers(context));
  const open = runs.find(({ status }) => status === 'interrupted' || status === 'open');
  const now = context.clock.now();
  return {
    kind: 'dlq.runs',
    data: { runs },
    items: runs,
    next: open === undefined ? [] : [{ command: `cvops dlq replay --resume ${open.runId}`, why: goOn(open) }],
    view: () => [
      {
        kind: 'table',
        table: {
          columns: [
            { label: 'RUN' },
            { label: 'STARTED' },
            { label: 'DLQ' },
            { label: 'ENGINE' },
            { label: 'STATUS' },
            { label: 'REPLAYED', align: 'right' },
            { label: 'FAILED', align: 'right' },
            { label: 'LEFT', align: 'right' },
            { label: 'VERDICT' },
          ],
          rows: runs.map((each) => [
            text(each.runId, 'strong'),
            instant(each.startedAt === null ? null : Date.parse(each.startedAt), now),
            text(each.dlq),
            text(each.engine),
            text(each.status, each.status === 'done' ? undefined : 'warn'),
            count(each.replayed),
            count(each.failed),
            count(each.remaining),
            verdict(each),
          ]),
        },
      },
    ],
  };
}

function goOn({ engine, status }: RunSummary): string {
  return engine === 'native' && status === 'interrupted'
    ? 'watch its move task, which goes on in AWS by itself'
    : 'go on with it';
}

function verdict({ verified }: RunSummary): Cell {
  if (verified === null) return text(null);
  const { succeeded, returned, pending } = verified;
  return {
    raw: `succeeded=${succeeded},returned=${returned},pending=${pending}`,
    text: `${succeeded} succeeded, ${returned} returned, ${pending} pending`,
    ...(returned > 0 ? { tone: 'bad' as const } : {}),
  };
}
