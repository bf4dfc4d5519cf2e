import type { Judgement } from './judge/judgement.ts';

/** What a release tells while it runs; progress lines and NDJSON are made from this alone. `at`, `until`: ms since the epoch. */
export type ReleaseEvent = { readonly at: number } & (
  | { readonly type: 'note'; readonly message: string }
  | {
      readonly type: 'smoke';
      readonly version: string;
      readonly passed: number;
      readonly of: number;
      readonly failure: string | null;
    }
  /** The alias gives the new version this share now, percent. */
  | { readonly type: 'step'; readonly version: string; readonly percent: number; readonly until: number }
  | { readonly type: 'look'; readonly percent: number; readonly look: number; readonly judgement: Judgement }
  | { readonly type: 'moved'; readonly version: string }
  /** The split is ended; `version` serves everything. */
  | { readonly type: 'aborted'; readonly version: string; readonly why: string }
);

/** {@link ReleaseEvent} without the time, which the teller adds. */
export type Tell = (event: WithoutTime<ReleaseEvent>) => void;

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;
