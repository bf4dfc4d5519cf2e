import { usageError } from '../parse.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000, b: 1_000_000_000 };
const MOST = 1_000_000_000_000;
const MOST_SCENARIOS = 8;

/**
 * Queries a month, as `10k`, `2.5M`, `1_000_000` or `100000`, more of them with commas; each once, in the order given.
 * @throws CvopsError `UsageError`
 */
export function parseQueries(text: string): readonly number[] {
  const all = [...new Set(text.split(',').map(parseOne))];
  if (all.length <= MOST_SCENARIOS) return all;
  throw usageError(`--queries names ${all.length} numbers; ${MOST_SCENARIOS} fit beside one another.`);
}

function parseOne(text: string): number {
  const [, digits = '', unit = ''] = /^\s*(\d[\d_]*(?:\.\d+)?)([kmb]?)\s*$/i.exec(text) ?? [];
  // 1.1M is 1,100,000.0000000001 in binary.
  const queries =
    digits === ''
      ? Number.NaN
      : Number((Number(digits.replaceAll('_', '')) * UNITS[unit.toLowerCase()]!).toPrecision(15));
  if (Number.isInteger(queries) && queries >= 1 && queries <= MOST) return queries;
  throw usageError(
    `--queries ${JSON.stringify(text)} is not a whole number from 1 to ${MOST.toLocaleString('en-US').replaceAll(',', '_')}.`,
    'queries a month, e.g. --queries 10k,1M,2.5M or 1_000_000.',
  );
}
