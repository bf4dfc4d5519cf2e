import type { NativeOptions } from '../../../../../src/lib/dlq/native/replay-natively.ts';

/** A plain native replay, each message to its own source and without a verdict, with what a test wants to be different. */
export function nativeOptions(options: Pick<NativeOptions, 'dlq' | 'targets'> & Partial<NativeOptions>): NativeOptions {
  return {
    toTarget: false,
    service: 'processor',
    rate: null,
    force: false,
    verify: null,
    attach: false,
    resume: null,
    ...options,
  };
}
