/**
 * Compares what the simulator answers with what AWS answered, field by field.
 *
 *     const recorded = recordedCase();
 *     recorded.expectAnswer(await client.send(command), { QueueUrl: '<queue-url:1>', ResponseMetadata: { HTTPStatusCode: 200 } });
 *     recorded.expectAnswer(await answerOf(client.send(other)), { Error: { Code: '…', Message: '…' }, ResponseMetadata: { HTTPStatusCode: 400 } });
 *
 * Expected strings:
 * - `<kind:n>` (also inside longer text, such as `arn:<partition>:sqs:<region>:111111111111:<resource:1>`) binds to the
 *   text it meets first; the same placeholder must then always meet the same text, and two placeholders of one kind never
 *   the same. `<uuid:n>` meets UUIDs only. Without a number (`<region>`) it binds too, once for the case.
 * - `timestamp`, `datetime`, `date` meet any time: a Date, a number, ISO text, digits.
 * - any other string is itself.
 *
 * Sets of keys are compared exactly (an undefined member is absent). `ResponseMetadata` is reduced to `HTTPStatusCode` on
 * both sides; the SDK's `$metadata` becomes it, and is compared only where the expectation names it. Where an object is
 * expected and JSON text is met, the text is parsed. A rejected call (see `answerOf`) becomes
 * `{ Error: { Code, Message, QueryErrorCode?, Type? }, …modelled members, ResponseMetadata }` (clients of SQS and
 * CloudWatch want `keepErrorTypes` for it); the recordings repeat the error's text as `message` or `Message` on the top
 * level, which is left out of the comparison.
 */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SQSClient } from '@aws-sdk/client-sqs';

export interface RecordedCase {
  /** Throws with every difference, each with its path. */
  expectAnswer(actual: unknown, expected: unknown): void;
  /** The text that a placeholder is bound to, e.g. `bound('<uuid:1>')`; throws while it is not. */
  bound(placeholder: string): string;
}

/** A fresh set of placeholders: one for each recorded case. */
export function recordedCase(): RecordedCase {
  const bindings = new Map<string, string>();
  return {
    expectAnswer(actual, expected) {
      const differences: string[] = [];
      compare(normalise(actual), normalise(expected), '$', bindings, differences);
      if (differences.length > 0) throw new Error(`the answer differs from AWS's:\n  ${differences.join('\n  ')}`);
    },
    bound(placeholder) {
      const value = bindings.get(placeholder);
      if (value === undefined) throw new Error(`${placeholder} has not been met yet`);
      return value;
    },
  };
}

/** The output of a call, or the error that it rejects with; so a recorded error is compared like any other answer. */
export async function answerOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (cause) {
    return cause;
  }
}

/**
 * Keeps the error type of the body for `QueryErrorCode`: the SDK names an error by its old code where it does not know
 * the new one. To be called once for a client of a query-compatible service.
 */
export function keepErrorTypes(client: SQSClient | CloudWatchClient): void {
  (client as SQSClient).middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as WireResponse;
      if (response.statusCode < 400) return result;
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      response.errorType = /"__type":"(?:[^"#]*#)?([^"]*)"/.exec(body.toString())?.[1];
      response.body = body as unknown as WireResponse['body'];
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'keepErrorTypes' },
  );
}

interface WireResponse {
  readonly statusCode: number;
  body: AsyncIterable<Uint8Array>;
  errorType?: string | undefined;
}

const TIMES: ReadonlySet<string> = new Set(['timestamp', 'datetime', 'date']);
const PLACEHOLDER = /<[a-z][a-z-]*(?::\d+)?>/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ERROR_PLUMBING: ReadonlySet<string> = new Set([
  'name',
  'message',
  'Message',
  'stack',
  'Error',
  'Code',
  'code',
  '__type',
  'RequestId',
]);

type Members = Record<string, unknown>;

/** Brings SDK outputs, SDK errors and recordings into one form. */
function normalise(answer: unknown): unknown {
  if (answer instanceof Error) return normaliseError(answer as Error & Members);
  if (!isMembers(answer)) return answer;
  const result: Members = {};
  for (const [key, value] of Object.entries(answer)) {
    if (key === '$metadata') result.ResponseMetadata = { HTTPStatusCode: (value as Members).httpStatusCode };
    else if (key === 'ResponseMetadata') result[key] = { HTTPStatusCode: (value as Members).HTTPStatusCode };
    else if (!('Error' in answer && (key === 'message' || key === 'Message'))) result[key] = value;
  }
  return result;
}

function normaliseError(error: Error & Members): Members {
  const metadata = error.$metadata as Members | undefined;
  if (metadata === undefined) throw error;
  const query = error.Error as Members | undefined;
  const told: Members = { Code: query?.Code ?? error.name, Message: error.message };
  // Query-compatible services name the old code in a header and the modelled one in the body.
  if (query?.Code !== undefined) {
    told.QueryErrorCode = (error.$response as WireResponse | undefined)?.errorType ?? error.name;
    told.Type = query.Type;
  }
  const result: Members = { Error: told };
  for (const [key, value] of Object.entries(error)) {
    if (key.startsWith('$') || ERROR_PLUMBING.has(key)) continue;
    if (query !== undefined && key === 'Type') continue;
    result[key] = value;
  }
  result.ResponseMetadata = { HTTPStatusCode: metadata.httpStatusCode };
  return result;
}

function compare(
  actual: unknown,
  expected: unknown,
  path: string,
  bindings: Map<string, string>,
  differences: string[],
): void {
  const differ = (why: string) => differences.push(`${path}: ${why}`);
  if (typeof expected === 'string') {
    const why = compareText(actual, expected, bindings);
    if (why !== undefined) differ(why);
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return void differ(`expected a list, met ${show(actual)}`);
    if (actual.length !== expected.length)
      differ(`expected ${expected.length} items, met ${actual.length}: ${show(actual)}`);
    for (let i = 0; i < Math.min(actual.length, expected.length); i++) {
      compare(actual[i], expected[i], `${path}[${i}]`, bindings, differences);
    }
  } else if (isMembers(expected)) {
    const members = typeof actual === 'string' ? parsed(actual) : actual;
    if (!isMembers(members)) return void differ(`expected an object, met ${show(actual)}`);
    for (const key of Object.keys(expected)) {
      if (members[key] === undefined) differ(`${key} is missing (expected ${show(expected[key])})`);
      else compare(members[key], expected[key], `${path}.${key}`, bindings, differences);
    }
    for (const key of Object.keys(members)) {
      if (members[key] === undefined || key in expected || key === 'ResponseMetadata') continue;
      differ(`${key} is not in AWS's answer (met ${show(members[key])})`);
    }
  } else if (!Object.is(actual ?? null, expected ?? null)) {
    differ(`expected ${show(expected)}, met ${show(actual)}`);
  }
}

function compareText(actual: unknown, expected: string, bindings: Map<string, string>): string | undefined {
  if (TIMES.has(expected)) return isTime(actual) ? undefined : `expected a time, met ${show(actual)}`;
  if (typeof actual !== 'string') return `expected ${show(expected)}, met ${show(actual)}`;
  const placeholders = expected.match(PLACEHOLDER) ?? [];
  if (placeholders.length === 0)
    return actual === expected ? undefined : `expected ${show(expected)}, met ${show(actual)}`;
  const pattern = expected.split(PLACEHOLDER).map(escapePattern).join('([\\s\\S]+?)');
  const match = new RegExp(`^${pattern}$`).exec(actual);
  if (match === null) return `expected ${show(expected)}, met ${show(actual)}`;
  for (const [i, placeholder] of placeholders.entries()) {
    const why = bind(placeholder, match[i + 1]!, bindings);
    if (why !== undefined) return why;
  }
  return undefined;
}

function bind(placeholder: string, value: string, bindings: Map<string, string>): string | undefined {
  const known = bindings.get(placeholder);
  if (known !== undefined) {
    return known === value ? undefined : `${placeholder} is ${show(known)}, met ${show(value)}`;
  }
  const [kind] = placeholder.split(':');
  if (kind === '<uuid' && !UUID.test(value)) return `${placeholder} expects a UUID, met ${show(value)}`;
  for (const [other, text] of bindings) {
    if (text === value && other.startsWith(`${kind}:`))
      return `${placeholder} is to differ from ${other}, both are ${show(value)}`;
  }
  bindings.set(placeholder, value);
  return undefined;
}

function isTime(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'string' && (/^\d+(\.\d+)?$/.test(value) || !Number.isNaN(Date.parse(value)));
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
