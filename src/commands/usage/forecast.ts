import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { besideArticle } from '../../lib/usage/forecast/article.ts';
import { forecast } from '../../lib/usage/forecast/forecast.ts';
import type { ForecastRow } from '../../lib/usage/forecast/forecast-row.ts';
import type { SystemModel } from '../../lib/usage/forecast/system-model.ts';
import { defineCommand } from '../command.ts';
import { explainForecast, type ForecastScenario, forecastView } from './forecast-view.ts';
import { MODEL_FLAGS, modelWords, parseModel } from './model-flags.ts';
import { modelInUse } from './model-in-use.ts';
import { noSuchRow } from './no-such-row.ts';
import { parseQueries } from './parse-queries.ts';
import { tariffInUse } from './tariff-in-use.ts';

interface ForecastOptions {
  readonly queries: readonly number[];
  readonly model: SystemModel;
  /** The flags that the model came from. */
  readonly said: string;
  /** A row's id. */
  readonly explain: string | undefined;
}

const QUERIES = '1M,10M';

export const usageForecast = defineCommand<ForecastOptions>({
  flags: [
    { flags: '--queries <list>', description: `queries a month, with commas (${QUERIES})` },
    { flags: '--explain <row>', description: 'one row: its formula, and the numbers in it' },
    ...MODEL_FLAGS,
  ],
  examples: [
    'cvops usage forecast',
    'cvops usage forecast --queries 10k,1M,100M --pollers 2',
    'cvops usage forecast --queries 1M --explain sqs-requests',
    'cvops usage forecast --queries 5M --billing on-demand --json --query "data.scenarios[0].rows[?costUsd>`0`]"',
  ],
  parse: (_arguments, flags) => ({
    queries: parseQueries((flags['queries'] as string | undefined) ?? QUERIES),
    model: parseModel(flags),
    said: modelWords(flags),
    explain: flags['explain'] as string | undefined,
  }),
  run,
});

async function run({ explain, said, ...options }: ForecastOptions, context: Context): Promise<Outcome> {
  const { tariff, warnings } = await tariffInUse(context);
  const model = await modelInUse(options.model, context);
  const currency = (await context.config()).usage?.currency;
  const whole = options.queries.map((queries): ForecastScenario => {
    const scenario = forecast(queries, model, tariff);
    const { queriesPerMonth, rows, costUsd, costRangeUsd, awsUsd, awsRangeUsd } = scenario;
    return {
      queriesPerMonth,
      rows,
      totals: {
        costUsd,
        rangeUsd: costRangeUsd,
        awsUsd,
        awsRangeUsd,
        display:
          currency === undefined
            ? null
            : { currency: currency.code, rate: currency.rate, asOf: currency.asOf, cost: costUsd * currency.rate },
      },
      article: besideArticle(scenario),
    };
  });
  const scenarios =
    explain === undefined ? whole : whole.map((scenario) => ({ ...scenario, rows: [rowNamed(scenario, explain)] }));
  return {
    kind: 'usage.forecast',
    data: { region: tariff.region, asOf: tariff.asOf, model, scenarios },
    items: scenarios.flatMap(({ queriesPerMonth, rows }) => rows.map((row) => ({ queriesPerMonth, ...row }))),
    warnings,
    next: [{ command: `cvops usage headroom${said}`, why: 'see what costs the first penny' }],
    view: () => (explain === undefined ? forecastView(scenarios, tariff) : explainForecast(scenarios, explain)),
  };
}

function rowNamed({ rows }: ForecastScenario, id: string): ForecastRow {
  const row = rows.find((each) => each.id === id);
  if (row !== undefined) return row;
  throw noSuchRow(
    id,
    rows.map((each) => each.id),
  );
}
