import type { Context } from '../../lib/context.ts';
import { DAY_MS, HOUR_MS } from '../../lib/durations.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { withHint } from '../../lib/io/format.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { collectReliability } from '../../lib/reliability/collect-reliability.ts';
import { reliabilityMetrics } from '../../lib/reliability/reliability-metrics.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { metricsView } from './metrics-view.ts';

interface ReliabilityOptions {
  readonly days: number;
}

const DAYS = 30;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const MOST_DAYS = 454;

export const reportReliability = defineCommand<ReliabilityOptions>({
  flags: [{ flags: '--days <n>', description: `the window, up to now (${DAYS}); CloudWatch keeps ${MOST_DAYS}` }],
  examples: ['cvops report reliability', 'cvops report reliability --days 7 --output markdown'],
  parse: (_arguments, flags) => ({ days: parseCount(flags['days'], '--days', 1, MOST_DAYS) ?? DAYS }),
  run: report,
});

async function report({ days }: ReliabilityOptions, context: Context): Promise<Outcome> {
  const config = await context.config();
  const now = context.clock.now();
  // CloudWatch keeps old data by the hour.
  const span = {
    fromMs: Math.floor((now - days * DAY_MS) / HOUR_MS) * HOUR_MS,
    toMs: Math.ceil(now / HOUR_MS) * HOUR_MS,
  };
  const { measurements, logs } = context.usage;
  const { queues, releaseLedger: releases } = context;
  const readings = await collectReliability({ measurements, logs, queues, releases }, config, span, now);
  const metrics = reliabilityMetrics(readings);
  const warnings = new Map<string, Warning>();
  for (const { label, gap } of metrics) {
    if (gap === null || warnings.has(gap.message)) continue;
    warnings.set(gap.message, { code: gap.code, message: withHint(`${label}: ${gap.message}`, gap.hint) });
  }
  return {
    kind: 'report.reliability',
    data: {
      days,
      since: new Date(span.fromMs).toISOString(),
      until: new Date(now).toISOString(),
      queues: readings.pipelines.map(({ queue }) => queue),
      functions: readings.functions.map(({ name }) => name),
      metrics,
    },
    items: metrics,
    warnings: [...warnings.values()],
    ...(warnings.size === 0 ? {} : { exitCode: ExitCode.partial }),
    view: () => metricsView(metrics, days),
  };
}
