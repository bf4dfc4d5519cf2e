import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SignatureV4 } from '@smithy/signature-v4';
import { classifyAwsError } from '../../errors/classify-aws-error.ts';
import { CvopsError } from '../../errors/cvops-error.ts';
import type { ClientSetup } from '../client-options.ts';
import type { CallFacts } from '../guard-client.ts';
import type { AccountPlan, FreeTier, FreeTierOffer } from '../ports/free-tier.ts';
import { type Address, refused, SignedJson } from './signed-json.ts';

/** There is one for all Regions: https://docs.aws.amazon.com/general/latest/gr/billing.html */
const ENDPOINT = 'https://freetier.us-east-1.api.aws';
const REGION = 'us-east-1';
const TIMEOUT_MS = 6_000;
const MOST_PAGES = 20;
const PAGE = 1_000;
/** Doubled with each attempt. */
const PAUSE_MS = 100;
const WORTH_ANOTHER = /^(Throttling|TooManyRequests|RequestLimit|InternalServer|ServiceUnavailable)/;

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
  readonly #setup: ClientSetup;
  readonly #calls: SignedJson;
  readonly #endpoint: string;

  /**
   * @param client lends its credentials.
   * @param endpoint where calls go unless a flag or the configuration says otherwise; the environment's, as for SDK
   *   clients: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
   */
  constructor(client: Pick<CloudWatchClient, 'config'>, setup: ClientSetup, endpoint: string | undefined) {
    this.#setup = setup;
    this.#endpoint = setup.options.endpoint ?? endpoint ?? ENDPOINT;
    const { credentials, sha256 } = client.config;
    const signer = new SignatureV4({ service: 'freetier', region: REGION, credentials, sha256 });
    const service = { name: 'freetier', target: 'AWSFreeTierService', timeoutMs: TIMEOUT_MS };
    this.#calls = new SignedJson(service, signer, setup);
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

  async #call<O>(operation: string, input: object): Promise<O> {
    const { signal } = this.#setup;
    try {
      return (await this.#attempts(operation, JSON.stringify(input))) as O;
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      const facts: CallFacts = {
        endpoint: new URL(this.#endpoint).origin,
        timeoutMs: TIMEOUT_MS,
        profile: this.#setup.options.profile,
      };
      throw classifyAwsError(Object.assign(cause as Error, { $call: facts }), {
        action: `freetier:${operation}`,
        resource: 'this account',
        notFound: { code: 'NoAccountPlan' },
      });
    }
  }

  async #attempts(operation: string, body: string): Promise<unknown> {
    const { options, signal } = this.#setup;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#calls
        .post(addressOf(this.#endpoint, options.customUserAgent), operation, body, { signal })
        .then(
          (answer) => (answer.status === 200 ? { body: answer.body } : { error: refused(answer) }),
          (error: Error) => ({ error }),
        );
      if ('body' in failure) return failure.body;
      if (attempt >= options.maxAttempts || !isWorthAnother(failure.error)) throw failure.error;
      await sleep(PAUSE_MS * 2 ** attempt, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function addressOf(endpoint: string, userAgent: string): Address {
  const { protocol, hostname, port, pathname: path } = new URL(endpoint);
  return { protocol, hostname, path, userAgent, ...(port === '' ? {} : { port: Number(port) }) };
}

function isWorthAnother(error: Error & { readonly $fault?: string; readonly code?: string }): boolean {
  return error.$fault === 'server' || WORTH_ANOTHER.test(error.name) || error.code === 'ECONNRESET';
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
