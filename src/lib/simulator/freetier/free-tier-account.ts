import type { Billing } from '../billing/billing.ts';
import type { Clock } from '../kernel/clock.ts';
import type { FreeTierUsage } from './free-tier-usage.ts';
import { OFFERS, type Offer } from './offers.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** AWS promises no time; what it shows is hours old. */
const LAG_HOURS = 8;

/** What AWS knows of an account made since July 2025: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/free-tier-plans.html */
export interface AccountPlan {
  readonly type: 'FREE' | 'PAID';
  readonly status: 'NOT_STARTED' | 'ACTIVE' | 'EXPIRED';
  readonly creditsUsd?: number;
  /** ISO. */
  readonly expiresAt?: string;
}

/** What is to be different in the account. Members left out stay as they are. */
export interface FreeTierSteering {
  /** How many hours old the usage is. */
  readonly lagHours?: number;
  /** Services that are not reported, by AWS's names; `['*']`: none is. */
  readonly notReported?: readonly string[];
  /** Answered as they are instead of what happened in the simulator; null: what happened. */
  readonly usages?: readonly FreeTierUsage[] | null;
  /** Offers in a page at most. */
  readonly pageSize?: number;
  /** null: an account from before there were plans. */
  readonly plan?: AccountPlan | null;
}

export interface BilledRegion {
  readonly name: string;
  readonly billing: Billing;
}

/** The account's free tier, over all regions: what was used of each offer, and the account's plan. */
export class FreeTierAccount {
  readonly #clock: Clock;
  readonly #regions: () => readonly BilledRegion[];
  #steering: FreeTierSteering;

  constructor(clock: Clock, regions: () => readonly BilledRegion[]) {
    this.#clock = clock;
    this.#regions = regions;
    // What a new account gets: 100 USD, for six months.
    const expiresAt = new Date(clock.now() + 182 * DAY_MS).toISOString();
    this.#steering = { plan: { type: 'FREE', status: 'ACTIVE', creditsUsd: 100, expiresAt } };
  }

  steer(steering: FreeTierSteering): void {
    this.#steering = { ...this.#steering, ...steering };
  }

  get plan(): AccountPlan | null {
    return this.#steering.plan ?? null;
  }

  get pageSize(): number | undefined {
    return this.#steering.pageSize;
  }

  /** The offers that anything was used of this month, as of some hours ago. */
  usages(): readonly FreeTierUsage[] {
    const { usages, notReported = [], lagHours = LAG_HOURS } = this.#steering;
    const all = usages ?? this.#counted(lagHours);
    return all.filter(({ service = '' }) => !notReported.includes(service) && !notReported.includes('*'));
  }

  #counted(lagHours: number): readonly FreeTierUsage[] {
    const now = this.#clock.now();
    const at = new Date(now);
    const from = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
    const days = (Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1) - from) / DAY_MS;
    const until = Math.floor((now - lagHours * HOUR_MS) / HOUR_MS) * HOUR_MS;
    const found: FreeTierUsage[] = [];
    const regions = this.#regions();
    for (const offer of OFFERS) {
      const used = regions.map(({ name, billing }) => ({ name, amount: offer.used(billing, from, until, days * 24) }));
      const total = used.reduce((sum, { amount }) => sum + amount, 0);
      for (const { name, amount } of offer.global ? [{ name: 'global', amount: total }] : used) {
        // AWS's own method: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-free-tier-api.html
        const forecast = (amount * days) / Math.ceil((until - from) / DAY_MS);
        if (amount > 0) found.push(usageOf(offer, name, amount, forecast));
      }
    }
    return found;
  }
}

/** Worded as in AWS's example: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-free-tier-api.html */
function usageOf(offer: Offer, region: string, actual: number, forecast: number): FreeTierUsage {
  const { service, operation, usageType, unit, limit } = offer;
  const billed = `${offer.global ? 'Global-' : regionPrefix(region)}${usageType}`;
  return {
    actualUsageAmount: actual,
    description: `${limit.toFixed(1)} ${unit} are always free per month as part of AWS Free Usage Tier (${billed})`,
    forecastedUsageAmount: forecast,
    freeTierType: 'Always Free',
    limit,
    operation,
    region,
    service,
    unit,
    usageType,
  };
}

/** `EUN1-` for `eu-north-1`; none in us-east-1. */
function regionPrefix(region: string): string {
  if (region === 'us-east-1') return '';
  if (region === 'eu-west-1') return 'EU-';
  const [area = '', side = '', number = ''] = region.split('-');
  return `${area}${side[0] ?? ''}${number}-`.toUpperCase();
}
