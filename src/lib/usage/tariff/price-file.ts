import * as z from 'zod/mini';
import { CvopsError } from '../../errors/cvops-error.ts';
import { ExitCode } from '../../errors/exit-code.ts';
import { LIMIT_IDS, type Limit, type LimitId, PRICE_IDS, type Price, type PriceId } from './tariff.ts';

/** The prices of one Region at one date, as a file holds them. */
export interface PriceFile {
  readonly region: string;
  /** `2026-11-01`. */
  readonly asOf: string;
  readonly prices: Readonly<Record<PriceId, Price>>;
}

/** What is free, the same in all Regions. */
export interface LimitFile {
  readonly asOf: string;
  readonly limits: Readonly<Record<LimitId, Limit>>;
}

const text = z.string().check(z.minLength(1));
const amount = z.number().check(z.minimum(0));
const source = z.url({ protocol: /^https$/ });
const asOf = z.iso.date();

const tiers = z
  .array(z.strictObject({ from: amount, usd: amount }))
  .check(
    z.refine(
      (list) => list.length > 0 && list.every(({ from }, i) => (i === 0 ? from === 0 : from > list[i - 1]!.from)),
    ),
  );
const price = z.strictObject({
  unit: text,
  tiers,
  source,
  note: z.optional(text),
  unverified: z.optional(z.boolean()),
});
const limit = z.strictObject({
  free: amount,
  unit: text,
  scope: z.enum(['account', 'region', 'organisation']),
  source,
  note: z.optional(text),
});

/** Every row must be there; rows that a later cvops knows are passed over. */
function rows<Id extends string, Row extends z.ZodMiniType>(ids: readonly Id[], row: Row) {
  return z.object(Object.fromEntries(ids.map((id) => [id, row])) as Record<Id, Row>);
}

const priceFile = z.object({ region: text, asOf, prices: rows(PRICE_IDS, price) });
const limitFile = z.object({ asOf, limits: rows(LIMIT_IDS, limit) });

/**
 * Reads what a price file holds.
 * @param path only for messages.
 * @throws CvopsError `InvalidPrices` (4) that names the row and the field.
 */
export function parsePriceFile(fileText: string, path: string): PriceFile {
  return parse(priceFile, fileText, path);
}

/** As {@link parsePriceFile}, for the limits. */
export function parseLimitFile(fileText: string, path: string): LimitFile {
  return parse(limitFile, fileText, path);
}

function parse<T extends z.ZodMiniType>(schema: T, fileText: string, path: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(fileText);
  } catch (cause) {
    throw invalid(path, `it is not JSON, or not whole: ${(cause as Error).message}`);
  }
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw invalid(path, problem(result.error.issues[0]!, value));
}

function problem({ path, code }: z.core.$ZodIssue, file: unknown): string {
  const [group, row, ...field] = path;
  const found = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], file);
  if (path.length === 0) return 'it holds no object';
  const what =
    row === undefined
      ? `"${String(group)}"`
      : `the row "${String(row)}" of "${String(group)}"${field.length === 0 ? '' : `: "${field.join('.')}"`}`;
  if (code === 'unrecognized_keys') return `${what} has a field that is not known`;
  if (found === undefined) return `${what} is missing`;
  if (field.length === 1 && field[0] === 'tiers') return `${what} must begin at 0 and ascend`;
  const shown = typeof found === 'object' ? 'no object of this kind' : JSON.stringify(found);
  return `${what} is ${shown}, which cannot be`;
}

function invalid(path: string, what: string): CvopsError {
  return new CvopsError('InvalidPrices', ExitCode.setup, `${path}: ${what}.`, {
    hint: 'write the file anew with `cvops usage prices --refresh`, or delete it to use the prices that cvops came with.',
  });
}
