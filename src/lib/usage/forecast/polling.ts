import type { SystemModel } from './system-model.ts';

/** What the pollers of a queue do in a month. */
export interface Polling {
  /** Polls that brought messages: each is one invocation, and one delete. */
  readonly deliveries: number;
  /** Polls that came back empty. */
  readonly empty: number;
  /** The fewest empty polls that there can be, whichever poller a message goes to. */
  readonly leastEmpty: number;
  /** Messages of one delivery, on average. */
  readonly fill: number;
}

/**
 * Pollers that wait for up to 20 s each and come back with the first message, while messages arrive by chance. A poller
 * meets a share λ/P of them: it comes back empty with probability e^-μ, μ = λW/P, and what arrives while it is busy is
 * waiting when it polls again, which fills the next batch: 1 + λc/P. Over a month this makes N/fill deliveries and
 * N/(e^μ − 1) empty polls: P·T/W of them without traffic, none where messages come faster than polls end. (That a busy
 * poller does not ask is left out: Lambda adds pollers where they are busy.) Who of those that wait gets a message is
 * chance here; if it were always the one that waits longest, fewer would wait in vain. No poll lasts longer than W, so there
 * are P·T/W polls at least, and those that brought nothing are the rest.
 * @param queries messages in the month. @param concentration 1: spread evenly over the month. 5: all of them in a fifth
 *   of its time, evenly there, and nothing in the rest.
 */
export function polling(queries: number, model: SystemModel, concentration = 1): Polling {
  const { pollers, pollSeconds, batchSize } = model.queue;
  const seconds = model.days * 86_400;
  const active = seconds / concentration;
  const idle = ((seconds - active) * pollers) / pollSeconds;
  const polls = (seconds * pollers) / pollSeconds;
  if (queries === 0) return { deliveries: 0, empty: polls, leastEmpty: polls, fill: 1 };
  const perPoller = queries / active / pollers;
  const busySeconds = (model.processor.durationMs + model.processor.overheadMs) / 1_000;
  const fill = Math.min(batchSize, 1 + perPoller * busySeconds);
  const deliveries = queries / fill;
  return {
    deliveries,
    empty: idle + queries / Math.expm1(perPoller * pollSeconds),
    leastEmpty: Math.max(0, polls - deliveries),
    fill,
  };
}
