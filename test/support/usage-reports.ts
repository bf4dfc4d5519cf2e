import type { UsageReport, UsageRow } from '../../src/lib/usage/usage-row.ts';

const HOUR_MS = 3_600_000;

/** A row in the middle of its month and its limit; what a test is about is said by it. */
export function usageRow(row: Partial<UsageRow> & Pick<UsageRow, 'id'>): UsageRow {
  const { limit = 1_000_000, used = 1_000, projected = used, costUsd = 0 } = row;
  const share = (value: number | null) => (value === null || limit === null ? null : value / limit);
  return {
    service: 'Lambda',
    metric: 'requests',
    unit: 'requests',
    used,
    range: null,
    limit,
    scope: 'account',
    utilisation: share(used),
    projected,
    projectedRange: null,
    projectedUtilisation: share(projected),
    projection: 'flow',
    confidence: 'high',
    basis: 'Invocations of its functions, summed',
    costUsd,
    projectedCostUsd: costUsd,
    parts: [],
    account: null,
    daily: [],
    source: 'https://aws.amazon.com/lambda/pricing/',
    gap: null,
    formula: {
      text: 'Σ Invocations = 1,000',
      terms: [{ name: 'invocations', value: used, unit: 'requests', source: 'AWS/Lambda Invocations, Sum' }],
    },
    notes: [],
    ...row,
  };
}

/** A report of these rows; `hours` of the month are over. */
export function usageReport(
  rows: readonly UsageRow[],
  { month = '2026-11', hours = 534, ...rest }: { month?: string; hours?: number } & Partial<UsageReport> = {},
): UsageReport {
  const fromMs = Date.parse(`${month}-01T00:00:00Z`);
  const from = new Date(fromMs);
  const days = (Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1) - fromMs) / (24 * HOUR_MS);
  const sum = (of: (row: UsageRow) => number | null) => rows.reduce((total, row) => total + (of(row) ?? 0), 0);
  const limited = rows.filter((row) => row.projectedUtilisation !== null);
  const nearest = limited.toSorted((a, b) => b.projectedUtilisation! - a.projectedUtilisation!)[0];
  return {
    period: {
      month,
      from: from.toISOString(),
      until: new Date(fromMs + hours * HOUR_MS).toISOString(),
      days,
      elapsed: hours / (days * 24),
      isOver: hours >= days * 24,
    },
    region: 'us-east-1',
    rows,
    totals: {
      costUsd: sum((row) => row.costUsd),
      projectedCostUsd: sum((row) => row.projectedCostUsd),
      nearest:
        nearest === undefined ? null : { id: nearest.id, projectedUtilisation: nearest.projectedUtilisation ?? 0 },
      unread: rows.filter(({ used }) => used === null).map(({ id }) => id),
      display: null,
    },
    tariff: { asOf: '2026-11-01', region: 'us-east-1', stale: false },
    self: {
      apiCalls: 41,
      paidCalls: 0,
      costUsd: 0,
      calls: { 'cloudwatch:GetMetricStatistics': 29, 'dynamodb:DescribeTable': 2, 'lambda:GetFunction': 10 },
    },
    ...rest,
  };
}

/** Days of a month with quiet weekends, summing to `total`. */
export function weekly(total: number, days: number): readonly number[] {
  const weights = Array.from({ length: days }, (_, day) =>
    day % 7 === 0 || day % 7 === 6 ? 0.4 : 1 + (day % 3) * 0.15,
  );
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total * weight) / whole);
}

/** The example system on 23 November, with what can happen to a report: a range, a gap, a limit passed, a cost. */
export function exampleReport(): UsageReport {
  const rows = [
    usageRow({ id: 'lambda-requests', used: 7_912, projected: 10_668, daily: weekly(7_912, 23) }),
    usageRow({
      id: 'lambda-compute',
      metric: 'compute',
      unit: 'GB-seconds',
      limit: 400_000,
      used: 1_213.4,
      range: { low: 1_180, high: 1_402 },
      projected: 1_636,
      projectedRange: { low: 1_591, high: 1_890 },
      confidence: 'medium',
      daily: weekly(1_213.4, 23),
      basis: 'Duration × memory of each version; what starting costs is not in Duration, so this is a range',
      formula: {
        text: 'Σ Duration ÷ 1,000 × 512 MB ÷ 1,024 = 1,180 GB-s … + cold starts × 0.9 s × 0.5 GB = 1,402 GB-s',
        terms: [
          {
            name: 'duration',
            value: 2_360_000,
            unit: 'ms',
            source: 'AWS/Lambda Duration, Sum, FunctionName=cv-analytics-processor',
          },
          { name: 'memory', value: 512, unit: 'MB', source: 'lambda:ListVersionsByFunction' },
          { name: 'cold starts at most', value: 493, unit: '', source: 'concurrent executions, hour by hour' },
        ],
      },
      source: 'https://aws.amazon.com/lambda/pricing/',
    }),
    usageRow({
      id: 'sqs-requests',
      service: 'SQS',
      used: 742_310,
      projected: 1_000_860,
      projectedRange: { low: 981_000, high: 1_034_000 },
      daily: weekly(742_310, 23),
      confidence: 'medium',
      parts: [
        { name: 'polling', used: 718_560 },
        { name: 'traffic', used: 23_750 },
      ],
      account: { used: 761_002, utilisation: 0.761_002 },
      projectedCostUsd: 0.000_344,
      notes: ['Five pollers ask every 20 s, with traffic or without: fewer pollers are the way to stay free.'],
      source: 'https://aws.amazon.com/sqs/pricing/',
    }),
    usageRow({
      id: 'dynamodb-write-capacity',
      service: 'DynamoDB',
      metric: 'write capacity',
      unit: 'WCU-hours',
      scope: 'region',
      projection: 'capacity-hours',
      limit: 18_000,
      used: 13_350,
      projected: 21_000,
      costUsd: 0,
      projectedCostUsd: 1.95,
      daily: Array.from({ length: 23 }, (_, day) => (day < 15 ? 480 : 768.75)),
    }),
    usageRow({
      id: 'dynamodb-read-capacity',
      service: 'DynamoDB',
      metric: 'read capacity',
      unit: 'RCU-hours',
      scope: 'region',
      projection: 'capacity-hours',
      limit: 18_000,
      used: 2_670,
      projected: 3_600,
      daily: Array.from({ length: 23 }, () => 116),
    }),
    usageRow({
      id: 'dynamodb-storage',
      service: 'DynamoDB',
      metric: 'storage',
      unit: 'GB',
      scope: 'region',
      projection: 'level',
      limit: 25,
      used: 0.0213,
      projected: 0.0213,
    }),
    usageRow({
      id: 'dynamodb-write-units',
      service: 'DynamoDB',
      metric: 'write units consumed',
      unit: 'units',
      limit: null,
      used: 8_004,
      projected: 10_800,
      daily: weekly(8_004, 23),
      source: 'https://aws.amazon.com/dynamodb/pricing/',
    }),
    usageRow({
      id: 'sns-publishes',
      service: 'SNS',
      metric: 'publishes',
      used: 4,
      projected: 5,
      scope: 'region',
      daily: weekly(4, 23),
    }),
    usageRow({
      id: 'sns-emails',
      service: 'SNS',
      metric: 'emails',
      unit: 'emails',
      limit: 1_000,
      used: 4,
      projected: 5,
      scope: 'region',
    }),
    usageRow({
      id: 'eventbridge-rules',
      service: 'EventBridge',
      metric: 'rule invocations',
      unit: 'invocations',
      limit: null,
      used: 23,
      projected: 30,
      daily: Array.from({ length: 23 }, () => 1),
    }),
    usageRow({
      id: 'cloudwatch-alarms',
      service: 'CloudWatch',
      metric: 'alarm metrics',
      unit: 'metrics',
      projection: 'level',
      limit: 10,
      used: 14,
      projected: 14,
      costUsd: 0.3,
      projectedCostUsd: 0.4,
      notes: ['Three high-resolution metrics are never free.'],
    }),
    usageRow({
      id: 'cloudwatch-logs',
      service: 'CloudWatch',
      metric: 'logs',
      unit: 'GB',
      limit: 5,
      used: null,
      projected: null,
      costUsd: null,
      projectedCostUsd: null,
      confidence: 'low',
      gap: {
        code: 'AccessDenied',
        message: 'not permitted to read the log groups',
        hint: 'allow logs:DescribeLogGroups.',
      },
    }),
    usageRow({
      id: 'cloudflare-requests',
      service: 'Cloudflare',
      metric: 'requests',
      projection: 'daily',
      limit: 100_000,
      used: 31_200,
      projected: 31_200,
      daily: weekly(480_000, 23),
      source: 'declared',
      confidence: 'low',
    }),
    usageRow({
      id: 'hcp-resources',
      service: 'HCP Terraform',
      metric: 'managed resources',
      unit: 'resources',
      scope: 'organisation',
      projection: 'level',
      limit: 500,
      used: 41,
      projected: 41,
      source: 'declared',
    }),
  ];
  const report = usageReport(rows);
  return {
    ...report,
    totals: {
      ...report.totals,
      display: {
        currency: 'GBP',
        rate: 0.79,
        asOf: '2026-11-01',
        cost: report.totals.costUsd * 0.79,
        projectedCost: report.totals.projectedCostUsd * 0.79,
      },
    },
  };
}

const HOSTILE = '</title><script>alert(1)</script><img src=x onerror="alert(2)">\u202e\u0007';

/** Names and messages as somebody could give them who means harm, and far longer than any should be. */
export function hostileReport(): UsageReport {
  const longest = `${HOSTILE}${'endless'.repeat(60)}`;
  const row = usageRow({
    id: 'lambda-requests',
    service: HOSTILE,
    metric: longest,
    unit: HOSTILE,
    basis: longest,
    source: `javascript:alert(3)`,
    notes: [longest],
    parts: [{ name: longest, used: 3 }],
    daily: [1_000],
    formula: {
      text: longest,
      terms: [{ name: longest, value: 1, unit: HOSTILE, source: `https://example.com/"onmouseover="alert(4)` }],
    },
  });
  const unread = usageRow({
    id: 'sns-emails',
    service: 'SNS',
    used: null,
    projected: null,
    gap: { code: 'AccessDenied', message: longest, hint: HOSTILE },
  });
  return usageReport([row, unread], {
    region: HOSTILE,
    self: { apiCalls: 1, paidCalls: 0, costUsd: 0, calls: { [longest]: 1 } },
  });
}

/** Every figure as large as it can be, far over every limit. */
export function hugeReport(): UsageReport {
  const rows = ['lambda-requests', 'sqs-requests', 'cloudwatch-logs'].map((id, index) =>
    usageRow({
      id,
      used: 10 ** (9 + 3 * index) * 1.234_567,
      range: { low: 10 ** (9 + 3 * index), high: 10 ** (10 + 3 * index) },
      projected: 10 ** (12 + 3 * index),
      projectedRange: { low: 10 ** (11 + 3 * index), high: Number.MAX_SAFE_INTEGER },
      daily: weekly(10 ** (9 + 3 * index), 31),
      costUsd: 123_456_789.12,
      projectedCostUsd: 987_654_321.98,
      account: { used: Number.MAX_SAFE_INTEGER, utilisation: 9_007_199 },
    }),
  );
  return usageReport(rows, { month: '2026-12', hours: 743 });
}
