import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { type LoopbackServer, serveHttp, serveTcp } from '../../support/loopback-server.ts';
import { jsonOf, makeHome, removeHome, runCli } from '../../support/run-cli.ts';

const sample = fileURLToPath(new URL('fixtures/price-list', import.meta.url));

let home: string;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => removeHome(home));

const clock = (at: string): Clock => ({ now: () => Date.parse(at), sleep: async () => {} });
const cli = (argv: readonly string[], at = '2026-11-23T12:00:00Z') =>
  runCli(['usage', 'prices', ...argv], { home, clock: clock(at) });
const fileOf = (region: string) => join(home, 'state', 'cvops', 'prices', `${region}.json`);

interface Row {
  readonly id: string;
  readonly unit: string;
  readonly tiers: readonly { readonly from: number; readonly usd: number }[];
  readonly before?: Row['tiers'] | null;
  readonly note: string | null;
  readonly unverified: boolean;
  readonly source: string;
}
const priceIn = (data: { prices: readonly Row[] }, id: string) => data.prices.find((price) => price.id === id)!;

describe('usage prices', () => {
  test('lists limits and prices with date and source, and needs neither credentials nor a region', async () => {
    const { data, warnings, kind } = jsonOf(await cli(['--json']));
    expect(kind).toBe('cvops/usage.prices');
    expect(data).toMatchObject({ region: 'us-east-1', asOf: '2026-11-01', stale: false, file: null, refresh: null });
    expect(data.limits).toContainEqual({
      id: 'sqs-requests',
      free: 1_000_000,
      unit: 'requests',
      scope: 'account',
      source: 'https://aws.amazon.com/sqs/pricing/',
      note: 'standard and FIFO queues together',
    });
    expect(priceIn(data, 'lambda-request').tiers).toEqual([{ from: 0, usd: 0.0000002 }]);
    for (const row of [...data.limits, ...data.prices]) expect(row.source).toMatch(/^https:\/\//);
    expect(warnings.map(({ code }) => code)).toEqual(['NoRegion']);
  });

  test('shows them as tables on a terminal', async () => {
    const { stdout } = await runCli(['usage', 'prices', '--region', 'eu-west-2'], { home, stdoutTTY: true });
    expect(stdout).toMatch(/^Prices of eu-west-2, 2026-11-01, as cvops came with them\./);
    expect(stdout).toMatch(/dynamodb-wcu-hour +\$0\.000772 +WCU-hour +\*/);
    expect(stdout).toMatch(/sqs-requests +1,000,000 +requests +account/);
    expect(stdout).toContain('https://aws.amazon.com/cloudwatch/pricing/');
  });

  test('gives a pipe plain decimals', async () => {
    const { stdout } = await cli(['--region', 'us-east-1']);
    expect(stdout.split('\n')[0]).toBe('lambda-request\t0.0000002\trequest\t');
  });

  test('warns of prices older than 120 days', async () => {
    const { warnings, data } = jsonOf(await cli(['--json', '--region', 'eu-west-2'], '2027-04-01T00:00:00Z'));
    expect(data.stale).toBe(true);
    expect(warnings[0]!.message).toMatch(/^the prices are of 2026-11-01, more than 120 days ago/);
  });

  test.each([
    [['--dry-run'], '--dry-run goes with --refresh.'],
    [['--from', 'x'], '--from goes with --refresh.'],
    [['--refresh', '--from', ''], '--from is empty.'],
    [['--refresh', '--from', 'ftp://x'], '--from "ftp://x" is neither an http or https URL nor a folder.'],
    [['--refresh', '--from', 'S3://bucket/x'], '--from "S3://bucket/x" is neither an http or https URL nor a folder.'],
    [['--refresh', '--from', 'file:///prices'], 'Hint: name the folder by its path: --from /prices.'],
    [['--refresh', '--from', 'file:///my%20prices'], "Hint: name the folder by its path: --from '/my prices'."],
    [['--refresh', '--from', 'file://%'], 'Hint: name the folder by its path.'],
    [['--refresh', '--from', 'https://'], '--from "https://" is neither'],
  ])('refuses %j', async (argv, message) => {
    const { code, stderr } = await cli(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('usage prices --refresh', () => {
  let server: LoopbackServer;
  let folder: string;
  let asked: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cvops-price-list-'));
    cpSync(sample, folder, { recursive: true });
    asked = [];
    server = await serveHttp((response, request) => {
      asked.push(request.url ?? '');
      const path = join(folder, request.url ?? '');
      if (existsSync(path)) response.end(readFileSync(path));
      else response.writeHead(404).end('Not found');
    });
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const from = () => `http://127.0.0.1:${server.port}`;
  const refresh = (region: string, ...argv: string[]) =>
    cli(['--refresh', '--region', region, '--from', from(), '--json', ...argv]);

  test('reads one file a service and finds what cvops came with, free allowances taken off', async () => {
    const result = await refresh('us-east-1');
    const { data } = jsonOf(result);
    expect(result.code).toBe(0);
    expect(data.refresh).toMatchObject({ changed: [], kept: [], dryRun: false, path: fileOf('us-east-1') });
    expect(asked).toHaveLength(6);
    expect(asked[0]).toBe('/AWSLambda/current/us-east-1/index.json');
    expect(data).toMatchObject({ asOf: '2026-11-23', file: fileOf('us-east-1') });
    expect(priceIn(data, 'sqs-request').note).toBe("AWS's price list for AWSQueueService, 2026-09-11: Requests-RBP");
  });

  test('shows old and new, keeps what it did not find, says so, and exits 3', async () => {
    const result = await refresh('eu-west-2');
    const { data, warnings } = jsonOf(result);
    expect(result.code).toBe(3);
    expect(data.refresh.changed).toEqual(['sqs-fifo-request']);
    expect(priceIn(data, 'sqs-fifo-request')).toMatchObject({
      tiers: [{ from: 0, usd: 0.00000055 }, { from: 1e11 }, { from: 2e11 }],
      before: [{ from: 0, usd: 0.0000005 }, { from: 1e11 }, { from: 2e11 }],
    });
    expect(data.refresh.kept).toEqual([
      { id: 'scheduler-invocation', reason: 'no product has the usage type ScheduledInvocation' },
    ]);
    expect(warnings).toContainEqual({
      code: 'PriceKept',
      message: 'scheduler-invocation stays as it was: no product has the usage type ScheduledInvocation.',
    });
    expect(priceIn(data, 'dynamodb-wcu-hour').unverified).toBe(false);
    const table = await runCli(['usage', 'prices', '--refresh', '--region', 'eu-west-2', '--from', from()], {
      stdoutTTY: true,
      columns: 120,
    });
    expect(table.stdout).toMatch(/sqs-fifo-request +\$0\.0000005 +\$0\.00000055 +request +changed/);
    expect(table.stdout).toMatch(/scheduler-invocation .* kept/);
  });

  test('is used from then on', async () => {
    await refresh('eu-west-2');
    const { data } = jsonOf(await cli(['--json', '--region', 'eu-west-2']));
    expect(data).toMatchObject({ asOf: '2026-11-23', file: fileOf('eu-west-2') });
    expect(priceIn(data, 'sqs-fifo-request').tiers[0]!.usd).toBe(0.00000055);
  });

  test('writes nothing in a dry run', async () => {
    const { data, next } = jsonOf(await refresh('eu-west-2', '--dry-run'));
    expect(data.refresh).toMatchObject({ dryRun: true, changed: ['sqs-fifo-request'] });
    expect(existsSync(fileOf('eu-west-2'))).toBe(false);
    expect(next[0]!.command).toContain('--refresh');
  });

  test('reads from a folder too, dated by its newest file', async () => {
    const result = await cli(['--refresh', '--region', 'us-east-1', '--from', folder, '--json']);
    expect(jsonOf(result).data.asOf).toBe('2026-11-20');
  });

  test('refuses a folder whose files are older than the prices in use', async () => {
    edit('AWSLambda', (offer) => {
      offer.publicationDate = '2026-10-01T00:00:00Z';
    });
    const result = await cli(['--refresh', '--region', 'us-east-1', '--from', folder, '--json']);
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'PriceListOld',
      message: `the price list in ${folder} is of 2026-10-14, older than the prices in use (2026-11-01).`,
    });
  });

  test('reads a Region that cvops has no prices of, with us-east-1’s for what is not listed', async () => {
    for (const service of readdirSync(sample, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      const text = readFileSync(join(sample, service.name, 'current/eu-west-2/index.json'), 'utf8');
      const path = join(folder, service.name, 'current/eu-west-3/index.json');
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replaceAll('EUW2-', 'EUW3-').replaceAll('eu-west-2', 'eu-west-3'));
    }
    const result = await refresh('eu-west-3');
    const { data, warnings } = jsonOf(result);
    expect(result.code).toBe(3);
    expect(data.region).toBe('eu-west-3');
    expect(priceIn(data, 'lambda-request')).toMatchObject({ before: null, tiers: [{ from: 0, usd: 0.0000002 }] });
    expect(priceIn(data, 'scheduler-invocation')).toMatchObject({
      unverified: true,
      note: "not in the price list of eu-west-3; us-east-1's",
    });
    expect(warnings.map(({ code }) => code)).toEqual(['PriceKept']);
  });

  test.each<[string, () => void, string]>([
    [
      'a service is missing',
      () => rmSync(join(folder, 'AmazonSNS'), { recursive: true }),
      '/AmazonSNS/current/us-east-1/index.json cannot be read: HTTP 404.',
    ],
    [
      'a file is cut',
      () => writeFileSync(join(folder, 'AWSEvents/current/us-east-1/index.json'), '{"formatVersion":'),
      '/AWSEvents/current/us-east-1/index.json is no price list: it is not JSON, or not whole.',
    ],
    [
      'a file is something else',
      () => writeFileSync(join(folder, 'AWSEvents/current/us-east-1/index.json'), '{"login":"please"}'),
      'is no price list: "publicationDate" is missing or not of its kind.',
    ],
  ])('leaves the old file alone when %s', async (_case, spoil, message) => {
    await refresh('us-east-1');
    const before = readFileSync(fileOf('us-east-1'), 'utf8');
    spoil();
    const result = await refresh('us-east-1');
    expect(result.code).toBe(1);
    expect(jsonOf(result).error.message).toContain(message);
    expect(readFileSync(fileOf('us-east-1'), 'utf8')).toBe(before);
    expect(readdirSync(dirname(fileOf('us-east-1')))).toEqual(['us-east-1.json']);
  });

  test('takes a folder whose name has a colon in it, and names it again as a shell takes it', async () => {
    const place = join(folder, "the operator's prices: new");
    cpSync(sample, place, { recursive: true });
    const { next } = jsonOf(await cli(['--refresh', '--region', 'us-east-1', '--from', place, '--dry-run', '--json']));
    expect(next[0]!.command).toContain(`--from '${place.replace("'", "'\\''")}'`);
  });

  test('names a server that is not there', async () => {
    await server.close();
    const result = await refresh('us-east-1');
    expect(result.code).toBe(1);
    expect(jsonOf(result).error).toMatchObject({
      code: 'PriceListUnreachable',
      message: expect.stringContaining('cannot be read: ECONNREFUSED.'),
    });
  });

  test('says why a URL is not asked, however it is written', async () => {
    // https://fetch.spec.whatwg.org/#port-blocking
    const { error } = jsonOf(
      await cli(['--refresh', '--region', 'us-east-1', '--from', 'HTTP://127.0.0.1:1', '--json']),
    );
    expect(error.message).toBe('HTTP://127.0.0.1:1/AWSLambda/current/us-east-1/index.json cannot be read: bad port.');
  });

  test('ends at Ctrl-C while a server is silent, and leaves the old file alone', async () => {
    const silent = await serveTcp(() =>
      interruption.abort(new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted.')),
    );
    const interruption = new AbortController();
    const result = await runCli(
      ['usage', 'prices', '--refresh', '--region', 'us-east-1', '--from', `http://127.0.0.1:${silent.port}`],
      { home, signal: interruption.signal },
    );
    await silent.close();
    expect(result.code).toBe(130);
    expect(result.stdout).toBe('');
    expect(existsSync(fileOf('us-east-1'))).toBe(false);
  });

  test('reads no more than 64 MB of a file', async () => {
    const endless = await serveHttp((response) => {
      const chunk = Buffer.alloc(8 * 1024 * 1024, ' ');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    const argv = ['--refresh', '--region', 'us-east-1', '--from', `http://127.0.0.1:${endless.port}`, '--json'];
    const result = await cli(argv);
    await endless.close();
    expect(result.code).toBe(1);
    expect(jsonOf(result).error.message).toContain('is no price list: it is larger than 64 MB.');
  });

  test('takes no price that is ambiguous or free', async () => {
    edit('AWSLambda', (offer) => {
      for (const { sku, attributes } of Object.values(offer.products)) {
        const [term] = Object.values(offer.terms.OnDemand[sku]!);
        const [dimension] = Object.values(term!.priceDimensions);
        if (attributes['usagetype'] === 'Request') dimension!.pricePerUnit.USD = '0.0000000000';
        if (attributes['usagetype'] === 'Lambda-Edge-Request') {
          Object.assign(attributes, { usagetype: 'Lambda-GB-Second-ARM', group: 'AWS-Lambda-Duration-ARM' });
        }
      }
    });
    const { data } = jsonOf(await refresh('us-east-1'));
    expect(data.refresh.kept).toEqual([
      { id: 'lambda-request', reason: 'Request has no price in USD' },
      { id: 'lambda-gb-second-arm', reason: 'Lambda-GB-Second-ARM has several prices' },
    ]);
    expect(priceIn(data, 'lambda-request').tiers).toEqual([{ from: 0, usd: 0.0000002 }]);
  });

  test('mends a file with a missing row, which every other command refuses with exit code 4', async () => {
    await refresh('us-east-1');
    const file = JSON.parse(readFileSync(fileOf('us-east-1'), 'utf8'));
    delete file.prices['sns-email'];
    writeFileSync(fileOf('us-east-1'), JSON.stringify(file));
    const broken = await cli(['--json', '--region', 'us-east-1']);
    expect(broken.code).toBe(4);
    expect(jsonOf(broken).error).toMatchObject({
      code: 'InvalidPrices',
      message: `${fileOf('us-east-1')}: the row "sns-email" of "prices" is missing.`,
    });
    const mended = await refresh('us-east-1');
    expect(mended.code).toBe(0);
    expect(jsonOf(mended).warnings.map(({ code }) => code)).toEqual(['InvalidPrices']);
    expect((await cli(['--json', '--region', 'us-east-1'])).code).toBe(0);
  });

  test('says when the folder cannot be written', async () => {
    writeFileSync(join(home, 'state'), 'a file');
    const result = await refresh('us-east-1');
    expect(result.code).toBe(4);
    expect(jsonOf(result).error.code).toBe('StateNotWritable');
  });

  interface Draft {
    publicationDate: string;
    products: Record<string, { sku: string; attributes: Record<string, string> }>;
    terms: {
      OnDemand: Record<string, Record<string, { priceDimensions: Record<string, { pricePerUnit: { USD: string } }> }>>;
    };
  }

  function edit(service: string, change: (offer: Draft) => void): void {
    const path = join(folder, service, 'current/us-east-1/index.json');
    const offer = JSON.parse(readFileSync(path, 'utf8')) as Draft;
    change(offer);
    writeFileSync(path, JSON.stringify(offer));
  }
});
