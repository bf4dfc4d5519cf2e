import type { TrailChange } from '../../../../../src/lib/aws/ports/account.ts';
import {
  releaseInSteps,
  type StepOptions,
  type StepPorts,
} from '../../../../../src/lib/release/canary/release-in-steps.ts';
import { type PromotionPlan, planPromotion } from '../../../../../src/lib/release/plan-promotion.ts';
import type { ReleaseEvent } from '../../../../../src/lib/release/release-event.ts';
import { VirtualClock } from '../../dlq/support/virtual-clock.ts';
import { ALIAS, FakeFunctions, FUNCTION } from './fake-functions.ts';
import { FakeMetrics } from './fake-metrics.ts';

const MINUTE_MS = 60_000;

/** A function with versions 4, 5 (serving) and 6, steady traffic, and a release of 6 in steps. */
export class ReleaseWorld {
  readonly clock = new VirtualClock();
  readonly functions = new FakeFunctions(this.clock, ['4', '5', '6'], '5');
  readonly metrics = new FakeMetrics(this.functions, this.clock);
  readonly events: ReleaseEvent[] = [];
  trail: readonly TrailChange[] | null = null;

  ports(over: Partial<StepPorts> = {}): StepPorts {
    return {
      functions: this.functions.port(),
      metrics: this.metrics,
      queues: () => Promise.reject(new Error('no queues')),
      logs: () => Promise.reject(new Error('no logs')),
      trail: async () => ({ aliasChanges: async () => this.trail }),
      clock: this.clock,
      ...over,
    };
  }

  async plan(ports = this.ports(), force = false): Promise<PromotionPlan> {
    const wish = { functionName: FUNCTION, alias: ALIAS, to: undefined, stepped: true, force };
    const plan = await planPromotion(ports.functions, wish);
    if ('version' in plan) throw new Error('nothing to promote');
    return plan;
  }

  async release(
    options: { percents?: readonly number[]; id?: string; bakeMs?: number; maxBakeMs?: number; force?: boolean } = {},
    ports = this.ports(),
    signal = new AbortController().signal,
  ) {
    const plan = await this.plan(ports, options.force);
    const stepOptions: StepOptions = {
      percents: options.percents ?? [10, 50],
      bake: {
        bakeMs: options.bakeMs ?? 5 * MINUTE_MS,
        maxBakeMs: options.maxBakeMs ?? 10 * MINUTE_MS,
        timeoutMs: 10_000,
      },
      service: {
        functionName: FUNCTION,
        alias: ALIAS,
        stable: plan.from.version,
        canary: plan.to.version,
        queue: undefined,
        dlq: undefined,
        reportsBatchItemFailures: false,
      },
      author: { by: 'ana', reason: null },
      id: options.id ?? 'r-20260807T120000Z-0001',
    };
    const tell = (event: object) => void this.events.push({ at: this.clock.now(), ...event } as ReleaseEvent);
    return releaseInSteps(ports, plan, stepOptions, tell, signal);
  }
}
