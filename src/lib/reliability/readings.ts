import type { Reading, Series } from '../usage/readings.ts';

/** Whole hours, ms since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Messages in a queue, visible or not. */
export interface Depth {
  /** When the span began; null where CloudWatch has no reading of it, as of a queue that nobody used for hours. */
  readonly before: number | null;
  readonly now: number;
}

/** A queue that a function processes, and where its dead letters go. */
export interface PipelineReadings {
  readonly queue: string;
  readonly sent: Reading<number>;
  readonly deleted: Reading<number>;
  readonly depth: Reading<Depth>;
  /** `deleted`: from the dead-letter queue, by replays and by hand. */
  readonly deadLetters: {
    readonly queue: string;
    readonly deleted: Reading<number>;
    readonly depth: Reading<Depth>;
  };
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What the function's REPORT lines say. */
export interface Starts {
  readonly read: number;
  /** Of those, how many had to start an environment first. */
  readonly cold: number;
  /** From when on lines were read, ms since the epoch. */
  readonly fromMs: number;
}

export interface FunctionReadings {
  readonly service: string;
  readonly name: string;
  /** By the hour. */
  readonly invocations: Reading<Series>;
  /** Milliseconds, over all invocations of the span as one; null without any. */
  readonly duration: Reading<Percentiles | null>;
  readonly starts: Reading<Starts>;
}

/** A time in which invocations through an alias failed; as long as CloudWatch still tells apart. */
export interface FailedTime {
  /** ms since the epoch. */
  readonly at: number;
  readonly ms: number;
  readonly errors: number;
  readonly invocations: number;
}

export interface AliasReadings {
  readonly service: string;
  readonly function: string;
  readonly alias: string;
  /** Through the alias; without any nothing can have failed. */
  readonly invocations: Reading<number>;
  readonly failed: Reading<readonly FailedTime[]>;
  /** When its traffic was moved. */
  readonly moves: Reading<readonly Span[]>;
}

/** Everything that a report of reliability rests on. */
export interface ReliabilityReadings {
  readonly span: Span;
  readonly pipelines: readonly PipelineReadings[];
  readonly functions: readonly FunctionReadings[];
  readonly aliases: readonly AliasReadings[];
}
