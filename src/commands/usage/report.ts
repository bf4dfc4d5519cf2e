import type { Context } from '../../lib/context.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { plural, withHint } from '../../lib/io/format.ts';
import type { Next, Outcome, Warning } from '../../lib/io/outcome.ts';
import { percent } from '../../lib/release/judge/words.ts';
import { collect } from '../../lib/usage/collect/collect.ts';
import { inventory } from '../../lib/usage/collect/inventory.ts';
import { gateShare } from '../../lib/usage/gate.ts';
import { type Period, periodOf } from '../../lib/usage/month.ts';
import { reconcile } from '../../lib/usage/reconcile/reconcile.ts';
import type { Reconciliation } from '../../lib/usage/reconcile/reconciliation.ts';
import { usageReport } from '../../lib/usage/report.ts';
import { ROW_IDS, type RowId } from '../../lib/usage/row-ids.ts';
import { usageRows } from '../../lib/usage/rows/usage-rows.ts';
import { selfUsage } from '../../lib/usage/self-usage.ts';
import { loadTariff } from '../../lib/usage/tariff/load-tariff.ts';
import { tariffWarnings } from '../../lib/usage/tariff/tariff-warnings.ts';
import type { UsageReport, UsageRow } from '../../lib/usage/usage-row.ts';
import { defineCommand } from '../command.ts';
import { parsePercent, usageError } from '../parse.ts';
import { explainView } from './explain-view.ts';
import { noSuchRow } from './no-such-row.ts';
import { reportView } from './report-view.ts';
import { type Page, pageFlag, parsePage, withPage } from './write-page.ts';

interface ReportOptions {
  readonly month: string | undefined;
  /** 0–1. */
  readonly failOver: number | undefined;
  readonly explain: RowId | undefined;
  /** Read the functions' logs, too. */
  readonly exact: boolean;
  readonly html: string | undefined;
  readonly reconcile: boolean;
}

export const usageReportCommand = defineCommand<ReportOptions>({
  flags: [
    { flags: '--month <YYYY-MM>', description: 'a month of the last 15, in UTC (default: this month, up to now)' },
    { flags: '--explain <row>', description: 'one row: its formula with the numbers put in, and where each is from' },
    {
      flags: '--fail-over <percent>',
      description: 'exit 6 when a row is over this share of its limit, now or at the end of the month',
    },
    { flags: '--exact', description: 'count Lambda compute from the REPORT lines of the logs (free, but slower)' },
    { flags: '--reconcile', description: 'set AWS’s own count of the free tier beside ours, with plan and credits' },
    pageFlag,
  ],
  examples: [
    'cvops usage report',
    'cvops usage report --explain sqs-requests',
    'cvops usage report --month 2026-10 --output markdown',
    'cvops usage report --fail-over 80 --html usage.html',
  ],
  parse: (_arguments, flags) => ({
    month: flags['month'] as string | undefined,
    failOver: parsePercent(flags['failOver'], '--fail-over'),
    explain: parseRow(flags['explain']),
    reconcile: flags['reconcile'] === true,
    exact: flags['exact'] === true,
    html: parsePage(flags['html']),
  }),
  run: (options, context) => withPage(options.html, context, (page) => report(options, context, page)),
});

function parseRow(value: unknown): RowId | undefined {
  if (value === undefined) return undefined;
  const id = ROW_IDS.find((each) => each === value);
  if (id !== undefined) return id;
  throw noSuchRow(String(value), ROW_IDS);
}

async function report(options: ReportOptions, context: Context, target: Page | null): Promise<Outcome> {
  const nowMs = context.clock.now();
  const period = periodOf(options.month, nowMs);
  const [config, region] = await Promise.all([context.config(), context.region()]);
  const [readings, tariff] = await Promise.all([
    collect(context.usage, inventory(config), period, { region, exact: options.exact }),
    loadTariff(region, context.folders.state),
  ]);
  const measured = usageRows(readings, tariff, config.usage?.declared);
  const reconciliation = options.reconcile
    ? await reconcile(() => context.freeTier(), { rows: measured, period, region })
    : null;
  const whole = usageReport({
    readings,
    rows: measured,
    tariff,
    currency: config.usage?.currency,
    self: selfUsage(context.callCounts()),
    nowMs,
  });
  const explained = options.explain === undefined ? undefined : rowToExplain(whole, options.explain);
  const page = target === null ? null : await target.write(whole);
  const over = options.failOver === undefined ? [] : rowsOver(whole.rows, period, options.failOver);
  const rows = explained === undefined ? whole.rows : [explained];
  return {
    kind: 'usage.report',
    data: {
      ...whole,
      rows,
      gate:
        options.failOver === undefined
          ? null
          : { failOver: options.failOver, passed: over.length === 0, over: over.map(({ id }) => id) },
      reconciliation: reconciliation === null ? null : reconciliationData(reconciliation),
      page,
    },
    items: rows,
    warnings: [
      ...over.map((row) => overWarning(row, period, options.failOver!)),
      ...gapWarnings(whole.rows),
      ...exactWarnings(whole.rows, options.exact),
      ...reconcileWarnings(reconciliation),
      ...differenceWarnings(reconciliation),
      ...tariffWarnings(tariff, region, nowMs),
    ],
    next: nextSteps(whole, options),
    exitCode: exitCode(over, whole.rows, reconciliation),
    view: () => (explained === undefined ? reportView(whole, { page, reconciliation }) : explainView(explained, whole)),
  };
}

function rowToExplain({ rows }: UsageReport, id: RowId): UsageRow {
  const row = rows.find((each) => each.id === id);
  if (row !== undefined) return row;
  throw usageError(
    `--explain ${id}: this report has no such row, since nothing in the configuration is counted in it.`,
    `rows here: ${rows.map((each) => each.id).join(', ')}.`,
  );
}

function rowsOver(rows: readonly UsageRow[], { elapsedMs }: Period, share: number): readonly UsageRow[] {
  return rows.filter((row) => (gateShare(row, elapsedMs) ?? 0) > share);
}

function overWarning(row: UsageRow, { elapsedMs }: Period, share: number): Warning {
  return {
    code: 'OverThreshold',
    message: `${row.id} is at ${percent(gateShare(row, elapsedMs)!)} of its limit at the worst of now, the end of the month, and the whole account; ${percent(share)} is allowed.`,
  };
}

function gapWarnings(rows: readonly UsageRow[]): readonly Warning[] {
  const missing = rows.filter(({ gap }) => gap !== null).map(({ id }) => id);
  if (missing.length === 0) return [];
  return [
    {
      code: 'RowsNotRead',
      message: `${plural(missing.length, 'row')} could not be read, or not wholly: ${missing.join(', ')}.`,
    },
  ];
}

function exactWarnings(rows: readonly UsageRow[], isExact: boolean): readonly Warning[] {
  const id = 'lambda-compute';
  if (!isExact || !rows.some((row) => row.id === id && row.range !== null)) return [];
  const message = `${id} could not be counted from the logs alone and is still a range; \`--exact --explain ${id}\` says why.`;
  return [{ code: 'NotExact', message }];
}

/** A pipe and a document do not show the lines in which the report itself says so. */
function reconcileWarnings(reconciliation: Reconciliation | null): readonly Warning[] {
  const { gap = null, planGap = null } = reconciliation ?? {};
  const unread = [
    ['NotReconciled', "AWS's own count was not read", gap],
    ['PlanNotRead', "the account's plan was not read", planGap],
  ] as const;
  return unread.flatMap(([code, what, why]) =>
    why === null ? [] : [{ code, message: withHint(`${what}: ${why.message}`, why.hint) }],
  );
}

function differenceWarnings(reconciliation: Reconciliation | null): readonly Warning[] {
  return (reconciliation?.rows ?? [])
    .filter(({ state }) => state === 'differs')
    .map(({ id, difference }) => ({
      code: 'DiffersFromAws',
      message: `${id} differs from AWS's own count by ${percent(Math.abs(difference ?? 0))}; \`--explain ${id}\` shows how it is counted.`,
    }));
}

/** Times as every document has them. */
function reconciliationData({ plan, ...rest }: Reconciliation): object {
  const expiresAt = plan === null || plan.expiresAt === null ? null : new Date(plan.expiresAt).toISOString();
  return { ...rest, plan: plan === null ? null : { ...plan, expiresAt } };
}

/** A gate that could not see everything has not been passed; one that is broken is broken whatever else is not known. */
function exitCode(
  over: readonly UsageRow[],
  rows: readonly UsageRow[],
  reconciliation: Reconciliation | null,
): ExitCode {
  if (over.length > 0) return ExitCode.gate;
  const isRead = rows.every(({ gap }) => gap === null) && (reconciliation?.gap ?? null) === null;
  return isRead ? ExitCode.done : ExitCode.partial;
}

function nextSteps({ totals }: UsageReport, { explain, month }: ReportOptions): readonly Next[] {
  const of = month === undefined ? '' : ` --month ${month}`;
  if (explain !== undefined || totals.nearest === null) return [];
  return [
    { command: 'cvops usage headroom', why: 'how much more traffic is free' },
    {
      command: `cvops usage report --explain ${totals.nearest.id}${of}`,
      why: 'how the row nearest to its limit is counted',
    },
  ];
}
