import { createHandler } from './create-handler.ts';
import { normaliseQuery } from './normalise-query.ts';

/** The processor: events from the queue into the table. */
export const handler = createHandler(process.env, normaliseQuery);
