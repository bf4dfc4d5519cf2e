import * as z from 'zod/mini';

/** A visitor asked the site's chatbot something. */
const query = z.strictObject({
  ...common('query'),
  query: text(1000),
  /** Whether the chatbot had an answer. */
  answered: z.optional(z.boolean()),
  /** How long the answer took. */
  latencyMs: z.optional(z.int().check(z.minimum(0), z.maximum(600_000))),
});

/** A visitor opened a page. */
const pageView = z.strictObject({ ...common('page_view'), path: path(), referrer: z.optional(text(500)) });

/** A visitor took a file, such as the CV itself. */
const download = z.strictObject({ ...common('download'), path: path() });

/**
 * One thing that happened on the site: the only shape that may enter the queue and the table. The limits keep an item
 * below 5 KB: one request in SQS, and at most five write units in DynamoDB.
 */
export const analyticsEvent = z.discriminatedUnion('type', [query, pageView, download]);

export type AnalyticsEvent = z.infer<typeof analyticsEvent>;

/** What a request may carry: one event, or up to 25. */
export const MAX_EVENTS = 25;

/**
 * Reads an event. Answers the event, or one line that names the field and what is wrong with it:
 * `sessionId: must have 1 to 64 letters, digits, - or _`.
 */
export function parseEvent(value: unknown): { event: AnalyticsEvent } | { problem: string } {
  const result = z.safeParse(analyticsEvent, value, { error: explain });
  if (result.success) return { event: result.data };
  const issue = result.error.issues[0]!;
  const field = issue.path.join('.');
  return { problem: field === '' ? issue.message : `${field}: ${issue.message}` };
}

/**
 * The message group: events of one session are written in order, sessions do not wait for one another
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagegroupid-property.html).
 */
export function groupIdOf(event: AnalyticsEvent): string {
  return event.sessionId;
}

function common<Type extends string>(type: Type) {
  return {
    /** Made where the event happened; a second delivery carries the same one. */
    id: z.uuid(),
    type: z.literal(type),
    // A message group id has its own alphabet; this one fits in it and in log filters.
    sessionId: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must have 1 to 64 letters, digits, - or _')),
    /** ISO 8601 in UTC. */
    occurredAt: z.iso.datetime({ error: 'must be a time in UTC such as 2026-03-02T09:30:00Z' }),
    userAgent: z.optional(z.string().check(z.maxLength(300))),
    country: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/, 'must be a country code of two letters'))),
  };
}

function path() {
  return z.string().check(z.regex(/^\/[^\s]{0,499}$/, 'must start with / and have no spaces, at most 500 characters'));
}

function text(max: number) {
  return z.string().check(z.minLength(1), z.maxLength(max));
}

/** Short words for what zod/mini, which ships no texts, found wrong. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${article(issue.expected)}`;
    case 'unrecognized_keys':
      return `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'invalid_union':
      return 'must be query, page_view or download';
    case 'invalid_format':
      return issue.format === 'uuid' ? 'must be a UUID' : undefined;
    default:
      return undefined;
  }
}

function article(type: string): string {
  return type === 'int' || type === 'object' ? `an ${type === 'int' ? 'integer' : type}` : `a ${type}`;
}
