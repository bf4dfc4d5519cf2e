import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CvopsError } from '../../errors/cvops-error.ts';
import type { ClientSetup } from '../client-options.ts';
import type { AccountPlan, FreeTier, FreeTierOffer } from '../ports/free-tier.ts';
import { SignedService } from './signed-service.ts';

/** There is one for all Regions: https://docs.aws.amazon.com/general/latest/gr/billing.html */
const ENDPOINT = 'https://freetier.us-east-1.api.aws';
const REGION = 'us-east-1';
const MOST_PAGES = 20;
const PAGE = 1_000;

/** An offer as AWS writes it. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_freetier_FreeTierUsage.html */
interface FreeTierUsage {
  readonly service?: string;
  readonly usageType?: string;
  readonly region?: string;
  readonly freeTierType?: string;
  readonly actualUsageAmount?: number;
  readonly forecastedUsageAmount?: number;
  readonly limit?: number;
  readonly unit?: string;
}

interface UsagePage {
  readonly freeTierUsages?: readonly FreeTierUsage[];
  readonly nextToken?: string;
}

interface PlanState {
  readonly accountPlanType?: AccountPlan['type'];
  readonly accountPlanStatus?: AccountPlan['status'];
  readonly accountPlanRemainingCredits?: { readonly amount?: number; readonly unit?: string };
  /** A text in the API's model, seconds in its protocol. */
  readonly accountPlanExpirationDate?: string | number;
}

/**
 * {@link FreeTier} over the Free Tier API, of which there is no SDK client here: signed by hand.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Free_Tier.html
 */
export class AwsFreeTier implements FreeTier {
  readonly #service: SignedService;

  /**
   * @param client lends its credentials.
   * @param endpoint where calls go unless a flag or the configuration says otherwise; the environment's, as for SDK
   *   clients: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
   */
  constructor(client: Pick<CloudWatchClient, 'config'>, setup: ClientSetup, endpoint: string | undefined) {
    const place = {
      name: 'freetier',
      target: 'AWSFreeTierService',
      region: REGION,
      endpoint: setup.options.endpoint ?? endpoint ?? ENDPOINT,
    };
    this.#service = new SignedService(place, client, setup);
  }

  async offers(): Promise<readonly FreeTierOffer[]> {
    const offers: FreeTierOffer[] = [];
    let nextToken: string | undefined;
    // No filter: its values have 20 characters at most, and names of services have more.
    for (let page = 0; page === 0 || (nextToken !== undefined && page < MOST_PAGES); page++) {
      const answer: UsagePage = await this.#call('GetFreeTierUsage', { maxResults: PAGE, nextToken });
      offers.push(...(answer.freeTierUsages ?? []).map(toOffer));
      nextToken = answer.nextToken;
    }
    return offers;
  }

  async plan(): Promise<AccountPlan | null> {
    try {
      return toPlan(await this.#call<PlanState>('GetAccountPlanState', {}));
    } catch (error) {
      if (error instanceof CvopsError && error.code === 'NoAccountPlan') return null;
      throw error;
    }
  }

  #call<O>(operation: string, input: object): Promise<O> {
    return this.#service.post(operation, input, {
      action: `freetier:${operation}`,
      resource: 'this account',
      notFound: { code: 'NoAccountPlan' },
    });
  }
}

function toOffer(usage: FreeTierUsage): FreeTierOffer {
  return {
    service: usage.service ?? '',
    usageType: usage.usageType ?? '',
    region: usage.region ?? '',
    type: usage.freeTierType ?? '',
    used: usage.actualUsageAmount ?? null,
    forecast: usage.forecastedUsageAmount ?? null,
    limit: usage.limit ?? null,
    unit: usage.unit ?? '',
  };
}

function toPlan(state: PlanState): AccountPlan {
  const { amount, unit } = state.accountPlanRemainingCredits ?? {};
  const expires = state.accountPlanExpirationDate;
  const expiresAt = typeof expires === 'number' ? expires * 1000 : Date.parse(expires ?? '');
  return {
    type: state.accountPlanType ?? 'PAID',
    status: state.accountPlanStatus ?? 'ACTIVE',
    creditsLeftUsd: unit === 'USD' ? (amount ?? null) : null,
    expiresAt: Number.isNaN(expiresAt) ? null : expiresAt,
  };
}
