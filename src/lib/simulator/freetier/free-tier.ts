import { ApiError } from '../kernel/api-error.ts';
import type { Region } from '../kernel/region.ts';
import type { Input, Operation, Service } from '../kernel/service.ts';
import type { FreeTierAccount } from './free-tier-account.ts';
import { FREE_TIER_SHAPES } from './shapes.ts';
import { passesFilter } from './usage-filter.ts';

/** AWS names no default; a page has at most 1,000. */
const PAGE = 100;
const MAX_PAGE = 1_000;

/** The Free Tier API (JSON 1.0). What it does and does not do: docs/simulator/freetier.md. */
export class FreeTier implements Service {
  readonly id = 'freetier';
  readonly shapes = FREE_TIER_SHAPES;
  readonly jsonTargets = ['AWSFreeTierService'];
  readonly jsonVersion = '1.0';
  readonly region: Region;
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(region: Region, account: FreeTierAccount) {
    this.region = region;
    this.operations = {
      GetFreeTierUsage: (input) => usage(account, input),
      GetAccountPlanState: () => this.#plan(account),
    };
  }

  trailName(operation: string): string | undefined {
    return operation;
  }

  #plan({ plan }: FreeTierAccount) {
    if (plan === null) {
      throw new ApiError('ResourceNotFoundException', 'No account plan was found for this account.');
    }
    const { creditsUsd, expiresAt } = plan;
    return {
      accountId: this.region.accountId,
      accountPlanType: plan.type,
      accountPlanStatus: plan.status,
      accountPlanRemainingCredits: creditsUsd === undefined ? undefined : { amount: creditsUsd, unit: 'USD' },
      // The model has this one as text, unlike the times of other JSON services.
      accountPlanExpirationDate: expiresAt,
    };
  }
}

function usage(account: FreeTierAccount, input: Input) {
  const { filter, maxResults = account.pageSize ?? PAGE, nextToken } = input;
  if (!(maxResults >= 1 && maxResults <= MAX_PAGE)) {
    throw new ApiError('ValidationException', `The value at maxResults must be between 1 and ${MAX_PAGE}.`);
  }
  const all = account.usages().filter((each) => filter === undefined || passesFilter(filter, each));
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
  if (!(Number.isInteger(start) && start >= 0)) {
    throw new ApiError('ValidationException', 'The value at nextToken is not valid.');
  }
  const end = start + Math.min(maxResults, account.pageSize ?? maxResults);
  return {
    freeTierUsages: all.slice(start, end),
    nextToken: end < all.length ? Buffer.from(String(end)).toString('base64') : undefined,
  };
}
