import { describe, expect, test } from 'vitest';
import type { AccountPlan, FreeTierOffer } from '../../../../../src/lib/aws/ports/free-tier.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { periodOf } from '../../../../../src/lib/usage/month.ts';
import { reconcile } from '../../../../../src/lib/usage/reconcile/reconcile.ts';
import type { UsageRow } from '../../../../../src/lib/usage/usage-row.ts';

const NOON_OF_THE_TENTH = Date.UTC(2026, 10, 10, 12);
const PLAN: AccountPlan = { type: 'FREE', status: 'ACTIVE', creditsLeftUsd: 87.5, expiresAt: null };

const row = (more: Partial<UsageRow>): UsageRow => ({
  id: 'lambda-requests',
  service: 'Lambda',
  metric: 'requests',
  unit: 'requests',
  used: 1000,
  range: null,
  limit: 2_000,
  scope: 'account',
  utilisation: 0.001,
  projected: 3000,
  projectedRange: null,
  projectedUtilisation: 0.003,
  projection: 'flow',
  confidence: 'high',
  basis: '',
  costUsd: 0,
  projectedCostUsd: 0,
  parts: [],
  account: { used: 1000, utilisation: 0.001 },
  daily: [],
  source: '',
  gap: null,
  formula: { text: '', terms: [] },
  notes: [],
  ...more,
});
const offer = (more: Partial<FreeTierOffer>): FreeTierOffer => ({
  service: 'AWS Lambda',
  usageType: 'Global-Request',
  region: 'global',
  type: 'Always Free',
  used: 1000,
  forecast: 3000,
  limit: 1_000_000,
  unit: 'Request',
  ...more,
});

interface Account {
  readonly offers?: readonly FreeTierOffer[] | Error;
  readonly plan?: AccountPlan | null | Error;
}

function against(rows: readonly UsageRow[], { offers = [], plan = null }: Account, month?: string) {
  const answer = async <T>(value: T | Error): Promise<T> => {
    if (value instanceof Error) throw value;
    return value;
  };
  const freeTier = async () => ({ offers: () => answer(offers), plan: () => answer(plan) });
  return reconcile(freeTier, { rows, period: periodOf(month, NOON_OF_THE_TENTH), region: 'eu-west-2' });
}
const first = async (rows: readonly UsageRow[], account: Account) => (await against(rows, account)).rows[0];

describe("AWS's count beside ours", () => {
  test('agrees within a tenth, and differs beyond', async () => {
    expect(await first([row({ used: 1000 })], { offers: [offer({ used: 950 })] })).toMatchObject({
      ours: 1000,
      aws: 950,
      unit: 'requests',
      at: 'now',
      scope: 'account',
      state: 'agrees',
    });
    const differing = await first([row({})], { offers: [offer({ used: 800 })] });
    expect(differing).toMatchObject({ state: 'differs', difference: 0.25 });
  });

  test('agrees where both are next to nothing of the allowance', async () => {
    const rows = (limit: number | null) => [row({ used: 5, account: null, limit })];
    const offers = [offer({ used: 1 })];
    expect((await first(rows(4_000), { offers }))?.state).toBe('agrees');
    expect((await first(rows(3_000), { offers }))?.state).toBe('differs');
    expect((await first(rows(null), { offers }))?.state).toBe('differs');
  });

  test('agrees where AWS is only late: what came in today and since yesterday noon may be missing', async () => {
    const rows = [row({ daily: [0, 0, 0, 0, 0, 0, 0, 0, 400, 100] })];
    expect((await first(rows, { offers: [offer({ used: 700 })] }))?.state).toBe('agrees');
    expect((await first(rows, { offers: [offer({ used: 600 })] }))?.state).toBe('differs');
    // Late is never more.
    expect((await first(rows, { offers: [offer({ used: 1300 })] }))?.state).toBe('differs');
  });

  test('agrees within the bounds of an estimate', async () => {
    const compute = row({ id: 'lambda-compute', used: 1000, range: { low: 900, high: 1500 } });
    const offers = [
      offer({ usageType: 'EUW2-Lambda-GB-Second', used: 1000 }),
      offer({ usageType: 'EUW2-Lambda-GB-Second-ARM', used: 450 }),
    ];
    expect(await first([compute], { offers })).toMatchObject({ aws: 1450, state: 'agrees' });
  });

  test('is of the whole account, where ours may be of this system alone', async () => {
    const alone = row({ id: 'sqs-requests', account: null });
    const offers = (used: number) => [
      offer({ service: 'Amazon Simple Queue Service', usageType: 'Global-Requests', used }),
    ];
    expect(await first([alone], { offers: offers(5000) })).toMatchObject({ scope: 'system', state: 'others' });
    expect(await first([alone], { offers: offers(500) })).toMatchObject({ scope: 'system', state: 'differs' });
  });

  test('counts a level up over the month: compared where it ends', async () => {
    const alarms = row({ id: 'cloudwatch-alarms', projection: 'level', used: 3, projected: 3 });
    const offers = [offer({ service: 'AmazonCloudWatch', usageType: 'CW:AlarmMonitorUsage', used: 1, forecast: 3.1 })];
    expect(await first([alarms], { offers })).toMatchObject({ at: 'end of month', ours: 3, aws: 3.1, state: 'agrees' });
  });

  test('is not reported where AWS does not tell of it, which is not zero', async () => {
    expect(await first([row({})], { offers: [] })).toMatchObject({
      aws: null,
      difference: null,
      state: 'not reported',
    });
    const unknown = await first([row({})], { offers: [offer({ used: null })] });
    expect(unknown).toMatchObject({ aws: null, state: 'not reported' });
    expect((await first([row({})], { offers: [offer({ used: 0 })] }))?.state).toBe('differs');
    expect((await first([row({ account: null, used: null })], { offers: [offer({})] }))?.state).toBe('not read');
  });

  test('leaves out offers of other Regions and of other kinds', async () => {
    const publishes = row({ id: 'sns-publishes' });
    const sns = { service: 'Amazon Simple Notification Service', usageType: 'EUW2-Requests-Tier1' };
    const offers = [
      offer({ ...sns, region: 'eu-west-2', used: 1000 }),
      offer({ ...sns, region: 'us-east-1', usageType: 'Requests-Tier1', used: 500 }),
      offer({ ...sns, region: 'eu-west-2', type: '12 Months Free', used: 300 }),
    ];
    expect((await first([publishes], { offers }))?.aws).toBe(1000);
  });

  test('has nothing to say of rows that are none of its own', async () => {
    expect((await against([row({ id: 'github-minutes' })], { offers: [offer({})] })).rows).toEqual([]);
  });

  test('is of the present month only', async () => {
    const { rows, gap } = await against([row({})], { offers: [offer({})] }, '2026-09');
    expect(rows).toEqual([]);
    expect(gap?.code).toBe('MonthOver');
  });
});

describe('the account', () => {
  const denied = new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.', { hint: 'allow it.' });

  test('shows its plan and the credits left', async () => {
    expect(await against([], { plan: PLAN })).toMatchObject({
      plan: { type: 'FREE', status: 'ACTIVE', expiresAt: null },
      creditsLeftUsd: 87.5,
      planGap: null,
    });
    expect(await against([], { plan: null })).toMatchObject({ plan: null, creditsLeftUsd: null, planGap: null });
  });

  test('that may not be asked says so, each for itself', async () => {
    const gap = { code: 'AccessDenied', message: 'not allowed.', hint: 'allow it.' };
    expect(await against([row({})], { offers: denied, plan: PLAN })).toMatchObject({
      rows: [],
      gap,
      creditsLeftUsd: 87.5,
    });
    expect(await against([row({})], { offers: [offer({})], plan: denied })).toMatchObject({ gap: null, planGap: gap });
  });

  test('without credentials ends the command', async () => {
    const failure = new CvopsError('NoCredentials', ExitCode.setup, 'none.');
    await expect(against([], { offers: failure })).rejects.toBe(failure);
  });
});
