import { CvopsError } from '../../errors/cvops-error.ts';
import type { ClientSetup } from '../client-options.ts';
import type { Trail, TrailChange } from '../ports/account.ts';
import { CloudTrailReleaseTrail } from './cloudtrail-release-trail.ts';

/** Enough of an alias's past to find what it served before. */
const MOST_CHANGES = 50;

/** The past of an alias over CloudTrail: free, 90 days, minutes late, two calls a second. */
export class CloudTrailTrail implements Trail {
  readonly #events: CloudTrailReleaseTrail;

  constructor(setup: ClientSetup) {
    this.#events = new CloudTrailReleaseTrail(setup);
  }

  async aliasChanges(functionName: string, alias: string): Promise<readonly TrailChange[] | null> {
    const changes: TrailChange[] = [];
    let next: string | undefined;
    try {
      do {
        const page = await this.#events.page({ eventName: 'UpdateAlias20150331', functionName, next });
        for (const { at, eventName, by, userAgent, alias: name, version, error } of page.changes) {
          if (name !== alias) continue;

          changes.push({ at, eventName, by, userAgent, functionName, alias, version, failed: error !== null });
        }
        next = page.next;
      } while (next !== undefined && changes.length < MOST_CHANGES);
    } catch (cause) {
      if (cause instanceof CvopsError && cause.code !== 'Interrupted') return null;
      throw cause;
    }
    return changes.sort((a, b) => b.at - a.at);
  }
}
