import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { usagePage } from '../../../../../src/lib/usage/page/usage-page.ts';
import type { UsageRow } from '../../../../../src/lib/usage/usage-row.ts';
import {
  exampleReport,
  hostileReport,
  hugeReport,
  usageReport,
  usageRow,
  weekly,
} from '../../../../support/usage-reports.ts';

/** The text of a page as a person reads it. */
function read(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,:)])/g, '$1');
}

const numbers = (page: string) =>
  [...page.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy|width|height|points)="([^"]*)"/g)].map(([, value]) => value!);

describe('the page', () => {
  test('is the same for the same report, and small', () => {
    expect(usagePage(exampleReport())).toBe(usagePage(exampleReport()));
    expect(usagePage(exampleReport()).length).toBeLessThan(60_000);
  });

  test('lets nothing in but its own style, which its policy names by its hash', () => {
    const page = usagePage(exampleReport());
    const [, style] = /<style>(.*?)<\/style>/s.exec(page)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe| style=| on[a-z]+=|@import|@font-face/i);
    expect(style).not.toMatch(/url\((?!#hatch\))/);
  });

  test('answers first: what it costs, where it goes, what is nearest to its limit', () => {
    const text = read(usagePage(exampleReport()));
    expect(text).toContain('November 2026 us-east-1 · measured until 23 November 2026, 06:00 UTC, 74.2 % of the month');
    expect(text).toContain('$0.30 to pay so far, on the way to $2.35 by 30 November, as far as could be read.');
    expect(text).toContain('Cost so far $0.30 0.24 GBP Cost projected $2.35 1.86 GBP Nearest limit 140 %');
    expect(text).toContain('41 calls to AWS, none of them paid: $0.00. Limits and prices of 2026-11-01 for us-east-1');
    expect(text).toContain('1 USD is 0.79 GBP as of 2026-11-01.');
  });

  test('puts what is nearest to its limit first, what has none after, what could not be read last', () => {
    const ids = [...usagePage(exampleReport()).matchAll(/<article class="row" id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.slice(0, 3)).toEqual(['cloudwatch-alarms', 'dynamodb-write-capacity', 'sqs-requests']);
    expect(ids.slice(-3)).toEqual(['dynamodb-write-units', 'eventbridge-rules', 'cloudwatch-logs']);
    expect(ids).toHaveLength(exampleReport().rows.length);
  });

  test('says in words when a limit is passed, now or on the way', () => {
    const text = read(usagePage(exampleReport()));
    expect(text).toContain('DynamoDB write capacity 74.2 % → projected 117 %');
    expect(text).toContain('▲ On the way over the limit, about 27 November.');
    expect(text).toContain('SQS requests 74.2 % → projected 100.1 %');
    const days = Array.from({ length: 10 }, () => 100);
    const over = usageRow({ id: 'sns-emails', limit: 450, used: 1_000, projected: 3_000, daily: days });
    const page = usagePage(usageReport([over], { hours: 240 }));
    expect(read(page)).toContain('▲ Over the limit since 5 November.');
    expect(page).toContain('aria-label="222 % of the limit used, 667 % projected, over the limit"');
  });

  test('tells a gap in words, with what mends it, and in no sum', () => {
    const text = read(usagePage(exampleReport()));
    expect(text).toContain('1 row could not be read and is in no sum: CloudWatch logs.');
    expect(text).toContain('Not read: not permitted to read the log groups. Allow logs:DescribeLogGroups.');
  });

  test('stands when nothing at all could be read', () => {
    const gap = { code: 'AccessDenied', message: 'not permitted.' };
    const rows = ['lambda-requests', 'sqs-requests'].map((id) =>
      usageRow({ id, used: null, projected: null, costUsd: null, projectedCostUsd: null, gap }),
    );
    const page = usagePage(usageReport(rows));
    expect(read(page)).toContain(
      'Nothing to pay so far, and nothing on the way until 30 November, as far as could be read.',
    );
    expect(read(page)).toContain('Nearest limit none');
    expect(page).not.toContain('Against the free limits');
    expect(page).not.toContain('class="bar"');
  });

  test('stands without rows', () => {
    expect(read(usagePage(usageReport([])))).toContain(
      'Nothing to pay so far, and nothing on the way until 30 November.',
    );
  });

  test('draws zero as nothing, with a curve that lies flat', () => {
    const zero = usageRow({ id: 'lambda-requests', used: 0, projected: 0, daily: [0, 0, 0] });
    const page = usagePage(usageReport([zero], { hours: 72 }));
    expect(read(page)).toContain('0 of 1,000,000 requests.');
    expect(page).not.toContain('class="used" x=');
    expect(numbers(page).filter((value) => /NaN|Infinity/.test(value))).toEqual([]);
  });

  test('cuts a bar off that would be endless, and says how far it goes', () => {
    const page = usagePage(hugeReport());
    expect(page).toContain('cut off ▸');
    expect(read(page)).toContain('1.235 billion of 1,000,000 requests (between 1 billion and 10 billion).');
    expect(numbers(page).filter((value) => /NaN|Infinity|e\+/.test(value))).toEqual([]);
    const beyond = numbers(page).filter((value) => value.endsWith('%') && Number.parseFloat(value) > 100.5);
    expect(beyond).toEqual([]);
  });

  test('knows the first hour of a month', () => {
    const row = usageRow({ id: 'lambda-requests', used: 14, projected: 10_080, confidence: 'low', daily: [14] });
    const page = usagePage(usageReport([row], { hours: 1 }));
    expect(read(page)).toContain('measured until 1 November 2026, 01:00 UTC, 0.14 % of the month');
    expect(read(page)).toContain('14 of 1,000,000 requests. 10,080 projected, with little to go by.');
    expect(numbers(page).filter((value) => /NaN|Infinity/.test(value))).toEqual([]);
  });

  test('speaks of a month that is over without projecting', () => {
    const row = usageRow({ id: 'sqs-requests', used: 1_500_000, costUsd: 0.2, daily: weekly(1_500_000, 31) });
    const text = read(usagePage(usageReport([row], { month: '2026-10', hours: 744 })));
    expect(text).toContain('October 2026 us-east-1 · the whole month');
    expect(text).toContain('The month cost $0.20.');
    expect(text).toContain('▲ Over the limit since');
    expect(text).toContain('31 Oct');
    expect(text).not.toMatch(/projected|on the way/);
  });

  test('draws by the day what is limited by the day', () => {
    const row = usageRow({
      id: 'cloudflare-requests',
      projection: 'daily',
      limit: 100,
      used: 120,
      daily: [50, 120, 80],
    });
    const page = usagePage(usageReport([row], { hours: 72 }));
    expect(page.match(/class="column"/g)).toHaveLength(3);
    expect(read(page)).toContain('120 of 100 requests a day.');
    expect(page).toContain('aria-label="Day by day: at most 120 requests a day"');
  });

  test('shows the formula with its numbers and where they come from, as a link only where it is one', () => {
    const page = usagePage(exampleReport());
    expect(page).toContain('<a href="https://aws.amazon.com/sqs/pricing/" rel="noreferrer">');
    expect(read(page)).toContain('duration 2,360,000 ms AWS/Lambda Duration, Sum, FunctionName=cv-analytics-processor');
    expect(read(page)).toContain('Limit of the organisation: declared in the configuration.');
  });

  test('escapes whatever it is told, and follows no address but https', () => {
    const page = usagePage(hostileReport());
    const markup = page.replace(/<style>.*?<\/style>/s, '');
    expect(markup).not.toMatch(/<script|<img|<\/title>.*<\/title>/s);
    expect(markup).not.toMatch(/href="(?!https:|#)/);
    expect(markup).not.toMatch(/<[^>]*onmouseover=(?!&quot;)/);
    expect(markup).not.toMatch(/[\u0000-\u0008\u202e]/);
    expect(markup).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(markup).toContain('\\u202e\\x07');
  });

  test('warns of limits that have grown old', () => {
    const page = usagePage(usageReport([], { tariff: { asOf: '2025-01-01', region: 'eu-west-2', stale: true } }));
    expect(read(page)).toContain(
      'Limits and prices are of 2025-01-01 and may have changed; cvops usage prices --refresh reads new ones.',
    );
  });

  test('tells how far traffic could grow, past what polling takes whatever it does', () => {
    const parts = [
      { name: 'polling', used: 400_000 },
      { name: 'traffic', used: 100_000 },
    ];
    const polled = usageRow({ id: 'sqs-requests', service: 'SQS', used: 500_000, projected: 600_000, parts });
    const invoked = usageRow({ id: 'lambda-requests', used: 10_000, projected: 12_000 });
    const grows = (...rows: readonly UsageRow[]) =>
      /Traffic could grow.*? anything\./.exec(read(usagePage(usageReport(rows))))?.[0];
    expect(grows(polled, invoked)).toBe(
      'Traffic could grow to about 4.3 times this month’s before SQS requests cost anything.',
    );
    expect(grows(invoked)).toBe(
      'Traffic could grow to about 83 times this month’s before Lambda requests cost anything.',
    );
    const others = { used: 510_000, utilisation: 0.51 };
    expect(grows(usageRow({ id: 'lambda-requests', used: 10_000, projected: 12_000, account: others }))).toContain(
      'about 33 times',
    );
    expect(grows(usageRow({ id: 'sqs-requests', used: 500_000, projected: 1_200_000 }), invoked)).toBeUndefined();
    expect(grows(usageRow({ id: 'cloudwatch-alarms', used: 9, limit: 10 }))).toBeUndefined();
  });

  test('shows the notes of a row that is near its limit, and keeps those of others with the formula', () => {
    const row = (used: number) => usageRow({ id: 'sns-emails', limit: 1_000, used, notes: ['Use `--exact` instead.'] });
    const open = (used: number) => usagePage(usageReport([row(used)])).split('<details>')[0]!;
    expect(open(900)).toContain('Use <code>--exact</code> instead.');
    expect(open(100)).not.toContain('--exact');
    expect(usagePage(usageReport([row(100)]))).toContain('Use <code>--exact</code> instead.');
  });

  test('says small for what is too small to read', () => {
    const row = usageRow({ id: 'dynamodb-storage', unit: 'GB', limit: 25, used: 0.000_004_3, projected: 0.000_005 });
    expect(read(usagePage(usageReport([row])))).toContain('under 0.001 of 25 GB.');
  });
});
