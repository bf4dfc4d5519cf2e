import { createHandler } from './create-handler.ts';
import { normaliseQuery } from './normalise-query.ts';

/**
 * The release with the bug that the demo rolls back, kept beside the good one on purpose and never deployed by anything
 * else. Someone saw `%20` in a log, took questions for URL-encoded and decoded them: a question with a percent sign of
 * its own ("Does she work 100% remote?") throws `URIError: URI malformed` on every delivery and ends up in the DLQ.
 */
export const handler = createHandler(process.env, (query) => normaliseQuery(decodeURIComponent(query)));
