import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ClientSetup } from '../client-options.ts';
import type { Schedule, Schedules } from '../ports/schedules.ts';
import { awsPages } from './aws-call.ts';
import { SignedService } from './signed-service.ts';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html */
interface SchedulePage {
  readonly Schedules?: readonly {
    readonly Name?: string;
    readonly State?: string;
    readonly Target?: { readonly Arn?: string };
  }[];
  readonly NextToken?: string;
}

const SITE = { action: 'scheduler:ListSchedules', resource: 'the schedules of this account' };

/** {@link Schedules} over EventBridge Scheduler. */
export class EventSchedules implements Schedules {
  readonly #service: SignedService;

  /**
   * @param client lends its credentials.
   * @param endpoint where calls go unless a flag or the configuration says otherwise; the environment's.
   */
  constructor(client: Pick<CloudWatchClient, 'config'>, setup: ClientSetup, endpoint: string | undefined) {
    const { region, endpoint: configured } = setup.options;
    // https://docs.aws.amazon.com/general/latest/gr/eventbridgescheduler.html
    const own = `https://scheduler.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
    const place = { name: 'scheduler', region, endpoint: configured ?? endpoint ?? own };
    this.#service = new SignedService(place, client, setup);
  }

  list(): Promise<readonly Schedule[]> {
    return awsPages(SITE, async (NextToken) => {
      const query = { MaxResults: '100', ...(NextToken === undefined ? {} : { NextToken }) };
      const page: SchedulePage = await this.#service.get('ListSchedules', '/schedules', query, SITE);
      const items = (page.Schedules ?? []).map(({ Name = '', State, Target }) => ({
        name: Name,
        enabled: State !== 'DISABLED',
        targetArn: Target?.Arn ?? '',
      }));
      return { items, next: page.NextToken };
    });
  }
}
