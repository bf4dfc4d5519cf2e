import type { Divergence } from './divergences.ts';
import type { Outcome } from './run-cases.ts';

/**
 * What is wrong with an outcome, given what is known of the backend; undefined when it is as expected. A known divergence
 * must really show, in the way the table says, so that the table cannot grow stale.
 */
export function complaint(outcome: Outcome, known: Divergence | undefined): string | undefined {
  if (outcome.status === 'not run') return `not run: ${outcome.reason}`;
  if (known === undefined) return outcome.status === 'ok' ? undefined : outcome.failure;
  if (outcome.status === 'ok') {
    return `${known.backend} now behaves as AWS does in ${known.case}: remove it from test/conformance/divergences.ts`;
  }
  if (outcome.failure.includes(known.shows)) return undefined;
  return `a new divergence (the known one shows "${known.shows}"): ${outcome.failure}`;
}
