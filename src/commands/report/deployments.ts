import { servicesWith } from '../../lib/config/find-service.ts';
import { servedAliases } from '../../lib/config/served-aliases.ts';
import type { Context } from '../../lib/context.ts';
import { DAY_MS } from '../../lib/durations.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { deliveryMetrics } from '../../lib/release-ledger/delivery-metrics.ts';
import { measureMoves } from '../../lib/release-ledger/measure-moves.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { metricsView } from './metrics-view.ts';

interface ReportOptions {
  readonly days: number;
}

const DAYS = 30;
const MOST_DAYS = 3_650;

export const reportDeployments = defineCommand<ReportOptions>({
  flags: [{ flags: '--days <n>', description: `the window, up to now (${DAYS})` }],
  examples: ['cvops report deployments', 'cvops report deployments --days 90 --output markdown'],
  parse: (_arguments, flags) => ({ days: parseCount(flags['days'], '--days', 1, MOST_DAYS) ?? DAYS }),
  run: report,
});

async function report({ days }: ReportOptions, context: Context): Promise<Outcome> {
  const config = await context.config();
  const ledger = await context.releaseLedger();
  const until = context.clock.now();
  const since = until - days * DAY_MS;
  const histories = await Promise.all(
    servedAliases(config).map((service) => ledger.history(service.function, service.alias, since)),
  );
  const unreadable = histories.find((history) => history.unreadable !== null)?.unreadable;
  // Zeros for what cannot be read would be a lie.
  if (unreadable) throw unreadable;
  const entries = histories.flatMap((history) => history.entries.map(({ entry }) => entry));
  const { counts, unreadable: unmeasured } = await measureMoves(await context.metrics(), entries, until);
  const metrics = deliveryMetrics(entries, days * DAY_MS, counts);
  return {
    kind: 'report.deployments',
    data: {
      days,
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
      services: servicesWith(config, 'function').map(({ name }) => name),
      metrics,
    },
    items: metrics,
    warnings: [
      ...distinct(histories.flatMap((history) => history.warnings)),
      ...(unmeasured === null
        ? []
        : [{ code: 'MovesUnmeasured', message: `zero downtime was not measured: ${unmeasured.message}` }]),
    ],
    exitCode: unmeasured === null ? ExitCode.done : ExitCode.partial,
    view: () => metricsView(metrics, days),
  };
}

function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
}
