import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { CvopsError } from '../../../errors/cvops-error.ts';
import { ExitCode } from '../../../errors/exit-code.ts';
import { readBounded } from '../../../io/read-bounded.ts';
import { isObject } from '../../../is-object.ts';
import { bareUsageType, PRICE_LIST_ROWS } from './price-list-rows.ts';

/** AWS's public price list; it asks for no credentials. https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-ppslong.html */
export const AWS_PRICE_LIST = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws';

/** The services whose prices cvops knows, by the names that the price list has for them. */
export const PRICE_LIST_SERVICES = [
  'AWSLambda',
  'AWSQueueService',
  'AmazonDynamoDB',
  'AmazonSNS',
  'AWSEvents',
  'AmazonCloudWatch',
] as const;
export type PriceListService = (typeof PRICE_LIST_SERVICES)[number];

const offerSchema = z.object({
  publicationDate: z.iso.datetime(),
  products: z.record(z.string(), z.object({ sku: z.string(), attributes: z.record(z.string(), z.unknown()) })),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          priceDimensions: z.record(
            z.string(),
            z.object({ beginRange: z.optional(z.string()), pricePerUnit: z.record(z.string(), z.string()) }),
          ),
        }),
      ),
    ),
  }),
});

/**
 * What is read of a service's file for one Region.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */
export type Offer = z.output<typeof offerSchema>;

const WANTED: ReadonlySet<string> = new Set(Object.values(PRICE_LIST_ROWS).flatMap((row) => row?.usageTypes ?? []));

/** Files of single Regions have a few MB; what is larger is another file. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Whether files are asked of a server there; else it is a folder. */
export function isUrl(from: string): boolean {
  return /^https?:/i.test(from);
}

/**
 * Reads a service's file.
 * @param from the URL or the folder above `<service>/current/<region>/index.json`.
 * @throws CvopsError `PriceListUnreachable` (1), `PriceListUnusable` (1).
 */
export async function readOffer(
  from: string,
  service: PriceListService,
  region: string,
  signal: AbortSignal,
): Promise<Offer> {
  const path = `${service}/current/${region}/index.json`;
  const isServer = isUrl(from);
  const place = isServer ? `${from.replace(/\/+$/, '')}/${path}` : join(from, path);
  const text = isServer ? await download(place, signal) : await readFrom(place);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unusable(place, 'it is not JSON, or not whole', cause);
  }
  const offer = z.safeParse(offerSchema, wantedOf(value));
  if (offer.success) return offer.data;
  throw unusable(place, `"${offer.error.issues[0]!.path.join('.')}" is missing or not of its kind`, offer.error);
}

/** What cvops has a price for, of the thousands of products in a file; what is no object is left for the schema to refuse. */
function wantedOf(value: unknown): unknown {
  const { publicationDate, products, terms } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const onDemand = isObject(terms) ? terms['OnDemand'] : undefined;
  if (!isObject(products) || !isObject(onDemand)) return { publicationDate, products, terms };
  const wanted = Object.entries(products).filter(([, product]) => {
    const attributes = isObject(product) ? product['attributes'] : undefined;
    return !isObject(attributes) || WANTED.has(bareUsageType(attributes['usagetype']));
  });
  const priced = wanted.flatMap(([sku]) => (sku in onDemand ? [[sku, onDemand[sku]] as const] : []));
  return {
    publicationDate,
    products: Object.fromEntries(wanted),
    terms: { OnDemand: Object.fromEntries(priced) },
  };
}

async function download(url: string, signal: AbortSignal): Promise<string> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await fetch(url, { signal: bounded });
    if (!response.ok) throw unreachable(url, `HTTP ${response.status}`);
    const bytes = response.body === null ? Buffer.alloc(0) : await readBounded(response.body, MOST_BYTES);
    if (bytes === undefined) throw tooLarge(url);
    return bytes.toString('utf8');
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof CvopsError) throw cause;
    if (bounded.aborted) throw unreachable(url, `no whole answer within ${TIMEOUT_MS / 1000} s`, cause);
    // `fetch failed` says nothing; what it wraps does.
    const { cause: inner, message } = cause as Error & { cause?: { code?: string; message?: string } };
    throw unreachable(url, inner?.code ?? inner?.message ?? message, cause);
  }
}

async function readFrom(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MOST_BYTES) throw tooLarge(path);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof CvopsError) throw cause;
    throw unreachable(path, (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
  }
}

function unreachable(place: string, why: string, cause?: unknown): CvopsError {
  return new CvopsError('PriceListUnreachable', ExitCode.failed, `${place} cannot be read: ${why}.`, {
    hint: 'the prices stay as they are; --from URL or --from FOLDER names another place to read from.',
    cause,
  });
}

function tooLarge(place: string): CvopsError {
  return unusable(place, `it is larger than ${MOST_BYTES / 1024 / 1024} MB`);
}

function unusable(place: string, why: string, cause?: unknown): CvopsError {
  return new CvopsError('PriceListUnusable', ExitCode.failed, `${place} is no price list: ${why}.`, {
    hint: 'the prices stay as they are; see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html',
    cause,
  });
}
