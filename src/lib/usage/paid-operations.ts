/** What a call costs from the first one on. */
interface PaidOperation {
  /** USD a call, at least: some cost more by what they return. */
  readonly usd: number;
  readonly source: string;
}

const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';

/** Ways to learn of usage that AWS charges for; `*` stands for all operations of a service. No report makes them. */
export const PAID_OPERATIONS: Readonly<Record<string, PaidOperation>> = {
  // Left out of the free million; billed by the metric, of which each call asks one at least.
  'cloudwatch:GetMetricData': { usd: 0.000_01, source: CLOUDWATCH },
  'cloudwatch:GetInsightRuleReport': { usd: 0.000_01, source: CLOUDWATCH },
  'cloudwatch:GetMetricWidgetImage': { usd: 0.000_02, source: CLOUDWATCH },
  // By the gigabyte that is searched, and by the minute.
  'logs:StartQuery': { usd: 0, source: CLOUDWATCH },
  'logs:StartLiveTail': { usd: 0.01, source: CLOUDWATCH },
  'ce:*': { usd: 0.01, source: 'https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/' },
};

/** What a call of `service:operation` costs; undefined: nothing. */
export function paidOperation(name: string): PaidOperation | undefined {
  return PAID_OPERATIONS[name] ?? PAID_OPERATIONS[`${name.split(':')[0]}:*`];
}
