import { sumOf } from '../rows/hours.ts';
import type { Tariff } from '../tariff/tariff.ts';
import { cloudflareRows, cloudWatchRows, mailRows } from './edge-rows.ts';
import type { Bounds, ForecastRow } from './forecast-row.ts';
import { lambdaRows } from './lambda-rows.ts';
import { sqsRows } from './sqs-rows.ts';
import type { SystemModel } from './system-model.ts';
import { tableRows } from './table-rows.ts';

/** The system at one traffic; its fields are public promises. */
export interface Scenario {
  readonly queriesPerMonth: number;
  readonly rows: readonly ForecastRow[];
  /** USD a month, before credits: the sums of the rows. */
  readonly costUsd: number;
  readonly costRangeUsd: Bounds;
  /** What AWS bills of it. */
  readonly awsUsd: number;
  readonly awsRangeUsd: Bounds;
}

/**
 * What a month costs at so many queries, each row beyond its own allowance. Nobody else in the account is thought of.
 * @param queries in a month, from 0.
 */
export function forecast(queries: number, model: SystemModel, tariff: Tariff): Scenario {
  const rows = [lambdaRows, sqsRows, tableRows, mailRows, cloudWatchRows, cloudflareRows].flatMap((family) =>
    family(queries, model, tariff),
  );
  const sums = (those: readonly ForecastRow[]) => ({
    usd: sumOf(those.map((row) => row.costUsd)),
    range: {
      low: sumOf(those.map((row) => row.costRangeUsd.low)),
      high: sumOf(those.map((row) => row.costRangeUsd.high)),
    },
  });
  const all = sums(rows);
  const aws = sums(rows.filter(({ service }) => service !== 'Cloudflare'));
  return {
    queriesPerMonth: queries,
    rows,
    costUsd: all.usd,
    costRangeUsd: all.range,
    awsUsd: aws.usd,
    awsRangeUsd: aws.range,
  };
}
