import type { ReplayOptions } from '../../../../../src/lib/dlq/replay/replay-options.ts';

/** A plain replay of everything, without a verdict, with what a test wants to be different. */
export function replayOptions(options: Pick<ReplayOptions, 'dlq' | 'target'> & Partial<ReplayOptions>): ReplayOptions {
  return {
    service: 'processor',
    filter: null,
    group: null,
    max: null,
    only: null,
    edit: null,
    rate: null,
    canary: null,
    maxReturns: null,
    expiringFirst: false,
    outOfOrder: false,
    force: false,
    resendUncertain: false,
    verify: null,
    resume: null,
    ...options,
  };
}
